#include "tests/support/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/random.h"

#define RETRY_STEP (5 * NANOSECONDS_PER_MILLISECOND)

char *test_loopback_address(char text[TEST_LOOPBACK_TEXT_SIZE])
{
    unsigned char random[2] = {0, 0};
    random_fill(random, sizeof random);
    (void)snprintf(text, TEST_LOOPBACK_TEXT_SIZE, "127.177.%d.%d", random[0], 1 + random[1] % 254);
    return text;
}

static int64_t deadline_after(double seconds)
{
    return clock_monotonic() + (int64_t)(seconds * (double)NANOSECONDS_PER_SECOND);
}

static bool wait_for(int descriptor, short events, int64_t deadline)
{
    struct pollfd wait = {.fd = descriptor, .events = events};
    int64_t left;
    while ((left = deadline - clock_monotonic()) > 0) {
        int ready = poll(&wait, 1, (int)(left / NANOSECONDS_PER_MILLISECOND) + 1);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return ready > 0;
    }
    return false;
}

static bool is_connected(int descriptor)
{
    int problem = 0;
    socklen_t length = sizeof problem;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &length) == 0 && problem == 0;
}

int test_tcp_connect(const char *address, int port, double seconds)
{
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int64_t deadline = deadline_after(seconds);
    if (inet_pton(AF_INET, address, &peer.sin_addr) != 1)
        return -1;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return -1;
    bool connected = connect(descriptor, (const struct sockaddr *)&peer, sizeof peer) == 0;
    if (!connected && errno == EINPROGRESS)
        connected = wait_for(descriptor, POLLOUT, deadline) && is_connected(descriptor);
    if (connected)
        return descriptor;
    (void)close(descriptor);
    return -1;
}

bool test_tcp_wait(const char *address, int port, double seconds)
{
    int64_t deadline = deadline_after(seconds);
    while (clock_monotonic() < deadline) {
        AUTO_CLOSE int descriptor = test_tcp_connect(address, port, seconds);
        if (descriptor >= 0)
            return true;
        clock_sleep_until(clock_monotonic() + RETRY_STEP);
    }
    return false;
}

int test_tcp_send(int descriptor, const char *text)
{
    int64_t deadline = deadline_after(10);
    for (size_t left = strlen(text); left > 0;) {
        ssize_t sent = send(descriptor, text, left, MSG_NOSIGNAL);
        if (sent < 0 && (errno != EAGAIN || !wait_for(descriptor, POLLOUT, deadline)))
            return -1;
        text += sent > 0 ? sent : 0;
        left -= sent > 0 ? (size_t)sent : 0;
    }
    return 0;
}

long test_tcp_receive(int descriptor, char *text, unsigned long size, double seconds)
{
    int64_t deadline = deadline_after(seconds);
    size_t length = 0;
    ssize_t got = 1;
    while (got > 0 && length + 1 < size && wait_for(descriptor, POLLIN, deadline)) {
        got = recv(descriptor, text + length, size - 1 - length, 0);
        length += got > 0 ? (size_t)got : 0;
    }
    text[length] = '\0';
    return got < 0 ? -1 : (long)length;
}
