#include "kube/client.h"

#include <stdlib.h>
#include <sys/random.h>

#include "common/clock.h"
#include "common/memory.h"

#define STOP_PERIOD (100 * NANOSECONDS_PER_MILLISECOND)

struct kube_client *kube_open(const char *path, const char *context, struct error *error)
{
    struct kube_client *client = memory_allocate(1, sizeof *client);
    if (kubeconfig_load(path, context, &client->config, error) < 0) {
        kubeconfig_release(&client->config);
        free(client);
        return NULL;
    }
    client->transport = transport_create(&client->config);
    limit_open(&client->limit, KUBE_REQUESTS_PER_SECOND);
    (void)pthread_mutex_init(&client->discovery_mutex, NULL);
    return client;
}

void kube_close(struct kube_client *client)
{
    if (client == NULL)
        return;
    discovery_release(client);
    (void)pthread_mutex_destroy(&client->discovery_mutex);
    transport_destroy(client->transport);
    limit_close(&client->limit);
    kubeconfig_release(&client->config);
    free(client);
}

const char *kube_server(const struct kube_client *client)
{
    return client->config.server;
}

const char *kube_namespace(const struct kube_client *client)
{
    return client->config.namespace;
}

void kube_set_limit(struct kube_client *client, unsigned requests_per_second)
{
    limit_set(&client->limit, requests_per_second);
}

struct kube_counts kube_counts(struct kube_client *client)
{
    return (struct kube_counts){.reads = atomic_load(&client->counts[REQUEST_READ]),
                                .watches = atomic_load(&client->counts[REQUEST_WATCH]),
                                .writes = atomic_load(&client->counts[REQUEST_WRITE]),
                                .generators = atomic_load(&client->counts[REQUEST_GENERATOR]),
                                .repeated = atomic_load(&client->repeated)};
}

void kube_answer_release(struct kube_answer *answer)
{
    cJSON_Delete(answer->body);
    free(answer->text);
    *answer = (struct kube_answer){.code = 0};
}

int64_t client_jitter(int64_t duration)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        random = (uint32_t)clock_monotonic();
    return duration - duration / 5 + (int64_t)(random % 1000) * (duration / 5) * 2 / 1000;
}

void client_sleep(int64_t duration, const atomic_bool *stop)
{
    int64_t until = clock_monotonic() + duration;
    for (int64_t now = clock_monotonic(); now < until; now = clock_monotonic()) {
        if (stop != NULL && atomic_load(stop))
            return;
        clock_sleep_until(until - now < STOP_PERIOD ? until : now + STOP_PERIOD);
    }
}

enum exchange_outcome client_exchange(struct kube_client *client, enum request_kind kind, struct exchange *exchange,
                                      struct error *error)
{
    int64_t now = clock_monotonic();
    int64_t moment = now;
    if (kind != REQUEST_GENERATOR && !limit_take(&client->limit, now, exchange->until, &moment)) {
        (void)error_set(error, "%s: not asked in time: no more than %d requests a second are sent", client->config.server,
                        KUBE_REQUESTS_PER_SECOND);
        return EXCHANGE_TIMED_OUT;
    }
    client_sleep(moment - now, exchange->stop);
    if (exchange->stop != NULL && atomic_load(exchange->stop))
        return EXCHANGE_STOPPED;
    atomic_fetch_add(&client->counts[kind], 1);
    return transport_exchange(client->transport, exchange, error);
}
