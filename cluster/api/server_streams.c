#include "cluster/api/server_streams.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define STREAM_BLOCK 16384U
#define STREAM_PENDING_MAXIMUM (64 * 1024 * 1024)
#define STREAM_SEND_TIMEOUT_MILLISECONDS 30000U /* a client that reads nothing for so long has lost its stream */
#define STREAM_END_WAIT (500 * NANOSECONDS_PER_MILLISECOND)

/* A stream on its way to a client; belongs to MHD's response. */
struct live_stream {
    struct streams *streams;
    struct stream stream;
    struct buffer pending;
    size_t sent;
    bool ended;
    int client;
};

/* Waits until the stream may go on; false when the server stops or the client has left. */
static bool stream_wait(const struct live_stream *live, const struct stream_wait *wait)
{
    struct pollfd descriptors[] = {
        {.fd = live->streams->stop_descriptor, .events = POLLIN},
        {.fd = live->client, .events = POLLRDHUP},
        {.fd = wait->descriptor, .events = POLLIN},
    };
    int64_t left = wait->deadline - clock_monotonic();
    if (left < 0)
        left = 0;
    struct timespec timeout = {.tv_sec = left / NANOSECONDS_PER_SECOND, .tv_nsec = left % NANOSECONDS_PER_SECOND};
    if (ppoll(descriptors, 3, &timeout, NULL) < 0)
        return errno == EINTR;
    return descriptors[0].revents == 0 && descriptors[1].revents == 0;
}

static ssize_t stream_read(void *context, uint64_t position, char *bytes, size_t room)
{
    (void)position;
    struct live_stream *live = context;
    while (live->sent == live->pending.length) {
        if (live->ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        buffer_clear(&live->pending);
        live->sent = 0;
        struct stream_wait wait = {.descriptor = -1, .deadline = 0};
        const int outcome = live->stream.step(live->stream.context, &live->pending, &wait);
        live->ended = outcome == 0;
        if (outcome < 0 || live->pending.overflowed)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (live->pending.length == 0 && !live->ended && !stream_wait(live, &wait))
            return MHD_CONTENT_READER_END_OF_STREAM;
    }
    size_t count = live->pending.length - live->sent;
    if (count > room)
        count = room;
    memcpy(bytes, live->pending.data + live->sent, count);
    live->sent += count;
    return (ssize_t)count;
}

static void stream_release(void *context)
{
    struct live_stream *live = context;
    struct streams *streams = live->streams;
    live->stream.release(live->stream.context);
    buffer_release(&live->pending);
    free(live);
    pthread_mutex_lock(&streams->lock);
    streams->count--;
    pthread_cond_signal(&streams->ended);
    pthread_mutex_unlock(&streams->lock);
}

static int client_descriptor(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *information = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return information != NULL ? information->connect_fd : -1;
}

struct MHD_Response *streams_response(struct streams *streams, struct MHD_Connection *connection, struct answer *answer)
{
    struct live_stream *live = memory_allocate(1, sizeof *live);
    unsigned timeout = STREAM_SEND_TIMEOUT_MILLISECONDS;
    int on = 1;
    live->stream = answer->stream;
    answer->stream = (struct stream){0};
    buffer_init(&live->pending, STREAM_PENDING_MAXIMUM);
    live->client = client_descriptor(connection);
    live->streams = streams;
    pthread_mutex_lock(&streams->lock);
    streams->count++;
    pthread_mutex_unlock(&streams->lock);
    if (setsockopt(live->client, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout) != 0 ||
        setsockopt(live->client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        log_debug("api", "socket options of a stream: %m");
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, live, stream_release);
}

int streams_open(struct streams *streams, struct error *error)
{
    *streams = (struct streams){.stop_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (streams->stop_descriptor < 0)
        return error_set(error, "cannot make a descriptor: %m");
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&streams->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&streams->lock, NULL);
    return 0;
}

void streams_end(struct streams *streams)
{
    uint64_t one = 1;
    if (write(streams->stop_descriptor, &one, sizeof one) != (ssize_t)sizeof one)
        log_error("api", "cannot end the watches: %m");
}

void streams_await_end(struct streams *streams)
{
    int64_t deadline = clock_monotonic() + STREAM_END_WAIT;
    struct timespec until = {.tv_sec = deadline / NANOSECONDS_PER_SECOND, .tv_nsec = deadline % NANOSECONDS_PER_SECOND};
    int outcome = 0;
    pthread_mutex_lock(&streams->lock);
    while (streams->count > 0 && outcome == 0)
        outcome = pthread_cond_timedwait(&streams->ended, &streams->lock, &until);
    pthread_mutex_unlock(&streams->lock);
}

void streams_close(struct streams *streams)
{
    memory_close_descriptor(&streams->stop_descriptor);
    pthread_cond_destroy(&streams->ended);
    pthread_mutex_destroy(&streams->lock);
}
