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

/* Tries a TCP connection until the deadline (monotonic). */
bool service_answers(const char *address, uint16_t port, int64_t deadline);

#endif
