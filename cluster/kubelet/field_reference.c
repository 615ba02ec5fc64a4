#include "cluster/kubelet/field_reference.h"

#include <inttypes.h>
#include <string.h>

#include "common/quantity.h"

/* labels['x'] or annotations['x']: the value under the quoted key, "" when it is not set; NULL when path is of another form. */
static const char *keyed_value(const cJSON *pod, const char *path, const char *map)
{
    const size_t length = strlen(map);
    const size_t whole = strlen(path);
    if (strncmp(path, map, length) != 0 || whole < length + 5 || strncmp(path + length, "['", 2) != 0 ||
        strcmp(path + whole - 2, "']") != 0)
        return NULL;
    AUTO_FREE char *key = memory_copy_bytes(path + length + 2, whole - length - 4);
    return json_text(json_get(pod, "metadata", strchr(map, '.') + 1, key), "");
}

char *field_reference_read(const struct environment_source *source, const char *path, struct error *error)
{
    const cJSON *pod = source->pod;
    const char *value = keyed_value(pod, path, "metadata.labels");
    if (value == NULL)
        value = keyed_value(pod, path, "metadata.annotations");
    if (strcmp(path, "metadata.name") == 0 || strcmp(path, "metadata.namespace") == 0 || strcmp(path, "metadata.uid") == 0)
        value = json_text(json_get(pod, "metadata", strchr(path, '.') + 1), "");
    else if (strcmp(path, "spec.nodeName") == 0 || strcmp(path, "spec.serviceAccountName") == 0)
        value = json_text(json_get(pod, "spec", strchr(path, '.') + 1), "");
    else if (strcmp(path, "status.podIP") == 0 || strcmp(path, "status.podIPs") == 0)
        value = source->pod_address;
    else if (strcmp(path, "status.hostIP") == 0 || strcmp(path, "status.hostIPs") == 0)
        value = source->host_address;
    if (value == NULL)
        error_set(error, "unsupported fieldPath: %s", path);
    return memory_copy_text(value);
}

static struct quantity present_quantity(const struct environment_source *source, const char *list, const char *name)
{
    struct quantity quantity = {0};
    const char *text = json_text(json_get(source->container, "resources", list, name), NULL);
    if (text != NULL && quantity_parse(text, &quantity, NULL) == 0)
        return quantity;
    if (strcmp(list, "limits") != 0)
        return quantity; /* a request that is not set is 0 */
    /* A limit that is not set is the node's capacity. */
    if (strcmp(name, "cpu") == 0)
        return quantity_from_milli(source->node_millicores, QUANTITY_DECIMAL_SI);
    return quantity_from_value(source->node_bytes, QUANTITY_BINARY_SI);
}

char *resource_reference_read(const struct environment_source *source, const cJSON *reference, struct error *error)
{
    const char *resource = json_text(json_get(reference, "resource"), "");
    const char *const known[] = {"limits.cpu", "limits.memory", "requests.cpu", "requests.memory"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(resource, known[i]) != 0)
            continue;
        AUTO_FREE char *list = memory_copy_bytes(resource, strcspn(resource, "."));
        struct quantity divisor = {0};
        const char *text = json_text(json_get(reference, "divisor"), "1");
        if (quantity_parse(text, &divisor, error) < 0)
            return NULL;
        if (quantity_sign(divisor) <= 0)
            divisor = quantity_from_value(1, QUANTITY_DECIMAL_SI);
        const struct quantity value = present_quantity(source, list, strchr(resource, '.') + 1);
        return memory_format("%" PRId64, (int64_t)((value.nano + divisor.nano - 1) / divisor.nano));
    }
    error_set(error, "unsupported container resource: %s", resource);
    return NULL;
}
