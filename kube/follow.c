#include "kube/follow.h"

#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "kube/client.h"
#include "kube/watch_stream.h"

#define VERSION_SIZE 64
/* A watch that lived this long is worth resuming even when nothing came. */
#define HEALTHY (5 * NANOSECONDS_PER_SECOND)
#define FAILURE_TEXT_MAXIMUM (64u * 1024)

const struct follow_timing follow_timing_default = {
    .list_deadline = 30 * NANOSECONDS_PER_SECOND,
    .watch_timeout = 60 * NANOSECONDS_PER_SECOND,
    .watch_grace = 10 * NANOSECONDS_PER_SECOND,
    .back_off_first = 100 * NANOSECONDS_PER_MILLISECOND,
    .back_off_most = 5 * NANOSECONDS_PER_SECOND,
};

/* How a list or a watch ended. */
enum verdict {
    VERDICT_GOOD,    /* listed; or the watch ran its time */
    VERDICT_STOPPED, /* by the caller */
    VERDICT_BROKEN,  /* the server is away, or cannot serve now: it can go on where it was */
    VERDICT_GARBLED, /* what the server said makes no sense: list again, unless the next attempt is better */
    VERDICT_EXPIRED, /* the server does not know the version (any more) */
    VERDICT_FATAL    /* trouble that does not heal */
};

struct follow {
    struct kube_client *client;
    const struct follow_timing *timing;
    const char *path;
    const char *selector; /* escaped; NULL = all */
    kube_event *event;
    void *context;
    const atomic_bool *stop;

    char version[VERSION_SIZE]; /* up to which everything was seen; "" = list first */
    bool listed;                /* once at least */
    bool in_gap;                /* reported, and not over */
    int failures;               /* in a row */
    int64_t retry_after;        /* of the last answer */
    struct error trouble;

    /* of the watch that is going on */
    struct watch_stream stream;
    struct buffer failure; /* the body of an answer that is not 200 */
    bool progressed;       /* a line came */
    bool expired;
};

static char *request_path(const struct follow *follow, const char *query)
{
    char separator = strchr(follow->path, '?') != NULL ? '&' : '?';
    if (follow->selector == NULL)
        return query[0] != '\0' ? memory_format("%s%c%s", follow->path, separator, query) : memory_copy_text(follow->path);
    return memory_format("%s%clabelSelector=%s%s%s", follow->path, separator, follow->selector, query[0] != '\0' ? "&" : "",
                         query);
}

/* Client errors say that the request is wrong, except those that say "not now". */
static bool is_fatal_code(int code)
{
    return code >= 400 && code < 500 && code != 408 && code != 409 && code != 410 && code != 429;
}

static void remember_version(struct follow *follow, const cJSON *object)
{
    const char *version = json_text(json_get(object, "metadata", "resourceVersion"), "");
    if (version[0] != '\0' && strlen(version) < sizeof follow->version)
        (void)snprintf(follow->version, sizeof follow->version, "%s", version);
}

/* Items of a list come without apiVersion and kind; the list's say what they are. */
static void name_item(cJSON *item, const char *api_version, const char *list_kind)
{
    size_t length = strlen(list_kind);
    if (json_get(item, "kind") != NULL || length <= 4 || strcmp(list_kind + length - 4, "List") != 0)
        return;
    AUTO_FREE char *kind = memory_copy_bytes(list_kind, length - 4);
    json_set_text(item, "apiVersion", api_version);
    json_set_text(item, "kind", kind);
}

static enum verdict deliver_list(struct follow *follow, const cJSON *list)
{
    cJSON *items = json_get(list, "items");
    const char *version = json_text(json_get(list, "metadata", "resourceVersion"), "");
    bool none = items == NULL || cJSON_IsNull(items); /* how Go writes an empty list now and then */
    if ((!none && !cJSON_IsArray(items)) || version[0] == '\0' || strlen(version) >= sizeof follow->version) {
        (void)error_set(&follow->trouble, "%s: the answer is no list with a resourceVersion", follow->path);
        return VERDICT_BROKEN;
    }
    const char *api_version = json_text(json_get(list, "apiVersion"), "");
    const char *kind = json_text(json_get(list, "kind"), "");
    cJSON *item = NULL;
    cJSON_ArrayForEach (item, items) {
        if (!cJSON_IsObject(item))
            continue;
        name_item(item, api_version, kind);
        follow->event(KUBE_LISTED, item, NULL, follow->context);
    }
    (void)snprintf(follow->version, sizeof follow->version, "%s", version);
    follow->listed = true;
    follow->in_gap = false;
    follow->event(KUBE_LISTED_ALL, NULL, NULL, follow->context);
    return VERDICT_GOOD;
}

