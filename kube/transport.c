#include "kube/transport.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/memory.h"
#include "kube/broken_pipe.h"
#include "kube/channels.h"
#include "kube/endpoint.h"
#include "kube/headers.h"
#include "kube/login.h"

#define CONNECT_TIMEOUT (10 * NANOSECONDS_PER_SECOND)
#define STOP_PERIOD_MILLISECONDS 100

struct transport {
    const struct kubeconfig *config;
    struct endpoint endpoint;
    struct login login;
    struct channels channels;
};

/* What is going on in one exchange. */
struct call {
    struct exchange *exchange;
    struct channel *channel;
    size_t header_bytes;
    bool rejected;
    char reason[CURL_ERROR_SIZE];
};

struct transport *transport_create(const struct kubeconfig *config)
{
    struct transport *transport = memory_allocate(1, sizeof *transport);
    transport->config = config;
    channels_open(&transport->channels);
    endpoint_init(&transport->endpoint, config);
    login_init(&transport->login, config);
    return transport;
}

void transport_destroy(struct transport *transport)
{
    channels_close(&transport->channels);
    login_release(&transport->login);
    endpoint_release(&transport->endpoint);
    free(transport);
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    struct exchange *exchange = call->exchange;
    long code = 0;
    (void)curl_easy_getinfo(call->channel->easy, CURLINFO_RESPONSE_CODE, &code);
    if (exchange->receive != NULL && !exchange->receive(exchange->context, (int)code, bytes, size * count)) {
        call->rejected = true;
        return 0;
    }
    return size * count;
}

/* The empty line after the headers of an answer, not of an interim one ("100 Continue"). */
static void tell_answered(const struct call *call, const char *line, size_t length)
{
    const struct exchange *exchange = call->exchange;
    long code = 0;
    if (exchange->answered == NULL || length > 2 || (line[0] != '\r' && line[0] != '\n'))
        return;
    (void)curl_easy_getinfo(call->channel->easy, CURLINFO_RESPONSE_CODE, &code);
    if (code >= 200)
        exchange->answered(exchange->context, (int)code);
}

static size_t receive_header(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    call->header_bytes += size * count;
    if (call->header_bytes <= TRANSPORT_MAXIMUM_HEADERS) {
        tell_answered(call, bytes, size * count);
        return size * count;
    }
    call->rejected = true;
    (void)snprintf(call->reason, sizeof call->reason, "the answer's headers are larger than %u bytes", TRANSPORT_MAXIMUM_HEADERS);
    return 0;
}

static void set_request(struct call *call, const char *url, struct curl_slist *headers)
{
    CURL *easy = call->channel->easy;
    const struct exchange *exchange = call->exchange;
    (void)curl_easy_setopt(easy, CURLOPT_URL, url);
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "hpalab");
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    if (exchange->body_type != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(exchange->body));
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body);
    }
    if (strcmp(exchange->method, "GET") != 0 || exchange->body_type != NULL)
        (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->reason);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* those of a proxy */
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    int64_t left = exchange->until - clock_monotonic();
    int64_t connect = left < CONNECT_TIMEOUT ? left : CONNECT_TIMEOUT;
    long milliseconds = (long)(connect / NANOSECONDS_PER_MILLISECOND);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds > 0 ? milliseconds : 1L);
}

static int poll_milliseconds(const struct exchange *exchange, int64_t now)
{
    int64_t left = (exchange->until - now) / NANOSECONDS_PER_MILLISECOND + 1;
    int64_t most = exchange->stop != NULL ? STOP_PERIOD_MILLISECONDS : 1000;
    return (int)(left < most ? left : most);
}

/* libcurl's verdict once the transfer has ended; false while it goes on. */
static bool transfer_ended(CURLM *multi, CURLcode *code)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(multi, &left); message != NULL; message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return true;
        }
    }
    return false;
}

/* With TLS 1.3 the server refuses a client's certificate, or that there is none, by an alert when the client already reads. */
static bool is_certificate_refused(const struct call *call)
{
    return strstr(call->reason, " alert ") != NULL && strstr(call->reason, "internal error") == NULL;
}

static enum exchange_outcome outcome_of(const struct call *call, CURLcode code)
{
    if (call->rejected)
        return EXCHANGE_REJECTED;
    switch (code) {
    case CURLE_OK:
        return EXCHANGE_ANSWERED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_OPERATION_TIMEDOUT: /* only connecting has a time-out of libcurl's own here */
        return EXCHANGE_NOT_CONNECTED;
    case CURLE_SSL_CONNECT_ERROR:
        return EXCHANGE_NO_TLS;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_URL_MALFORMAT:
        return EXCHANGE_UNTRUSTED;
    default:
        return is_certificate_refused(call) ? EXCHANGE_UNTRUSTED : EXCHANGE_LOST;
    }
}

static enum exchange_outcome drive(struct call *call, CURLcode *code)
{
    CURLM *multi = call->channel->multi;
    const struct exchange *exchange = call->exchange;
    for (;;) {
        int running = 0;
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return EXCHANGE_LOST;
        if (transfer_ended(multi, code))
            return outcome_of(call, *code);
        if (exchange->stop != NULL && atomic_load(exchange->stop))
            return EXCHANGE_STOPPED;
        int64_t now = clock_monotonic();
        if (now >= exchange->until)
            return EXCHANGE_TIMED_OUT;
        (void)curl_multi_poll(multi, NULL, 0, poll_milliseconds(exchange, now), NULL);
    }
}

