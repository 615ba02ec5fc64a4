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
#include "driver/load/vus.h"

/* Frugal pacing: requests that come due within this time of each other are sent in one go. */
#define TICK NANOSECONDS_PER_MILLISECOND
/* Precise pacing: how long before a request is due the engine stops to sleep, since waking up takes its time. */
#define SPIN NANOSECONDS_PER_MILLISECOND
#define MAX_EVENTS 256
#define OTHER_DESCRIPTORS 64 /* of the process, besides the load's connections */

struct load {
    struct load_options options;
    char *resolve_address;
    struct url_template url;
    int epoll, timer, wake;
    int64_t armed; /* what the timer is set to, monotonic */
    int64_t start;
    int64_t second;           /* since the start; the last one that flush was called in */
    struct schedule schedule; /* of an open model */
    bool due;                 /* next_intended holds a request of the schedule that is yet to be sent */
    int64_t next_intended;    /* since the start */
    uint64_t next_number;
    struct vus *vus; /* of a closed model; else NULL */
    struct collector *collector;
    struct transport *transport;
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
    if (load_executor_is_closed(options->spec->executor))
        load->vus = vus_create(options->spec, options->segment);
    else
        schedule_init(&load->schedule, options->spec, options->segment);
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
    vus_destroy(load->vus);
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
    const struct engine_state state = {
        .in_flight = load->transport->in_flight, .vus = load->vus != NULL ? vus_count(load->vus) : 0, .cpu = clock_thread_cpu()};
    collector_flush(load->collector, now, &state, final);
}

static void on_done(void *context, const struct load_done *done)
{
    struct load *load = context;
    collector_done(load->collector, done);
    if (load->vus != NULL)
        vus_give_back(load->vus, done->vu, done->finished);
}

static void send_request(struct load *load, struct load_request *request)
{
    collector_sent(load->collector, request->intended, request->sent);
    transport_send(load->transport, request);
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
        struct load_request request = {.number = load->next_number, .intended = intended, .sent = since_start(load)};
        send_request(load, &request);
    }
    load->due = schedule_next(&load->schedule, &load->next_number, &load->next_intended);
}

/* A request of a VU is due when it is sent. */
static void send_for_vus(struct load *load)
{
    struct load_request request;
    int64_t now = since_start(load);
    while (vus_take(load->vus, now, &request.vu, &request.number)) {
        request.intended = request.sent = since_start(load);
        flush(load, request.intended, false);
        collector_planned(load->collector);
        send_request(load, &request);
    }
    flush(load, since_start(load), false);
}

static void send_what_is_due(struct load *load)
{
    if (load->vus != NULL) {
        send_for_vus(load);
        return;
    }
    int64_t now = since_start(load);
    while (load->due && load->next_intended <= now) {
        flush(load, load->next_intended, false);
        send_or_drop(load);
    }
    flush(load, now, false);
}

/* When the next request is to be sent, monotonic. Frugal: at the next whole tick, with all that come due until then. */
static int64_t next_sending(const struct load *load)
{
    int64_t due = load->vus != NULL ? vus_next_turn(load->vus) : load->due ? load->next_intended : INT64_MAX / 2;
    if (load->options.spec->pacing == PACING_FRUGAL)
        due = (due + TICK - 1) / TICK * TICK;
    return load->start + due;
}

/* The moment to wake up next, monotonic. */
static int64_t next_wake(const struct load *load, int64_t now)
{
    int64_t second_end = load->start + ((now - load->start) / NANOSECONDS_PER_SECOND + 1) * NANOSECONDS_PER_SECOND;
    int64_t wake = now < load->start ? load->start : second_end;
    int64_t sending = next_sending(load);
    int64_t deadline = transport_deadline(load->transport);
    wake = sending < wake ? sending : wake;
    return deadline < wake ? deadline : wake;
}

static void arm_timer(struct load *load, int64_t wake)
{
    struct itimerspec when = {
        .it_value = {.tv_sec = wake / NANOSECONDS_PER_SECOND, .tv_nsec = wake % NANOSECONDS_PER_SECOND},
    };
    if (wake == load->armed)
        return;
    load->armed = wake;
    (void)timerfd_settime(load->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void take_event(struct load *load, const struct epoll_event *event)
{
    uint64_t ignored = 0;
    if (event->data.u64 <= UINT32_MAX) {
        ssize_t got = read((int)event->data.u64, &ignored, sizeof ignored);
        (void)got;
    } else {
        transport_event(load->transport, event->data.u64, event->events);
    }
}

/* Sleeps until something happens or is to be done; precise pacing does not sleep shortly before. */
static void wait_for_work(struct load *load)
{
    struct epoll_event events[MAX_EVENTS];
    int64_t now = clock_monotonic();
    int64_t wake = next_wake(load, now);
    int64_t sleep_until = load->options.spec->pacing == PACING_PRECISE ? wake - SPIN : wake;
    int timeout = -1;
    if (sleep_until <= now)
        timeout = 0;
    else
        arm_timer(load, sleep_until);
    int count = epoll_wait(load->epoll, events, MAX_EVENTS, timeout);
    for (int i = 0; i < count; i++)
        take_event(load, &events[i]);
    if (transport_deadline(load->transport) <= clock_monotonic())
        transport_expire(load->transport);
}

static bool has_work(const struct load *load)
{
    return load->due || load->transport->in_flight > 0 || (load->vus != NULL && !vus_are_over(load->vus, since_start(load)));
}

static void *run(void *context)
{
    struct load *load = context;
    if (load->vus == NULL)
        load->due = schedule_next(&load->schedule, &load->next_number, &load->next_intended);
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
