/*
 * Loopback addresses of one embedded cluster: a slice of 127.64.0.0/10 for pods and of 127.32.0.0/11 for services.
 * Two labclusters of one machine claim different slices; the claim is an abstract unix socket, so it ends with the
 * process, however that ends. Thread-safe.
 */
#ifndef CLUSTER_API_ADDRESSES_H
#define CLUSTER_API_ADDRESSES_H

#include "common/error.h"

#define ADDRESS_TEXT_SIZE 16

struct address_slice;

/* Claims a free slice, the search begins at one that depends on the process: addresses of a cluster that has just been killed are
 * not at once those of another, where somebody may still look for the first. NULL when all are taken. */
struct address_slice *address_slice_claim(struct error *error);
void address_slice_release(struct address_slice *slice);

/* A free address as text; 0, or -1 when none is left. Addresses are handed out in turn, so that one that was given
 * back is not used again soon. */
int address_take_pod(struct address_slice *slice, char address[ADDRESS_TEXT_SIZE], struct error *error);
void address_return_pod(struct address_slice *slice, const char *address);
int address_take_service(struct address_slice *slice, char address[ADDRESS_TEXT_SIZE], struct error *error);
void address_return_service(struct address_slice *slice, const char *address);

/* Where the API server and the node answer: the first service address of the slice. */
const char *address_of_server(const struct address_slice *slice);

#endif
