#include "driver/load/resource_load.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/calls.h"
#include "driver/load/lease.h"

#define CALL_DEADLINE (2 * NANOSECONDS_PER_SECOND)

/* A pod and what it was given. */
struct receiver {
    struct resource_pod pod;
    int64_t part;         /* what it should have */
    int64_t told;         /* memory: what it holds, MiB; -1 = not known */
    struct leases leases; /* CPU */
    uint64_t failures;    /* calls of this second that failed */
};

struct resource_load {
    const struct load_spec *spec;
    struct load_sink sink;
    int64_t start;
    pthread_t thread;
    bool running;
    atomic_bool stop, finished;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool pods_changed;
    size_t pod_count;
    struct resource_pod *pods;
    size_t receiver_count; /* this and below: the thread's own */
    struct receiver *receivers;
};

int64_t resource_part(int64_t total, size_t count, size_t i)
{
    int64_t pods = (int64_t)count;
    return total / pods + ((int64_t)i < total % pods ? 1 : 0);
}

struct resource_load *resource_load_create(const struct load_spec *spec, struct load_sink sink)
{
    struct resource_load *load = memory_allocate(1, sizeof *load);
    pthread_condattr_t attributes;
    load->spec = spec;
    load->sink = sink;
    (void)pthread_mutex_init(&load->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&load->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    return load;
}

void resource_load_set_pods(struct resource_load *load, const struct resource_pod *pods, size_t count)
{
    size_t kept = count < RESOURCE_MOST_PODS ? count : RESOURCE_MOST_PODS;
    (void)pthread_mutex_lock(&load->lock);
    load->pods = memory_resize(load->pods, kept + 1, sizeof *load->pods);
    if (kept > 0)
        memcpy(load->pods, pods, kept * sizeof *pods);
    load->pod_count = kept;
    load->pods_changed = true;
    (void)pthread_cond_signal(&load->changed);
    (void)pthread_mutex_unlock(&load->lock);
}

static const struct receiver *find_receiver(const struct resource_load *load, const struct resource_pod *pod)
{
    for (size_t i = 0; i < load->receiver_count; i++)
        if (strcmp(load->receivers[i].pod.name, pod->name) == 0 && strcmp(load->receivers[i].pod.address, pod->address) == 0)
            return &load->receivers[i];
    return NULL;
}

/* Takes over the pods that were set, and what is known of those that were there before. */
static void take_pods(struct resource_load *load)
{
    (void)pthread_mutex_lock(&load->lock);
    struct receiver *receivers = memory_allocate(load->pod_count + 1, sizeof *receivers);
    for (size_t i = 0; i < load->pod_count; i++) {
        const struct receiver *known = find_receiver(load, &load->pods[i]);
        receivers[i] = known != NULL ? *known : (struct receiver){.pod = load->pods[i], .told = -1};
    }
    free(load->receivers);
    load->receivers = receivers;
    load->receiver_count = load->pod_count;
    load->pods_changed = false;
    (void)pthread_mutex_unlock(&load->lock);
}

/* The calls of one round, each with the receiver that it is for. */
struct round {
    size_t count;
    struct call *calls;
    char **urls; /* of the calls, owned */
    struct receiver **receivers;
    int64_t *amounts;
    int *seconds;
};

static void add_call(struct resource_load *load, struct round *round, struct receiver *receiver, int64_t amount, int seconds)
{
    bool memory = load->spec->type == LOAD_MEMORY;
    AUTO_FREE char *path = memory ? memory_format("/size?mib=%lld", (long long)amount)
                                  : memory_format("/load/cpu?millicores=%lld&seconds=%d", (long long)amount, seconds);
    round->urls[round->count] = calls_url(receiver->pod.address, load->spec->port, path);
    round->calls[round->count] = (struct call){.method = memory ? "PUT" : "POST", .url = round->urls[round->count]};
    round->receivers[round->count] = receiver;
    round->amounts[round->count] = amount;
    round->seconds[round->count] = seconds;
    round->count++;
}

static void plan_receiver(struct resource_load *load, struct round *round, struct receiver *receiver)
{
    int64_t plan[LEASE_SECONDS];
    if (load->spec->type == LOAD_MEMORY) {
        if (receiver->told != receiver->part)
            add_call(load, round, receiver, receiver->part, 0);
        return;
    }
    leases_plan(&receiver->leases, receiver->part, plan);
    for (int seconds = 1; seconds <= LEASE_SECONDS; seconds++)
        if (plan[seconds - 1] > 0)
            add_call(load, round, receiver, plan[seconds - 1], seconds);
}

static void take_answers(const struct resource_load *load, struct round *round)
{
    for (size_t i = 0; i < round->count; i++) {
        struct receiver *receiver = round->receivers[i];
        bool failed = round->calls[i].problem.text[0] != '\0';
        receiver->failures += failed ? 1 : 0;
        if (load->spec->type == LOAD_MEMORY)
            receiver->told = failed ? -1 : round->amounts[i];
        else if (!failed)
            leases_take(&receiver->leases, round->amounts[i], round->seconds[i]);
    }
}

/* Tells each pod what it should have and does not have. */
static void give(struct resource_load *load, int64_t total)
{
    size_t most = load->receiver_count * LEASE_SECONDS + 1;
    AUTO_FREE struct call *calls = memory_allocate(most, sizeof *calls);
    AUTO_FREE struct receiver **receivers = memory_allocate(most, sizeof *receivers);
    AUTO_FREE char **urls = memory_allocate(most, sizeof *urls);
    AUTO_FREE int64_t *amounts = memory_allocate(most, sizeof *amounts);
    AUTO_FREE int *seconds = memory_allocate(most, sizeof *seconds);
    struct round round = {.calls = calls, .urls = urls, .receivers = receivers, .amounts = amounts, .seconds = seconds};
    for (size_t i = 0; i < load->receiver_count; i++) {
        load->receivers[i].part = resource_part(total, load->receiver_count, i);
        plan_receiver(load, &round, &load->receivers[i]);
    }
    (void)calls_perform(calls, round.count, clock_monotonic() + CALL_DEADLINE, NULL);
    take_answers(load, &round);
    for (size_t i = 0; i < round.count; i++)
        free(urls[i]);
}

static void report(struct resource_load *load, int64_t second, int64_t total)
{
    struct load_share share = {.second = second, .target = (double)total};
    if (load->receiver_count == 0)
        load->sink.share(load->sink.context, load->spec, &share);
    for (size_t i = 0; i < load->receiver_count; i++) {
        struct receiver *receiver = &load->receivers[i];
        bool memory = load->spec->type == LOAD_MEMORY;
        (void)snprintf(share.server, sizeof share.server, "%s", receiver->pod.name);
        share.given = memory ? (double)(receiver->told > 0 ? receiver->told : 0) : (double)receiver->leases.amounts[0];
        share.failures = receiver->failures;
        receiver->failures = 0;
        load->sink.share(load->sink.context, load->spec, &share);
    }
}

/* Waits for the moment (monotonic), less when pods change or the load is to stop. True at the moment. */
static bool wait_until(struct resource_load *load, int64_t moment)
{
    const struct timespec until = {.tv_sec = moment / NANOSECONDS_PER_SECOND, .tv_nsec = moment % NANOSECONDS_PER_SECOND};
    int code = 0;
    (void)pthread_mutex_lock(&load->lock);
    while (code == 0 && !load->pods_changed && !atomic_load(&load->stop))
        code = pthread_cond_timedwait(&load->changed, &load->lock, &until);
    (void)pthread_mutex_unlock(&load->lock);
    return code != 0;
}

static int64_t total_at(const struct load_spec *spec, int64_t second)
{
    return (int64_t)llround(load_spec_rate_at(spec, second * NANOSECONDS_PER_SECOND + NANOSECONDS_PER_SECOND / 2));
}

static void pass_seconds(struct resource_load *load, int64_t seconds)
{
    for (size_t i = 0; i < load->receiver_count; i++)
        for (int64_t second = 0; second < seconds && second < LEASE_SECONDS; second++)
            leases_pass_second(&load->receivers[i].leases);
}

static void *run(void *context)
{
    struct resource_load *load = context;
    int64_t duration = load_spec_duration(load->spec);
    int64_t second = -1; /* that was given last */
    while (!atomic_load(&load->stop)) {
        bool due = wait_until(load, load->start + (second + 1) * NANOSECONDS_PER_SECOND);
        int64_t now = clock_monotonic() - load->start;
        int64_t passed = now < 0 ? -1 : now / NANOSECONDS_PER_SECOND;
        take_pods(load);
        pass_seconds(load, passed - second);
        second = passed > second ? passed : second;
        if (now >= duration || second < 0 || atomic_load(&load->stop)) {
            if (now >= duration)
                break;
            continue;
        }
        give(load, total_at(load->spec, second));
        if (due)
            report(load, second, total_at(load->spec, second));
    }
    if (load->spec->type == LOAD_MEMORY)
        give(load, 0);
    atomic_store(&load->finished, true);
    return NULL;
}

int resource_load_start(struct resource_load *load, int64_t start_monotonic, struct error *error)
{
    load->start = start_monotonic;
    int code = pthread_create(&load->thread, NULL, run, load);
    if (code != 0)
        return error_set(error, "cannot start the load engine: %s", strerror(code));
    load->running = true;
    return 0;
}

bool resource_load_finished(const struct resource_load *load)
{
    return atomic_load(&load->finished);
}

void resource_load_destroy(struct resource_load *load)
{
    if (load == NULL)
        return;
    (void)pthread_mutex_lock(&load->lock);
    atomic_store(&load->stop, true);
    (void)pthread_cond_signal(&load->changed);
    (void)pthread_mutex_unlock(&load->lock);
    if (load->running)
        (void)pthread_join(load->thread, NULL);
    (void)pthread_cond_destroy(&load->changed);
    (void)pthread_mutex_destroy(&load->lock);
    free(load->pods);
    free(load->receivers);
    free(load);
}
