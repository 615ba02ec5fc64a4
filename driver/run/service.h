/*
 * Where a Service of the cluster answers from here.
 */
#ifndef DRIVER_RUN_SERVICE_H
#define DRIVER_RUN_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "kube/kube.h"

#define SERVICE_ADDRESS_SIZE 64

/* The cluster IP of the Service called host in the namespace into address; "" when there is no such Service (the host
 * is then left to DNS). */
int service_resolve(struct kube_client *client, const char *namespace, const char *host, char address[SERVICE_ADDRESS_SIZE],
                    struct error *error);

enum service_answer {
    SERVICE_SILENT,  /* nothing came back */
    SERVICE_REFUSES, /* the address is reached, but nobody takes the connection: there is no ready pod */
    SERVICE_CONNECTS
};

/* Tries TCP connections until one is made or the deadline (monotonic) is over: the last try's answer. */
enum service_answer service_try(const char *address, uint16_t port, int64_t deadline);

#endif
