#include "apps/webapp/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

/* How long to leave a client in the queue when the system has no descriptor or memory for it. */
#define EXHAUSTED_PAUSE (20 * NANOSECONDS_PER_MILLISECOND)

struct acceptor {
    pthread_t thread;
    int listener;
    int stop; /* an eventfd that becomes readable when the thread is to end */
    struct connections *connections;
    int64_t maximum;
    accept_handler *handle;
    void *context;
};

/* True when a client is in the queue, false when the thread is to end. */
static bool wait_for_client(const struct acceptor *acceptor)
{
    struct pollfd waits[] = {{.fd = acceptor->stop, .events = POLLIN}, {.fd = acceptor->listener, .events = POLLIN}};
    if (!connections_wait_below(acceptor->connections, acceptor->maximum))
        return false;
    while (poll(waits, 2, -1) < 0)
        continue;
    return waits[0].revents == 0;
}

static void accept_one(const struct acceptor *acceptor)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    int accepted = accept4(acceptor->listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0)
        acceptor->handle(acceptor->context, accepted, (const struct sockaddr *)&peer, length);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        clock_sleep_until(clock_monotonic() + EXHAUSTED_PAUSE);
}

static void *accept_clients(void *argument)
{
    const struct acceptor *acceptor = argument;
    while (wait_for_client(acceptor))
        accept_one(acceptor);
    return NULL;
}

static void release(struct acceptor *acceptor)
{
    (void)close(acceptor->listener);
    if (acceptor->stop >= 0)
        (void)close(acceptor->stop);
    free(acceptor);
}

struct acceptor *acceptor_start(int listener_take, struct connections *connections, int64_t maximum, accept_handler *handle,
                                void *context)
{
    struct acceptor *acceptor = memory_allocate(1, sizeof *acceptor);
    *acceptor = (struct acceptor){.listener = listener_take, .connections = connections, .maximum = maximum};
    acceptor->handle = handle;
    acceptor->context = context;
    acceptor->stop = eventfd(0, EFD_CLOEXEC);
    if (acceptor->stop >= 0 && pthread_create(&acceptor->thread, NULL, accept_clients, acceptor) == 0)
        return acceptor;
    release(acceptor);
    return NULL;
}

void acceptor_stop(struct acceptor *acceptor)
{
    (void)eventfd_write(acceptor->stop, 1);
    connections_stop_waiting(acceptor->connections);
    (void)pthread_join(acceptor->thread, NULL);
    release(acceptor);
}