/* A 401 after which other credentials are there; once, until something works again. */
static bool gets_other_credentials(const struct follow *follow, const struct exchange *exchange)
{
    return exchange->code == 401 && follow->failures == 0 && transport_renew_credentials(follow->client->transport, exchange);
}

static enum verdict list(struct follow *follow)
{
    AUTO_FREE char *path = request_path(follow, "");
    AUTO_KUBE_ANSWER struct kube_answer answer = {.code = 0};
    struct exchange exchange = {
        .method = "GET", .path = path, .until = clock_monotonic() + follow->timing->list_deadline, .stop = follow->stop};
    enum exchange_outcome outcome = client_try(follow->client, REQUEST_READ, &exchange, &answer, &follow->trouble);
    follow->retry_after = exchange.retry_after;
    if (outcome == EXCHANGE_STOPPED)
        return VERDICT_STOPPED;
    if (outcome == EXCHANGE_ANSWERED && gets_other_credentials(follow, &exchange))
        return VERDICT_BROKEN;
    if (outcome == EXCHANGE_UNTRUSTED || (outcome == EXCHANGE_ANSWERED && is_fatal_code(answer.code)))
        return follow->listed ? VERDICT_BROKEN : VERDICT_FATAL;
    if (outcome != EXCHANGE_ANSWERED || answer.code != 200)
        return VERDICT_BROKEN;
    return deliver_list(follow, answer.body);
}

/* 410: the version is too old. ResourceVersionTooLarge: the server's data are older than what it said before, as when they
 * were restored from a copy. */
static bool is_expired(int64_t code, const cJSON *status)
{
    const cJSON *cause = NULL;
    cJSON_ArrayForEach (cause, json_get(status, "details", "causes")) {
        if (strcmp(json_text(json_get(cause, "reason"), ""), "ResourceVersionTooLarge") == 0)
            return true;
    }
    return code == 410;
}

static bool take_error(struct follow *follow, const cJSON *status)
{
    int64_t code = json_integer(json_get(status, "code"), 0);
    (void)client_describe_failure(follow->client, (int)code, status, NULL, &follow->trouble);
    follow->expired = is_expired(code, status);
    return false;
}

/* The watch stands: what is told from now on follows on what was seen. */
static void take_start(void *context, int code)
{
    struct follow *follow = context;
    if (code != 200 || !follow->in_gap)
        return;
    follow->in_gap = false;
    follow->event(KUBE_RESUMED, NULL, NULL, follow->context);
}

static bool take_line(void *context, const char *text, size_t length)
{
    struct follow *follow = context;
    CLEANUP(watch_line_release) struct watch_line line;
    if (watch_line_parse(text, length, &line, &follow->trouble) < 0)
        return false;
    static const enum kube_event_type types[] = {
        [WATCH_TYPE_ADDED] = KUBE_ADDED, [WATCH_TYPE_MODIFIED] = KUBE_MODIFIED, [WATCH_TYPE_DELETED] = KUBE_DELETED};
    if (line.type == WATCH_TYPE_ERROR)
        return take_error(follow, line.object);
    follow->progressed = true;
    if (line.type != WATCH_TYPE_BOOKMARK)
        follow->event(types[line.type], line.object, NULL, follow->context);
    remember_version(follow, line.object);
    return true;
}

static bool take_bytes(void *context, int code, const char *bytes, size_t length)
{
    struct follow *follow = context;
    if (code != 200)
        return buffer_append(&follow->failure, bytes, length) == 0;
    return watch_stream_feed(&follow->stream, bytes, length, take_line, follow, &follow->trouble) == 0;
}

/* The verdict on a watch whose answer is complete. */
static enum verdict judge_answer(struct follow *follow, const struct exchange *exchange)
{
    if (exchange->code == 200 && !watch_stream_is_partial(&follow->stream))
        return VERDICT_GOOD;
    if (exchange->code == 200) {
        (void)error_set(&follow->trouble, "%s: the watch ended in the middle of an event", follow->path);
        return VERDICT_BROKEN;
    }
    AUTO_JSON cJSON *status = json_parse(follow->failure.data, follow->failure.length, NULL);
    (void)client_describe_failure(follow->client, exchange->code, status, status == NULL ? follow->failure.data : NULL,
                                  &follow->trouble);
    if (is_expired(exchange->code, status))
        return VERDICT_EXPIRED;
    if (gets_other_credentials(follow, exchange))
        return VERDICT_BROKEN;
    return is_fatal_code(exchange->code) ? VERDICT_GARBLED : VERDICT_BROKEN;
}

