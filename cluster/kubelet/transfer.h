/*
 * What probes and lifecycle hooks ask over the network: an HTTP GET or a TCP connection, each with a deadline, many at
 * once, on the kubelet's event loop.
 */
#ifndef CLUSTER_KUBELET_TRANSFER_H
#define CLUSTER_KUBELET_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/kubelet/event_loop.h"
#include "common/json.h"

struct transfers;
struct transfer;

/* Told once, from transfers_step or event_loop_run; the transfer is gone by then. message: "" after success, else in
 * the kubelet's words, such as "HTTP probe failed with statuscode: 503". */
typedef void transfer_done(void *context, bool success, const char *message);

struct transfers *transfers_create(struct event_loop *loop, struct error *error);
void transfers_destroy(struct transfers *transfers); /* cancels what is on its way */

/* handler: a probe or lifecycle handler with httpGet or tcpSocket (named ports are looked up in the container's ports).
 * NULL when it is neither, or its port is unknown (*error says so). HTTP passes with 200 to 399; a redirect is followed on the
 * same host only, elsewhere it passes. */
struct transfer *transfer_start(struct transfers *transfers, const cJSON *handler, const cJSON *container, const char *address,
                                int64_t timeout, transfer_done *done, void *context, struct error *error);
void transfer_cancel(struct transfer *transfer); /* `done` is not called */

int64_t transfers_next(const struct transfers *transfers);
void transfers_step(struct transfers *transfers, int64_t now);

#endif
