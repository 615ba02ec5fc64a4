/*
 * bench-truth SECONDS: what the load engine records against the truth. A server in this process answers after 0.2, 1, 10 or
 * 100 ms in turn and keeps the time from each request's arrival to its answer; the engine, with precise pacing, keeps what it
 * sees. Their percentiles are put side by side.
 */
#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/load.h"
#include "tests/bench/figure.h"

#define DELAYS 4
#define RATE 500.0
#define MOST_WAITING 4096
#define EVENTS 64

static const int64_t delays[DELAYS] = {200 * NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_MILLISECOND,
                                       10 * NANOSECONDS_PER_MILLISECOND, 100 * NANOSECONDS_PER_MILLISECOND};

/* Which delay the requests get in turn: no percentile below lies where one delay ends and the next begins. */
static const size_t turns[] = {0, 1, 2, 1, 3};

/* Requests that wait for the same delay: a ring, in order of time. */
struct queue {
    struct waiting {
        int descriptor;
        int64_t arrived;
    } waiting[MOST_WAITING];
    size_t first, count;
};

struct server {
    int listener, epoll;
    struct queue queues[DELAYS];
    uint64_t requests;
    struct histogram truth;
    atomic_bool stop;
};

static void add(const struct server *server, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    (void)epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

/* Each read is one request: the client has one on a connection at a time. */
static void take(struct server *server, int descriptor)
{
    char bytes[4096];
    if (descriptor == server->listener) {
        add(server, accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
        return;
    }
    ssize_t length = recv(descriptor, bytes, sizeof bytes, 0);
    struct queue *queue = &server->queues[turns[server->requests % (sizeof turns / sizeof *turns)]];
    if (length <= 0) {
        (void)close(descriptor);
    } else if (queue->count < MOST_WAITING) {
        queue->waiting[(queue->first + queue->count++) % MOST_WAITING] =
            (struct waiting){.descriptor = descriptor, .arrived = clock_monotonic()};
        server->requests++;
    }
}

static void answer_what_is_due(struct server *server)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    for (size_t i = 0; i < DELAYS; i++) {
        struct queue *queue = &server->queues[i];
        while (queue->count > 0 && queue->waiting[queue->first].arrived + delays[i] <= clock_monotonic()) {
            struct waiting waiting = queue->waiting[queue->first];
            queue->first = (queue->first + 1) % MOST_WAITING;
            queue->count--;
            histogram_record(&server->truth, clock_monotonic() - waiting.arrived);
            (void)send(waiting.descriptor, answer, sizeof answer - 1, MSG_NOSIGNAL);
        }
    }
}

/* Does not sleep: its delays are exact as far as it has its core. */
static void *serve(void *context)
{
    struct server *server = context;
    struct epoll_event events[EVENTS];
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    (void)pthread_setaffinity_np(pthread_self(), sizeof first, &first);
    while (!atomic_load(&server->stop)) {
        int count = epoll_wait(server->epoll, events, EVENTS, 0);
        for (int i = 0; i < count; i++)
            take(server, events[i].data.fd);
        answer_what_is_due(server);
    }
    return NULL;
}

static int start_server(struct server *server, int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(server->listener, 1024) < 0 || getsockname(server->listener, (struct sockaddr *)&address, &length) < 0)
        return -1;
    add(server, server->listener);
    *port = ntohs(address.sin_port);
    return 0;
}

static void on_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    (void)context;
    (void)spec;
    (void)tick;
}

static void on_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    (void)spec;
    histogram_merge(context, &row->service);
}

static void on_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)context;
    (void)spec;
    (void)exemplar;
}

static int send_load(int port, double seconds, struct histogram *seen)
{
    struct error error = ERROR_NONE;
    struct load_stage stage = {.duration = (int64_t)(seconds * 1e9), .target = RATE};
    struct load_spec spec;
    load_spec_init(&spec);
    spec.name = memory_copy_text("truth");
    spec.url = memory_format("http://127.0.0.1:%d/", port);
    spec.start_rate = RATE;
    spec.stages = &stage;
    spec.stage_count = 1;
    spec.pacing = PACING_PRECISE;
    const struct load_options options = {.spec = &spec,
                                         .slow_over = NANOSECONDS_PER_SECOND,
                                         .sink = {.context = seen, .tick = on_tick, .row = on_row, .exemplar = on_exemplar}};
    struct load *load = load_create(&options, &error);
    int result = load == NULL ? -1 : load_start(load, clock_monotonic(), &error);
    if (result < 0)
        (void)fprintf(stderr, "%s\n", error.text);
    else
        load_join(load);
    load_destroy(load);
    spec.stages = NULL;
    spec.stage_count = 0;
    load_spec_release(&spec);
    return result;
}

static void print(const struct histogram *truth, const struct histogram *seen)
{
    static const double fractions[] = {0.1, 0.3, 0.5, 0.7, 0.9, 0.99};
    char name[64];
    double worst = 0;
    figure("truth: answers recorded, of those that were given",
           truth->total > 0 ? (double)seen->total / (double)truth->total * 100 : 0, "%", "100");
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
        double given = (double)histogram_percentile(truth, fractions[i]) / 1e3;
        double apart = (double)histogram_percentile(seen, fractions[i]) / 1e3 - given;
        (void)snprintf(name, sizeof name, "truth: p%.4g given", fractions[i] * 100);
        figure(name, given, "us", "");
        (void)snprintf(name, sizeof name, "truth: p%.4g recorded above it", fractions[i] * 100);
        figure(name, apart, "us", "");
        worst = fmax(worst, apart / fmax(50, given / 100));
    }
    figure("truth: the furthest apart, times 1% or 50 us", worst, "x", "<= 1");
}

int main(int count, char **arguments)
{
    static struct server server;
    AUTO_HISTOGRAM struct histogram seen = {0};
    pthread_t thread;
    int port = 0;
    if (count != 2)
        return 2;
    if (start_server(&server, &port) < 0 || pthread_create(&thread, NULL, serve, &server) != 0)
        return 1;
    int result = send_load(port, strtod(arguments[1], NULL), &seen);
    atomic_store(&server.stop, true);
    (void)pthread_join(thread, NULL);
    if (result == 0)
        print(&server.truth, &seen);
    histogram_release(&server.truth);
    (void)close(server.listener);
    (void)close(server.epoll);
    return result == 0 && seen.total > 0 ? 0 : 1;
}
