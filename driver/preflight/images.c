#include <string.h>

#include "common/image_reference.h"
#include "driver/preflight/checks.h"
#include "driver/preflight/workload.h"

/* A kubelet lists its largest images only, unless told otherwise. */
#define MOST_LISTED 50

bool node_takes_pods(const cJSON *node)
{
    const cJSON *entry = NULL;
    bool ready = false;
    cJSON_ArrayForEach (entry, json_get(node, "status", "conditions")) {
        if (strcmp(json_text(json_get(entry, "type"), ""), "Ready") == 0)
            ready = strcmp(json_text(json_get(entry, "status"), ""), "True") == 0;
    }
    cJSON_ArrayForEach (entry, json_get(node, "spec", "taints")) {
        if (strncmp(json_text(json_get(entry, "effect"), ""), "No", 2) == 0) /* NoSchedule, NoExecute */
            return false;
    }
    return ready && !json_boolean(json_get(node, "spec", "unschedulable"), false);
}

static bool is_listed(const cJSON *images, const char *full)
{
    const cJSON *image = NULL;
    const cJSON *name = NULL;
    cJSON_ArrayForEach (image, images) {
        cJSON_ArrayForEach (name, json_get(image, "names")) {
            char other[IMAGE_REFERENCE_SIZE];
            if (image_reference_complete(json_text(name, ""), other, NULL) == 0 && strcmp(other, full) == 0)
                return true;
        }
    }
    return false;
}

/* The first node that takes pods and has not got the image, NULL = there is none. *holders: how many have it. */
static const char *find_without(const cJSON *nodes, const char *full, size_t *holders)
{
    const cJSON *node = NULL;
    const char *without = NULL;
    *holders = 0;
    cJSON_ArrayForEach (node, json_get(nodes, "items")) {
        const cJSON *images = json_get(node, "status", "images");
        if (!node_takes_pods(node))
            continue;
        if (is_listed(images, full) || cJSON_GetArraySize(images) >= MOST_LISTED)
            (*holders)++;
        else if (without == NULL)
            without = workload_name(node);
    }
    return without;
}

static bool is_always_pulled(const char *policy, const char *image)
{
    const char *slash = strrchr(image, '/');
    const char *tag = strchr(slash != NULL ? slash : image, ':');
    if (policy[0] != '\0')
        return strcmp(policy, "Always") == 0;
    return strchr(image, '@') == NULL && (tag == NULL || strcmp(tag, ":latest") == 0);
}

/* Whether the name says from which registry it is pulled: a first part with a dot or a port. */
static bool names_registry(const char *image)
{
    size_t first = strcspn(image, "/");
    return image[first] == '/' && (memchr(image, '.', first) != NULL || memchr(image, ':', first) != NULL);
}

static void check_image(const cJSON *nodes, const cJSON *container, struct obstacles *obstacles)
{
    const char *image = json_text(json_get(container, "image"), "");
    const char *policy = json_text(json_get(container, "imagePullPolicy"), "");
    char full[IMAGE_REFERENCE_SIZE];
    size_t holders = 0;
    struct error error = ERROR_NONE;
    if (image_reference_complete(image, full, &error) != 0) {
        obstacles_add(obstacles, true, "image \"%.200s\": %s: correct it in the manifest", image, error.text);
        return;
    }
    const char *without = find_without(nodes, full, &holders);
    if (without == NULL || is_always_pulled(policy, image))
        return;
    if (strcmp(policy, "Never") == 0)
        obstacles_add(
            obstacles, true,
            "image %s is not on node %s and is never pulled there (ErrImageNeverPull): build it (make images) and load it "
            "(kind load image-archive, ctr images import, or hpalab image load)",
            image, without);
    else if (holders == 0 && !names_registry(image))
        obstacles_add(
            obstacles, false,
            "image %s is on no node and would be pulled from a public registry: build it (make images) and load it (kind "
            "load image-archive, ctr images import), or name your registry",
            image);
}

void check_images(const cJSON *nodes, const struct preflight_variant *variant, struct obstacles *obstacles)
{
    if (nodes == NULL)
        return;
    for (size_t i = 0; i < variant->object_count; i++) {
        const cJSON *template = workload_template(variant->objects[i]);
        const cJSON *container = NULL;
        cJSON_ArrayForEach (container, json_get(template, "spec", "initContainers"))
            check_image(nodes, container, obstacles);
        cJSON_ArrayForEach (container, json_get(template, "spec", "containers"))
            check_image(nodes, container, obstacles);
    }
}
