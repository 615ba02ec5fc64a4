/*
 * Prometheus's remote write (version 1.0): series as protobuf, compressed, by POST.
 */
#ifndef DRIVER_REMOTE_WRITE_REMOTE_WRITE_H
#define DRIVER_REMOTE_WRITE_REMOTE_WRITE_H

#include "common/buffer.h"
#include "common/error.h"
#include "driver/remote_write/time_series.h"

/* Whether a URL can be written to, as far as it can be seen: http:// or https://, with a host. */
int remote_write_check(const char *url, struct error *error);

/* Appends a WriteRequest of count samples of a series, from first on. For remote_write_send and its tests. */
void remote_write_append(struct buffer *message, const struct time_series *series, size_t first, size_t count);

/* Sends all series, some thousand samples a request. token: a bearer token; NULL = none. A server that is away or busy (5xx, 429)
 * is asked again, up to 5 times a request within half a minute; what it refuses is not. -1 with the server's words. The password
 * that may stand in the URL is not in them. */
int remote_write_send(const char *url, const char *token, const struct time_series_set *set, struct error *error);

#endif
