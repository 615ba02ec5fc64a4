/*
 * The rooms of the cluster, started in their order and stopped in reverse.
 */
#ifndef CLUSTER_CLI_ROOMS_H
#define CLUSTER_CLI_ROOMS_H

#include "cluster/api/addresses.h"
#include "cluster/api/credentials.h"
#include "cluster/api/server.h"
#include "cluster/cli/options.h"
#include "cluster/controllers/controllers.h"
#include "cluster/kubelet/kubelet.h"
#include "cluster/metrics/metrics.h"
#include "cluster/metrics/scraper.h"
#include "cluster/proxy/proxy.h"

/* In the order of their start; a NULL one was not started. */
struct cluster {
    struct address_slice *slice;
    struct credentials credentials;
    struct store *store;
    struct registry *registry;
    struct kubelet *kubelet;
    struct metrics *metrics;
    struct scraper *scraper;
    struct controllers *controllers;
    struct proxy *proxy;
    struct server *server;
    char *url;
};

/* Starts all of a zeroed cluster and writes its kubeconfig. programs: the folder of the images' programs. Call cluster_stop
 * whatever the outcome. */
int cluster_start(struct cluster *cluster, const struct cluster_options *options, const char *programs, const char *kubeconfig,
                  struct error *error);

/* Stops what was started. */
void cluster_stop(struct cluster *cluster);

#endif
