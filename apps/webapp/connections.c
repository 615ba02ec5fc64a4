#include "apps/webapp/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/memory.h"

struct open_connection {
    int socket;
    struct open_connection *next;
    struct open_connection *previous;
};

struct connections {
    pthread_mutex_t lock;
    struct open_connection *first;
};

struct connections *connections_create(void)
{
    struct connections *connections = memory_allocate(1, sizeof *connections);
    pthread_mutex_init(&connections->lock, NULL);
    return connections;
}

void connections_destroy(struct connections *connections)
{
    if (connections == NULL)
        return;
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

struct open_connection *connections_add(struct connections *connections, int socket)
{
    struct open_connection *connection = memory_allocate(1, sizeof *connection);
    connection->socket = socket;
    pthread_mutex_lock(&connections->lock);
    connection->next = connections->first;
    if (connection->next != NULL)
        connection->next->previous = connection;
    connections->first = connection;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void connections_remove(struct connections *connections, struct open_connection *connection_take)
{
    struct open_connection *connection = connection_take;
    pthread_mutex_lock(&connections->lock);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    pthread_mutex_unlock(&connections->lock);
    free(connection);
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
