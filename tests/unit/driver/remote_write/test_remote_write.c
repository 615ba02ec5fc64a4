/* Series on the wire: the bytes against a decoder of the test's own, and the server's answers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/remote_write/remote_write.h"
#include "driver/remote_write/snappy.h"
#include "tests/support/fake_server.h"

#define MAXIMUM ((size_t)4 * 1024 * 1024)

struct bytes {
    const unsigned char *at, *end;
};

static uint64_t take_varint(struct bytes *bytes)
{
    uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        assert_true(bytes->at < bytes->end && shift < 64);
        unsigned char byte = *bytes->at++;
        number |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return number;
    }
}

static struct bytes take_bytes(struct bytes *bytes, unsigned key)
{
    assert_int_equal(take_varint(bytes), key);
    uint64_t length = take_varint(bytes);
    assert_true(length <= (uint64_t)(bytes->end - bytes->at));
    struct bytes taken = {.at = bytes->at, .end = bytes->at + length};
    bytes->at += length;
    return taken;
}

static void assert_text(struct bytes bytes, const char *text)
{
    assert_int_equal(bytes.end - bytes.at, strlen(text));
    assert_memory_equal(bytes.at, text, strlen(text));
}

static void assert_label(struct bytes *series, const char *name, const char *value)
{
    struct bytes label = take_bytes(series, 1 << 3 | 2);
    assert_text(take_bytes(&label, 1 << 3 | 2), name);
    assert_text(take_bytes(&label, 2 << 3 | 2), value);
    assert_true(label.at == label.end);
}

static void assert_sample(struct bytes *series, double value, int64_t time)
{
    double taken;
    struct bytes sample = take_bytes(series, 2 << 3 | 2);
    assert_int_equal(take_varint(&sample), 1 << 3 | 1);
    memcpy(&taken, sample.at, sizeof taken);
    sample.at += sizeof taken;
    assert_true(taken == value);
    assert_int_equal(take_varint(&sample), 2 << 3 | 0);
    assert_int_equal(take_varint(&sample), time);
    assert_true(sample.at == sample.end);
}

static void test_a_series_on_the_wire(void **state)
{
    (void)state;
    struct time_series_set set = {0};
    AUTO_BUFFER struct buffer message = {0};
    buffer_init(&message, MAXIMUM);
    const char *const labels[] = {"variant", "v\xc3\xa4", "empty", "", "lesson", "l", NULL};
    struct time_series *series = time_series_add(&set, "up", labels);
    time_series_sample(series, 1795312800000, 0.5);
    time_series_sample(series, 1795312800000, 7);           /* not later */
    time_series_sample(series, 1795312801000, (double)NAN); /* no number */
    time_series_sample(series, 1795312802000, -2);
    remote_write_append(&message, series, 0, series->sample_count);
    struct bytes all = {.at = (unsigned char *)message.data, .end = (unsigned char *)message.data + message.length};
    struct bytes decoded = take_bytes(&all, 1 << 3 | 2);
    assert_true(all.at == all.end);
    assert_label(&decoded, "__name__", "up");
    assert_label(&decoded, "lesson", "l");
    assert_label(&decoded, "variant", "v\xc3\xa4");
    assert_sample(&decoded, 0.5, 1795312800000);
    assert_sample(&decoded, -2, 1795312802000);
    assert_true(decoded.at == decoded.end);
    time_series_set_release(&set);
}

static void test_the_end_of_a_series(void **state)
{
    (void)state;
    struct time_series_set set = {0};
    struct time_series *series = time_series_add(&set, "up", (const char *const[]){NULL});
    time_series_end(series, 1000);
    assert_int_equal(series->sample_count, 0);
    time_series_sample(series, 1000, 1);
    time_series_end(series, 2000);
    assert_int_equal(series->sample_count, 2);
    assert_false(time_series_is_end(series->samples[0].value));
    assert_true(time_series_is_end(series->samples[1].value));
    assert_false(time_series_is_end((double)NAN));
    time_series_set_release(&set);
}

