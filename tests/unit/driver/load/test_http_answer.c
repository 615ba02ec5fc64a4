/* The reader of HTTP/1.1 answers: each answer whole, cut at every place, and followed by something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "driver/load/http_answer.h"

/* What becomes of an answer whose bytes come in pieces; of what does not end by itself, when the connection is closed. */
struct row {
    const char *name, *method, *bytes;
    enum http_progress progress;
    int status;
    bool reusable;
    uint64_t counted; /* of heads and bodies */
};

#define HEAD "HTTP/1.1 200 OK\r\n"

static const struct row ROWS[] = {
    {"length", "GET", HEAD "Content-Length: 3\r\n\r\nabc", HTTP_DONE, 200, true, 41},
    {"no carriage returns", "GET", "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", HTTP_DONE, 200, true, 38},
    {"empty", "GET", HEAD "Content-Length: 0\r\n\r\n", HTTP_DONE, 200, true, 38},
    {"no reason", "GET", "HTTP/1.1 204\r\n\r\n", HTTP_DONE, 204, true, 16},
    {"204 has no body", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", HTTP_DONE, 204, true, 46},
    {"304 has no body", "GET", "HTTP/1.1 304 Not Modified\r\n\r\n", HTTP_DONE, 304, true, 29},
    {"HEAD has no body", "HEAD", HEAD "Content-Length: 9\r\n\r\n", HTTP_DONE, 200, true, 38},
    {"to the end", "GET", HEAD "\r\nabc", HTTP_DONE, 200, false, 22},
    {"close", "GET", HEAD "Content-Length: 1\r\nConnection: Close\r\n\r\na", HTTP_DONE, 200, false, 58},
    {"close in a list", "GET", HEAD "Content-Length: 1\r\nConnection: x , close\r\n\r\na", HTTP_DONE, 200, false, 62},
    {"1.0 closes", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", HTTP_DONE, 200, false, 39},
    {"1.0 keeps", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na", HTTP_DONE, 200, true, 63},
    {"the same length twice", "GET", HEAD "Content-Length: 1\r\ncontent-length: 1\r\n\r\na", HTTP_DONE, 200, true, 58},
    {"chunks", "GET", HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\n", HTTP_DONE, 200,
     true, 60},
    {"a trailer", "GET", HEAD "Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\nZ: w\r\n\r\n", HTTP_DONE, 200, true, 48},
    {"chunks and a length", "GET", HEAD "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n1\r\na\r\n0\r\n\r\n", HTTP_DONE,
     200, false, 67},
    {"another coding ends with the connection", "GET", HEAD "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nabc", HTTP_DONE,
     200, false, 66},
    {"100 comes before", "GET", "HTTP/1.1 100 Continue\r\n\r\n" HEAD "Content-Length: 1\r\n\r\na", HTTP_DONE, 200, true, 64},
    {"103 comes before", "GET", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" HEAD "Content-Length: 0\r\n\r\n", HTTP_DONE, 200,
     true, 78},
    {"a folded line", "GET", HEAD "X-A: b\r\n Content-Length: 7\r\nContent-Length: 1\r\n\r\na", HTTP_DONE, 200, true, 67},
    {"503", "GET", "HTTP/1.1 503 Busy\r\nContent-Length: 1\r\n\r\na", HTTP_DONE, 503, true, 41},

    {"nothing", "GET", "", HTTP_BAD, 0, false, 0},
    {"garbage", "GET", "this is no HTTP\r\n\r\n", HTTP_BAD, 0, false, 0},
    {"HTTP/2", "GET", "HTTP/2 200\r\n\r\n", HTTP_BAD, 0, false, 0},
    {"a long status", "GET", "HTTP/1.1 2000 OK\r\n\r\n", HTTP_BAD, 0, false, 0},
    {"a low status", "GET", "HTTP/1.1 099 OK\r\n\r\n", HTTP_BAD, 0, false, 0},
    {"an upgrade", "GET", "HTTP/1.1 101 Switching\r\n\r\n", HTTP_BAD, 101, false, 26},
    {"half a status line", "GET", "HTTP/1.1 20", HTTP_BAD, 0, false, 0},
    {"half a head", "GET", HEAD "Content-Len", HTTP_BAD, 200, false, 28},
    {"garbage after 100", "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/K\r\nA: b\r\n\r\n", HTTP_BAD, 100, false, 25},
    {"half a body", "GET", HEAD "Content-Length: 9\r\n\r\nabc", HTTP_BAD, 200, true, 41},
    {"two lengths", "GET", HEAD "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", HTTP_BAD, 200, false, 57},
    {"a negative length", "GET", HEAD "Content-Length: -1\r\n\r\na", HTTP_BAD, 200, false, 39},
    {"no length", "GET", HEAD "Content-Length:\r\n\r\na", HTTP_BAD, 200, false, 36},
    {"a length beyond all", "GET", HEAD "Content-Length: 99999999999999999999\r\n\r\na", HTTP_BAD, 200, false, 57},
    {"a chunk without size", "GET", HEAD "Transfer-Encoding: chunked\r\n\r\n\r\n", HTTP_BAD, 200, true, 47},
    {"a chunk of letters", "GET", HEAD "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", HTTP_BAD, 200, true, 47},
    {"a chunk beyond all", "GET", HEAD "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", HTTP_BAD, 200, true, 47},
    {"a chunk that goes on", "GET", HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", HTTP_BAD, 200, true, 48},
    {"half a chunk", "GET", HEAD "Transfer-Encoding: chunked\r\n\r\n9\r\nab", HTTP_BAD, 200, true, 49},
};

static struct load_spec spec;

/* Feeds the bytes piece by piece and, when they do not end the answer, the end of the connection. */
static enum http_progress feed(struct http_answer *answer, const char *bytes, size_t piece, size_t *taken)
{
    size_t length = strlen(bytes);
    *taken = 0;
    http_answer_begin(answer);
    while (*taken < length) {
        size_t used = 0;
        size_t next = length - *taken < piece ? length - *taken : piece;
        AUTO_FREE char *copy = memory_allocate(1, next); /* of just that size, so that a sanitizer sees reads behind it */
        memcpy(copy, bytes + *taken, next);
        enum http_progress progress = http_answer_take(answer, copy, next, &used);
        *taken += used;
        if (progress != HTTP_MORE)
            return progress;
        assert_int_equal(used, next);
    }
    return http_answer_end(answer);
}

static void test_answers_in_pieces(void **state)
{
    (void)state;
    for (size_t row = 0; row < sizeof ROWS / sizeof *ROWS; row++) {
        const struct row *expected = &ROWS[row];
        struct http_answer answer;
        size_t taken = 0;
        free(spec.method);
        spec.method = memory_copy_text(expected->method);
        http_answer_init(&answer, &spec);
        for (size_t piece = 1; piece <= strlen(expected->bytes) + 1; piece++) {
            enum http_progress progress = feed(&answer, expected->bytes, piece, &taken);
            if (progress != expected->progress || answer.status != expected->status ||
                (progress == HTTP_DONE && answer.reusable != expected->reusable) || answer.bytes != expected->counted)
                fail_msg("%s in pieces of %zu: progress %d, status %d, reusable %d, %llu bytes", expected->name, piece,
                         (int)progress, answer.status, (int)answer.reusable, (unsigned long long)answer.bytes);
        }
        http_answer_release(&answer);
    }
}

static void test_what_follows_is_not_touched(void **state)
{
    (void)state;
    static const char two[] =
        HEAD "Content-Length: 3\r\n\r\nabc" HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nHTTP";
    struct http_answer answer;
    size_t used = 0;
    free(spec.method);
    spec.method = memory_copy_text("GET");
    http_answer_init(&answer, &spec);
    assert_int_equal(http_answer_take(&answer, two, strlen(two), &used), HTTP_DONE);
    assert_int_equal(used, 41);
    size_t first = used;
    http_answer_begin(&answer);
    assert_int_equal(http_answer_take(&answer, two + first, strlen(two) - first, &used), HTTP_DONE);
    assert_string_equal(two + first + used, "HTTP");
    http_answer_release(&answer);
}

static void test_labels(void **state)
{
    (void)state;
    struct http_answer answer;
    size_t taken = 0;
    http_answer_init(&answer, &spec);
    (void)feed(&answer, HEAD "x-pod-name:  web-1 \r\nX-POD-PHASE:Cold\r\nX-Pod-Age: 1.5\r\nContent-Length: 0\r\n\r\n", 1000,
               &taken);
    assert_string_equal(answer.labels.server, "web-1");
    assert_int_equal(answer.labels.warmth, WARMTH_COLD);
    assert_int_equal(answer.labels.server_age, 1500000000);
    http_answer_begin(&answer);
    assert_string_equal(answer.labels.server, "");
    assert_int_equal(answer.labels.server_age, -1);
    http_answer_release(&answer);
}

static void test_a_name_ends_where_its_line_says(void **state)
{
    (void)state;
    static const char line[] = "X-Pod-Age\0\0\0: 1";
    struct header_line header;
    assert_true(header_line_split(line, sizeof line - 1, &header));
    assert_int_equal(header.name_length, 12);
    assert_false(header_line_is(&header, "X-Pod-Age"));
    assert_false(header_line_is(&header, "X-Pod-Age-Or-So"));
}

static void test_heads_have_a_maximum(void **state)
{
    (void)state;
    static const char begin[] = HEAD "X: ";
    struct http_answer answer;
    size_t taken = 0;
    AUTO_FREE char *bytes = memory_allocate(1, HTTP_HEAD_MAXIMUM + 100);
    memset(bytes, 'x', HTTP_HEAD_MAXIMUM + 99);
    memcpy(bytes, begin, sizeof begin - 1);
    http_answer_init(&answer, &spec);
    assert_int_equal(feed(&answer, bytes, 1000, &taken), HTTP_BAD);
    assert_true(taken <= HTTP_HEAD_MAXIMUM + 1000);
    memcpy(bytes + HTTP_HEAD_MAXIMUM - 23, "\r\nContent-Length: 0\r\n\r\n", 24);
    assert_int_equal(feed(&answer, bytes, 1000, &taken), HTTP_DONE);
    http_answer_release(&answer);
}

static int prepare(void **state)
{
    (void)state;
    load_spec_init(&spec);
    return 0;
}

static int release(void **state)
{
    (void)state;
    load_spec_release(&spec);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_in_pieces),
        cmocka_unit_test(test_what_follows_is_not_touched),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_a_name_ends_where_its_line_says),
        cmocka_unit_test(test_heads_have_a_maximum),
    };
    return cmocka_run_group_tests_name("http answer", tests, prepare, release);
}
