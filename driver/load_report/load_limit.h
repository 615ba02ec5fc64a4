/*
 * What kept a load from being more, or from being answered better: the generator, its limit of connections, the server, or
 * nothing.
 */
#ifndef DRIVER_LOAD_REPORT_LOAD_LIMIT_H
#define DRIVER_LOAD_REPORT_LOAD_LIMIT_H

#include "driver/load_report/load_total.h"

enum load_limit { LIMIT_NONE, LIMIT_GENERATOR, LIMIT_CONNECTIONS, LIMIT_SERVER };

#define LOAD_LIMIT_TEXT_SIZE 160

/* "none", "generator", "connections", "server" */
const char *load_limit_name(enum load_limit limit);

/* Which it was, and how that shows, as text. */
enum load_limit load_limit_find(const struct load_total *total, char text[LOAD_LIMIT_TEXT_SIZE]);

#endif
