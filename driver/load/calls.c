#include "driver/load/calls.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"

#define ANSWER_MAXIMUM 1024  /* bytes of an answer that are read; what follows is passed over */
#define MOST_CONNECTIONS 64L /* at once */
#define LONGEST_WAIT 100     /* milliseconds until *stop is looked at again */

struct exchange {
    struct call *call;
    CURL *handle;
    char failure[CURL_ERROR_SIZE];
    char answer[ANSWER_MAXIMUM + 1];
    size_t length;
};

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t room = ANSWER_MAXIMUM - exchange->length;
    size_t length = size * count;
    memcpy(exchange->answer + exchange->length, bytes, length < room ? length : room);
    exchange->length += length < room ? length : room;
    return length;
}

/* What the demo apps' answer says went wrong, else its first line. */
static void describe_answer(struct exchange *exchange)
{
    AUTO_JSON cJSON *body = json_parse(exchange->answer, exchange->length, NULL);
    const char *text = json_text(json_get(body, "error"), exchange->answer);
    (void)error_set(&exchange->call->problem, "HTTP %d%s%.*s", exchange->call->code, *text != '\0' ? ": " : "",
                    (int)strcspn(text, "\r\n"), text);
}

static void finish(struct exchange *exchange, CURLcode result)
{
    long code = 0;
    (void)curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &code);
    exchange->call->code = (int)code;
    exchange->call->problem = (struct error)ERROR_NONE;
    if (result == CURLE_OPERATION_TIMEDOUT)
        (void)error_set(&exchange->call->problem, "no answer in time");
    else if (result != CURLE_OK)
        (void)error_set(&exchange->call->problem, "%s",
                        exchange->failure[0] != '\0' ? exchange->failure : curl_easy_strerror(result));
    else if (code / 100 != 2)
        describe_answer(exchange);
}

static void begin(struct exchange *exchange, struct call *call, CURLM *multi, long milliseconds)
{
    CURL *handle = curl_easy_init();
    if (handle == NULL)
        abort();
    *exchange = (struct exchange){.call = call, .handle = handle};
    call->code = 0;
    (void)error_set(&call->problem, "it was not waited for");
    (void)curl_easy_setopt(handle, CURLOPT_URL, call->url);
    (void)curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call->method);
    (void)curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http");
    (void)curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    (void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds);
    (void)curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, exchange->failure);
    (void)curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
    (void)curl_easy_setopt(handle, CURLOPT_WRITEDATA, exchange);
    (void)curl_easy_setopt(handle, CURLOPT_PRIVATE, exchange);
    (void)curl_multi_add_handle(multi, handle);
}

static void take_ends(CURLM *multi)
{
    int left = 0;
    const CURLMsg *message = NULL;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        struct exchange *exchange = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        if (message->msg == CURLMSG_DONE)
            finish(exchange, message->data.result);
    }
}

/* Each handle's own time limit ends it at the deadline. */
static void drive(CURLM *multi, const atomic_bool *stop)
{
    int running = 1;
    while (running > 0 && (stop == NULL || !atomic_load(stop))) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return;
        take_ends(multi);
        if (running > 0)
            (void)curl_multi_poll(multi, NULL, 0, LONGEST_WAIT, NULL);
    }
}

size_t calls_perform(struct call *calls, size_t count, int64_t deadline, const atomic_bool *stop)
{
    int64_t left = deadline - clock_monotonic();
    long milliseconds = left > NANOSECONDS_PER_MILLISECOND ? (long)(left / NANOSECONDS_PER_MILLISECOND) : 1;
    AUTO_FREE struct exchange *exchanges = memory_allocate(count, sizeof *exchanges);
    CURLM *multi = curl_multi_init();
    if (multi == NULL)
        abort();
    (void)curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, MOST_CONNECTIONS);
    for (size_t i = 0; i < count; i++)
        begin(&exchanges[i], &calls[i], multi, milliseconds);
    drive(multi, stop);
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        (void)curl_multi_remove_handle(multi, exchanges[i].handle);
        curl_easy_cleanup(exchanges[i].handle);
        failed += calls[i].problem.text[0] != '\0' ? 1 : 0;
    }
    (void)curl_multi_cleanup(multi);
    return failed;
}

char *calls_url(const char *address, uint16_t port, const char *path)
{
    bool version_6 = strchr(address, ':') != NULL;
    return memory_format("http://%s%s%s:%u%s", version_6 ? "[" : "", address, version_6 ? "]" : "", port, path);
}
