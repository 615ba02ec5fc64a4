/*
 * Kubernetes's `Status`: the answer of the API to a request that failed (or a deletion that went well). This is a
 * wire object of the API, made where a request is judged; failures of the program itself use struct error.
 */
#ifndef CLUSTER_API_STATUS_H
#define CLUSTER_API_STATUS_H

#include <cjson/cJSON.h>

#define STATUS_REASON_SIZE 48

struct status {
    int code;                        /* HTTP code; 0 = nothing set */
    char reason[STATUS_REASON_SIZE]; /* "NotFound", "Conflict", ... */
    char *message;                   /* owned */
    cJSON *details;                  /* owned; NULL when absent */
};

/* Releases and zeroes. Harmless on a zeroed struct. */
void status_release(struct status *status);
#define AUTO_STATUS __attribute__((cleanup(status_release)))

/* Fills (after releasing what was there) and returns -1. status may be NULL. */
int status_set(struct status *status, int code, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The details' member, made when missing: name, kind (the plural resource), group (left out when ""). */
void status_set_details(struct status *status, const char *name, const char *group, const char *kind);

/* The Status object as JSON; the caller deletes it. */
cJSON *status_to_json(const struct status *status);

/* The message for a log line; never NULL. */
const char *status_message(const struct status *status);

#endif
