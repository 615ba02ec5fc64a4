#include "cluster/controllers/rollout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/adoption.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/template_hash.h"

static int64_t annotation_number(const cJSON *tree, const char *name)
{
    return strtoll(json_text(json_get(tree, "metadata", "annotations", name), "0"), NULL, 10);
}

static int64_t status_count(const cJSON *tree, const char *name)
{
    return json_integer(json_get(tree, "status", name), 0);
}

static struct replica_set read_set(struct object *object)
{
    const cJSON *tree = object_tree(object);
    return (struct replica_set){
        .object = object_reference(object),
        .tree = tree,
        .wanted = json_integer(json_get(tree, "spec", "replicas"), 1),
        .replicas = status_count(tree, "replicas"),
        .ready = status_count(tree, "readyReplicas"),
        .available = status_count(tree, "availableReplicas"),
        .terminating = status_count(tree, "terminatingReplicas"),
        .created = creation_time(tree),
        .revision = annotation_number(tree, REVISION_ANNOTATION),
    };
}

static int compare_age(const void *left_pointer, const void *right_pointer)
{
    const struct replica_set *left = left_pointer;
    const struct replica_set *right = right_pointer;
    if (left->created != right->created)
        return left->created < right->created ? -1 : 1;
    return strcmp(object_name(left->object), object_name(right->object));
}

/* "25%" or a number. */
static int64_t count_of(const cJSON *node, int64_t fallback, int64_t replicas, bool round_up)
{
    const char *text = json_text(node, NULL);
    if (text == NULL)
        return json_integer(node, fallback);
    int64_t percent = strtoll(text, NULL, 10);
    return (percent * replicas + (round_up ? 99 : 0)) / 100;
}

/* maxSurge and maxUnavailable as counts: percentages round up and down; both 0 means one unavailable. */
static void rollout_limits(const cJSON *deployment, int64_t *surge, int64_t *unavailable)
{
    int64_t replicas = json_integer(json_get(deployment, "spec", "replicas"), 1);
    const cJSON *strategy = json_get(deployment, "spec", "strategy");
    *surge = 0;
    *unavailable = 0;
    if (strcmp(json_text(json_get(strategy, "type"), "RollingUpdate"), "RollingUpdate") != 0)
        return;
    const cJSON *rolling = json_get(strategy, "rollingUpdate");
    int64_t quarter_up = (25 * replicas + 99) / 100;
    *surge = count_of(json_get(rolling, "maxSurge"), quarter_up, replicas, true);
    *unavailable = count_of(json_get(rolling, "maxUnavailable"), 25 * replicas / 100, replicas, false);
    if (*surge == 0 && *unavailable == 0)
        *unavailable = 1;
    if (*unavailable > replicas)
        *unavailable = replicas;
}

static void find_newest(struct rollout *rollout)
{
    const cJSON *template = json_get(rollout->tree, "spec", "template");
    for (size_t i = 0; i < rollout->count && rollout->newest == NULL; i++) {
        if (template_equal(json_get(rollout->sets[i].tree, "spec", "template"), template))
            rollout->newest = &rollout->sets[i];
    }
}

int rollout_open(struct rollout *rollout, struct controller *controller, const char *key, const struct object *deployment,
                 struct status *status)
{
    const cJSON *tree = object_tree(deployment);
    *rollout = (struct rollout){.controller = controller,
                                .runtime = controller->runtime,
                                .key = key,
                                .deployment = deployment,
                                .tree = tree,
                                .replicas = json_integer(json_get(tree, "spec", "replicas"), 1),
                                .paused = json_boolean(json_get(tree, "spec", "paused"), false),
                                .deadline = json_integer(json_get(tree, "spec", "progressDeadlineSeconds"), 0)};
    rollout->recreate = strcmp(json_text(json_get(tree, "spec", "strategy", "type"), ""), "Recreate") == 0;
    rollout_limits(tree, &rollout->surge, &rollout->unavailable);
    AUTO_OBJECT_LIST struct object_list owned = {0};
    int outcome = adopt(controller->runtime, deployment, RESOURCE_REPLICASETS, &owned, status);
    rollout->sets = memory_allocate(owned.count + 1, sizeof(struct replica_set));
    for (size_t i = 0; i < owned.count; i++)
        rollout->sets[rollout->count++] = read_set(owned.objects[i]);
    qsort(rollout->sets, rollout->count, sizeof(struct replica_set), compare_age);
    find_newest(rollout);
    return outcome;
}

void rollout_release(struct rollout *rollout)
{
    for (size_t i = 0; i < rollout->count; i++)
        object_release(rollout->sets[i].object);
    free(rollout->sets);
    *rollout = (struct rollout){0};
}

int64_t rollout_wanted(const struct rollout *rollout)
{
    return rollout_wanted_of_old(rollout) + (rollout->newest != NULL ? rollout->newest->wanted : 0);
}

