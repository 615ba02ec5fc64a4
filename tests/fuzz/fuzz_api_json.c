/*
 * Arbitrary JSON as objects, patches and selectors of the embedded API: the first byte chooses the kind, the second what
 * is done with the rest. Whatever comes, the answer is an object or a Status.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/registry.h"
#include "cluster/api/selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char base_pod[] =
    "{\"metadata\":{\"name\":\"x\",\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\","
    "\"ports\":[{\"containerPort\":80}],\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}]}}";
static const char base_deployment[] = "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},"
                                      "\"template\":{\"metadata\":{\"labels\":{\"a\":"
                                      "\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}";
static const char base_autoscaler[] =
    "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"maxReplicas\":3,\"scaleTargetRef\":{\"apiVersion\":"
    "\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"x\"}}}";
static const char base_service[] = "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"clusterIP\":\"None\",\"ports\":[{\"port\":80}]}}";
static const char base_slice[] = "{\"metadata\":{\"name\":\"x\"},\"addressType\":\"IPv4\"}";
static const char base_stateful_set[] =
    "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{"
    "\"labels\":"
    "{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"volumeMounts\":[{\"name\":\"d\",\"mountPath\":"
    "\"/d\"}]}]}},\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"d\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],"
    "\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}]}}";
static const char base_claim[] = "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{"
                                 "\"requests\":{\"storage\":\"1Gi\"}}}}";
static const char base_job[] = "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"Never\","
                               "\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}";
static const char base_cron_job[] =
    "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"schedule\":\"* * * * *\",\"jobTemplate\":{\"spec\":{\"template\":{\"spec\":{"
    "\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}}}";
static const char base_any[] = "{\"metadata\":{\"name\":\"x\"}}";

static const char *base_of(enum resource_id resource)
{
    switch (resource) {
    case RESOURCE_PODS:
        return base_pod;
    case RESOURCE_DEPLOYMENTS:
    case RESOURCE_REPLICASETS:
        return base_deployment;
    case RESOURCE_STATEFULSETS:
        return base_stateful_set;
    case RESOURCE_PERSISTENTVOLUMECLAIMS:
        return base_claim;
    case RESOURCE_HORIZONTALPODAUTOSCALERS:
        return base_autoscaler;
    case RESOURCE_JOBS:
        return base_job;
    case RESOURCE_CRONJOBS:
        return base_cron_job;
    case RESOURCE_SERVICES:
        return base_service;
    case RESOURCE_ENDPOINTSLICES:
        return base_slice;
    default:
        return base_any;
    }
}

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void create(struct registry *registry, enum resource_id resource, const char *text)
{
    (void)registry_create(registry, resource, "default", json_parse(text, strlen(text), NULL), NULL, NULL);
}

/* Every refusal is a Status of the client's fault or, for services, a lack of addresses. */
static void check_outcome(int outcome, struct object *object, const struct status *status)
{
    require((outcome == 0) == (object != NULL));
    require(outcome == 0 || (status->code >= 400 && status->code <= 500 && status->message != NULL));
    object_release(object);
}

static void run(struct registry *registry, enum resource_id resource, unsigned action, cJSON *tree_take)
{
    AUTO_STATUS struct status status = {0};
    struct object *object = NULL;
    int outcome = 0;
    if (action == 0) {
        outcome = registry_create(registry, resource, "default", tree_take, &object, &status);
    } else if (action < 4) {
        outcome =
            registry_update(registry, resource, "default", "x", (enum subresource)(action - 1), tree_take, &object, &status);
    } else if (action < 7) {
        outcome = registry_patch(registry, resource, "default", "x", SUBRESOURCE_NONE, (enum patch_type)(action - 4), tree_take,
                                 &object, &status);
        cJSON_Delete(tree_take);
    } else {
        cJSON *copy = json_copy(tree_take);
        if (registry_apply(registry, resource, "default", "x", SUBRESOURCE_NONE, copy, false, NULL, NULL, NULL) == 0)
            (void)registry_apply(registry, resource, "default", "x", SUBRESOURCE_NONE, json_copy(json_get(tree_take, "spec")),
                                 false, NULL, NULL, NULL);
        outcome = registry_apply(registry, resource, "default", "x", SUBRESOURCE_NONE, tree_take, true, NULL, &object, &status);
    }
    check_outcome(outcome, object, &status);
}

static void try_selectors(const uint8_t *data, size_t size)
{
    AUTO_FREE char *text = memory_copy_bytes(data, size);
    AUTO_JSON cJSON *object = json_parse(base_pod, strlen(base_pod), NULL);
    AUTO_STATUS struct status status = {0};
    AUTO_SELECTOR struct selector *labels = selector_parse_labels(text, &status);
    AUTO_SELECTOR struct selector *fields = selector_parse_fields(text, &status);
    (void)selector_matches(labels, object);
    (void)selector_matches(fields, object);
    AUTO_FREE char *again = selector_to_text(labels);
    AUTO_SELECTOR struct selector *parsed_again = labels != NULL ? selector_parse_labels(again, &status) : NULL;
    require(labels == NULL || parsed_again != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum resource_id resource = (enum resource_id)(data[0] % RESOURCE_COUNT);
    unsigned action = data[1] % 9;
    if (action == 8) {
        try_selectors(data + 2, size - 2);
        return 0;
    }
    AUTO_FREE char *text = memory_copy_bytes(data + 2, size - 2);
    cJSON *tree = json_parse(text, strlen(text), NULL);
    if (tree == NULL)
        return 0;
    struct store *store = store_create();
    struct registry *registry = registry_open(store, NULL);
    create(registry, RESOURCE_NAMESPACES, "{\"metadata\":{\"name\":\"default\"}}");
    create(registry, resource, base_of(resource));
    run(registry, resource, action, tree);
    registry_close(registry);
    store_destroy(store);
    return 0;
}
