#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "common/quantity.h"

/* The most ports and mounts of one container: they are compared with each other. */
#define ITEMS_MAXIMUM 1000

static void check_choice(const cJSON *holder, const char *member, const char *const *supported, const struct field_path *path,
                         struct problems *problems)
{
    const char *value = json_text(json_get(holder, member), "");
    for (size_t i = 0; supported[i] != NULL; i++) {
        if (strcmp(value, supported[i]) == 0)
            return;
    }
    problem_not_supported(problems, PATH_CHILD(path, member), value, supported);
}

static void check_port_name(const cJSON *ports, const cJSON *port, const struct field_path *path, struct problems *problems)
{
    const char *name = json_text(json_get(port, "name"), "");
    if (name[0] == '\0')
        return;
    const char *problem = name_port_problem(name);
    if (problem != NULL) {
        problem_invalid_text(problems, PATH_CHILD(path, "name"), name, "%s", problem);
        return;
    }
    for (const cJSON *before = ports->child; before != port; before = before->next) {
        if (strcmp(json_text(json_get(before, "name"), ""), name) == 0) {
            problem_duplicate(problems, PATH_CHILD(path, "name"), name);
            return;
        }
    }
}

static void check_ports(const cJSON *ports, const struct field_path *path, struct problems *problems)
{
    static const char *const protocols[] = {"SCTP", "TCP", "UDP", NULL};
    int index = 0;
    const cJSON *port = NULL;
    if (cJSON_GetArraySize(ports) > ITEMS_MAXIMUM) {
        problem_invalid_integer(problems, path, cJSON_GetArraySize(ports), "must have at most %d items", ITEMS_MAXIMUM);
        return;
    }
    cJSON_ArrayForEach (port, ports) {
        const struct field_path *here = PATH_INDEX(path, index++);
        int64_t number = json_integer(json_get(port, "containerPort"), 0);
        int64_t host = json_integer(json_get(port, "hostPort"), 0);
        check_port_name(ports, port, here, problems);
        if (number == 0)
            problem_required(problems, PATH_CHILD(here, "containerPort"), "");
        else if (number < 1 || number > 65535)
            problem_invalid_integer(problems, PATH_CHILD(here, "containerPort"), number,
                                    "must be between 1 and 65535, inclusive");
        if (host < 0 || host > 65535)
            problem_invalid_integer(problems, PATH_CHILD(here, "hostPort"), host, "must be between 1 and 65535, inclusive");
        check_choice(port, "protocol", protocols, here, problems);
    }
}