/* What a decoder of snappy makes of literals. */
static void assert_unpacks(const struct buffer *packed, const char *bytes, size_t length)
{
    struct bytes in = {.at = (const unsigned char *)packed->data, .end = (const unsigned char *)packed->data + packed->length};
    size_t done = 0;
    assert_int_equal(take_varint(&in), length);
    while (in.at < in.end) {
        assert_int_equal(*in.at & 3, 0);
        assert_int_equal(*in.at >> 2, 61);
        size_t part = (size_t)(in.at[1] | in.at[2] << 8) + 1;
        in.at += 3;
        assert_true(part <= (size_t)(in.end - in.at) && done + part <= length);
        assert_memory_equal(in.at, bytes + done, part);
        in.at += part;
        done += part;
    }
    assert_int_equal(done, length);
}

static void test_snappy(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 60, 61, 65535, 65536, 65537, 200000};
    char *bytes = memory_allocate(200000, 1);
    for (size_t i = 0; i < 200000; i++)
        bytes[i] = (char)(i * 7 % 251);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        AUTO_BUFFER struct buffer packed = {0};
        buffer_init(&packed, MAXIMUM);
        snappy_append(&packed, bytes, lengths[i]);
        assert_unpacks(&packed, bytes, lengths[i]);
    }
    free(bytes);
}

struct script {
    const int *codes; /* by request; the last one goes on */
    char first[1024]; /* the head of the first request */
};

static void answer(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct script *script = context;
    int index = 0;
    while (index + 1 < request->number && script->codes[index + 1] != 0)
        index++;
    if (request->number == 1)
        (void)snprintf(script->first, sizeof script->first, "%s %s\n%s", request->method, request->path, request->headers);
    fake_answer(connection, script->codes[index], "text/plain", "", script->codes[index] == 400 ? "out of bounds\nmore" : "");
}

/* Sends so many samples; how many requests it took. -1 with an error. */
static int send_to(const int *codes, size_t samples, char head[1024], struct error *error)
{
    struct time_series_set set = {0};
    struct script script = {.codes = codes};
    struct fake_server *server = fake_server_start(answer, &script);
    struct time_series *series = time_series_add(&set, "up", (const char *const[]){NULL});
    for (size_t i = 0; i < samples; i++)
        time_series_sample(series, (int64_t)i + 1, (double)i);
    AUTO_FREE char *url = memory_format("http://user:sesame@127.0.0.1:%d/api/v1/write", fake_server_port(server));
    int result = remote_write_send(url, "t0ken", &set, error);
    int requests = fake_server_requests(server);
    fake_server_stop(server);
    time_series_set_release(&set);
    if (head != NULL)
        memcpy(head, script.first, sizeof script.first);
    return result < 0 ? -1 : requests;
}

static void test_requests(void **state)
{
    (void)state;
    char head[1024];
    struct error error = ERROR_NONE;
    assert_int_equal(send_to((const int[]){204, 0}, 12000, head, &error), 3);
    assert_non_null(strstr(head, "POST /api/v1/write\n"));
    assert_non_null(strstr(head, "Content-Encoding: snappy"));
    assert_non_null(strstr(head, "Content-Type: application/x-protobuf"));
    assert_non_null(strstr(head, "X-Prometheus-Remote-Write-Version: 0.1.0"));
    assert_non_null(strstr(head, "Authorization: Bearer t0ken"));
    assert_int_equal(send_to((const int[]){204, 0}, 0, NULL, &error), 0);
}

static void test_a_busy_server_is_asked_again(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    assert_int_equal(send_to((const int[]){503, 204, 0}, 10, NULL, &error), 2);
}

static void test_what_is_refused_is_told(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    assert_int_equal(send_to((const int[]){400, 0}, 10, NULL, &error), -1);
    assert_string_equal(error.text, "remote write: status 400: out of bounds");
}

static void test_urls(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "prometheus", "ftp://127.0.0.1/", "http://"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(remote_write_check(wrong[i], NULL), -1);
    assert_int_equal(remote_write_check("http://127.0.0.1:9090/api/v1/write", NULL), 0);
    assert_int_equal(remote_write_check("https://user:secret@prometheus.example/api/v1/write", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_series_on_the_wire),
        cmocka_unit_test(test_the_end_of_a_series),
        cmocka_unit_test(test_snappy),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_a_busy_server_is_asked_again),
        cmocka_unit_test(test_what_is_refused_is_told),
        cmocka_unit_test(test_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
