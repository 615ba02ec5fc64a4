/*
 * bench-proxy: what the service proxy costs. Requests and answers of 200 bytes go to an echo server directly and through
 * the proxy: the median time of one on a quiet connection, and how many a second of the proxy's CPU time with 32
 * connections at once.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/proxy/proxy.h"
#include "common/clock.h"
#include "common/memory.h"

#define SERVICE "127.201.201.1"
#define BACKEND "127.202.201.1"
#define PORT 18480
#define SIZE 200
#define CONNECTIONS 32
#define PINGS 20000
#define REQUESTS 300000

static struct sockaddr_in address_of(const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    (void)inet_pton(AF_INET, text, &address.sin_addr);
    return address;
}

struct echo {
    int epoll;
    int listener;
    pthread_t thread;
};

/* Answers every read with the same bytes; ends when the listener is shut down. */
static void *run_echo(void *context)
{
    struct echo *echo = context;
    char bytes[4096];
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(echo->epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            int descriptor = events[i].data.fd;
            if (descriptor == echo->listener) {
                struct epoll_event event = {.events = EPOLLIN, .data.fd = accept4(descriptor, NULL, NULL, SOCK_CLOEXEC)};
                if (event.data.fd < 0)
                    return NULL;
                (void)epoll_ctl(echo->epoll, EPOLL_CTL_ADD, event.data.fd, &event);
                continue;
            }
            ssize_t size = recv(descriptor, bytes, sizeof bytes, 0);
            if (size <= 0 || send(descriptor, bytes, (size_t)size, MSG_NOSIGNAL) < 0)
                (void)close(descriptor);
        }
    }
}

static void echo_start(struct echo *echo)
{
    struct sockaddr_in address = address_of(BACKEND);
    const int on = 1;
    echo->epoll = epoll_create1(EPOLL_CLOEXEC);
    echo->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(echo->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = echo->listener};
    if (bind(echo->listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(echo->listener, 128) < 0 ||
        epoll_ctl(echo->epoll, EPOLL_CTL_ADD, echo->listener, &event) < 0 ||
        pthread_create(&echo->thread, NULL, run_echo, echo) != 0)
        abort();
}

static int connect_to(const char *text)
{
    struct sockaddr_in address = address_of(text);
    for (int i = 0; i < 200; i++) {
        int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0)
            return descriptor;
        (void)close(descriptor);
        clock_sleep_until(clock_monotonic() + 10 * NANOSECONDS_PER_MILLISECOND);
    }
    abort();
}

static void send_request(int descriptor)
{
    static const char request[SIZE] = "request";
    if (send(descriptor, request, sizeof request, MSG_NOSIGNAL) != SIZE)
        abort();
}

static int compare(const void *left, const void *right)
{
    int64_t one = *(const int64_t *)left;
    int64_t other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

/* The median round trip in nanoseconds. */
static int64_t median_ping(const char *address)
{
    char answer[SIZE];
    int64_t *times = memory_allocate(PINGS, sizeof *times);
    int descriptor = connect_to(address);
    for (int i = 0; i < PINGS; i++) {
        int64_t start = clock_monotonic();
        send_request(descriptor);
        if (recv(descriptor, answer, SIZE, MSG_WAITALL) != SIZE)
            abort();
        times[i] = clock_monotonic() - start;
    }
    qsort(times, PINGS, sizeof *times, compare);
    int64_t median = times[PINGS / 2];
    free(times);
    (void)close(descriptor);
    return median;
}

/* Every connection has one request under way until all are done. */
static void run_load(const char *address)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int descriptors[CONNECTIONS];
    char answer[SIZE];
    for (int i = 0; i < CONNECTIONS; i++) {
        descriptors[i] = connect_to(address);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptors[i]};
        (void)epoll_ctl(epoll, EPOLL_CTL_ADD, descriptors[i], &event);
        send_request(descriptors[i]);
    }
    for (int done = 0; done < REQUESTS;) {
        struct epoll_event events[CONNECTIONS];
        int count = epoll_wait(epoll, events, CONNECTIONS, -1);
        for (int i = 0; i < count; i++) {
            if (recv(events[i].data.fd, answer, SIZE, MSG_WAITALL) != SIZE)
                abort();
            send_request(events[i].data.fd);
            done++;
        }
    }
    for (int i = 0; i < CONNECTIONS; i++)
        (void)close(descriptors[i]);
    (void)close(epoll);
}

static void put(struct store *store, enum resource_id resource, const char *text)
{
    object_release(store_put(store, resource, json_parse(text, strlen(text), NULL), 0));
}

static struct store *make_store(void)
{
    struct store *store = store_create();
    AUTO_FREE char *service =
        memory_format("{\"metadata\":{\"name\":\"web\",\"namespace\":\"a\"},\"spec\":{\"clusterIP\":\"" SERVICE
                      "\",\"ports\":[{\"port\":%d}]}}",
                      PORT);
    AUTO_FREE char *slice = memory_format("{\"metadata\":{\"name\":\"web-1\",\"namespace\":\"a\",\"labels\":{"
                                          "\"kubernetes.io/service-name\":\"web\"}},\"ports\":[{\"port\":%d}],\"endpoints\":[{"
                                          "\"addresses\":[\"" BACKEND "\"]}]}",
                                          PORT);
    put(store, RESOURCE_SERVICES, service);
    put(store, RESOURCE_ENDPOINTSLICES, slice);
    return store;
}

int main(void)
{
    struct echo echo = {.epoll = -1};
    struct store *store = make_store();
    struct cluster_periods periods = cluster_periods_at_pace(1);
    struct error error = ERROR_NONE;
    echo_start(&echo);
    struct proxy *proxy = proxy_start_on_store(store, &periods, &error);
    if (proxy == NULL) {
        (void)fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    int64_t direct = median_ping(BACKEND);
    int64_t relayed = median_ping(SERVICE);
    (void)printf("median round trip: direct %.1f us, through the proxy %.1f us: %.1f us more\n", (double)direct / 1e3,
                 (double)relayed / 1e3, (double)(relayed - direct) / 1e3);

    struct timespec used;
    clockid_t echo_clock;
    (void)pthread_getcpuclockid(echo.thread, &echo_clock);
    (void)clock_gettime(echo_clock, &used);
    int64_t others = clock_thread_cpu() + used.tv_sec * NANOSECONDS_PER_SECOND + used.tv_nsec;
    int64_t all = clock_process_cpu();
    int64_t start = clock_monotonic();
    run_load(SERVICE);
    double seconds = (double)(clock_monotonic() - start) / 1e9;
    (void)clock_gettime(echo_clock, &used);
    others = clock_thread_cpu() + used.tv_sec * NANOSECONDS_PER_SECOND + used.tv_nsec - others;
    double cpu = (double)(clock_process_cpu() - all - others) / 1e9;
    (void)printf("requests a second of the proxy's CPU: %.0f (%.1f us each); a second here, with client and server on the same "
                 "cores: %.0f\n",
                 REQUESTS / cpu, cpu / REQUESTS * 1e6, REQUESTS / seconds);
    proxy_stop(proxy);
    store_destroy(store);
    (void)shutdown(echo.listener, SHUT_RDWR);
    (void)pthread_join(echo.thread, NULL);
    return 0;
}
