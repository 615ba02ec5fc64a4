#include "kube/channels.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "kube/broken_pipe.h"

#define MAXIMUM_IDLE 16
#define KEEPALIVE_IDLE_SECONDS 10L
#define KEEPALIVE_INTERVAL_SECONDS 5L

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

void channels_open(struct channels *channels)
{
    (void)pthread_once(&library_once, start_library);
    *channels = (struct channels){0};
    (void)pthread_mutex_init(&channels->mutex, NULL);
}

static void channel_destroy(struct channel *channel)
{
    sigset_t before;
    broken_pipe_ignore(&before); /* TLS takes its leave of a server that may be gone */
    curl_easy_cleanup(channel->easy);
    (void)curl_multi_cleanup(channel->multi);
    broken_pipe_allow(&before);
    free(channel);
}

void channels_close(struct channels *channels)
{
    while (channels->idle != NULL) {
        struct channel *channel = channels->idle;
        channels->idle = channel->next;
        channel_destroy(channel);
    }
    (void)pthread_mutex_destroy(&channels->mutex);
}

struct channel *channel_take(struct channels *channels)
{
    (void)pthread_mutex_lock(&channels->mutex);
    struct channel *channel = channels->idle;
    if (channel != NULL) {
        channels->idle = channel->next;
        channels->idle_count--;
    }
    (void)pthread_mutex_unlock(&channels->mutex);
    if (channel != NULL)
        return channel;
    channel = memory_allocate(1, sizeof *channel);
    channel->easy = curl_easy_init();
    channel->multi = curl_multi_init();
    if (channel->easy == NULL || channel->multi == NULL)
        abort();
    (void)curl_multi_setopt(channel->multi, CURLMOPT_MAXCONNECTS, 2L);
    return channel;
}

void channel_return(struct channels *channels, struct channel *channel)
{
    curl_easy_reset(channel->easy);
    (void)pthread_mutex_lock(&channels->mutex);
    bool keep = channels->idle_count < MAXIMUM_IDLE;
    if (keep) {
        channel->next = channels->idle;
        channels->idle = channel;
        channels->idle_count++;
    }
    (void)pthread_mutex_unlock(&channels->mutex);
    if (!keep)
        channel_destroy(channel);
}

static void set_blob(CURL *easy, CURLoption option, const char *text)
{
    struct curl_blob blob = {.data = (char *)(uintptr_t)text, .len = strlen(text), .flags = CURL_BLOB_NOCOPY};
    (void)curl_easy_setopt(easy, option, &blob);
}

static void set_trust(CURL *easy, const struct kubeconfig *config, bool loopback)
{
    if (config->insecure) {
        (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (config->authority != NULL) {
        set_blob(easy, CURLOPT_CAINFO_BLOB, config->authority);
        /* Without this the system's certificates would be trusted beside the cluster's own. */
        (void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (config->username != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        (void)curl_easy_setopt(easy, CURLOPT_USERNAME, config->username);
        (void)curl_easy_setopt(easy, CURLOPT_PASSWORD, config->password != NULL ? config->password : "");
    }
    if (config->proxy_url != NULL || loopback)
        (void)curl_easy_setopt(easy, CURLOPT_PROXY, config->proxy_url != NULL ? config->proxy_url : "");
}

void channel_set_connection(struct channel *channel, const struct kubeconfig *config, bool loopback)
{
    CURL *easy = channel->easy;
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    set_trust(easy, config, loopback);
}

void channel_set_identity(struct channel *channel, const char *certificate, const char *key)
{
    if (certificate == NULL)
        return;
    set_blob(channel->easy, CURLOPT_SSLCERT_BLOB, certificate);
    set_blob(channel->easy, CURLOPT_SSLKEY_BLOB, key);
}
