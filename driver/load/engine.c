/* The engine's thread: sends what is due, serves what arrives, hands results over each second. */
#include "driver/load/load.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <curl/curl.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/collector.h"
#include "driver/load/schedule.h"
#include "driver/load/transport.h"
#include "driver/load/url.h"

/* Frugal pacing: requests that come due within this time of each other are sent in one go. */
#define TICK NANOSECONDS_PER_MILLISECOND
#define MAX_EVENTS 256
#define OTHER_DESCRIPTORS 64 /* of the process, besides the load's connections */

struct load {
    struct load_options options;
    char *resolve_address;
    struct url_template url;
    int epoll, timer, wake;
    int64_t start;
    int64_t second; /* since the start; the last one that flush was called in */
    struct schedule schedule;
    struct collector *collector;
    struct transport *transport;
    bool due;              /* next_intended holds a request that is yet to be sent */
    int64_t next_intended; /* since the start */
    uint64_t next_index;
    pthread_t thread;
    bool running;
    atomic_bool stop;
    atomic_bool finished;
};

__attribute__((constructor)) static void start_libcurl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int watch_descriptor(struct load *load, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint32_t)descriptor};
    return epoll_ctl(load->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

/* A connection for which there is no descriptor would look refused by the server. */
static int allow_descriptors(const struct load_spec *spec, struct error *error)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)spec->maximum_connections + OTHER_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return error_set(error, "cannot read the limit of open files: %s", strerror(errno));
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < wanted)
        return error_set(error, "%d connections need %llu open files and the limit is %llu (see ulimit -n)",
                         spec->maximum_connections, (unsigned long long)wanted, (unsigned long long)limit.rlim_cur);
    return 0;
}

struct load *load_create(const struct load_options *options, struct error *error)
{
    struct load *load = memory_allocate(1, sizeof *load);
    load->options = *options;
    load->resolve_address = memory_copy_text(options->resolve_address);
    load->options.resolve_address = load->resolve_address;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    load->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    schedule_init(&load->schedule, options->spec);
    load->collector = collector_create(options->spec, options->slow_over, &load->options.sink);
    if (load->epoll < 0 || load->timer < 0 || load->wake < 0 || watch_descriptor(load, load->timer) < 0 ||
        watch_descriptor(load, load->wake) < 0) {
        (void)error_set(error, "cannot prepare the load engine: %s", strerror(errno));
        load_destroy(load);
        return NULL;
    }
    if (allow_descriptors(options->spec, error) < 0 || url_template_parse(options->spec->url, &load->url, error) < 0) {
        load_destroy(load);
        return NULL;
    }
    return load;
}

void load_destroy(struct load *load)
{
    if (load == NULL)
        return;
    load_stop(load);
    load_join(load);
    load_transport_destroy(load->transport);
    collector_destroy(load->collector);
    url_template_release(&load->url);
    memory_close_descriptor(&load->epoll);
    memory_close_descriptor(&load->timer);
    memory_close_descriptor(&load->wake);
    free(load->resolve_address);
    free(load);
}

static int64_t since_start(const struct load *load)
{
    return clock_monotonic() - load->start;
}

/* Asked for with every request; the collector, and the thread's CPU time that it wants, once a second. */
static void flush(struct load *load, int64_t now, bool final)
{
    int64_t second = now < 0 ? -1 : now / NANOSECONDS_PER_SECOND;
    if (second == load->second && !final)
        return;
    load->second = second;
    collector_flush(load->collector, now, load->transport->in_flight, clock_thread_cpu(), final);
}

static void on_done(void *context, const struct load_done *done)
{
    struct load *load = context;
    collector_done(load->collector, done);
}

static void send_or_drop(struct load *load)
{
    int64_t intended = load->next_intended;
    collector_planned(load->collector);
    if (load->transport->in_flight >= (size_t)load->options.spec->maximum_connections) {
        struct load_done dropped = {
            .outcome = OUTCOME_DROPPED, .intended = intended, .sent = -1, .finished = intended, .server = "", .server_age = -1};
        collector_done(load->collector, &dropped);
    } else {
        int64_t now = since_start(load);
        collector_sent(load->collector, intended, now);
        transport_send(load->transport, load->next_index, intended, now);
    }
    load->next_index++;
    load->due = schedule_next(&load->schedule, &load->next_intended);
}

