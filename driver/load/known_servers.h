/*
 * The servers that have answered, by the names that their answers give them.
 */
#ifndef DRIVER_LOAD_KNOWN_SERVERS_H
#define DRIVER_LOAD_KNOWN_SERVERS_H

#include "driver/load/result.h"

#define KNOWN_REQUESTS 4 /* the requests of a mix share so many places */

/* What is kept of a server, by whoever asks for it. */
struct known_server {
    char name[LOAD_SERVER_SIZE];
    int answers;                               /* so far, LOAD_FIRST_ANSWERS at most */
    size_t rows[WARMTH_COUNT][KNOWN_REQUESTS]; /* where the latest row of each is, if it is still there */
};

struct known_servers;

struct known_servers *known_servers_create(void);
void known_servers_destroy(struct known_servers *servers); /* harmless on NULL */

/* The server of that name, good until the next call; it is known from now on. NULL = there are too many to know another one
 * (one that names itself anew each time stays bounded). */
struct known_server *known_servers_find(struct known_servers *servers, const char *name);

#endif
