/*
 * A generator's control API over HTTP (docs/generators.md).
 */
#ifndef DRIVER_GENERATOR_CONTROL_SERVER_H
#define DRIVER_GENERATOR_CONTROL_SERVER_H

#include "driver/generator/generator.h"

struct control_server;

/* Serves on the bound socket, which it owns from now on. token: what X-Hpalab-Token must be; NULL = anything. The generator
 * and the token are borrowed. */
struct control_server *control_server_create(struct generator *generator, const char *token, int socket_take,
                                             struct error *error);

/* Ends open connections. Harmless on NULL. */
void control_server_destroy(struct control_server *server);

#endif
