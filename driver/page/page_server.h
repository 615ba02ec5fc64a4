/*
 * One page over HTTP, for a browser: GET and HEAD of "/". Everything else is 404, every other method 405.
 */
#ifndef DRIVER_PAGE_PAGE_SERVER_H
#define DRIVER_PAGE_PAGE_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/listen_address.h"

struct page_server;

/* Listens, and answers in a thread of its own, at first with an empty page. NULL with an error. */
struct page_server *page_server_start(const struct listen_address *listen, struct error *error);

/* The port it listens on. */
uint16_t page_server_port(const struct page_server *server);

/* What is served from now on: an HTML document, copied. */
void page_server_show(struct page_server *server, const char *html, size_t length);

/* Ends the connections and the thread; NULL is harmless. */
void page_server_stop(struct page_server *server);

#endif
