#include "driver/load/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/arrivals.h"
#include "driver/load/collector.h"
#include "driver/load/transport.h"
#include "driver/load/vus.h"

/* Frugal pacing: requests that come due within this time of each other are sent in one go. */
#define TICK NANOSECONDS_PER_MILLISECOND
/* Precise pacing: how long before a request is due the engine stops to sleep, since waking up takes its time. */
#define SPIN NANOSECONDS_PER_MILLISECOND
#define MAX_EVENTS 256

struct engine {
    struct engine_options options;
    int epoll, timer, wake;
    int64_t armed; /* what the timer is set to, monotonic */
    int64_t start;
    int64_t second;           /* since the start; the last one that flush was called in */
    struct arrivals arrivals; /* of an open model */
    struct vus *vus;          /* of a closed model; else NULL */
    struct collector *collector;
    struct transport *transport;
    pthread_t thread;
    bool running;
    atomic_bool stop;
};

static int watch_descriptor(struct engine *engine, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint32_t)descriptor};
    return epoll_ctl(engine->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

struct engine *engine_create(const struct engine_options *options, struct error *error)
{
    struct engine *engine = memory_allocate(1, sizeof *engine);
    engine->options = *options;
    engine->epoll = epoll_create1(EPOLL_CLOEXEC);
    engine->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    engine->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (load_executor_is_closed(options->spec->executor))
        engine->vus = vus_create(options->spec, options->segment, options->part);
    engine->collector = collector_create(options->spec, options->slow_over, &options->sink);
    if (engine->epoll >= 0 && engine->timer >= 0 && engine->wake >= 0 && watch_descriptor(engine, engine->timer) == 0 &&
        watch_descriptor(engine, engine->wake) == 0)
        return engine;
    (void)error_set(error, "cannot prepare the load engine: %s", strerror(errno));
    engine_destroy(engine);
    return NULL;
}

void engine_destroy(struct engine *engine)
{
    if (engine == NULL)
        return;
    engine_stop(engine);
    engine_join(engine);
    load_transport_destroy(engine->transport);
    collector_destroy(engine->collector);
    vus_destroy(engine->vus);
    memory_close_descriptor(&engine->epoll);
    memory_close_descriptor(&engine->timer);
    memory_close_descriptor(&engine->wake);
    free(engine);
}

static int64_t since_start(const struct engine *engine)
{
    return clock_monotonic() - engine->start;
}

/* Asked for with every request; the collector, and the thread's CPU time that it wants, once a second. */
static void flush(struct engine *engine, int64_t now, bool final)
{
    int64_t second = now < 0 ? -1 : now / NANOSECONDS_PER_SECOND;
    if (second == engine->second && !final)
        return;
    engine->second = second;
    const struct engine_state state = {.in_flight = engine->transport->in_flight,
                                       .vus = engine->vus != NULL ? vus_count(engine->vus) : 0,
                                       .cpu = clock_thread_cpu()};
    collector_flush(engine->collector, now, &state, final);
}

static void on_done(void *context, const struct load_done *done)
{
    struct engine *engine = context;
    collector_done(engine->collector, done);
    if (engine->vus != NULL)
        vus_give_back(engine->vus, done->vu, done->finished);
}

/* Takes in epochs that have become known. now was read before. */
static void follow_epochs(struct engine *engine, int64_t now)
{
    if (engine->vus == NULL)
        arrivals_follow(&engine->arrivals, now);
    else if (engine->options.part != NULL && epoch_part_refresh(engine->options.part))
        vus_follow_epochs(engine->vus);
}

static void send_request(struct engine *engine, struct load_request *request)
{
    collector_sent(engine->collector, request->intended, request->sent);
    transport_send(engine->transport, request);
}

static void send_or_drop(struct engine *engine, int64_t now)
{
    int64_t intended = engine->arrivals.intended;
    struct load_request request = {.number = engine->arrivals.number, .intended = intended};
    request.which = (uint32_t)request_mix_choose(engine->options.mix, request.number, 0, &request.turn);
    collector_planned(engine->collector);
    if (engine->transport->in_flight >= (size_t)engine->options.maximum_connections) {
        struct load_done dropped = {.outcome = OUTCOME_DROPPED,
                                    .intended = intended,
                                    .sent = -1,
                                    .finished = intended,
                                    .which = request.which,
                                    .server = "",
                                    .server_age = -1};
        collector_done(engine->collector, &dropped);
    } else {
        request.sent = since_start(engine);
        send_request(engine, &request);
    }
    arrivals_next(&engine->arrivals, now);
}

/* Where VUs are divided, the numbers of each round are divided in the same way every time: a step further in each round, no
 * generator sends the same of a mix's requests for ever. */
static void choose_for_vu(const struct engine *engine, struct load_request *request)
{
    const struct engine_options *options = &engine->options;
    const struct segment *segment = vus_segment(engine->vus);
    uint64_t number = request->number;
    if (segment != NULL && options->mix->count > 1 && options->spec->executor != EXECUTOR_SHARED_ITERATIONS)
        number += number / load_spec_most_vus(options->spec);
    request->vu_number = segment_number(segment, request->vu) + 1;
    request->which = (uint32_t)request_mix_choose(options->mix, number, request->vu_number, &request->turn);
}

/* A request of a VU is due when it is sent. */
static void send_for_vus(struct engine *engine, int64_t now)
{
    struct load_request request;
    while (vus_take(engine->vus, now, &request.vu, &request.number)) {
        request.intended = request.sent = since_start(engine);
        choose_for_vu(engine, &request);
        flush(engine, request.intended, false);
        collector_planned(engine->collector);
        send_request(engine, &request);
    }
    flush(engine, since_start(engine), false);
}

static void send_what_is_due(struct engine *engine)
{
    int64_t now = since_start(engine); /* before the epochs are looked at: all that have begun by then are known */
    follow_epochs(engine, now);
    if (engine->vus != NULL) {
        send_for_vus(engine, now);
        return;
    }
    while (engine->arrivals.due && engine->arrivals.intended <= now) {
        flush(engine, engine->arrivals.intended, false);
        send_or_drop(engine, now);
    }
    flush(engine, now, false);
}

/* When the next request is to be sent, monotonic. Frugal: at the next whole tick, with all that come due until then. */
static int64_t next_sending(const struct engine *engine)
{
    int64_t due = engine->vus != NULL    ? vus_next_turn(engine->vus)
                  : engine->arrivals.due ? engine->arrivals.intended
                                         : INT64_MAX / 2;
    if (engine->options.spec->pacing == PACING_FRUGAL)
        due = (due + TICK - 1) / TICK * TICK;
    return engine->start + due;
}

/* The moment to wake up next, monotonic. */
static int64_t next_wake(const struct engine *engine, int64_t now)
{
    int64_t second_end = engine->start + ((now - engine->start) / NANOSECONDS_PER_SECOND + 1) * NANOSECONDS_PER_SECOND;
    int64_t wake = now < engine->start ? engine->start : second_end;
    int64_t sending = next_sending(engine);
    int64_t deadline = transport_deadline(engine->transport);
    wake = sending < wake ? sending : wake;
    return deadline < wake ? deadline : wake;
}

static void arm_timer(struct engine *engine, int64_t wake)
{
    struct itimerspec when = {
        .it_value = {.tv_sec = wake / NANOSECONDS_PER_SECOND, .tv_nsec = wake % NANOSECONDS_PER_SECOND},
    };
    if (wake == engine->armed)
        return;
    engine->armed = wake;
    (void)timerfd_settime(engine->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void take_event(struct engine *engine, const struct epoll_event *event)
{
    uint64_t ignored = 0;
    if (event->data.u64 <= UINT32_MAX) {
        ssize_t got = read((int)event->data.u64, &ignored, sizeof ignored);
        (void)got;
    } else {
        transport_event(engine->transport, event->data.u64, event->events);
    }
}

/* Sleeps until a moment, not at all when it is over, or until something happens, and takes that. */
static void wait_until(struct engine *engine, int64_t now, int64_t moment)
{
    struct epoll_event events[MAX_EVENTS];
    if (transport_waits(engine->transport)) {
        transport_wait(engine->transport, moment > now ? moment - now : 0);
        return;
    }
    if (moment > now)
        arm_timer(engine, moment);
    int count = epoll_wait(engine->epoll, events, MAX_EVENTS, moment > now ? -1 : 0);
    for (int i = 0; i < count; i++)
        take_event(engine, &events[i]);
}

/* Sleeps until something happens or is to be done. Precise pacing does not sleep shortly before, nor while it waits for answers:
 * waking up would be counted as the server's time. */
static void wait_for_work(struct engine *engine)
{
    int64_t now = clock_monotonic();
    int64_t wake = next_wake(engine, now);
    if (engine->options.spec->pacing == PACING_PRECISE)
        wake = engine->transport->in_flight > 0 ? now : wake - SPIN;
    wait_until(engine, now, wake);
    if (transport_deadline(engine->transport) <= clock_monotonic())
        transport_expire(engine->transport);
}

static bool has_work(const struct engine *engine)
{
    if (engine->transport->in_flight > 0 || engine->arrivals.due)
        return true;
    int64_t now = since_start(engine);
    return engine->vus != NULL ? !vus_are_over(engine->vus, now) : arrivals_go_on(&engine->arrivals, now);
}

static void *run(void *context)
{
    struct engine *engine = context;
    if (engine->vus == NULL)
        arrivals_init(&engine->arrivals, engine->options.spec, engine->options.segment, engine->options.part,
                      since_start(engine));
    engine->second = INT64_MIN;
    while (!atomic_load(&engine->stop) && has_work(engine)) {
        wait_for_work(engine);
        if (atomic_load(&engine->stop))
            break;
        send_what_is_due(engine);
    }
    transport_abort(engine->transport);
    flush(engine, since_start(engine), true);
    engine->options.ended(engine->options.context);
    return NULL;
}

int engine_prepare(struct engine *engine, int64_t start_monotonic, struct error *error)
{
    engine->start = start_monotonic;
    struct transport_options options = {
        .spec = engine->options.spec,
        .mix = engine->options.mix,
        .url = &engine->options.mix->requests[0].url,
        .maximum_connections = engine->options.maximum_connections,
        .resolve_address = engine->options.resolve_address,
        .resolve_port = engine->options.resolve_port,
        .proxy = engine->options.proxy,
        .addresses = engine->options.addresses,
        .epoll = engine->epoll,
        .start = start_monotonic,
        .context = engine,
        .done = on_done,
    };
    engine->transport = load_transport_create(engine->options.transport, &options, error);
    return engine->transport != NULL ? 0 : -1;
}

int engine_start(struct engine *engine, struct error *error)
{
    int code = pthread_create(&engine->thread, NULL, run, engine);
    if (code != 0)
        return error_set(error, "cannot start the load engine: %s", strerror(code));
    engine->running = true;
    return 0;
}

void engine_stop(struct engine *engine)
{
    uint64_t one = 1;
    atomic_store(&engine->stop, true);
    ssize_t written = write(engine->wake, &one, sizeof one);
    (void)written;
}

void engine_join(struct engine *engine)
{
    if (!engine->running)
        return;
    (void)pthread_join(engine->thread, NULL);
    engine->running = false;
}