/* "metadata.labels['key']" is the field metadata.labels. */
static void check_field_reference(const cJSON *reference, const struct field_path *path, struct problems *problems)
{
    static const char *const plain[] = {
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs", NULL};
    const char *field = json_text(json_get(reference, "fieldPath"), "");
    size_t length = strlen(field);
    if (field[0] == '\0') {
        problem_required(problems, PATH_CHILD(path, "fieldPath"), "");
        return;
    }
    bool subscript = strncmp(field, "metadata.labels['", 17) == 0 || strncmp(field, "metadata.annotations['", 22) == 0;
    if (subscript && length > 2 && strcmp(field + length - 2, "']") == 0)
        return;
    check_choice(reference, "fieldPath", plain, path, problems);
}

static void check_value_source(const cJSON *variable, const struct field_path *path, struct problems *problems)
{
    static const char *const kinds[] = {"fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"};
    const cJSON *source = json_get(variable, "valueFrom");
    if (source == NULL)
        return;
    const struct field_path *here = PATH_CHILD(path, "valueFrom");
    int found = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        found += json_get(source, kinds[i]) != NULL;
    if (json_get(source, "fieldRef") != NULL)
        check_field_reference(json_get(source, "fieldRef"), PATH_CHILD(here, "fieldRef"), problems);
    if (json_get(source, "configMapKeyRef") != NULL && json_text(json_get(source, "configMapKeyRef", "key"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(PATH_CHILD(here, "configMapKeyRef"), "key"), "");
    if (json_get(source, "resourceFieldRef") != NULL &&
        json_text(json_get(source, "resourceFieldRef", "resource"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(PATH_CHILD(here, "resourceFieldRef"), "resource"), "");
    if (found == 0)
        problem_invalid_text(problems, here, "",
                             "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
                             "`secretKeyRef` or `fileKeyRef`");
    else if (json_text(json_get(variable, "value"), "")[0] != '\0')
        problem_invalid_text(problems, here, "", "may not be specified when `value` is not empty");
    else if (found > 1)
        problem_invalid_text(problems, here, "", "may not have more than one field specified at a time");
}

static void check_environment(const cJSON *variables, const struct field_path *path, struct problems *problems)
{
    int index = 0;
    const cJSON *variable = NULL;
    cJSON_ArrayForEach (variable, variables) {
        const struct field_path *here = PATH_INDEX(path, index++);
        const char *name = json_text(json_get(variable, "name"), "");
        const char *problem = name_environment_problem(name);
        if (name[0] == '\0')
            problem_required(problems, PATH_CHILD(here, "name"), "");
        else if (problem != NULL)
            problem_invalid_text(problems, PATH_CHILD(here, "name"), name, "%s", problem);
        check_value_source(variable, here, problems);
    }
}

static bool has_volume(const cJSON *volumes, const char *name)
{
    const cJSON *volume = NULL;
    cJSON_ArrayForEach (volume, volumes) {
        if (strcmp(json_text(json_get(volume, "name"), ""), name) == 0)
            return true;
    }
    return false;
}

static bool is_mounted_before(const cJSON *mounts, const cJSON *mount, const char *path)
{
    for (const cJSON *before = mounts->child; before != mount; before = before->next) {
        if (strcmp(json_text(json_get(before, "mountPath"), ""), path) == 0)
            return true;
    }
    return false;
}

static void check_mounts(const cJSON *mounts, const cJSON *volumes, const struct field_path *path, struct problems *problems)
{
    int index = 0;
    const cJSON *mount = NULL;
    if (cJSON_GetArraySize(mounts) > ITEMS_MAXIMUM) {
        problem_invalid_integer(problems, path, cJSON_GetArraySize(mounts), "must have at most %d items", ITEMS_MAXIMUM);
        return;
    }
    cJSON_ArrayForEach (mount, mounts) {
        const struct field_path *here = PATH_INDEX(path, index++);
        const char *name = json_text(json_get(mount, "name"), "");
        const char *place = json_text(json_get(mount, "mountPath"), "");
        if (name[0] == '\0')
            problem_required(problems, PATH_CHILD(here, "name"), "");
        else if (!has_volume(volumes, name))
            problem_not_found(problems, PATH_CHILD(here, "name"), name);
        if (place[0] == '\0')
            problem_required(problems, PATH_CHILD(here, "mountPath"), "");
        else if (is_mounted_before(mounts, mount, place))
            problem_invalid_text(problems, PATH_CHILD(here, "mountPath"), place, "must be unique");
        const char *below = json_text(json_get(mount, "subPath"), "");
        if (below[0] == '/')
            problem_invalid_text(problems, PATH_CHILD(here, "subPath"), below, "must be a relative path");
        else if (strcmp(below, "..") == 0 || strncmp(below, "../", 3) == 0 || strstr(below, "/../") != NULL)
            problem_invalid_text(problems, PATH_CHILD(here, "subPath"), below, "must not contain '..'");
    }
}

static void check_resource_name(const char *name, const struct field_path *path, struct problems *problems)
{
    static const char *const standard[] = {"cpu", "memory", "ephemeral-storage"};
    for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++) {
        if (strcmp(standard[i], name) == 0)
            return;
    }
    if (strncmp(name, "hugepages-", 10) == 0)
        return;
    name_check_qualified(problems, path, name);
    if (strchr(name, '/') != NULL)
        return;
    problem_invalid_text(problems, path, name, "must be a standard resource type or fully qualified");
    problem_invalid_text(problems, path, name, "must be a standard resource for containers");
}

static void check_amounts(const cJSON *amounts, const struct field_path *path, struct problems *problems)
{
    const cJSON *amount = NULL;
    cJSON_ArrayForEach (amount, amounts) {
        const struct field_path *here = PATH_KEY(path, amount->string);
        struct quantity quantity = {0};
        check_resource_name(amount->string, here, problems);
        if (quantity_parse(json_text(amount, "0"), &quantity, NULL) == 0 && quantity_sign(quantity) < 0)
            problem_invalid(problems, here, amount, "must be greater than or equal to 0");
    }
}

void validate_resources(const cJSON *resources, const struct field_path *path, struct problems *problems)
{
    const cJSON *limits = json_get(resources, "limits");
    const cJSON *requests = json_get(resources, "requests");
    check_amounts(limits, PATH_CHILD(path, "limits"), problems);
    check_amounts(requests, PATH_CHILD(path, "requests"), problems);
    const cJSON *request = NULL;
    cJSON_ArrayForEach (request, requests) {
        const cJSON *limit = json_get(limits, request->string);
        struct quantity asked = {0}, allowed = {0};
        if (limit == NULL || quantity_parse(json_text(request, "0"), &asked, NULL) < 0 ||
            quantity_parse(json_text(limit, "0"), &allowed, NULL) < 0)
            continue;
        if (quantity_compare(asked, allowed) > 0)
            problem_invalid(problems, PATH_CHILD(path, "requests"), request, "must be less than or equal to %s limit of %s",
                            request->string, json_text(limit, ""));
    }
}

static void check_init_probes(const cJSON *container, const struct field_path *path, struct problems *problems)
{
    static const char *const members[] = {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (json_get(container, members[i]) != NULL)
            problem_forbidden(problems, PATH_CHILD(path, members[i]),
                              "may not be set for init containers without restartPolicy=Always");
    }
}

static void check_image(const cJSON *container, const struct field_path *path, struct problems *problems)
{
    const char *image = json_text(json_get(container, "image"), "");
    size_t length = strlen(image);
    if (length == 0)
        problem_required(problems, PATH_CHILD(path, "image"), "");
    else if (strchr(" \t\n\r", image[0]) != NULL || strchr(" \t\n\r", image[length - 1]) != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "image"), image, "must not have leading or trailing whitespace");
}

void validate_container(const cJSON *container, const cJSON *volumes, bool init, const struct field_path *path,
                        struct problems *problems)
{
    static const char *const pull_policies[] = {"Always", "IfNotPresent", "Never", NULL};
    static const char *const message_policies[] = {"FallbackToLogsOnError", "File", NULL};
    const char *name = json_text(json_get(container, "name"), "");
    const char *problem = name_label_problem(name);
    if (name[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "name"), "");
    else if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "name"), name, "%s", problem);
    check_image(container, path, problems);
    check_choice(container, "terminationMessagePolicy", message_policies, path, problems);
    check_ports(json_get(container, "ports"), PATH_CHILD(path, "ports"), problems);
    check_environment(json_get(container, "env"), PATH_CHILD(path, "env"), problems);
    check_mounts(json_get(container, "volumeMounts"), volumes, PATH_CHILD(path, "volumeMounts"), problems);
    check_choice(container, "imagePullPolicy", pull_policies, path, problems);
    validate_resources(json_get(container, "resources"), PATH_CHILD(path, "resources"), problems);
    bool sidecar = strcmp(json_text(json_get(container, "restartPolicy"), ""), "Always") == 0;
    if (init && !sidecar) {
        check_init_probes(container, path, problems);
        return;
    }
    validate_lifecycle(container, path, problems);
    validate_probe(container, "livenessProbe", path, problems);
    validate_probe(container, "readinessProbe", path, problems);
    validate_probe(container, "startupProbe", path, problems);
}
