#include "cluster/controllers/deployment.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/selector.h"
#include "cluster/controllers/adoption.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/rollout.h"
#include "cluster/controllers/rollout_scaling.h"
#include "cluster/controllers/rollout_status.h"

#define REVISION_HISTORY_LIMIT 10

static void enqueue_matching(struct controller *controller, const struct object *set)
{
    struct view_list deployments = view_all(controller->runtime->view, RESOURCE_DEPLOYMENTS, object_namespace(set));
    for (size_t i = 0; i < deployments.count; i++) {
        AUTO_SELECTOR struct selector *selector =
            selector_from_label_selector(json_get(object_tree(deployments.objects[i]), "spec", "selector"));
        if (selector_matches(selector, object_tree(set)))
            controller_enqueue(controller, deployments.objects[i]);
    }
}

static void enqueue_owner(struct controller *controller, const struct object *set)
{
    const struct object *deployment = controller_of(controller->runtime->view, set, RESOURCE_DEPLOYMENTS);
    if (deployment != NULL)
        controller_enqueue(controller, deployment);
}

/* Recreate waits for the last old pod to go. */
static void observe_pod_gone(struct controller *controller, const struct object *pod)
{
    const struct object *set = controller_of(controller->runtime->view, pod, RESOURCE_REPLICASETS);
    if (set != NULL)
        enqueue_owner(controller, set);
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    enum resource_id resource = object_resource(event->object);
    if (resource == RESOURCE_DEPLOYMENTS) {
        controller_enqueue(controller, event->object);
    } else if (resource == RESOURCE_REPLICASETS) {
        enqueue_owner(controller, event->object);
        if (event->previous != NULL)
            enqueue_owner(controller, event->previous);
        if (controller_reference(object_tree(event->object)) == NULL && event->type != WATCH_DELETED)
            enqueue_matching(controller, event->object);
    } else if (resource == RESOURCE_PODS && event->type == WATCH_DELETED) {
        observe_pod_gone(controller, event->object);
    }
}

static int compare_revisions(const void *left, const void *right)
{
    const struct replica_set *const *left_set = left;
    const struct replica_set *const *right_set = right;
    return (*left_set)->revision < (*right_set)->revision ? -1 : (*left_set)->revision > (*right_set)->revision;
}

static bool is_idle(const struct replica_set *set)
{
    int64_t generation = json_integer(json_get(set->tree, "metadata", "generation"), 0);
    int64_t observed = json_integer(json_get(set->tree, "status", "observedGeneration"), 0);
    return set->wanted == 0 && set->replicas == 0 && generation <= observed;
}

/* Old sets beyond spec.revisionHistoryLimit are deleted, the lowest revisions first. */
static int clean_up(const struct rollout *rollout, struct status *status)
{
    AUTO_FREE const struct replica_set **old = memory_allocate(rollout->count + 1, sizeof(struct replica_set *));
    int64_t count = 0;
    for (size_t i = 0; i < rollout->count; i++) {
        if (&rollout->sets[i] != rollout->newest && !is_being_deleted(rollout->sets[i].tree))
            old[count++] = &rollout->sets[i];
    }
    int64_t surplus = count - json_integer(json_get(rollout->tree, "spec", "revisionHistoryLimit"), REVISION_HISTORY_LIMIT);
    qsort(old, (size_t)count, sizeof(struct replica_set *), compare_revisions);
    for (int64_t i = 0; i < surplus; i++) {
        const struct object *set = old[i]->object;
        struct delete_options options = DELETE_OPTIONS_DEFAULT;
        options.uid = object_uid(set);
        if (is_idle(old[i]) &&
            registry_delete(rollout->runtime->registry, RESOURCE_REPLICASETS, object_namespace(set), object_name(set), &options,
                            NULL, NULL, status) != 0 &&
            status->code != 404)
            return -1;
    }
    return 0;
}

static int finish(const struct rollout *rollout, struct status *status)
{
    if (rollout_is_complete(rollout) && clean_up(rollout, status) != 0)
        return -1;
    return rollout_write_status(rollout, status);
}

/* A new size, or a paused Deployment: no step of a rollout is made. */
static int resize(struct rollout *rollout, struct status *status)
{
    bool wrote = false;
    bool scaled = false;
    struct object *created = NULL;
    int outcome = rollout_ensure_newest(rollout, false, &wrote, &created, status);
    if (outcome != 0 || wrote)
        return outcome;
    if (rollout_resize(rollout, &scaled, status) != 0)
        return -1;
    if (rollout->paused && clean_up(rollout, status) != 0)
        return -1;
    return rollout_write_counts(rollout, status);
}

/* *stop: the newest set was written or is still to come, so this sync ends. */
static int ensure_newest(struct rollout *rollout, bool *stop, struct status *status)
{
    AUTO_OBJECT struct object *created = NULL;
    if (rollout_ensure_newest(rollout, true, stop, &created, status) != 0)
        return -1;
    if (created != NULL)
        return rollout_write_created(rollout, object_name(created), status);
    return 0;
}

static int roll(struct rollout *rollout, struct status *status)
{
    bool stop = false;
    bool scaled = false;
    int outcome = ensure_newest(rollout, &stop, status);
    if (outcome != 0 || stop)
        return outcome;
    if (rollout_grow_newest(rollout, &scaled, status) != 0)
        return -1;
    if (!scaled && rollout_shrink_old(rollout, &scaled, status) != 0)
        return -1;
    return scaled ? rollout_write_status(rollout, status) : finish(rollout, status);
}

/* Pods of old sets that run or are still ending. */
static bool old_pods_are_left(const struct rollout *rollout)
{
    for (size_t i = 0; i < rollout->count; i++) {
        if (&rollout->sets[i] == rollout->newest)
            continue;
        struct view_list pods = view_dependents(rollout->runtime->view, object_uid(rollout->sets[i].object));
        for (size_t j = 0; j < pods.count; j++) {
            if (object_resource(pods.objects[j]) == RESOURCE_PODS && !pod_is_terminal(object_tree(pods.objects[j])))
                return true;
        }
    }
    return false;
}

static int recreate(struct rollout *rollout, struct status *status)
{
    bool scaled = false;
    bool stop = false;
    if (rollout_end_old(rollout, &scaled, status) != 0)
        return -1;
    if (scaled || old_pods_are_left(rollout))
        return rollout_write_status(rollout, status);
    int outcome = ensure_newest(rollout, &stop, status);
    if (outcome != 0 || stop)
        return outcome;
    if (rollout_grow_newest(rollout, &scaled, status) != 0)
        return -1;
    return finish(rollout, status);
}

static int bring_about(struct rollout *rollout, struct status *status)
{
    if (is_being_deleted(rollout->tree))
        return rollout_write_counts(rollout, status);
    bool wrote = false;
    int outcome = rollout_write_paused(rollout, &wrote, status);
    if (outcome != 0 || wrote)
        return outcome;
    if (rollout->paused || rollout_was_resized(rollout))
        return resize(rollout, status);
    return rollout->recreate ? recreate(rollout, status) : roll(rollout, status);
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    const struct object *deployment = controller_object(controller, RESOURCE_DEPLOYMENTS, key);
    if (deployment == NULL)
        return 0;
    struct rollout rollout;
    int outcome = rollout_open(&rollout, controller, key, deployment, status);
    if (outcome == 0)
        outcome = bring_about(&rollout, status);
    rollout_release(&rollout);
    return outcome;
}

const struct controller_functions deployment_functions = {.name = "deployment", .observe = observe, .sync = sync};
