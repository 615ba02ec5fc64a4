#include "driver/remote_write/remote_write.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/version.h"
#include "driver/remote_write/snappy.h"
#include "driver/remote_write/varint.h"

#define SAMPLES_A_REQUEST 5000
#define MESSAGE_MAXIMUM ((size_t)4 * 1024 * 1024)
#define ANSWER_MAXIMUM 512
#define ATTEMPTS 5
#define FIRST_PAUSE (500 * NANOSECONDS_PER_MILLISECOND)
#define TIMEOUT_MILLISECONDS 10000L
#define CONNECT_TIMEOUT_MILLISECONDS 3000L

/* The wire types of protobuf. */
enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2 };

struct sender {
    CURL *curl;
    struct curl_slist *headers;
    struct buffer answer;
};

int remote_write_check(const char *url, struct error *error)
{
    CURLU *parts = curl_url();
    char *scheme = NULL;
    bool fits = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    curl_url_cleanup(parts);
    return fits ? 0 : error_set(error, "expected an http:// or https:// URL, such as http://127.0.0.1:9090/api/v1/write");
}

static void append_key(struct buffer *message, unsigned number, unsigned type)
{
    varint_append(message, number << 3 | type);
}

static void append_bytes(struct buffer *message, unsigned number, const char *bytes, size_t length)
{
    append_key(message, number, WIRE_BYTES);
    varint_append(message, length);
    (void)buffer_append(message, bytes, length);
}

/* Label {1 name, 2 value} as field 1 of the series. */
static void append_label(struct buffer *message, const struct time_label *label)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, MESSAGE_MAXIMUM);
    append_bytes(&text, 1, label->name, strlen(label->name));
    append_bytes(&text, 2, label->value, strlen(label->value));
    append_bytes(message, 1, text.data, text.length);
}

/* Sample {1 value, 2 milliseconds} as field 2 of the series; protobuf's doubles have their lowest byte first. */
static void append_sample(struct buffer *message, const struct time_sample *sample)
{
    AUTO_BUFFER struct buffer text = {0};
    uint64_t bits;
    memcpy(&bits, &sample->value, sizeof bits);
    buffer_init(&text, 64);
    append_key(&text, 1, WIRE_FIXED64);
    for (int byte = 0; byte < 8; byte++)
        (void)buffer_append_character(&text, (char)(bits >> (8 * byte)));
    append_key(&text, 2, WIRE_VARINT);
    varint_append(&text, (uint64_t)sample->time);
    append_bytes(message, 2, text.data, text.length);
}

void remote_write_append(struct buffer *message, const struct time_series *series, size_t first, size_t count)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, MESSAGE_MAXIMUM);
    for (size_t i = 0; i < series->label_count; i++)
        append_label(&text, &series->labels[i]);
    for (size_t i = first; i < first + count; i++)
        append_sample(&text, &series->samples[i]);
    append_bytes(message, 1, text.data, text.length);
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct sender *sender = context;
    size_t room = ANSWER_MAXIMUM - sender->answer.length;
    size_t length = size * count;
    (void)buffer_append(&sender->answer, bytes, length < room ? length : room);
    return length;
}

/* 0 = taken, 1 = perhaps later, -1 = refused. */
static int post(struct sender *sender, const struct buffer *body, struct error *error)
{
    char reason[CURL_ERROR_SIZE] = "";
    long status = 0;
    buffer_clear(&sender->answer);
    (void)curl_easy_setopt(sender->curl, CURLOPT_ERRORBUFFER, reason);
    (void)curl_easy_setopt(sender->curl, CURLOPT_POSTFIELDS, body->data);
    (void)curl_easy_setopt(sender->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->length);
    CURLcode code = curl_easy_perform(sender->curl);
    (void)curl_easy_setopt(sender->curl, CURLOPT_ERRORBUFFER, NULL);
    (void)curl_easy_getinfo(sender->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK) {
        (void)error_set(error, "%s", reason[0] != '\0' ? reason : curl_easy_strerror(code));
        return 1;
    }
    if (status / 100 == 2)
        return 0;
    sender->answer.data[strcspn(sender->answer.data, "\r\n")] = '\0';
    (void)error_set(error, "status %ld: %s", status, sender->answer.data);
    return status / 100 == 5 || status == 429 ? 1 : -1;
}

