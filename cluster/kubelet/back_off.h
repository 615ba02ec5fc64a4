/*
 * Waiting times between tries that fail: of a container that ends, of an image that is not there. As the kubelet does
 * it: the first try after a failure is made at once, then the wait doubles from base to maximum; a wait that was last
 * raised longer ago than reset starts over. Plain value, now is passed in.
 */
#ifndef CLUSTER_KUBELET_BACK_OFF_H
#define CLUSTER_KUBELET_BACK_OFF_H

#include <stdint.h>

struct back_off {
    int64_t wait;   /* nanoseconds; 0 = no failure yet */
    int64_t raised; /* monotonic; when wait was last raised */
};

/* The moment from which the next try is allowed after a failure at `failed`. */
int64_t back_off_until(const struct back_off *back_off, int64_t failed);

/* A try is made now: the next failure waits longer. */
void back_off_raise(struct back_off *back_off, int64_t base, int64_t maximum, int64_t reset, int64_t now);

#endif