static enum exchange_outcome drive_without_sigpipe(struct call *call, CURLcode *code)
{
    sigset_t before;
    broken_pipe_ignore(&before);
    (void)curl_multi_add_handle(call->channel->multi, call->channel->easy);
    enum exchange_outcome outcome = drive(call, code);
    (void)curl_multi_remove_handle(call->channel->multi, call->channel->easy);
    broken_pipe_allow(&before);
    return outcome;
}

static void collect(const struct call *call)
{
    struct exchange *exchange = call->exchange;
    CURL *easy = call->channel->easy;
    long code = 0;
    curl_off_t retry_after = 0;
    const char *content_type = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    (void)curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
    (void)curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &content_type);
    exchange->code = (int)code;
    struct curl_header *date = NULL;
    time_t seconds =
        curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK ? curl_getdate(date->value, NULL) : -1;
    exchange->server_time = seconds > 0 ? (int64_t)seconds * NANOSECONDS_PER_SECOND : 0;
    const curl_off_t most = 24 * 3600;
    exchange->retry_after = (retry_after < most ? retry_after : most) * NANOSECONDS_PER_SECOND;
    (void)snprintf(exchange->content_type, sizeof exchange->content_type, "%s", content_type != NULL ? content_type : "");
}

static void describe(const struct transport *transport, const struct call *call, enum exchange_outcome outcome, CURLcode code,
                     struct error *error)
{
    const char *server = transport->config->server;
    long number = 0;
    (void)curl_easy_getinfo(call->channel->easy, CURLINFO_OS_ERRNO, &number);
    const char *reason = call->reason[0] != '\0' ? call->reason : curl_easy_strerror(code);
    switch (outcome) {
    case EXCHANGE_ANSWERED:
    case EXCHANGE_STOPPED:
    case EXCHANGE_NO_CREDENTIALS:
        break;
    case EXCHANGE_TIMED_OUT:
        (void)error_set(error, "%s: no answer in time", server);
        break;
    case EXCHANGE_NOT_CONNECTED:
        (void)error_set(error, "%s: cannot connect: %s", server,
                        code == CURLE_COULDNT_CONNECT && number != 0 ? strerror((int)number) : reason);
        break;
    case EXCHANGE_NO_TLS:
    case EXCHANGE_UNTRUSTED:
        (void)error_set(error, "%s: TLS: %s", server, reason);
        break;
    case EXCHANGE_LOST:
        (void)error_set(error, "%s: connection lost: %s", server, reason);
        break;
    case EXCHANGE_REJECTED:
        (void)error_set(error, "%s: answer not accepted: %s", server, reason);
        break;
    }
}

/* The exchange with credentials that are there. */
static enum exchange_outcome exchange_as(struct transport *transport, struct exchange *exchange, const struct identity *identity,
                                         struct error *error)
{
    struct call call = {.exchange = exchange, .channel = channel_take(&transport->channels)};
    struct curl_slist *headers = headers_make(&transport->endpoint, transport->config, exchange, identity->token);
    struct curl_slist *connect_to =
        transport->endpoint.connect_to != NULL ? curl_slist_append(NULL, transport->endpoint.connect_to) : NULL;
    AUTO_FREE char *url = memory_format("%s%s", transport->endpoint.base, exchange->path);
    channel_set_connection(call.channel, transport->config, transport->endpoint.loopback);
    channel_set_identity(call.channel, identity->certificate, identity->key);
    (void)curl_easy_setopt(call.channel->easy, CURLOPT_CONNECT_TO, connect_to);
    set_request(&call, url, headers);

    CURLcode code = CURLE_OK;
    enum exchange_outcome outcome = drive_without_sigpipe(&call, &code);
    collect(&call);
    describe(transport, &call, outcome, code, error);
    channel_return(&transport->channels, call.channel);
    headers_free(headers);
    curl_slist_free_all(connect_to);
    return outcome;
}

enum exchange_outcome transport_exchange(struct transport *transport, struct exchange *exchange, struct error *error)
{
    exchange->code = 0;
    exchange->retry_after = 0;
    exchange->server_time = 0;
    exchange->content_type[0] = '\0';
    struct identity identity;
    enum exchange_outcome outcome = EXCHANGE_NO_CREDENTIALS;
    if (login_current(&transport->login, &identity, error) == 0)
        outcome = exchange_as(transport, exchange, &identity, error);
    exchange->credentials_version = identity.version;
    identity_release(&identity);
    transport_clean_text(transport, error);
    return outcome;
}

bool transport_renew_credentials(struct transport *transport, const struct exchange *exchange)
{
    return login_renew(&transport->login, exchange->credentials_version);
}

char *transport_escape(const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = memory_allocate(strlen(text) + 1, 3);
    char *to = escaped;
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (isalnum(byte) || byte == '-' || byte == '.' || byte == '_') {
            *to++ = *at;
            continue;
        }
        *to++ = '%';
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
    return escaped;
}

void transport_clean_text(struct transport *transport, struct error *error)
{
    if (error == NULL)
        return;
    login_redact(&transport->login, error->text);
    for (char *at = error->text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    }
}
