#include "cluster/proxy/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/proxy/event_source.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/random.h"

#define BACKLOG 4096
/* Connections taken in one go, so that those that exist are not kept waiting. */
#define ACCEPT_ROUND 64

struct listener {
    struct event_source source;
    struct listeners *owner;
    struct sockaddr_in address;
    int descriptor;              /* -1 = could not listen */
    const struct table_row *row; /* NULL = not in the table any more */
};

struct listeners {
    int epoll;
    struct relay *relay;
    uint64_t random;
    int spare; /* a descriptor to give up when there are no more */
    struct listener **all;
    size_t count;
};

static int open_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

struct listeners *listeners_create(int epoll, struct relay *relay)
{
    struct listeners *listeners = memory_allocate(1, sizeof *listeners);
    listeners->epoll = epoll;
    listeners->relay = relay;
    listeners->spare = open_spare();
    random_fill(&listeners->random, sizeof listeners->random);
    return listeners;
}

/* Leaves the epoll set by name and stops listening, since a process that is just being forked has a copy. */
static void listener_destroy(struct listener *listener)
{
    if (listener->descriptor >= 0) {
        (void)epoll_ctl(listener->owner->epoll, EPOLL_CTL_DEL, listener->descriptor, NULL);
        (void)shutdown(listener->descriptor, SHUT_RDWR);
        (void)close(listener->descriptor);
    }
    free(listener);
}

void listeners_destroy(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        listener_destroy(listeners->all[i]);
    free(listeners->all);
    if (listeners->spare >= 0)
        (void)close(listeners->spare);
    free(listeners);
}

/* SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to choose endpoints. */
static uint64_t next_random(struct listeners *listeners)
{
    uint64_t mixed = listeners->random += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

/* Uniform below limit: draws from the incomplete last range are thrown away. */
static size_t random_below(struct listeners *listeners, size_t limit)
{
    uint64_t usable = UINT64_MAX - UINT64_MAX % limit;
    uint64_t drawn = next_random(listeners);
    while (drawn >= usable)
        drawn = next_random(listeners);
    return (size_t)(drawn % limit);
}

/* Without descriptors the connection would stay in the queue and its event would come for ever: it is reset. */
static bool refuse_one(struct listeners *listeners, int listening)
{
    if (listeners->spare >= 0)
        (void)close(listeners->spare);
    int client = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client >= 0) {
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        (void)close(client);
    }
    listeners->spare = open_spare();
    return client >= 0;
}

static void handle_listener(struct event_source *source, uint32_t events)
{
    (void)events;
    struct listener *listener = (struct listener *)source;
    struct listeners *owner = listener->owner;
    for (int i = 0; i < ACCEPT_ROUND; i++) {
        int client = accept4(listener->descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client >= 0) {
            const struct table_row *row = listener->row;
            relay_connect(owner->relay, client, &row->targets[random_below(owner, row->count)]);
        } else if (errno == EMFILE || errno == ENFILE) {
            if (!refuse_one(owner, listener->descriptor))
                return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

static int listen_on(const struct sockaddr_in *address)
{
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (descriptor < 0)
        return -1;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(descriptor, (const struct sockaddr *)address, sizeof *address) == 0 && listen(descriptor, BACKLOG) == 0)
        return descriptor;
    int code = errno;
    (void)close(descriptor);
    errno = code;
    return -1;
}

static bool open_listener(struct listener *listener, bool first_try)
{
    const struct table_row *row = listener->row;
    listener->descriptor = listen_on(&listener->address);
    if (listener->descriptor < 0) {
        char text[INET_ADDRSTRLEN];
        if (first_try)
            log_warning("proxy", "%s: cannot listen on %s:%d: %s", row->name,
                        inet_ntop(AF_INET, &listener->address.sin_addr, text, sizeof text), ntohs(listener->address.sin_port),
                        strerror(errno));
        return false;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener->source};
    (void)epoll_ctl(listener->owner->epoll, EPOLL_CTL_ADD, listener->descriptor, &event);
    return true;
}

static struct listener *find(struct listeners *listeners, const struct sockaddr_in *address)
{
    for (size_t i = 0; i < listeners->count; i++) {
        if (table_compare_addresses(&listeners->all[i]->address, address) == 0)
            return listeners->all[i];
    }
    return NULL;
}

/* Gives a row its listener; false when it cannot listen. */
static bool apply_row(struct listeners *listeners, const struct table_row *row)
{
    struct listener *listener = find(listeners, &row->listen);
    bool first_try = listener == NULL;
    if (first_try) {
        listener = memory_allocate(1, sizeof *listener);
        *listener =
            (struct listener){.source.handle = handle_listener, .owner = listeners, .address = row->listen, .descriptor = -1};
        listeners->all = memory_resize(listeners->all, listeners->count + 1, sizeof(struct listener *));
        listeners->all[listeners->count++] = listener;
    }
    listener->row = row;
    return listener->descriptor >= 0 || open_listener(listener, first_try);
}

static void drop_unused(struct listeners *listeners)
{
    size_t kept = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener *listener = listeners->all[i];
        if (listener->row != NULL)
            listeners->all[kept++] = listener;
        else
            listener_destroy(listener);
    }
    listeners->count = kept;
}

bool listeners_apply(struct listeners *listeners, const struct table *table)
{
    bool good = true;
    for (size_t i = 0; i < listeners->count; i++)
        listeners->all[i]->row = NULL;
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].count > 0 && !apply_row(listeners, &table->rows[i]))
            good = false;
    }
    drop_unused(listeners);
    return good;
}
