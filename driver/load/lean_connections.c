#include "driver/load/lean_connections.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/memory.h"

/* Requests with the same timeout share a queue. */
static void make_queues(struct lean_connections *connections, const struct request_mix *mix)
{
    connections->queues = memory_allocate(mix->count, sizeof *connections->queues);
    connections->queue_of = memory_allocate(mix->count, sizeof *connections->queue_of);
    for (size_t i = 0; i < mix->count; i++) {
        int64_t timeout = mix->requests[i].spec.timeout;
        size_t queue = 0;
        while (queue < connections->queue_count && connections->queues[queue].timeout != timeout)
            queue++;
        if (queue == connections->queue_count)
            connections->queues[connections->queue_count++].timeout = timeout;
        connections->queue_of[i] = queue;
    }
}

void lean_connections_init(struct lean_connections *connections, const struct request_mix *mix, size_t request_size)
{
    const struct load_spec *spec = mix->spec;
    uint64_t vus = load_spec_most_vus(spec);
    *connections = (struct lean_connections){.spec = spec, .request_size = request_size};
    make_queues(connections, mix);
    if (vus > 0)
        connections->of_vus = memory_allocate(vus, sizeof(struct lean_connection *));
}

void lean_connections_release(struct lean_connections *connections)
{
    for (size_t i = 0; i < connections->count; i++) {
        struct lean_connection *connection = connections->places[i];
        if (connection->socket >= 0)
            (void)close(connection->socket);
        http_answer_release(&connection->answer);
        free(connection->request);
        free(connection);
    }
    free(connections->places);
    free(connections->of_vus);
    free(connections->queues);
    free(connections->queue_of);
}

static struct lean_connection *pop(struct lean_connection **stack)
{
    struct lean_connection *top = *stack;
    if (top != NULL)
        *stack = top->next;
    return top;
}

static void push(struct lean_connection **stack, struct lean_connection *connection)
{
    connection->next = *stack;
    *stack = connection;
}

/* The stack that an idle connection is in; a VU's own has at most one. */
static struct lean_connection **idle_stack(struct lean_connections *connections, uint32_t vu)
{
    return connections->of_vus != NULL ? &connections->of_vus[vu] : &connections->idle;
}

static struct lean_connection *new_place(struct lean_connections *connections)
{
    if ((connections->count & (connections->count + 1)) == 0)
        connections->places = memory_resize(connections->places, connections->count * 2 + 1, sizeof(struct lean_connection *));
    struct lean_connection *connection = memory_allocate(1, sizeof *connection);
    connection->index = (uint32_t)connections->count;
    connection->request = memory_allocate(1, connections->request_size);
    http_answer_init(&connection->answer, connections->spec);
    connections->places[connections->count++] = connection;
    return connection;
}

struct lean_connection *lean_connections_take(struct lean_connections *connections, uint32_t vu)
{
    struct lean_connection *connection = pop(idle_stack(connections, vu));
    if (connection != NULL)
        return connection;
    connection = pop(&connections->closed);
    if (connection == NULL)
        connection = new_place(connections);
    if (++connection->generation == 0)
        connection->generation = 1;
    connection->socket = -1;
    return connection;
}

static struct lean_queue *queue_of(const struct lean_connections *connections, const struct lean_connection *connection)
{
    return &connections->queues[connections->queue_of[connection->carried.which]];
}

void lean_connections_begin(struct lean_connections *connections, struct lean_connection *connection)
{
    struct lean_queue *queue = queue_of(connections, connection);
    connection->previous = queue->newest;
    connection->next = NULL;
    if (queue->newest != NULL)
        queue->newest->next = connection;
    else
        queue->oldest = connection;
    queue->newest = connection;
}

void lean_connections_end(struct lean_connections *connections, struct lean_connection *connection)
{
    struct lean_queue *queue = queue_of(connections, connection);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        queue->oldest = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    else
        queue->newest = connection->previous;
}

struct lean_connection *lean_connections_first(const struct lean_connections *connections, int64_t *deadline)
{
    struct lean_connection *first = NULL;
    *deadline = INT64_MAX;
    for (size_t i = 0; i < connections->queue_count; i++) {
        const struct lean_queue *queue = &connections->queues[i];
        if (queue->oldest == NULL || queue->oldest->carried.sent + queue->timeout >= *deadline)
            continue;
        first = queue->oldest;
        *deadline = first->carried.sent + queue->timeout;
    }
    return first;
}

void lean_connections_keep(struct lean_connections *connections, struct lean_connection *connection)
{
    connection->state = LEAN_IDLE;
    push(idle_stack(connections, connection->carried.vu), connection);
}

void lean_connections_close(struct lean_connections *connections, struct lean_connection *connection)
{
    if (connection->socket >= 0)
        (void)close(connection->socket);
    connection->socket = -1;
    connection->state = LEAN_CLOSED;
    push(&connections->closed, connection);
}

void lean_connections_forget_idle(struct lean_connections *connections, struct lean_connection *connection)
{
    struct lean_connection **link = idle_stack(connections, connection->carried.vu);
    while (*link != connection)
        link = &(*link)->next;
    *link = connection->next;
}
