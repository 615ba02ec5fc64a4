/*
 * The checks, one file each. Private to this room. Lists are those of the API (their items without kind), NULL = not known.
 */
#ifndef DRIVER_PREFLIGHT_CHECKS_H
#define DRIVER_PREFLIGHT_CHECKS_H

#include "driver/preflight/preflight.h"

/* Whether the user may do what the variant needs. -1 with an error when the API does not answer. */
int check_access(struct kube_client *client, const struct preflight_variant *variant, struct obstacles *obstacles,
                 struct error *error);

/* Whether the metrics APIs that the HPAs need answer. As check_access. hpas: of the namespace. */
int check_metrics(const struct preflight_options *options, const struct preflight_variant *variant, const cJSON *hpas,
                  struct obstacles *obstacles, struct error *error);

/* Whether nodes that take pods have the images that they cannot pull. */
void check_images(const cJSON *nodes, const struct preflight_variant *variant, struct obstacles *obstacles);

/* Whether the pods' CPU requests fit what the nodes have left; pods: all of the cluster. */
void check_room(const cJSON *nodes, const cJSON *pods, const struct preflight_variant *variant, struct obstacles *obstacles);

/* Whether an HPA would count the pods of another workload. hpas and workloads (an array of objects with their kinds): what is
 * in the namespace already. */
void check_selectors(const cJSON *hpas, const cJSON *workloads, const struct preflight_variant *variant,
                     struct obstacles *obstacles);

/* Whether the clocks agree: server_time of the API's answer (wall, whole seconds; 0 = not known), leases of the nodes (renewed
 * every quarter of their duration by the node's clock), both as they were at now (wall). */
void check_clocks(int64_t server_time, const cJSON *leases, int64_t now, struct obstacles *obstacles);

/* Whether the scheduler would put a pod without tolerations there. */
bool node_takes_pods(const cJSON *node);

#endif
