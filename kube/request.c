#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "kube/client.h"
#include "kube/redact.h"

#define BACK_OFF_FIRST (100 * NANOSECONDS_PER_MILLISECOND)
#define BACK_OFF_MOST (2 * NANOSECONDS_PER_SECOND)
#define HANDSHAKE_TRIES 3

/* The first line of a text, for an error. */
static int first_line(const char *text)
{
    size_t length = strcspn(text, "\r\n");
    return (int)(length < 300 ? length : 300);
}

int client_describe_failure(struct kube_client *client, int code, const cJSON *body, const char *text, struct error *error)
{
    const char *message = json_text(json_get(body, "message"), "");
    const char *reason = json_text(json_get(body, "reason"), "");
    if (message[0] != '\0')
        (void)error_set(error, "%.800s (%d%s%.60s)", message, code, reason[0] != '\0' ? " " : "", reason);
    else if (text != NULL && text[0] != '\0')
        (void)error_set(error, "%.*s (%d)", first_line(text), text, code);
    else
        (void)error_set(error, "%s: HTTP status %d", client->config.server, code);
    transport_clean_text(client->transport, error);
    return -1;
}

static bool is_idempotent(const char *method, const char *body_type)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "DELETE") == 0 ||
           (strcmp(method, "PATCH") == 0 && body_type != NULL && strncmp(body_type, "application/apply-patch", 23) == 0);
}

static bool may_try_again(struct kube_client *client, const struct exchange *exchange, enum exchange_outcome outcome,
                          bool idempotent, int tries)
{
    int code = exchange->code;
    switch (outcome) {
    case EXCHANGE_NOT_CONNECTED:
        return true;
    case EXCHANGE_NO_TLS:
        return tries < HANDSHAKE_TRIES;
    case EXCHANGE_LOST:
        return idempotent;
    case EXCHANGE_ANSWERED:
        if (code == 401)
            return tries == 1 && transport_renew_credentials(client->transport, exchange);
        return code == 429 || (idempotent && (code == 500 || code == 502 || code == 503 || code == 504));
    default:
        return false;
    }
}

static bool collect_part(void *context, int code, const char *bytes, size_t length)
{
    (void)code;
    return buffer_append(context, bytes, length) == 0;
}

static bool is_json(const char *content_type)
{
    return strncasecmp(content_type, "application/json", 16) == 0;
}

/* Fills the answer from a whole body; -1 when the body is not what its type says. */
static int read_answer(const struct exchange *exchange, struct buffer *body, struct kube_answer *answer, struct error *error)
{
    answer->code = exchange->code;
    answer->server_time = exchange->server_time;
    if (body->length == 0)
        return 0;
    if (!is_json(exchange->content_type)) {
        answer->text = buffer_steal(body);
        return 0;
    }
    answer->body = json_parse(body->data, body->length, error);
    return answer->body != NULL ? 0 : error_context(error, "the API's answer");
}

enum exchange_outcome client_try(struct kube_client *client, enum request_kind kind, struct exchange *exchange,
                                 struct kube_answer *answer, struct error *error)
{
    AUTO_BUFFER struct buffer body;
    buffer_init(&body, KUBE_MAXIMUM_ANSWER);
    exchange->receive = collect_part;
    exchange->context = &body;
    enum exchange_outcome outcome = client_exchange(client, kind, exchange, error);
    exchange->context = NULL;
    if (outcome == EXCHANGE_REJECTED && body.overflowed)
        (void)error_set(error, "%s: the answer is larger than %u MiB", client->config.server, KUBE_MAXIMUM_ANSWER >> 20);
    if (outcome != EXCHANGE_ANSWERED)
        return outcome;
    bool good = exchange->code >= 200 && exchange->code < 300;
    if (read_answer(exchange, &body, answer, error) < 0 && good)
        return EXCHANGE_REJECTED;
    if (!good) {
        (void)client_describe_failure(client, exchange->code, answer->body, answer->text, error);
        redact_secret(error->text, exchange->header_value);
    }
    return outcome;
}

static int64_t wait_before_next(const struct exchange *exchange, int tries)
{
    int64_t wait = BACK_OFF_FIRST;
    for (int i = 1; i < tries && wait < BACK_OFF_MOST; i++)
        wait *= 2;
    wait = client_jitter(wait < BACK_OFF_MOST ? wait : BACK_OFF_MOST);
    return exchange->retry_after > wait ? exchange->retry_after : wait;
}

static bool is_good(enum exchange_outcome outcome, int code)
{
    return outcome == EXCHANGE_ANSWERED && code >= 200 && code < 300;
}

/* Hands the answer of the last try out. */
static int conclude(bool good, struct kube_answer *own, struct kube_answer *answer, const struct error *why, struct error *error)
{
    if (answer != NULL)
        *answer = *own;
    else
        kube_answer_release(own);
    return good ? 0 : error_set(error, "%s", why->text);
}

static enum request_kind kind_of(const struct kube_call *call)
{
    if (call->reads_generator)
        return REQUEST_GENERATOR;
    return strcmp(call->method, "GET") == 0 ? REQUEST_READ : REQUEST_WRITE;
}

int kube_send(struct kube_client *client, const struct kube_call *call, struct kube_answer *answer, struct error *error)
{
    struct error why = ERROR_NONE;
    struct kube_answer own = {.code = 0};
    struct exchange exchange = {.method = call->method,
                                .path = call->path,
                                .body_type = call->body_type,
                                .body = call->body,
                                .header_name = call->header_name,
                                .header_value = call->header_value,
                                .until = clock_monotonic() + call->deadline,
                                .stop = call->stop};
    bool idempotent = is_idempotent(call->method, call->body_type);
    enum exchange_outcome last = EXCHANGE_TIMED_OUT;
    for (int tries = 1;; tries++) {
        kube_answer_release(&own);
        last = client_try(client, kind_of(call), &exchange, &own, &why);
        int64_t wait = wait_before_next(&exchange, tries);
        if (call->once || is_good(last, own.code) || !may_try_again(client, &exchange, last, idempotent, tries) ||
            clock_monotonic() + wait >= exchange.until)
            break;
        client_sleep(wait, call->stop);
        atomic_fetch_add(&client->repeated, 1);
    }
    if (last == EXCHANGE_STOPPED)
        (void)error_set(&why, "stopped");
    return conclude(is_good(last, own.code), &own, answer, &why, error);
}

int kube_request(struct kube_client *client, const char *method, const char *path, const char *body_type, const char *body,
                 int64_t deadline, struct kube_answer *answer, struct error *error)
{
    const struct kube_call call = {.method = method, .path = path, .body_type = body_type, .body = body, .deadline = deadline};
    return kube_send(client, &call, answer, error);
}

int kube_get_once(struct kube_client *client, const char *path, int64_t deadline, const atomic_bool *stop,
                  struct kube_answer *answer, struct error *error)
{
    const struct kube_call call = {.method = "GET", .path = path, .deadline = deadline, .stop = stop, .once = true};
    return kube_send(client, &call, answer, error);
}
