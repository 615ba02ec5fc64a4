#include "cluster/controllers/scheduler_filters.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/host_ports.h"
#include "cluster/controllers/node_affinity.h"
#include "cluster/controllers/taints.h"
#include "common/quantity.h"

void placement_make(struct placement *placement, const struct snapshot *snapshot, const struct object *pod)
{
    const cJSON *tree = object_tree(pod);
    *placement = (struct placement){.object = pod, .pod = tree, .wanted = pod_requests(tree)};
    pod_affinity_make(&placement->affinity, snapshot, tree);
    topology_spread_make(&placement->spread, snapshot, tree, true);
}

void placement_release(struct placement *placement)
{
    pod_affinity_release(&placement->affinity);
    topology_spread_release(&placement->spread);
    *placement = (struct placement){0};
}

void rejection_release(struct rejection *rejection)
{
    for (size_t i = 0; i < rejection->count; i++)
        free(rejection->reasons[i]);
    *rejection = (struct rejection){0};
}

static void rejection_add(struct rejection *rejection, const char *reason)
{
    if (rejection->count < REJECTION_REASONS)
        rejection->reasons[rejection->count++] = memory_copy_text(reason);
}

static void reject(struct rejection *rejection, bool unresolvable, const char *reason)
{
    rejection_add(rejection, reason);
    rejection->unresolvable = rejection->unresolvable || unresolvable;
}

/* A cordoned node is open to pods that tolerate the taint which goes with it. */
static void check_unschedulable(const struct placement *placement, const struct scheduling_node *node,
                                struct rejection *rejection)
{
    if (!json_boolean(json_get(node->tree, "spec", "unschedulable"), false))
        return;
    AUTO_JSON cJSON *taint = cJSON_CreateObject();
    json_set_text(taint, "key", TAINT_UNSCHEDULABLE);
    json_set_text(taint, "effect", "NoSchedule");
    if (!pod_tolerates(placement->pod, taint))
        reject(rejection, true, "node(s) were unschedulable");
}

static void check_taints(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection)
{
    if (untolerated_taint(node->tree, placement->pod) != NULL)
        reject(rejection, true, "node(s) had untolerated taint(s)");
}

static void check_affinity(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection)
{
    if (!node_affinity_names(placement->pod, node->tree))
        reject(rejection, true, "node(s) didn't satisfy plugin(s) [NodeAffinity]");
    else if (!node_affinity_matches(placement->pod, node->tree))
        reject(rejection, true, "node(s) didn't match Pod's node affinity/selector");
}

static void check_ports(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection)
{
    for (size_t i = 0; i < node->pod_count; i++) {
        if (host_ports_conflict(placement->pod, object_tree(node->pods[i]))) {
            reject(rejection, false, "node(s) didn't have free ports for the requested pod ports");
            return;
        }
    }
}

/* More than the node has at all is not to be helped by any other pod's end. */
static void check_amount(int64_t wanted, int64_t all, int64_t taken, const char *name, struct rejection *rejection)
{
    if (wanted <= 0 || wanted <= all - taken)
        return;
    AUTO_FREE char *reason = memory_format("Insufficient %s", name);
    reject(rejection, wanted > all, reason);
}

static bool is_extended(const char *resource)
{
    return strchr(resource, '/') != NULL || strncmp(resource, "hugepages-", 10) == 0;
}

/* Resources that only devices have: counted when a pod asks for one. Its limits name them all: they equal the requests. */
static void check_extended(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection)
{
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(placement->pod, "spec", "containers")) {
        const cJSON *request = NULL;
        cJSON_ArrayForEach (request, json_get(container, "resources", "requests")) {
            struct quantity all = {0};
            int64_t taken = 0;
            if (!is_extended(request->string))
                continue;
            for (size_t i = 0; i < node->pod_count; i++)
                taken += pod_request_of(object_tree(node->pods[i]), request->string);
            (void)quantity_parse(json_text(json_get(node->tree, "status", "allocatable", request->string), "0"), &all, NULL);
            check_amount(pod_request_of(placement->pod, request->string), quantity_value(all), taken, request->string, rejection);
        }
    }
}

static void check_resources(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection)
{
    const struct pod_requests *wanted = &placement->wanted, *all = &node->allocatable;
    if ((int64_t)node->pod_count + node->nominated_count + 1 > node->most_pods)
        reject(rejection, false, "Too many pods");
    check_amount(wanted->cpu_millicores, all->cpu_millicores, node->requested.cpu_millicores + node->nominated.cpu_millicores,
                 "cpu", rejection);
    check_amount(wanted->memory_bytes, all->memory_bytes, node->requested.memory_bytes + node->nominated.memory_bytes, "memory",
                 rejection);
    check_amount(wanted->storage_bytes, all->storage_bytes, node->requested.storage_bytes + node->nominated.storage_bytes,
                 "ephemeral-storage", rejection);
    check_extended(placement, node, rejection);
}

static void check_spread(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection)
{
    const enum topology_spread_verdict verdict = topology_spread_judge(&placement->spread, node->tree);
    if (verdict == SPREAD_SKEWED)
        reject(rejection, false, "node(s) didn't match pod topology spread constraints");
    else if (verdict == SPREAD_NO_LABEL)
        reject(rejection, true, "node(s) didn't match pod topology spread constraints (missing required label)");
}

static void check_pod_affinity(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection)
{
    const enum pod_affinity_verdict verdict = pod_affinity_judge(&placement->affinity, node->tree);
    if (verdict == POD_AFFINITY_MISSING)
        reject(rejection, true, "node(s) didn't match pod affinity rules");
    else if (verdict == POD_AFFINITY_AVOIDED)
        reject(rejection, false, "node(s) didn't match pod anti-affinity rules");
    else if (verdict == POD_AFFINITY_REFUSED)
        reject(rejection, false, "node(s) didn't satisfy existing pods anti-affinity rules");
}

typedef void filter(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection);

bool node_fits(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection)
{
    static filter *const checks[] = {check_unschedulable, check_taints, check_affinity,    check_ports,
                                     check_resources,     check_spread, check_pod_affinity};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        checks[i](placement, node, rejection);
        if (rejection->count > 0)
            return false;
    }
    return true;
}
