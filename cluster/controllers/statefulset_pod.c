#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/ownership.h"
#include "cluster/controllers/stateful.h"

#define POD_NAME_LABEL "statefulset.kubernetes.io/pod-name"
#define POD_INDEX_LABEL "apps.kubernetes.io/pod-index"

int64_t stateful_ordinal(const char *set_name, const char *pod_name)
{
    size_t length = strlen(set_name);
    if (strncmp(pod_name, set_name, length) != 0 || pod_name[length] != '-')
        return -1;
    const char *digits = pod_name + length + 1;
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || count > 10 || digits[count] != '\0')
        return -1;
    int64_t ordinal = strtoll(digits, NULL, 10);
    return ordinal <= INT32_MAX ? ordinal : -1;
}

const char *stateful_pod_revision(const cJSON *pod)
{
    return json_text(json_get(pod, "metadata", "labels", STATEFUL_REVISION_LABEL), "");
}

/* Below the partition pods stay what they were; with OnDelete every new pod is of the present template. */
static const struct object *revision_for(const struct stateful *stateful, int64_t ordinal)
{
    const cJSON *rolling_update = json_get(stateful->tree, "spec", "updateStrategy", "rollingUpdate");
    bool stays = ordinal < stateful->start + json_integer(json_get(rolling_update, "partition"), 0);
    return stays ? stateful->current : stateful->update;
}

static void set_identity(cJSON *metadata, const char *name, int64_t ordinal)
{
    char index[24];
    (void)snprintf(index, sizeof index, "%" PRId64, ordinal);
    cJSON *labels = json_object_at(metadata, "labels");
    json_set_text(labels, POD_NAME_LABEL, name);
    json_set_text(labels, POD_INDEX_LABEL, index);
}

/* The claims' volumes come first and take the place of template volumes of the same name. */
static void set_volumes(const struct stateful *stateful, cJSON *spec, int64_t ordinal)
{
    const cJSON *templates = json_get(stateful->tree, "spec", "volumeClaimTemplates");
    if (cJSON_GetArraySize(templates) == 0)
        return;
    cJSON *volumes = cJSON_CreateArray();
    const cJSON *template = NULL;
    cJSON_ArrayForEach (template, templates) {
        AUTO_FREE char *claim = stateful_claim_name(stateful, template, ordinal);
        cJSON *volume = cJSON_CreateObject();
        json_set_text(volume, "name", json_text(json_get(template, "metadata", "name"), ""));
        json_set_text(json_object_at(volume, "persistentVolumeClaim"), "claimName", claim);
        cJSON_AddItemToArray(volumes, volume);
    }
    const cJSON *present = NULL;
    cJSON_ArrayForEach (present, json_get(spec, "volumes")) {
        const cJSON *volume = NULL;
        bool replaced = false;
        cJSON_ArrayForEach (volume, volumes)
            replaced = replaced || json_equal(json_get(volume, "name"), json_get(present, "name"));
        if (!replaced)
            cJSON_AddItemToArray(volumes, json_copy(present));
    }
    json_set(spec, "volumes", volumes);
}

static cJSON *make_pod(const struct stateful *stateful, const char *name, int64_t ordinal)
{
    const struct object *revision = revision_for(stateful, ordinal);
    cJSON *pod = make_pod_of_template(stateful->set, json_get(object_tree(revision), "data", "spec", "template"));
    cJSON *metadata = json_object_at(pod, "metadata");
    json_set_text(metadata, "name", name);
    set_identity(metadata, name, ordinal);
    json_set_text(json_object_at(metadata, "labels"), STATEFUL_REVISION_LABEL, object_name(revision));
    cJSON *spec = json_object_at(pod, "spec");
    json_set_text(spec, "hostname", name);
    json_set_text(spec, "subdomain", json_text(json_get(stateful->tree, "spec", "serviceName"), ""));
    set_volumes(stateful, spec, ordinal);
    return pod;
}

static void record_pod(const struct stateful *stateful, const char *verb, const char *pod, const struct status *failure)
{
    AUTO_FREE char *reason = memory_format("%s%s", failure == NULL ? "Successful" : "Failed", verb);
    if (failure == NULL)
        record_event(stateful->runtime->registry, stateful->set, NULL, "Normal", reason, STATEFUL_COMPONENT, NULL,
                     "%s Pod %s in StatefulSet %s successful", verb, pod, object_name(stateful->set));
    else
        record_event(stateful->runtime->registry, stateful->set, NULL, "Warning", reason, STATEFUL_COMPONENT, NULL,
                     "%s Pod %s in StatefulSet %s failed error: %s", verb, pod, object_name(stateful->set),
                     status_message(failure));
}

int stateful_create_pod(const struct stateful *stateful, int64_t ordinal, struct status *status)
{
    AUTO_FREE char *name = memory_format("%s-%" PRId64, object_name(stateful->set), ordinal);
    if (stateful_create_claims(stateful, ordinal, status) != 0 ||
        registry_create(stateful->runtime->registry, RESOURCE_PODS, object_namespace(stateful->set),
                        make_pod(stateful, name, ordinal), NULL, status) != 0) {
        record_pod(stateful, "Create", name, status);
        return -1;
    }
    record_pod(stateful, "Create", name, NULL);
    return 0;
}

int stateful_delete_pod(const struct stateful *stateful, const struct object *pod, struct status *status)
{
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.uid = object_uid(pod);
    if (registry_delete(stateful->runtime->registry, RESOURCE_PODS, object_namespace(pod), object_name(pod), &options, NULL, NULL,
                        status) != 0 &&
        status->code != 404) {
        record_pod(stateful, "Delete", object_name(pod), status);
        return -1;
    }
    record_pod(stateful, "Delete", object_name(pod), NULL);
    return 0;
}

int stateful_keep_identity(const struct stateful *stateful, const struct member *member, struct status *status)
{
    const char *name = object_name(member->pod);
    cJSON *tree = json_copy(object_tree(member->pod));
    set_identity(json_object_at(tree, "metadata"), name, member->ordinal);
    if (json_equal(tree, object_tree(member->pod))) {
        cJSON_Delete(tree);
        return 0;
    }
    int outcome = write_object(stateful->runtime, member->pod, tree, NULL, status);
    record_pod(stateful, "Update", name, outcome == 0 ? NULL : status);
    return outcome;
}