int64_t rollout_wanted_of_old(const struct rollout *rollout)
{
    int64_t wanted = 0;
    for (size_t i = 0; i < rollout->count; i++)
        wanted += &rollout->sets[i] == rollout->newest ? 0 : rollout->sets[i].wanted;
    return wanted;
}

int64_t rollout_available(const struct rollout *rollout)
{
    int64_t available = 0;
    for (size_t i = 0; i < rollout->count; i++)
        available += rollout->sets[i].available;
    return available;
}

int64_t rollout_allowance(const struct rollout *rollout, int64_t present)
{
    if (rollout->recreate || present >= rollout->replicas)
        return rollout->replicas;
    int64_t room = rollout->replicas + rollout->surge - rollout_wanted(rollout);
    if (room <= 0)
        return present;
    return room < rollout->replicas - present ? present + room : rollout->replicas;
}

/* Sets an annotation; false when it was that already. */
static bool annotate(cJSON *tree, const char *name, const char *value)
{
    cJSON *annotations = json_object_at(json_object_at(tree, "metadata"), "annotations");
    if (strcmp(json_text(json_get(annotations, name), ""), value) == 0)
        return false;
    json_set_text(annotations, name, value);
    return true;
}

static bool annotate_number(cJSON *tree, const char *name, int64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    return annotate(tree, name, text);
}

static bool annotate_sizes(const struct rollout *rollout, cJSON *set)
{
    bool desired = annotate_number(set, DESIRED_ANNOTATION, rollout->replicas);
    bool maximum = annotate_number(set, MAXIMUM_ANNOTATION, rollout->replicas + rollout->surge);
    return desired || maximum;
}

static bool is_copied_annotation(const char *name)
{
    static const char *const kept_back[] = {"kubectl.kubernetes.io/last-applied-configuration", REVISION_ANNOTATION,
                                            REVISION_HISTORY_ANNOTATION, DESIRED_ANNOTATION, MAXIMUM_ANNOTATION};
    for (size_t i = 0; i < sizeof kept_back / sizeof kept_back[0]; i++) {
        if (strcmp(name, kept_back[i]) == 0)
            return false;
    }
    return true;
}

static bool copy_annotations(const struct rollout *rollout, cJSON *set)
{
    bool changed = false;
    const cJSON *annotation = NULL;
    cJSON_ArrayForEach (annotation, json_get(rollout->tree, "metadata", "annotations")) {
        if (is_copied_annotation(annotation->string) && annotate(set, annotation->string, json_text(annotation, "")))
            changed = true;
    }
    return changed;
}

/* A set that becomes the newest again gets a new revision and remembers its old one. */
static bool annotate_revision(const struct replica_set *present, cJSON *set, int64_t revision)
{
    if (present != NULL && present->revision >= revision)
        return false;
    if (present != NULL && present->revision > 0) {
        const char *history = json_text(json_get(set, "metadata", "annotations", REVISION_HISTORY_ANNOTATION), "");
        AUTO_FREE char *longer = memory_format("%s%s%" PRId64, history, history[0] != '\0' ? "," : "", present->revision);
        if (strlen(longer) <= 2000)
            (void)annotate(set, REVISION_HISTORY_ANNOTATION, longer);
    }
    return annotate_number(set, REVISION_ANNOTATION, revision);
}

static int64_t next_revision(const struct rollout *rollout)
{
    int64_t highest = 0;
    for (size_t i = 0; i < rollout->count; i++) {
        const struct replica_set *set = &rollout->sets[i];
        if (set != rollout->newest && set->revision > highest)
            highest = set->revision;
    }
    return highest + 1;
}

/* The Deployment shows the newest set's revision. Written with the status, which does not raise its generation. */
static int show_revision(const struct rollout *rollout, int64_t revision, bool *wrote, struct status *status)
{
    cJSON *tree = json_copy(rollout->tree);
    if (!annotate_number(tree, REVISION_ANNOTATION, revision)) {
        cJSON_Delete(tree);
        return 0;
    }
    *wrote = true;
    return registry_update(rollout->runtime->registry, RESOURCE_DEPLOYMENTS, object_namespace(rollout->deployment),
                           object_name(rollout->deployment), SUBRESOURCE_STATUS, tree, NULL, status);
}

static int update_newest(struct rollout *rollout, bool *wrote, struct status *status)
{
    const struct replica_set *newest = rollout->newest;
    int64_t revision = next_revision(rollout);
    int64_t minimum = json_integer(json_get(rollout->tree, "spec", "minReadySeconds"), 0);
    cJSON *tree = json_copy(newest->tree);
    bool changed = copy_annotations(rollout, tree);
    changed = annotate_revision(newest, tree, revision) || changed;
    if (json_integer(json_get(tree, "spec", "minReadySeconds"), 0) != minimum) {
        json_set_integer(json_object_at(tree, "spec"), "minReadySeconds", minimum);
        changed = true;
    }
    if (changed) {
        *wrote = true;
        return write_object(rollout->runtime, newest->object, tree, NULL, status);
    }
    cJSON_Delete(tree);
    return show_revision(rollout, newest->revision > revision ? newest->revision : revision, wrote, status);
}

