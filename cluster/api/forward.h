/*
 * One request passed on to another server of this machine, and its answer as it comes. It blocks the thread that asks, and no
 * other; it ends when the client leaves, when the API server stops, or when nothing comes for a minute.
 */
#ifndef CLUSTER_API_FORWARD_H
#define CLUSTER_API_FORWARD_H

#include "cluster/api/http_request.h"
#include "common/error.h"
#include "common/json.h"

struct forward;

struct forward_options {
    const char *url;
    const char *target; /* host:port, for the errors */
    const struct http_request *request;
    int stop_descriptor; /* readable = give up; -1 = none */
};

/* Sends the request with its own headers, but for those of its way here and those that tell who sent it, and waits for the head
 * of the answer. The request stays as it is until all of the answer is read. NULL with an error in the words of Go's
 * net/http, which clients of kube-apiserver see. */
struct forward *forward_send(const struct forward_options *options, struct error *error);
void forward_destroy(struct forward *forward); /* NULL is allowed */

int forward_code(const struct forward *forward);
/* name -> text, in their order; the caller deletes them. */
cJSON *forward_take_headers(struct forward *forward);
/* All of the answer is here: forward_read will not wait. */
bool forward_is_complete(const struct forward *forward);

/* Waits for more of the body and appends it. 1 = there may be more, 0 = that was all, -1 = it broke off. */
int forward_read(struct forward *forward, struct buffer *bytes);

#endif
