#include "cluster/proxy/relay.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/proxy/event_source.h"
#include "common/memory.h"

/* One of the two sockets of a pair, and the bytes that came from it and the other has not taken yet. */
struct side {
    struct event_source source;
    struct pair *pair;
    struct side *other;
    int descriptor;
    uint32_t events; /* in the epoll set; REMOVED when it is not in it */
    char *waiting;   /* NULL = none */
    size_t start;    /* of the waiting bytes */
    size_t length;
    bool ended; /* it sends no more */
    bool shut;  /* it was told that no more comes */
};

#define REMOVED UINT32_MAX

struct pair {
    struct relay *relay;
    struct pair *previous; /* in the relay's list of living pairs */
    struct pair *next;     /* there, or in the list of dead ones */
    bool connecting;
    bool dead;
    struct side client;
    struct side backend;
};

struct relay {
    int epoll;
    struct pair *living;
    struct pair *dead;
    char block[RELAY_BLOCK];
};

static void watch_side(struct side *side, uint32_t events)
{
    if (side->events == events)
        return;
    struct epoll_event event = {.events = events, .data.ptr = &side->source};
    int operation = side->events == REMOVED ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (events == REMOVED)
        operation = EPOLL_CTL_DEL;
    (void)epoll_ctl(side->pair->relay->epoll, operation, side->descriptor, &event);
    side->events = events;
}

/* Asks for the events that can move something. A side that has nothing to send or take any more would report its
 * hang-up for ever, so it leaves the set. */
static void update_side(struct side *side)
{
    if (side->ended && side->shut) {
        watch_side(side, REMOVED);
        return;
    }
    uint32_t events = 0;
    if (!side->ended && side->waiting == NULL)
        events |= EPOLLIN;
    if (side->other->waiting != NULL)
        events |= EPOLLOUT;
    watch_side(side, events);
}

/* Leaves the epoll set by name: a pod's process that is just being forked has a copy of every descriptor, and with it a
 * closed one would stay in the set and report events of a pair that is gone. */
static void end_pair(struct pair *pair)
{
    struct relay *relay = pair->relay;
    watch_side(&pair->client, REMOVED);
    watch_side(&pair->backend, REMOVED);
    (void)close(pair->client.descriptor);
    (void)close(pair->backend.descriptor);
    if (pair->previous != NULL)
        pair->previous->next = pair->next;
    else
        relay->living = pair->next;
    if (pair->next != NULL)
        pair->next->previous = pair->previous;
    pair->dead = true;
    pair->next = relay->dead;
    relay->dead = pair;
}

/* close() sends a reset instead of the orderly end. */
static void reset_on_close(int descriptor)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void reset_pair(struct pair *pair)
{
    reset_on_close(pair->client.descriptor);
    reset_on_close(pair->backend.descriptor);
    end_pair(pair);
}

/* Sends; the number of bytes taken (0 = none now), -1 = the connection is broken. */
static ssize_t send_some(int descriptor, const char *bytes, size_t length)
{
    for (;;) {
        ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            return sent;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return 0;
        if (errno != EINTR)
            return -1;
    }
}

/* Passes the end of from's bytes on once they are all sent. */
static void pass_end(struct side *from)
{
    struct side *to = from->other;
    if (!from->ended || from->waiting != NULL || to->shut)
        return;
    (void)shutdown(to->descriptor, SHUT_WR);
    to->shut = true;
}

/* Sends what waits of from's bytes; -1 = broken. */
static int flush(struct side *from)
{
    if (from->waiting == NULL)
        return 0;
    ssize_t sent = send_some(from->other->descriptor, from->waiting + from->start, from->length);
    if (sent < 0)
        return -1;
    from->start += (size_t)sent;
    from->length -= (size_t)sent;
    if (from->length == 0) {
        free(from->waiting);
        from->waiting = NULL;
    }
    return 0;
}

