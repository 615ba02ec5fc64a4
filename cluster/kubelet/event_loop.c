#include "cluster/kubelet/event_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define EVENTS_AT_ONCE 64

struct event_loop {
    int epoll;
    int timer;
    int64_t armed; /* deadline the timer is set to; INT64_MAX = not set */
    struct watcher timer_watcher;
    struct epoll_event events[EVENTS_AT_ONCE];
    int event_count;
    void **discarded;
    size_t discarded_count;
};

/* Armed for another moment or read by nobody, the timer would stay readable: setting it anew clears that. */
static void timer_ready(struct watcher *watcher, uint32_t events)
{
    (void)events;
    struct event_loop *loop = (struct event_loop *)(void *)((char *)watcher - offsetof(struct event_loop, timer_watcher));
    uint64_t count;
    const ssize_t ignored = read(loop->timer, &count, sizeof count);
    (void)ignored;
    loop->armed = INT64_MAX;
}

struct event_loop *event_loop_create(struct error *error)
{
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct event_loop *loop = memory_allocate(1, sizeof *loop);
    *loop = (struct event_loop){.epoll = epoll, .timer = timer, .armed = INT64_MAX, .timer_watcher = {.ready = timer_ready}};
    if (epoll < 0 || timer < 0 || event_loop_add(loop, timer, EPOLLIN, &loop->timer_watcher) < 0) {
        error_set(error, "cannot make an event loop: %s", strerror(errno));
        event_loop_destroy(loop);
        return NULL;
    }
    return loop;
}

static void free_discarded(struct event_loop *loop)
{
    for (size_t i = 0; i < loop->discarded_count; i++)
        free(loop->discarded[i]);
    free(loop->discarded);
    loop->discarded = NULL;
    loop->discarded_count = 0;
}

void event_loop_destroy(struct event_loop *loop)
{
    if (loop == NULL)
        return;
    free_discarded(loop);
    memory_close_descriptor(&loop->timer);
    memory_close_descriptor(&loop->epoll);
    free(loop);
}

static int control(struct event_loop *loop, int operation, int descriptor, uint32_t events, struct watcher *watcher)
{
    struct epoll_event event = {.events = events, .data = {.ptr = watcher}};
    if (epoll_ctl(loop->epoll, operation, descriptor, &event) == 0)
        return 0;
    log_error("kubelet", "cannot wait for descriptor %d: %s", descriptor, strerror(errno));
    return -1;
}

int event_loop_add(struct event_loop *loop, int descriptor, uint32_t events, struct watcher *watcher)
{
    return control(loop, EPOLL_CTL_ADD, descriptor, events, watcher);
}

int event_loop_change(struct event_loop *loop, int descriptor, uint32_t events, struct watcher *watcher)
{
    return control(loop, EPOLL_CTL_MOD, descriptor, events, watcher);
}

void event_loop_remove(struct event_loop *loop, int descriptor)
{
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

void event_loop_discard(struct event_loop *loop, void *memory_take)
{
    loop->discarded = memory_resize(loop->discarded, loop->discarded_count + 1, sizeof *loop->discarded);
    loop->discarded[loop->discarded_count++] = memory_take;
}

static void arm(struct event_loop *loop, int64_t deadline)
{
    if (loop->armed == deadline)
        return;
    struct itimerspec when = {0};
    if (deadline != INT64_MAX) {
        const int64_t held = deadline > 0 ? deadline : 1;
        when.it_value.tv_sec = (time_t)(held / NANOSECONDS_PER_SECOND);
        when.it_value.tv_nsec = (long)(held % NANOSECONDS_PER_SECOND);
    }
    timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &when, NULL);
    loop->armed = deadline;
}

void event_loop_wait(struct event_loop *loop, int64_t deadline)
{
    arm(loop, deadline);
    loop->event_count = epoll_wait(loop->epoll, loop->events, EVENTS_AT_ONCE, -1);
}

void event_loop_run(struct event_loop *loop)
{
    for (int i = 0; i < loop->event_count; i++) {
        struct watcher *watcher = loop->events[i].data.ptr;
        watcher->ready(watcher, loop->events[i].events);
    }
    loop->event_count = 0;
    free_discarded(loop);
}