static cJSON *make_set(const struct rollout *rollout, const char *hash, int64_t wanted)
{
    cJSON *set = cJSON_CreateObject();
    json_set_text(set, "apiVersion", "apps/v1");
    json_set_text(set, "kind", "ReplicaSet");
    cJSON *metadata = json_object_at(set, "metadata");
    AUTO_FREE char *name = memory_format("%.*s-%s", 242, object_name(rollout->deployment), hash);
    json_set_text(metadata, "name", name);
    json_set_text(metadata, "namespace", object_namespace(rollout->deployment));
    cJSON_AddItemToArray(json_array_at(metadata, "ownerReferences"), make_controller_reference(rollout->deployment));
    (void)copy_annotations(rollout, set);
    (void)annotate_sizes(rollout, set);
    (void)annotate_revision(NULL, set, next_revision(rollout));
    cJSON *spec = json_object_at(set, "spec");
    json_set_integer(spec, "replicas", wanted);
    int64_t minimum = json_integer(json_get(rollout->tree, "spec", "minReadySeconds"), 0);
    if (minimum > 0)
        json_set_integer(spec, "minReadySeconds", minimum);
    json_set(spec, "selector", json_copy(json_get(rollout->tree, "spec", "selector")));
    json_set_text(json_object_at(json_object_at(spec, "selector"), "matchLabels"), TEMPLATE_HASH_LABEL, hash);
    json_set(spec, "template", json_copy(json_get(rollout->tree, "spec", "template")));
    cJSON *labels = json_object_at(json_object_at(json_object_at(spec, "template"), "metadata"), "labels");
    json_set_text(labels, TEMPLATE_HASH_LABEL, hash);
    json_set(metadata, "labels", json_copy(labels));
    return set;
}

/* A set of another template has the name: the collision is counted, which gives another hash the next time. */
static int count_collision(const struct rollout *rollout, int64_t collisions, struct status *status)
{
    cJSON *new_status = json_copy(json_get(rollout->tree, "status"));
    if (new_status == NULL)
        new_status = cJSON_CreateObject();
    json_set_integer(new_status, "collisionCount", collisions + 1);
    return write_status(rollout->runtime, rollout->deployment, new_status, status);
}

static int create_newest(struct rollout *rollout, struct object **created, struct status *status)
{
    char hash[TEMPLATE_HASH_SIZE];
    int64_t collisions = json_integer(json_get(rollout->tree, "status", "collisionCount"), 0);
    template_hash(json_get(rollout->tree, "spec", "template"), collisions, hash);
    int64_t wanted = rollout_allowance(rollout, 0);
    if (registry_create(rollout->runtime->registry, RESOURCE_REPLICASETS, object_namespace(rollout->deployment),
                        make_set(rollout, hash, wanted), created, status) != 0)
        return status->code == 409 ? count_collision(rollout, collisions, status) : -1;
    if (wanted > 0)
        record_event(rollout->runtime->registry, rollout->deployment, NULL, "Normal", "ScalingReplicaSet", DEPLOYMENT_COMPONENT,
                     NULL, "Scaled up replica set %s from 0 to %" PRId64, object_name(*created), wanted);
    return 0;
}

int rollout_ensure_newest(struct rollout *rollout, bool create, bool *wrote, struct object **created, struct status *status)
{
    *wrote = false;
    *created = NULL;
    if (rollout->newest != NULL)
        return update_newest(rollout, wrote, status);
    if (!create)
        return 0;
    *wrote = true;
    return create_newest(rollout, created, status);
}

int rollout_scale(const struct rollout *rollout, const struct replica_set *set, int64_t wanted, bool *scaled,
                  struct status *status)
{
    cJSON *tree = json_copy(set->tree);
    bool annotated = annotate_sizes(rollout, tree);
    if (wanted == set->wanted && !annotated) {
        cJSON_Delete(tree);
        return 0;
    }
    json_set_integer(json_object_at(tree, "spec"), "replicas", wanted);
    if (write_object(rollout->runtime, set->object, tree, NULL, status) != 0)
        return -1;
    if (wanted == set->wanted)
        return 0;
    *scaled = true;
    record_event(rollout->runtime->registry, rollout->deployment, NULL, "Normal", "ScalingReplicaSet", DEPLOYMENT_COMPONENT, NULL,
                 "Scaled %s replica set %s from %" PRId64 " to %" PRId64, wanted > set->wanted ? "up" : "down",
                 object_name(set->object), set->wanted, wanted);
    return 0;
}
