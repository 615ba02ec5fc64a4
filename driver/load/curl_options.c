#include "driver/load/curl_options.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "common/memory.h"

#define PLACEHOLDER "192.0.2.1"           /* of a network that nobody has (RFC 5737) */
#define REUSE_WITHOUT_TLS_WORKS 0x080000u /* version of libcurl */

/* At the begin of each handshake, after libcurl has put the URL's host into it. */
static void on_handshake(const SSL *handshake, int where, int result)
{
    (void)result;
    if ((where & SSL_CB_HANDSHAKE_START) == 0)
        return;
    const struct load_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(handshake));
    SSL *changed = (SSL *)(uintptr_t)handshake; /* OpenSSL hands it over as unchangeable, and means its state alone */
    (void)SSL_set_tlsext_host_name(changed, tls->server_name);
    if (!tls->insecure)
        (void)SSL_set1_host(changed, tls->server_name);
}

static CURLcode on_tls(CURL *easy, void *tls_context, void *context)
{
    (void)easy;
    SSL_CTX_set_app_data((SSL_CTX *)tls_context, context);
    SSL_CTX_set_info_callback(tls_context, on_handshake);
    return CURLE_OK;
}

static void set_tls(CURL *easy, const struct load_tls *tls)
{
    if (tls->ca_file != NULL)
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca_file);
    if (tls->certificate_file != NULL)
        (void)curl_easy_setopt(easy, CURLOPT_SSLCERT, tls->certificate_file);
    if (tls->key_file != NULL)
        (void)curl_easy_setopt(easy, CURLOPT_SSLKEY, tls->key_file);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls->insecure ? 0L : 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls->insecure || tls->server_name != NULL ? 0L : 2L);
    if (tls->server_name == NULL)
        return;
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, tls);
}

static bool is_secure(const struct transport_options *options)
{
    return options->url->secure;
}

/* HTTP/2 without TLS breaks in libcurl before 8.0 when a connection is used again: it begins anew with each request. */
static bool breaks_when_used_again(const struct transport_options *options)
{
    return options->spec->http == HTTP_2 && !is_secure(options) &&
           curl_version_info(CURLVERSION_NOW)->version_num < REUSE_WITHOUT_TLS_WORKS;
}

bool curl_options_keep(const struct transport_options *options)
{
    return options->spec->reuse != REUSE_NEVER && !breaks_when_used_again(options);
}

bool curl_options_multiplex(const struct transport_options *options)
{
    return options->spec->http == HTTP_2 && !breaks_when_used_again(options);
}

static void set_http(CURL *easy, const struct transport_options *options)
{
    enum load_http http = options->spec->http;
    long version = http == HTTP_1_1                        ? CURL_HTTP_VERSION_1_1
                   : http == HTTP_2 && !is_secure(options) ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
                                                           : CURL_HTTP_VERSION_2TLS;
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
    /* The first requests wait until it is known that they can share the first connection. */
    (void)curl_easy_setopt(easy, CURLOPT_PIPEWAIT, curl_options_multiplex(options) ? 1L : 0L);
}

struct curl_slist *curl_options_address(const struct transport_options *options)
{
    const struct url_template *url = options->url;
    const char *address = options->resolve_address != NULL ? options->resolve_address : PLACEHOLDER;
    uint16_t port = options->resolve_address != NULL && options->resolve_port != 0 ? options->resolve_port : url->port;
    if (options->resolve_address == NULL && options->addresses == NULL)
        return NULL;
    AUTO_FREE char *line = memory_format("%s:%u:%s:%u", url->host, url->port, address, port);
    return curl_slist_append(NULL, line);
}

/* A new connection: the placeholder stands for whichever address is the host's now. */
static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)purpose;
    struct sockaddr_in *address = (struct sockaddr_in *)(void *)&to->addr;
    struct in_addr placeholder;
    (void)inet_pton(AF_INET, PLACEHOLDER, &placeholder);
    if (to->family == AF_INET && address->sin_addr.s_addr == placeholder.s_addr)
        address->sin_addr = addresses_pick(context);
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void set_addresses(CURL *easy, const struct transport_options *options)
{
    if (options->addresses == NULL)
        return;
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, options->addresses);
}

void curl_options_set(CURL *easy, const struct transport_options *options)
{
    const struct load_spec *spec = options->spec;
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, spec->redirects > 0 ? 1L : 0L);
    (void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)spec->redirects);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, ""); /* what the environment says is in options already */
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy != NULL ? options->proxy : "");
    set_tls(easy, &spec->tls);
    set_http(easy, options);
    set_addresses(easy, options);
    (void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, curl_options_keep(options) ? 0L : 1L);
    (void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, curl_options_keep(options) ? 0L : 1L);
}
