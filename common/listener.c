#include "common/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/memory.h"

/* Room for the clients of a slow boot; the kernel caps it by net.core.somaxconn (4096 by default). */
#define BACKLOG 4096

static void free_addresses(struct addrinfo **addresses)
{
    if (*addresses != NULL)
        freeaddrinfo(*addresses);
}

int listener_bind(const char *address, int64_t port, struct error *error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    char service[24];
    CLEANUP(free_addresses) struct addrinfo *found = NULL;
    const int on = 1;
    (void)snprintf(service, sizeof service, "%lld", (long long)port);
    if (getaddrinfo(address, service, &hints, &found) != 0)
        return error_set(error, "\"%.60s\" is no IP address such as 127.0.0.1", address);
    int listener = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return error_set(error, "cannot make a socket: %s", strerror(errno));
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, found->ai_addr, found->ai_addrlen) == 0)
        return listener;
    (void)error_set(error, "cannot take %s port %lld: %s", address, (long long)port, strerror(errno));
    (void)close(listener);
    return -1;
}

int listener_port(int socket)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } name = {.ip6 = {0}};
    socklen_t length = sizeof name;
    if (getsockname(socket, &name.any, &length) < 0)
        return -1;
    return ntohs(name.any.sa_family == AF_INET6 ? name.ip6.sin6_port : name.ip4.sin_port);
}

int listener_listen(int socket, struct error *error)
{
    if (listen(socket, BACKLOG) < 0)
        return error_set(error, "cannot listen: %s", strerror(errno));
    return 0;
}
