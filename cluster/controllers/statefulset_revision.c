#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/adoption.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/stateful.h"
#include "cluster/controllers/template_hash.h"

#define HASH_LABEL "controller.kubernetes.io/hash"

/* Another revision with the same hash is tried around so often. */
#define NAME_ATTEMPTS 8

static int64_t number_of(const struct object *revision)
{
    return json_integer(json_get(object_tree(revision), "revision"), 0);
}

static int compare_revisions(const void *left, const void *right)
{
    const struct object *first = *(struct object *const *)left;
    const struct object *second = *(struct object *const *)right;
    if (number_of(first) != number_of(second))
        return number_of(first) < number_of(second) ? -1 : 1;
    int64_t age = creation_time(object_tree(first)) - creation_time(object_tree(second));
    if (age != 0)
        return age < 0 ? -1 : 1;
    return strcmp(object_name(first), object_name(second));
}

/* What a revision keeps: a strategic merge patch that brings the template back. */
static cJSON *revision_data(const cJSON *set)
{
    cJSON *data = cJSON_CreateObject();
    cJSON *template = json_copy(json_get(set, "spec", "template"));
    json_set_text(template, "$patch", "replace");
    json_set(json_object_at(data, "spec"), "template", template);
    return data;
}

static cJSON *make_revision(const struct stateful *stateful, const cJSON *data, const char *hash, int64_t number)
{
    cJSON *revision = cJSON_CreateObject();
    json_set_text(revision, "apiVersion", "apps/v1");
    json_set_text(revision, "kind", "ControllerRevision");
    cJSON *metadata = json_object_at(revision, "metadata");
    AUTO_FREE char *name = memory_format("%s-%s", object_name(stateful->set), hash);
    json_set_text(metadata, "name", name);
    json_set_text(metadata, "namespace", object_namespace(stateful->set));
    const cJSON *labels = json_get(stateful->tree, "spec", "template", "metadata", "labels");
    if (labels != NULL)
        json_set(metadata, "labels", json_copy(labels));
    json_set_text(json_object_at(metadata, "labels"), HASH_LABEL, hash);
    const cJSON *annotations = json_get(stateful->tree, "metadata", "annotations");
    if (annotations != NULL)
        json_set(metadata, "annotations", json_copy(annotations));
    cJSON_AddItemToArray(json_array_at(metadata, "ownerReferences"), make_controller_reference(stateful->set));
    json_set(revision, "data", json_copy(data));
    json_set_integer(revision, "revision", number);
    return revision;
}

/* A name that is taken by another template's revision is avoided by counting the collision. */
static int create_revision(struct stateful *stateful, const cJSON *data, int64_t number, struct status *status)
{
    for (int attempt = 1;; attempt++) {
        char hash[TEMPLATE_HASH_SIZE];
        template_hash(data, stateful->collisions, hash);
        if (registry_create(stateful->runtime->registry, RESOURCE_CONTROLLERREVISIONS, object_namespace(stateful->set),
                            make_revision(stateful, data, hash, number), &stateful->update, status) == 0)
            return 0;
        if (status->code != 409 || attempt == NAME_ATTEMPTS)
            return -1;
        stateful->collisions++;
    }
}

/* A template that comes back: its revision becomes the newest again. */
static int renumber(struct stateful *stateful, const struct object *revision, int64_t number, struct status *status)
{
    cJSON *tree = json_copy(object_tree(revision));
    json_set_integer(tree, "revision", number);
    return write_object(stateful->runtime, revision, tree, &stateful->update, status);
}

static int find_update(struct stateful *stateful, struct status *status)
{
    const struct object_list *revisions = &stateful->revisions;
    AUTO_JSON cJSON *data = revision_data(stateful->tree);
    size_t found = revisions->count;
    for (size_t i = 0; i < revisions->count; i++) {
        if (json_equal(json_get(object_tree(revisions->objects[i]), "data"), data))
            found = i;
    }
    if (found + 1 == revisions->count) {
        stateful->update = object_reference(revisions->objects[found]);
        return 0;
    }
    int64_t next = revisions->count > 0 ? number_of(revisions->objects[revisions->count - 1]) + 1 : 1;
    return found < revisions->count ? renumber(stateful, revisions->objects[found], next, status)
                                    : create_revision(stateful, data, next, status);
}

int stateful_find_revisions(struct stateful *stateful, struct status *status)
{
    if (adopt(stateful->runtime, stateful->set, RESOURCE_CONTROLLERREVISIONS, &stateful->revisions, status) != 0)
        return -1;
    qsort(stateful->revisions.objects, stateful->revisions.count, sizeof(struct object *), compare_revisions);
    stateful->collisions = json_integer(json_get(stateful->tree, "status", "collisionCount"), 0);
    if (find_update(stateful, status) != 0)
        return -1;
    const char *current = json_text(json_get(stateful->tree, "status", "currentRevision"), "");
    for (size_t i = 0; i < stateful->revisions.count && stateful->current == NULL; i++) {
        if (strcmp(object_name(stateful->revisions.objects[i]), current) == 0)
            stateful->current = object_reference(stateful->revisions.objects[i]);
    }
    if (stateful->current == NULL)
        stateful->current = object_reference(stateful->update);
    return 0;
}

static bool is_live(const struct stateful *stateful, const char *name)
{
    if (strcmp(name, object_name(stateful->current)) == 0 || strcmp(name, object_name(stateful->update)) == 0)
        return true;
    for (size_t i = 0; i < stateful->pods.count; i++) {
        if (strcmp(name, stateful_pod_revision(object_tree(stateful->pods.objects[i]))) == 0)
            return true;
    }
    return false;
}

int stateful_truncate_history(const struct stateful *stateful, struct status *status)
{
    int64_t limit = json_integer(json_get(stateful->tree, "spec", "revisionHistoryLimit"), 10);
    int64_t unused = 0;
    for (size_t i = 0; i < stateful->revisions.count; i++)
        unused += !is_live(stateful, object_name(stateful->revisions.objects[i]));
    for (size_t i = 0; i < stateful->revisions.count && unused > limit; i++) {
        const struct object *revision = stateful->revisions.objects[i];
        if (is_live(stateful, object_name(revision)))
            continue;
        const struct delete_options options = DELETE_OPTIONS_DEFAULT;
        if (registry_delete(stateful->runtime->registry, RESOURCE_CONTROLLERREVISIONS, object_namespace(revision),
                            object_name(revision), &options, NULL, NULL, status) != 0 &&
            status->code != 404)
            return -1;
        unused--;
    }
    return 0;
}
