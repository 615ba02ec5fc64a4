#include "driver/load/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stddef.h>
#include <sys/socket.h>

int load_resolve(const char *host, char address[INET_ADDRSTRLEN], struct error *error)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    address[0] = '\0';
    int code = getaddrinfo(host, NULL, &hints, &found);
    if (code != 0)
        return error_set(error, "cannot find the host \"%s\": %s", host, gai_strerror(code));
    for (const struct addrinfo *entry = found; entry != NULL && address[0] == '\0'; entry = entry->ai_next)
        if (entry->ai_family == AF_INET)
            (void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)entry->ai_addr)->sin_addr, address,
                            INET_ADDRSTRLEN);
    freeaddrinfo(found);
    return 0;
}

size_t load_resolve_all(void *context, const char *host, struct in_addr addresses[LOAD_MOST_ADDRESSES])
{
    (void)context;
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    size_t count = 0;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return 0;
    for (const struct addrinfo *entry = found; entry != NULL && count < LOAD_MOST_ADDRESSES; entry = entry->ai_next)
        addresses[count++] = ((const struct sockaddr_in *)(const void *)entry->ai_addr)->sin_addr;
    freeaddrinfo(found);
    return count;
}
