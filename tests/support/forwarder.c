#include "tests/support/forwarder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/memory.h"
#include "tests/support/folder.h"
#include "tests/support/network.h"
#include "tests/support/wait.h"

#define MOST_CONNECTIONS 64
#define LOOK_MILLISECONDS 20

enum wish { STAY, LEAVE, STOP };

struct test_forwarder {
    char address[TEST_LOOPBACK_TEXT_SIZE];
    int target_port;
    int port;
    int listener; /* this and below: used by the thread alone; -1 = away */
    int ends[MOST_CONNECTIONS][2];
    size_t count;
    pthread_t thread;
    _Atomic(enum wish) wish;
    atomic_bool away;
};

static int listen_at(int port)
{
    const int yes = 1;
    struct sockaddr_in place = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (const struct sockaddr *)&place, sizeof place) < 0 || listen(listener, MOST_CONNECTIONS) < 0) {
        (void)close(listener);
        return -1;
    }
    return listener;
}

static void drop(struct test_forwarder *forwarder, size_t index)
{
    (void)close(forwarder->ends[index][0]);
    (void)close(forwarder->ends[index][1]);
    forwarder->count--;
    memcpy(forwarder->ends[index], forwarder->ends[forwarder->count], sizeof forwarder->ends[index]);
}

static void leave(struct test_forwarder *forwarder)
{
    if (forwarder->listener >= 0)
        (void)close(forwarder->listener);
    forwarder->listener = -1;
    while (forwarder->count > 0)
        drop(forwarder, 0);
}

static void take(struct test_forwarder *forwarder)
{
    int from = accept4(forwarder->listener, NULL, NULL, SOCK_CLOEXEC);
    if (from < 0)
        return;
    int to = forwarder->count < MOST_CONNECTIONS ? test_tcp_connect(forwarder->address, forwarder->target_port, 10) : -1;
    if (to < 0) {
        (void)close(from);
        return;
    }
    forwarder->ends[forwarder->count][0] = from;
    forwarder->ends[forwarder->count][1] = to;
    forwarder->count++;
}

static bool send_all(int to, const char *bytes, ssize_t length)
{
    while (length > 0) {
        struct pollfd room = {.fd = to, .events = POLLOUT};
        ssize_t sent = send(to, bytes, (size_t)length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN)
            (void)poll(&room, 1, LOOK_MILLISECONDS);
        else if (sent <= 0)
            return false;
        bytes += sent > 0 ? sent : 0;
        length -= sent > 0 ? sent : 0;
    }
    return true;
}

/* Passes on what is there; false when the connection is over. */
static bool pass(int from, int to)
{
    char bytes[16384];
    ssize_t got = recv(from, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN;
    return got > 0 && send_all(to, bytes, got);
}

static void forward(struct test_forwarder *forwarder)
{
    struct pollfd wait[1 + 2 * MOST_CONNECTIONS];
    size_t count = forwarder->count;
    wait[0] = (struct pollfd){.fd = forwarder->listener, .events = POLLIN};
    for (size_t i = 0; i < 2 * count; i++)
        wait[1 + i] = (struct pollfd){.fd = forwarder->ends[i / 2][i % 2], .events = POLLIN};
    if (poll(wait, 1 + 2 * count, LOOK_MILLISECONDS) <= 0)
        return;
    for (size_t i = count; i-- > 0;) {
        const int *ends = forwarder->ends[i];
        if ((wait[1 + 2 * i].revents != 0 && !pass(ends[0], ends[1])) ||
            (wait[2 + 2 * i].revents != 0 && !pass(ends[1], ends[0])))
            drop(forwarder, i);
    }
    if (wait[0].revents != 0)
        take(forwarder);
}

static void *run(void *context)
{
    struct test_forwarder *forwarder = context;
    for (;;) {
        enum wish wish = atomic_load(&forwarder->wish);
        if (wish != STAY)
            leave(forwarder);
        else if (forwarder->listener < 0)
            forwarder->listener = listen_at(forwarder->port);
        atomic_store(&forwarder->away, forwarder->listener < 0);
        if (wish == STOP)
            return NULL;
        forward(forwarder);
    }
}

struct test_forwarder *test_forwarder_start(const char *address, int port)
{
    struct test_forwarder *forwarder = memory_allocate(1, sizeof *forwarder);
    struct sockaddr_in own = {0};
    socklen_t length = sizeof own;
    assert_true(strlen(address) < sizeof forwarder->address);
    memcpy(forwarder->address, address, strlen(address) + 1);
    forwarder->target_port = port;
    forwarder->listener = listen_at(0);
    assert_true(forwarder->listener >= 0);
    assert_int_equal(getsockname(forwarder->listener, (struct sockaddr *)&own, &length), 0);
    forwarder->port = ntohs(own.sin_port);
    assert_int_equal(pthread_create(&forwarder->thread, NULL, run, forwarder), 0);
    return forwarder;
}

void test_forwarder_stop(struct test_forwarder *forwarder)
{
    atomic_store(&forwarder->wish, STOP);
    (void)pthread_join(forwarder->thread, NULL);
    free(forwarder);
}

int test_forwarder_port(const struct test_forwarder *forwarder)
{
    return forwarder->port;
}

void test_forwarder_leave(struct test_forwarder *forwarder)
{
    atomic_store(&forwarder->wish, LEAVE);
    assert_true(test_wait_until(atomic_load(&forwarder->away), 30));
}

void test_forwarder_return(struct test_forwarder *forwarder)
{
    atomic_store(&forwarder->wish, STAY);
    assert_true(test_wait_until(!atomic_load(&forwarder->away), 30));
}

struct test_forwarder *test_forwarder_before(const char *kubeconfig, const char *changed)
{
    AUTO_FREE char *text = test_folder_read_file(kubeconfig);
    char address[TEST_LOOPBACK_TEXT_SIZE];
    int port = 0;
    assert_non_null(text);
    char *at = strstr(text, "https://");
    if (at == NULL) {
        fail_msg("%s names no server", kubeconfig);
        return NULL;
    }
    assert_int_equal(sscanf(at, "https://%15[0-9.]:%d", address, &port), 2);
    struct test_forwarder *forwarder = test_forwarder_start(address, port);
    at -= at[-1] == '"' ? 1 : 0;
    *at = '\0';
    const char *rest = at + 1 + strcspn(at + 1, "\n");
    const char *indent = strrchr(text, '\n') + 1;
    AUTO_FREE char *written = memory_format("%shttps://127.0.0.1:%d\n%.*stls-server-name: %s%s", text, forwarder->port,
                                            (int)strspn(indent, " "), indent, address, rest);
    test_folder_write_file(changed, written);
    return forwarder;
}
