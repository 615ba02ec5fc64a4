#include "driver/load/curl_sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/memory.h"

/* A socket's number may be given to the next one while events of the last are still being gone through: each
 * registration has a number of its own, so that those are not mistaken. */
static void number_registration(struct curl_sockets *sockets, curl_socket_t socket)
{
    size_t place = (size_t)socket;
    if (place >= sockets->registered_count) {
        size_t count = place * 2 + 64;
        sockets->registered = memory_resize(sockets->registered, count, sizeof *sockets->registered);
        memset(sockets->registered + sockets->registered_count, 0,
               (count - sockets->registered_count) * sizeof *sockets->registered);
        sockets->registered_count = count;
    }
    if (++sockets->registrations == 0)
        sockets->registrations = 1;
    sockets->registered[place] = sockets->registrations;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    (void)easy;
    struct curl_sockets *sockets = context;
    if (what == CURL_POLL_REMOVE) {
        if ((size_t)socket < sockets->registered_count)
            sockets->registered[socket] = 0;
        (void)epoll_ctl(sockets->epoll, EPOLL_CTL_DEL, socket, NULL);
        return 0;
    }
    if (known == NULL) {
        number_registration(sockets, socket);
        (void)curl_multi_assign(sockets->multi, socket, sockets);
    }
    struct epoll_event event = {.data.u64 = (uint64_t)sockets->registered[socket] << 32 | (uint32_t)socket};
    if ((what & CURL_POLL_IN) != 0)
        event.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0)
        event.events |= EPOLLOUT;
    if (known != NULL && epoll_ctl(sockets->epoll, EPOLL_CTL_MOD, socket, &event) == 0)
        return 0;
    if (epoll_ctl(sockets->epoll, EPOLL_CTL_ADD, socket, &event) < 0 && errno == EEXIST)
        (void)epoll_ctl(sockets->epoll, EPOLL_CTL_MOD, socket, &event);
    return 0;
}

void curl_sockets_watch(struct curl_sockets *sockets, CURLM *multi, int epoll)
{
    *sockets = (struct curl_sockets){.multi = multi, .epoll = epoll};
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, sockets);
}

void curl_sockets_release(struct curl_sockets *sockets)
{
    free(sockets->registered);
}

curl_socket_t curl_sockets_find(const struct curl_sockets *sockets, uint64_t token)
{
    size_t socket = (size_t)(token & UINT32_MAX);
    bool known = socket < sockets->registered_count && sockets->registered[socket] == token >> 32;
    return known ? (curl_socket_t)socket : CURL_SOCKET_BAD;
}
