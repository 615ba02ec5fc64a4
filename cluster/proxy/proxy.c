#include "cluster/proxy/proxy.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cluster/proxy/event_source.h"
#include "cluster/proxy/listeners.h"
#include "cluster/proxy/relay.h"
#include "cluster/proxy/table.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define EVENTS_AT_ONCE 256
/* Between tries to listen on an address that is taken. */
#define LISTEN_AGAIN (5 * NANOSECONDS_PER_SECOND)
#define NEVER INT64_MAX

/* A watch of the store as a source of events. */
struct feed {
    struct event_source source;
    struct proxy *proxy;
    enum resource_id resource;
    struct watch *watch;
};

struct proxy {
    struct store *store;
    int64_t minimum_period;
    int epoll;
    struct event_source stop_source;
    int stop_descriptor;
    bool stopping; /* this and below: used by the thread alone */
    struct feed services;
    struct feed slices;
    struct relay *relay;
    struct listeners *listeners;
    struct table table; /* in force */
    bool changed;       /* since the last look at the store */
    int64_t last_sync;  /* 0 = never */
    int64_t again_at;   /* to listen where it failed; NEVER = nothing failed */
    pthread_t thread;
};

static void handle_stop(struct event_source *source, uint32_t events)
{
    (void)events;
    struct proxy *proxy = (struct proxy *)((char *)source - offsetof(struct proxy, stop_source));
    proxy->stopping = true;
}

static int add_source(struct proxy *proxy, int descriptor, struct event_source *source)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};
    return epoll_ctl(proxy->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

/* Follows from now on; what is there now is read at the next sync. */
static void open_feed(struct feed *feed)
{
    feed->watch = store_watch_open(feed->proxy->store, feed->resource, NULL, 0);
    feed->proxy->changed = true;
    if (feed->watch == NULL || add_source(feed->proxy, store_watch_descriptor(feed->watch), &feed->source) < 0)
        log_error("proxy", "cannot follow the store: %s", strerror(errno));
}

static void close_feed(struct feed *feed)
{
    if (feed->watch == NULL)
        return;
    (void)epoll_ctl(feed->proxy->epoll, EPOLL_CTL_DEL, store_watch_descriptor(feed->watch), NULL);
    store_watch_close(feed->watch);
    feed->watch = NULL;
}

static void handle_feed(struct event_source *source, uint32_t events)
{
    (void)events;
    struct feed *feed = (struct feed *)source;
    struct watch_event event;
    int result = 0;
    while ((result = store_watch_next(feed->watch, &event)) > 0) {
        watch_event_release(&event);
        feed->proxy->changed = true;
    }
    if (result < 0) {
        close_feed(feed);
        open_feed(feed);
    }
}

static void build_table(struct proxy *proxy, struct table *table)
{
    AUTO_OBJECT_LIST struct object_list services = {.count = 0};
    AUTO_OBJECT_LIST struct object_list slices = {.count = 0};
    store_list(proxy->store, RESOURCE_SERVICES, NULL, &services);
    store_list(proxy->store, RESOURCE_ENDPOINTSLICES, NULL, &slices);
    table_build(&services, &slices, table);
}

/* Brings the listeners to what the store says. Changes that mean nothing here do not count as a sync. */
static void sync_table(struct proxy *proxy, int64_t now)
{
    proxy->changed = false;
    struct table table;
    build_table(proxy, &table);
    bool same = table_equal(&table, &proxy->table);
    if (same && now < proxy->again_at) {
        table_release(&table);
        return;
    }
    bool good = listeners_apply(proxy->listeners, &table);
    proxy->again_at = good ? NEVER : now + LISTEN_AGAIN;
    table_release(&proxy->table);
    proxy->table = table;
    if (!same)
        proxy->last_sync = now;
}

/* When the next sync is due. */
static int64_t sync_due(const struct proxy *proxy)
{
    if (!proxy->changed)
        return proxy->again_at;
    return proxy->last_sync == 0 ? 0 : proxy->last_sync + proxy->minimum_period;
}

static int wait_milliseconds(const struct proxy *proxy, int64_t now)
{
    int64_t due = sync_due(proxy);
    if (due == NEVER)
        return -1;
    if (due <= now)
        return 0;
    int64_t wait = (due - now + NANOSECONDS_PER_MILLISECOND - 1) / NANOSECONDS_PER_MILLISECOND;
    return wait < 3600000 ? (int)wait : 3600000;
}

static void *run(void *context)
{
    struct proxy *proxy = context;
    struct epoll_event events[EVENTS_AT_ONCE];
    while (!proxy->stopping) {
        int count = epoll_wait(proxy->epoll, events, EVENTS_AT_ONCE, wait_milliseconds(proxy, clock_monotonic()));
        for (int i = 0; i < count; i++) {
            struct event_source *source = events[i].data.ptr;
            source->handle(source, events[i].events);
        }
        relay_reap(proxy->relay);
        int64_t now = clock_monotonic();
        if (now >= sync_due(proxy))
            sync_table(proxy, now);
    }
    return NULL;
}

static void raise_open_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        log_warning("proxy", "cannot raise the limit of open files: %s", strerror(errno));
}

/* Signals are for the main thread. */
static int start_thread(struct proxy *proxy)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&proxy->thread, NULL, run, proxy);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static void destroy(struct proxy *proxy)
{
    close_feed(&proxy->services);
    close_feed(&proxy->slices);
    listeners_destroy(proxy->listeners);
    relay_destroy(proxy->relay);
    table_release(&proxy->table);
    if (proxy->stop_descriptor >= 0)
        (void)close(proxy->stop_descriptor);
    if (proxy->epoll >= 0)
        (void)close(proxy->epoll);
    free(proxy);
}

struct proxy *proxy_start_on_store(struct store *store, const struct cluster_periods *periods, struct error *error)
{
    raise_open_files();
    struct proxy *proxy = memory_allocate(1, sizeof *proxy);
    proxy->store = store;
    proxy->minimum_period = periods->proxy_minimum_sync_period;
    proxy->again_at = NEVER;
    proxy->epoll = epoll_create1(EPOLL_CLOEXEC);
    proxy->stop_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    proxy->stop_source.handle = handle_stop;
    proxy->services = (struct feed){.source.handle = handle_feed, .proxy = proxy, .resource = RESOURCE_SERVICES};
    proxy->slices = (struct feed){.source.handle = handle_feed, .proxy = proxy, .resource = RESOURCE_ENDPOINTSLICES};
    proxy->relay = relay_create(proxy->epoll);
    proxy->listeners = listeners_create(proxy->epoll, proxy->relay);
    int code = 0;
    if (proxy->epoll < 0 || proxy->stop_descriptor < 0 || add_source(proxy, proxy->stop_descriptor, &proxy->stop_source) < 0)
        code = errno;
    if (code == 0) {
        open_feed(&proxy->services);
        open_feed(&proxy->slices);
        code = start_thread(proxy);
    }
    if (code != 0) {
        (void)error_set(error, "service proxy: %s", strerror(code));
        destroy(proxy);
        return NULL;
    }
    return proxy;
}

struct proxy *proxy_start(struct registry *registry, const struct cluster_periods *periods, struct error *error)
{
    return proxy_start_on_store(registry_store(registry), periods, error);
}

void proxy_stop(struct proxy *proxy)
{
    if (proxy == NULL)
        return;
    (void)eventfd_write(proxy->stop_descriptor, 1);
    (void)pthread_join(proxy->thread, NULL);
    destroy(proxy);
}
