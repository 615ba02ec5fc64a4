/*
 * What one container instance writes, kept in a file with the time of each line, capped: beyond the cap the older half
 * goes. Offsets count what was ever kept, so that following goes on across a cut. Reading is thread-safe.
 */
#ifndef CLUSTER_KUBELET_CONTAINER_LOG_H
#define CLUSTER_KUBELET_CONTAINER_LOG_H

#include <stdint.h>

#include "cluster/api/node_interface.h"
#include "common/error.h"

#define CONTAINER_LOG_MAXIMUM (10 * 1024 * 1024)
/* A longer line is cut into several. */
#define CONTAINER_LOG_LONGEST_LINE (16 * 1024)

struct container_log;

/* Makes PATH (and later PATH.1, the older half). NULL with an error. */
struct container_log *container_log_create(const char *path, struct error *error);

/* Closes and removes the files. */
void container_log_destroy(struct container_log *log);

/* Takes in what came out of the container at a moment of wall time. */
void container_log_append(struct container_log *log, const char *bytes, size_t length, int64_t wall);

/* The container ended: a last line without line end is finished. */
void container_log_finish(struct container_log *log, int64_t wall);

/* As node_interface.read_log, whatever instance is asked for. Times are left out unless asked for. */
void container_log_read(struct container_log *log, const struct log_request *request, struct buffer *text, uint64_t *next_offset);

#endif