static enum verdict judge_watch(struct follow *follow, enum exchange_outcome outcome, const struct exchange *exchange,
                                const struct error *transport_error)
{
    switch (outcome) {
    case EXCHANGE_STOPPED:
        return VERDICT_STOPPED;
    case EXCHANGE_ANSWERED:
        return judge_answer(follow, exchange);
    case EXCHANGE_REJECTED: /* by take_bytes, which has said why, or for its headers */
        if (follow->trouble.text[0] == '\0')
            follow->trouble = *transport_error;
        return follow->expired ? VERDICT_EXPIRED : VERDICT_GARBLED;
    default:
        follow->trouble = *transport_error;
        return VERDICT_BROKEN;
    }
}

static enum verdict watch(struct follow *follow)
{
    const struct follow_timing *timing = follow->timing;
    AUTO_FREE char *query = memory_format("watch=1&allowWatchBookmarks=true&timeoutSeconds=%lld&resourceVersion=%s",
                                          (long long)(timing->watch_timeout / NANOSECONDS_PER_SECOND), follow->version);
    AUTO_FREE char *path = request_path(follow, query);
    int64_t start = clock_monotonic();
    struct exchange exchange = {.method = "GET",
                                .path = path,
                                .until = start + timing->watch_timeout + timing->watch_grace,
                                .stop = follow->stop,
                                .answered = take_start,
                                .receive = take_bytes,
                                .context = follow};
    watch_stream_init(&follow->stream);
    buffer_init(&follow->failure, FAILURE_TEXT_MAXIMUM);
    follow->progressed = false;
    follow->expired = false;
    follow->trouble = ERROR_NONE;
    struct error transport_error = ERROR_NONE;
    enum exchange_outcome outcome = client_exchange(follow->client, REQUEST_WATCH, &exchange, &transport_error);
    enum verdict verdict = judge_watch(follow, outcome, &exchange, &transport_error);
    follow->retry_after = exchange.retry_after;
    watch_stream_release(&follow->stream);
    buffer_release(&follow->failure);

    bool healthy = follow->progressed || clock_monotonic() - start >= HEALTHY;
    if (healthy)
        follow->failures = 0;
    /* A server that ends every watch at once must not be asked without pause. */
    if (verdict == VERDICT_GOOD && !healthy)
        follow->failures = follow->failures > 0 ? follow->failures : 1;
    return verdict;
}

static void report_gap(struct follow *follow)
{
    if (follow->in_gap)
        return;
    follow->in_gap = true;
    transport_clean_text(follow->client->transport, &follow->trouble);
    follow->event(KUBE_GAP, NULL, follow->trouble.text, follow->context);
}

static void back_off(const struct follow *follow)
{
    int64_t wait = follow->timing->back_off_first;
    for (int i = 1; i < follow->failures && wait < follow->timing->back_off_most; i++)
        wait *= 2;
    if (follow->retry_after > wait)
        wait = follow->retry_after;
    wait = wait < follow->timing->back_off_most ? wait : follow->timing->back_off_most;
    client_sleep(client_jitter(wait), follow->stop);
}

/* Draws the consequences; false when following is over. */
static bool go_on(struct follow *follow, enum verdict verdict, bool was_list)
{
    switch (verdict) {
    case VERDICT_STOPPED:
    case VERDICT_FATAL:
        return false;
    case VERDICT_GOOD:
        if (!was_list && follow->failures > 0)
            back_off(follow);
        return true;
    case VERDICT_EXPIRED:
        report_gap(follow);
        follow->version[0] = '\0';
        follow->failures++;
        if (follow->failures > 1)
            back_off(follow);
        return true;
    case VERDICT_BROKEN:
    case VERDICT_GARBLED:
        follow->failures++;
        if (was_list || follow->failures > 1)
            report_gap(follow);
        if (verdict == VERDICT_GARBLED && follow->failures > 1)
            follow->version[0] = '\0';
        back_off(follow);
        return true;
    }
    return false;
}

int follow_collection(struct kube_client *client, const char *collection_path, const char *label_selector,
                      const struct follow_timing *timing, kube_event *event, void *context, const atomic_bool *stop,
                      struct error *error)
{
    AUTO_FREE char *selector = label_selector != NULL ? transport_escape(label_selector) : NULL;
    struct follow follow = {.client = client,
                            .timing = timing,
                            .path = collection_path,
                            .selector = selector,
                            .event = event,
                            .context = context,
                            .stop = stop};
    enum verdict verdict = VERDICT_GOOD;
    for (bool more = true; more && !atomic_load(stop);) {
        bool was_list = follow.version[0] == '\0';
        verdict = was_list ? list(&follow) : watch(&follow);
        more = go_on(&follow, verdict, was_list);
    }
    if (verdict == VERDICT_FATAL)
        return error_set(error, "%s: %s", collection_path, follow.trouble.text);
    return 0;
}

int kube_follow(struct kube_client *client, const char *collection_path, const char *label_selector, kube_event *event,
                void *context, const atomic_bool *stop, struct error *error)
{
    return follow_collection(client, collection_path, label_selector, &follow_timing_default, event, context, stop, error);
}
