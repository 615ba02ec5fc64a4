#include "cluster/controllers/topology_spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/node_affinity.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/taints.h"

#define HOSTNAME "kubernetes.io/hostname"

static bool text_is(const cJSON *tree, const char *member, const char *fallback, const char *wanted)
{
    return strcmp(json_text(json_get(tree, member), fallback), wanted) == 0;
}

static struct spread_constraint read_constraint(const cJSON *tree)
{
    const cJSON *selector = json_get(tree, "labelSelector");
    return (struct spread_constraint){
        .tree = tree,
        .topology_key = json_text(json_get(tree, "topologyKey"), ""),
        .most_skew = json_integer(json_get(tree, "maxSkew"), 1),
        .least_domains = json_integer(json_get(tree, "minDomains"), 1),
        .honor_affinity = text_is(tree, "nodeAffinityPolicy", "Honor", "Honor"),
        .honor_taints = text_is(tree, "nodeTaintsPolicy", "Ignore", "Honor"),
        .selector = selector != NULL ? selector_from_label_selector(selector) : NULL,
    };
}

static void add_like(struct topology_spread *spread, struct selector *selector_take)
{
    spread->like = memory_resize(spread->like, spread->like_count + 1, sizeof(struct selector *));
    spread->like[spread->like_count++] = selector_take;
}

/* The pods that match every Service that selects the pod, and its controller's selector, are its like. */
static void find_like(struct topology_spread *spread)
{
    const char *namespace = json_text(json_get(spread->pod, "metadata", "namespace"), "");
    struct view_list services = view_all(spread->view, RESOURCE_SERVICES, namespace);
    for (size_t i = 0; i < services.count; i++) {
        const cJSON *map = json_get(object_tree(services.objects[i]), "spec", "selector");
        struct selector *selector = cJSON_GetArraySize(map) > 0 ? selector_from_map(map) : NULL;
        if (selector != NULL && selector_matches(selector, spread->pod))
            add_like(spread, selector);
        else
            selector_destroy(selector);
    }
    const struct object *controller = view_by_uid(spread->view, controller_uid(spread->pod));
    const cJSON *wanted = controller != NULL ? json_get(object_tree(controller), "spec", "selector") : NULL;
    if (json_get(wanted, "matchLabels") != NULL || json_get(wanted, "matchExpressions") != NULL)
        add_like(spread, selector_from_label_selector(wanted));
}

static bool is_like_by_default(const struct topology_spread *spread, const cJSON *present)
{
    for (size_t i = 0; i < spread->like_count; i++) {
        if (!selector_matches(spread->like[i], present))
            return false;
    }
    return true;
}

static bool keys_match(const struct spread_constraint *constraint, const cJSON *pod, const cJSON *present)
{
    const cJSON *key = NULL;
    cJSON_ArrayForEach (key, json_get(constraint->tree, "matchLabelKeys")) {
        const char *own = json_text(json_get(pod, "metadata", "labels", json_text(key, "")), NULL);
        const char *other = json_text(json_get(present, "metadata", "labels", json_text(key, "")), NULL);
        if (own != NULL && (other == NULL || strcmp(own, other) != 0))
            return false;
    }
    return true;
}

static bool is_like(const struct topology_spread *spread, const struct spread_constraint *constraint, const cJSON *present)
{
    if (constraint->tree == NULL)
        return is_like_by_default(spread, present);
    return constraint->selector != NULL && selector_matches(constraint->selector, present) &&
           keys_match(constraint, spread->pod, present);
}

static int64_t count_like(const struct topology_spread *spread, const struct spread_constraint *constraint,
                          const struct scheduling_node *node)
{
    const char *namespace = json_text(json_get(spread->pod, "metadata", "namespace"), "");
    int64_t count = 0;
    for (size_t i = 0; i < node->pod_count; i++) {
        const cJSON *present = object_tree(node->pods[i]);
        if (!is_being_deleted(present) && strcmp(object_namespace(node->pods[i]), namespace) == 0)
            count += is_like(spread, constraint, present);
    }
    return count;
}

static bool has_all_labels(const struct topology_spread *spread, const cJSON *node)
{
    for (size_t i = 0; i < spread->count; i++) {
        if (node_label(node, spread->constraints[i].topology_key) == NULL)
            return false;
    }
    return true;
}

static bool takes_part(const struct topology_spread *spread, const struct spread_constraint *constraint, const cJSON *node)
{
    if (constraint->honor_affinity && !node_affinity_matches(spread->pod, node))
        return false;
    return !constraint->honor_taints || untolerated_taint(node, spread->pod) == NULL;
}