/* Reads once and sends on; -1 = broken. */
static int pump(struct side *from)
{
    if (from->ended || from->waiting != NULL)
        return 0;
    char *block = from->pair->relay->block;
    ssize_t count = recv(from->descriptor, block, RELAY_BLOCK, MSG_DONTWAIT);
    if (count < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
    if (count == 0) {
        from->ended = true;
        return 0;
    }
    ssize_t sent = send_some(from->other->descriptor, block, (size_t)count);
    if (sent < 0)
        return -1;
    if (sent < count) {
        from->length = (size_t)(count - sent);
        from->start = 0;
        from->waiting = memory_copy_bytes(block + sent, from->length);
    }
    return 0;
}

static void settle(struct pair *pair)
{
    pass_end(&pair->client);
    pass_end(&pair->backend);
    if (pair->client.shut && pair->backend.shut) {
        end_pair(pair);
        return;
    }
    update_side(&pair->client);
    update_side(&pair->backend);
}

static void finish_connecting(struct pair *pair)
{
    int code = 0;
    socklen_t size = sizeof code;
    if (getsockopt(pair->backend.descriptor, SOL_SOCKET, SO_ERROR, &code, &size) < 0 || code != 0) {
        reset_pair(pair);
        return;
    }
    pair->connecting = false;
    settle(pair);
}

static void handle_side(struct event_source *source, uint32_t events)
{
    struct side *side = (struct side *)source;
    struct pair *pair = side->pair;
    if (pair->dead)
        return;
    if (pair->connecting && side == &pair->backend) {
        finish_connecting(pair);
        return;
    }
    /* What came before a reset is read and passed on first; then reading says so. */
    bool broken = pair->connecting || (events & (EPOLLERR | EPOLLIN)) == EPOLLERR;
    if (!broken && (events & EPOLLOUT) != 0)
        broken = flush(side->other) < 0;
    if (!broken && (events & (EPOLLIN | EPOLLHUP)) != 0)
        broken = pump(side) < 0;
    if (broken)
        reset_pair(pair);
    else
        settle(pair);
}

struct relay *relay_create(int epoll)
{
    struct relay *relay = memory_allocate(1, sizeof *relay);
    relay->epoll = epoll;
    return relay;
}

void relay_reap(struct relay *relay)
{
    while (relay->dead != NULL) {
        struct pair *pair = relay->dead;
        relay->dead = pair->next;
        free(pair->client.waiting);
        free(pair->backend.waiting);
        free(pair);
    }
}

void relay_destroy(struct relay *relay)
{
    while (relay->living != NULL)
        reset_pair(relay->living);
    relay_reap(relay);
    free(relay);
}

static void init_side(struct pair *pair, struct side *side, struct side *other, int descriptor)
{
    *side =
        (struct side){.source.handle = handle_side, .pair = pair, .other = other, .descriptor = descriptor, .events = REMOVED};
    const int on = 1;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void add_pair(struct relay *relay, struct pair *pair)
{
    pair->relay = relay;
    pair->next = relay->living;
    if (relay->living != NULL)
        relay->living->previous = pair;
    relay->living = pair;
}

void relay_connect(struct relay *relay, int client_take, const struct sockaddr_in *target)
{
    int backend = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (backend < 0) {
        reset_on_close(client_take);
        (void)close(client_take);
        return;
    }
    struct pair *pair = memory_allocate(1, sizeof *pair);
    add_pair(relay, pair);
    init_side(pair, &pair->client, &pair->backend, client_take);
    init_side(pair, &pair->backend, &pair->client, backend);
    if (connect(backend, (const struct sockaddr *)target, sizeof *target) == 0) {
        settle(pair);
    } else if (errno == EINPROGRESS) {
        pair->connecting = true;
        watch_side(&pair->backend, EPOLLOUT);
        watch_side(&pair->client, 0);
    } else {
        reset_pair(pair);
    }
}