static int send_message(struct sender *sender, const struct buffer *message, struct error *error)
{
    AUTO_BUFFER struct buffer body = {0};
    int64_t pause = FIRST_PAUSE;
    buffer_init(&body, 2 * MESSAGE_MAXIMUM);
    snappy_append(&body, message->data, message->length);
    for (int attempt = 1;; attempt++) {
        int result = post(sender, &body, error);
        if (result == 0)
            return 0;
        if (result < 0 || attempt == ATTEMPTS)
            return -1;
        clock_sleep_until(clock_monotonic() + pause);
        pause *= 2;
    }
}

static void open_sender(struct sender *sender, const char *url, const char *token)
{
    static const char *const headers[] = {"Content-Type: application/x-protobuf", "Content-Encoding: snappy",
                                          "X-Prometheus-Remote-Write-Version: 0.1.0", "Expect:"};
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    sender->curl = curl_easy_init();
    buffer_init(&sender->answer, ANSWER_MAXIMUM);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        sender->headers = curl_slist_append(sender->headers, headers[i]);
    if (token != NULL) {
        char *authorization = memory_format("Authorization: Bearer %s", token);
        sender->headers = curl_slist_append(sender->headers, authorization);
        memory_wipe_text(authorization);
    }
    if (sender->curl == NULL)
        return;
    (void)curl_easy_setopt(sender->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(sender->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(sender->curl, CURLOPT_HTTPHEADER, sender->headers);
    (void)curl_easy_setopt(sender->curl, CURLOPT_USERAGENT, "hpalab/" HPALAB_VERSION);
    (void)curl_easy_setopt(sender->curl, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(sender->curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(sender->curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MILLISECONDS);
    (void)curl_easy_setopt(sender->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MILLISECONDS);
    (void)curl_easy_setopt(sender->curl, CURLOPT_WRITEFUNCTION, take_answer);
    (void)curl_easy_setopt(sender->curl, CURLOPT_WRITEDATA, sender);
}

static void close_sender(struct sender *sender)
{
    curl_easy_cleanup(sender->curl);
    curl_slist_free_all(sender->headers);
    buffer_release(&sender->answer);
}

/* Series fill requests of about the same size; a long series goes over several, in its order. */
static int send_all(struct sender *sender, const struct time_series_set *set, struct error *error)
{
    AUTO_BUFFER struct buffer message = {0};
    size_t room = SAMPLES_A_REQUEST;
    buffer_init(&message, MESSAGE_MAXIMUM);
    for (size_t i = 0; i < set->count; i++) {
        const struct time_series *series = set->series[i];
        for (size_t first = 0; first < series->sample_count;) {
            size_t left = series->sample_count - first;
            size_t count = left < room ? left : room;
            remote_write_append(&message, series, first, count);
            first += count;
            room -= count;
            if (room > 0)
                continue;
            if (send_message(sender, &message, error) < 0)
                return -1;
            buffer_clear(&message);
            room = SAMPLES_A_REQUEST;
        }
    }
    return message.length > 0 ? send_message(sender, &message, error) : 0;
}

int remote_write_send(const char *url, const char *token, const struct time_series_set *set, struct error *error)
{
    struct sender sender = {0};
    open_sender(&sender, url, token);
    int result = sender.curl == NULL ? error_set(error, "libcurl cannot be used") : send_all(&sender, set, error);
    close_sender(&sender);
    return result < 0 ? error_context(error, "remote write") : 0;
}
