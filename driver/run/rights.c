#include "driver/run/rights.h"

#include <string.h>

#include "common/memory.h"
#include "driver/load/request_mix.h"
#include "driver/observe/observe.h"
#include "driver/run/generator_rights.h"

#define API_GROUPS "/apis/"

static void add_head(const char *api_version, const char *kind, const char *namespace, const char *name, struct buffer *yaml)
{
    buffer_append_format(yaml,
                         "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n  namespace: %s\n"
                         "  labels: {app.kubernetes.io/name: hpalab, app.kubernetes.io/part-of: hpalab}\n",
                         api_version, kind, name, namespace);
}

static void add_rule(const char *group, const char *resource, const char *verbs, const char *reason, struct buffer *yaml)
{
    buffer_append_format(yaml, "  - {apiGroups: [\"%s\"], resources: [%s], verbs: [%s]} # %s\n", group, resource, verbs, reason);
}

/* "apps" of "/apis/apps/v1"; "" of "/api/v1". */
static char *group_of(const char *root)
{
    if (strncmp(root, API_GROUPS, strlen(API_GROUPS)) != 0)
        return memory_copy_text("");
    const char *group = root + strlen(API_GROUPS);
    return memory_copy_bytes(group, strcspn(group, "/"));
}

/* What is watched is looked up by its name first. */
static bool is_looked_up(const struct lesson *lesson, const char *resource)
{
    if (lesson->watch_hpa[0] != '\0')
        return strcmp(resource, "horizontalpodautoscalers") == 0;
    const char *kind = lesson->watch_workload;
    size_t length = strcspn(kind, "/");
    return strncmp(resource, kind, length) == 0 && strcmp(resource + length, "s") == 0;
}

/* Whether a load names a Service of the cluster, whose address is asked for. */
static bool asks_for_service(const struct load_spec *spec)
{
    struct request_mix mix;
    if (spec->type != LOAD_HTTP || request_mix_create(spec, &mix, NULL) < 0)
        return false;
    bool service = strchr(mix.requests[0].url.host, '.') == NULL;
    request_mix_release(&mix);
    return service;
}

static bool any_asks_for_service(const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->load_count; i++)
        if (asks_for_service(&lesson->loads[i]))
            return true;
    return lesson->warm_up != NULL && asks_for_service(lesson->warm_up);
}

static void add_right(const struct generator_right *right, struct buffer *yaml)
{
    AUTO_BUFFER struct buffer verbs;
    buffer_init(&verbs, 200);
    for (size_t i = 0; right->need.verbs[i] != NULL; i++)
        (void)buffer_append_format(&verbs, "%s%s", i > 0 ? ", " : "", right->need.verbs[i]);
    add_rule(right->need.group, right->need.resource, verbs.data, right->reason, yaml);
}

static void add_generators(const struct lesson *lesson, struct buffer *yaml)
{
    const struct generator_right *right;
    bool kinds[2] = {false, false};
    for (size_t i = 0; i < lesson->variant_count; i++)
        if (fleet_spec_is_in_cluster(&lesson->variants[i].generators))
            kinds[lesson->variants[i].generators.kind == FLEET_DEPLOYMENT] = true;
    if (kinds[0])
        add_right(generator_owner_right(FLEET_JOB), yaml);
    if (kinds[1])
        add_right(generator_owner_right(FLEET_DEPLOYMENT), yaml);
    for (size_t i = 0; (kinds[0] || kinds[1]) && (right = generator_common_right(i)) != NULL; i++)
        add_right(right, yaml);
}

static void add_rules(const struct lesson *lesson, struct buffer *yaml)
{
    const struct observed *observed;
    for (size_t i = 0; (observed = observe_collection(i)) != NULL; i++) {
        AUTO_FREE char *group = group_of(observed->root);
        add_rule(group, observed->resource, is_looked_up(lesson, observed->resource) ? "get, list, watch" : "list, watch",
                 "what the report shows", yaml);
    }
    if (lesson_changes_hpa(lesson))
        add_rule("autoscaling", "horizontalpodautoscalers", "patch", "variants change it and put it back", yaml);
    add_generators(lesson, yaml);
    add_rule("metrics.k8s.io", "pods", "list", "the pods' CPU and memory", yaml);
    if (any_asks_for_service(lesson))
        add_rule("", "services", "get", "where the load goes", yaml);
}

void rights_write(const struct lesson *lesson, const char *name, struct buffer *yaml)
{
    const char *namespace = lesson->namespace;
    add_head("v1", "ServiceAccount", namespace, name, yaml);
    buffer_append_text(yaml, "---\n");
    add_head("rbac.authorization.k8s.io/v1", "Role", namespace, name, yaml);
    buffer_append_text(yaml, "rules:\n");
    add_rules(lesson, yaml);
    buffer_append_text(yaml, "---\n");
    add_head("rbac.authorization.k8s.io/v1", "RoleBinding", namespace, name, yaml);
    buffer_append_format(yaml,
                         "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %s}\n"
                         "subjects:\n  - {kind: ServiceAccount, name: %s, namespace: %s}\n",
                         name, name, namespace);
}