static void send_what_is_due(struct load *load)
{
    int64_t now = since_start(load);
    while (load->due && load->next_intended <= now) {
        flush(load, load->next_intended, false);
        send_or_drop(load);
    }
    flush(load, now, false);
}

/* The moment to wake up next, monotonic. */
static int64_t next_wake(const struct load *load, int64_t now)
{
    int64_t second_end = load->start + ((now - load->start) / NANOSECONDS_PER_SECOND + 1) * NANOSECONDS_PER_SECOND;
    int64_t wake = now < load->start ? load->start : second_end;
    int64_t deadline = transport_deadline(load->transport);
    if (load->due && load->start + load->next_intended < wake)
        wake = load->start + load->next_intended;
    if (wake > now && wake < now + TICK)
        wake = now + TICK;
    return deadline < wake ? deadline : wake;
}

static void wait_for_work(struct load *load)
{
    struct epoll_event events[MAX_EVENTS];
    int64_t now = clock_monotonic();
    int64_t wake = next_wake(load, now);
    int timeout = -1;
    if (wake <= now) {
        timeout = 0;
    } else {
        struct itimerspec when = {
            .it_value = {.tv_sec = wake / NANOSECONDS_PER_SECOND, .tv_nsec = wake % NANOSECONDS_PER_SECOND},
        };
        (void)timerfd_settime(load->timer, TFD_TIMER_ABSTIME, &when, NULL);
    }
    int count = epoll_wait(load->epoll, events, MAX_EVENTS, timeout);
    for (int i = 0; i < count; i++) {
        uint64_t ignored = 0;
        if (events[i].data.u64 <= UINT32_MAX) {
            ssize_t got = read((int)events[i].data.u64, &ignored, sizeof ignored);
            (void)got;
        } else {
            transport_event(load->transport, events[i].data.u64, events[i].events);
        }
    }
    if (transport_deadline(load->transport) <= clock_monotonic())
        transport_expire(load->transport);
}

static bool has_work(const struct load *load)
{
    return load->due || load->transport->in_flight > 0;
}

static void *run(void *context)
{
    struct load *load = context;
    load->due = schedule_next(&load->schedule, &load->next_intended);
    load->second = INT64_MIN;
    while (!atomic_load(&load->stop) && has_work(load)) {
        wait_for_work(load);
        if (atomic_load(&load->stop))
            break;
        send_what_is_due(load);
    }
    transport_abort(load->transport);
    flush(load, since_start(load), true);
    atomic_store(&load->finished, true);
    return NULL;
}

int load_start(struct load *load, int64_t start_monotonic, struct error *error)
{
    load->start = start_monotonic;
    struct transport_options options = {
        .spec = load->options.spec,
        .url = &load->url,
        .resolve_address = load->options.resolve_address,
        .resolve_port = load->options.resolve_port,
        .epoll = load->epoll,
        .start = start_monotonic,
        .context = load,
        .done = on_done,
    };
    load->transport = load_transport_create(load->options.transport, &options, error);
    if (load->transport == NULL)
        return -1;
    int code = pthread_create(&load->thread, NULL, run, load);
    if (code != 0)
        return error_set(error, "cannot start the load engine: %s", strerror(code));
    load->running = true;
    return 0;
}

void load_stop(struct load *load)
{
    uint64_t one = 1;
    atomic_store(&load->stop, true);
    ssize_t written = write(load->wake, &one, sizeof one);
    (void)written;
}

bool load_finished(const struct load *load)
{
    return atomic_load(&load->finished);
}

void load_join(struct load *load)
{
    if (!load->running)
        return;
    (void)pthread_join(load->thread, NULL);
    load->running = false;
}
