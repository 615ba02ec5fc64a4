#include "apps/webapp/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/memory.h"

struct open_connection {
    int socket;
    struct open_connection *next;
};

struct connections {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct open_connection *first;
    int64_t count;
    bool stop_waiting;
};

struct connections *connections_create(void)
{
    struct connections *connections = memory_allocate(1, sizeof *connections);
    pthread_mutex_init(&connections->lock, NULL);
    pthread_cond_init(&connections->changed, NULL);
    return connections;
}

void connections_add(struct connections *connections, int socket)
{
    struct open_connection *connection = memory_allocate(1, sizeof *connection);
    connection->socket = socket;
    pthread_mutex_lock(&connections->lock);
    connection->next = connections->first;
    connections->first = connection;
    connections->count++;
    pthread_mutex_unlock(&connections->lock);
}

void connections_remove(struct connections *connections, int socket)
{
    pthread_mutex_lock(&connections->lock);
    struct open_connection **at = &connections->first;
    while (*at != NULL && (*at)->socket != socket)
        at = &(*at)->next;
    struct open_connection *found = *at;
    if (found != NULL) {
        *at = found->next;
        connections->count--;
        pthread_cond_signal(&connections->changed);
    }
    pthread_mutex_unlock(&connections->lock);
    free(found);
}

bool connections_wait_below(struct connections *connections, int64_t maximum)
{
    pthread_mutex_lock(&connections->lock);
    while (connections->count >= maximum && !connections->stop_waiting)
        pthread_cond_wait(&connections->changed, &connections->lock);
    bool go_on = !connections->stop_waiting;
    pthread_mutex_unlock(&connections->lock);
    return go_on;
}

void connections_stop_waiting(struct connections *connections)
{
    pthread_mutex_lock(&connections->lock);
    connections->stop_waiting = true;
    pthread_cond_signal(&connections->changed);
    pthread_mutex_unlock(&connections->lock);
}

bool connections_have_unread(struct connections *connections)
{
    int unread = 0;
    pthread_mutex_lock(&connections->lock);
    for (const struct open_connection *at = connections->first; at != NULL && unread == 0; at = at->next)
        if (ioctl(at->socket, FIONREAD, &unread) < 0)
            unread = 0;
    pthread_mutex_unlock(&connections->lock);
    return unread > 0;
}

void connections_prepare_reset(struct connections *connections)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    pthread_mutex_lock(&connections->lock);
    for (const struct open_connection *at = connections->first; at != NULL; at = at->next)
        (void)setsockopt(at->socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}
