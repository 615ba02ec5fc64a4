#include "driver/load/known_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define MAXIMUM_SERVERS 4096
#define PLACES (MAXIMUM_SERVERS * 2)

struct known_servers {
    size_t count;
    struct known_server *servers;
    uint16_t places[PLACES]; /* of the servers, from 1, by their names' hash; 0 = free */
};

struct known_servers *known_servers_create(void)
{
    return memory_allocate(1, sizeof(struct known_servers));
}

void known_servers_destroy(struct known_servers *servers)
{
    if (servers == NULL)
        return;
    free(servers->servers);
    free(servers);
}

static size_t hash_of(const char *name)
{
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a */
    for (const char *at = name; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * UINT32_C(16777619);
    return hash % PLACES;
}

struct known_server *known_servers_find(struct known_servers *servers, const char *name)
{
    size_t place = hash_of(name);
    for (; servers->places[place] != 0; place = (place + 1) % PLACES) {
        struct known_server *known = &servers->servers[servers->places[place] - 1];
        if (strcmp(known->name, name) == 0)
            return known;
    }
    if (servers->count == MAXIMUM_SERVERS)
        return NULL;
    if ((servers->count & (servers->count + 1)) == 0)
        servers->servers = memory_resize(servers->servers, servers->count * 2 + 1, sizeof *servers->servers);
    struct known_server *known = &servers->servers[servers->count++];
    *known = (struct known_server){.answers = 0};
    (void)snprintf(known->name, sizeof known->name, "%s", name);
    servers->places[place] = (uint16_t)servers->count;
    return known;
}