static void count_node(struct topology_spread *spread, const struct scheduling_node *node)
{
    if (!spread->by_default && !has_all_labels(spread, node->tree))
        return;
    for (size_t i = 0; i < spread->count; i++) {
        struct spread_constraint *constraint = &spread->constraints[i];
        const char *value = node_label(node->tree, constraint->topology_key);
        if (value != NULL && takes_part(spread, constraint, node->tree))
            topology_add(&constraint->domains, constraint->topology_key, value, count_like(spread, constraint, node));
    }
}

static void add_constraint(struct topology_spread *spread, struct spread_constraint constraint)
{
    spread->constraints = memory_resize(spread->constraints, spread->count + 1, sizeof *spread->constraints);
    spread->constraints[spread->count++] = constraint;
}

void topology_spread_make(struct topology_spread *spread, const struct snapshot *snapshot, const cJSON *pod, bool hard)
{
    const cJSON *list = json_get(pod, "spec", "topologySpreadConstraints");
    *spread = (struct topology_spread){.pod = pod, .view = snapshot->view};
    const cJSON *tree = NULL;
    cJSON_ArrayForEach (tree, list) {
        if (text_is(tree, "whenUnsatisfiable", "DoNotSchedule", "DoNotSchedule") == hard)
            add_constraint(spread, read_constraint(tree));
    }
    if (!hard && cJSON_GetArraySize(list) == 0)
        find_like(spread);
    if (spread->like_count > 0) {
        const struct spread_constraint host = {.topology_key = HOSTNAME, .most_skew = 3, .honor_affinity = true};
        const struct spread_constraint zone = {
            .topology_key = "topology.kubernetes.io/zone", .most_skew = 5, .honor_affinity = true};
        spread->by_default = true;
        add_constraint(spread, host);
        add_constraint(spread, zone);
    }
    for (size_t i = 0; i < snapshot->count && spread->count > 0; i++)
        count_node(spread, &snapshot->nodes[i]);
}

void topology_spread_release(struct topology_spread *spread)
{
    for (size_t i = 0; i < spread->count; i++) {
        selector_destroy(spread->constraints[i].selector);
        topology_release(&spread->constraints[i].domains);
    }
    for (size_t i = 0; i < spread->like_count; i++)
        selector_destroy(spread->like[i]);
    free(spread->like);
    free(spread->constraints);
    *spread = (struct topology_spread){0};
}

/* With fewer domains than wanted, the missing ones count as empty. */
static int64_t least_in_domains(const struct spread_constraint *constraint)
{
    int64_t least = INT32_MAX;
    if ((int64_t)constraint->domains.count < constraint->least_domains)
        return 0;
    for (size_t i = 0; i < constraint->domains.count; i++) {
        const int64_t count = constraint->domains.places[i].count;
        least = count < least ? count : least;
    }
    return least;
}

enum topology_spread_verdict topology_spread_judge(const struct topology_spread *spread, const cJSON *node)
{
    for (size_t i = 0; i < spread->count; i++) {
        const struct spread_constraint *constraint = &spread->constraints[i];
        const char *value = node_label(node, constraint->topology_key);
        if (value == NULL)
            return SPREAD_NO_LABEL;
        const int64_t there = topology_of(&constraint->domains, constraint->topology_key, value);
        const int64_t own = is_like(spread, constraint, spread->pod);
        if (there + own - least_in_domains(constraint) > constraint->most_skew)
            return SPREAD_SKEWED;
    }
    return SPREAD_FITS;
}

int64_t topology_spread_crowding(const struct topology_spread *spread, const struct scheduling_node *node)
{
    double sum = 0;
    if (!spread->by_default && !has_all_labels(spread, node->tree))
        return -1;
    for (size_t i = 0; i < spread->count; i++) {
        const struct spread_constraint *constraint = &spread->constraints[i];
        const char *value = node_label(node->tree, constraint->topology_key);
        if (value == NULL)
            continue;
        const bool host = strcmp(constraint->topology_key, HOSTNAME) == 0;
        const int64_t there =
            host ? count_like(spread, constraint, node) : topology_of(&constraint->domains, constraint->topology_key, value);
        /* More domains make a difference in one of them weigh more. */
        sum += (double)there * log((double)constraint->domains.count + 2) + (double)(constraint->most_skew - 1);
    }
    return (int64_t)llround(sum);
}
