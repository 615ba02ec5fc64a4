/* From a caller to the rules that its bindings give it. */
#include <string.h>

#include "cluster/api/access.h"

struct walk {
    struct store *store;
    const struct caller *caller;
    access_rule_visitor *visit;
    void *context;
    cJSON **problems;
    bool ended;
};

/* namespace: of the binding, "" for one of the whole cluster. */
static bool is_service_account(const cJSON *subject, const struct caller *caller, const char *namespace)
{
    const char *of = json_text(json_get(subject, "namespace"), namespace);
    if (of[0] == '\0')
        return false;
    AUTO_FREE char *user = memory_format(SERVICE_ACCOUNT_PREFIX "%s:%s", of, json_text(json_get(subject, "name"), ""));
    return strcmp(user, caller->user) == 0;
}

static bool is_subject(const cJSON *subject, const struct caller *caller, const char *namespace)
{
    const char *kind = json_text(json_get(subject, "kind"), "");
    const char *name = json_text(json_get(subject, "name"), "");
    if (strcmp(kind, "User") == 0)
        return strcmp(name, caller->user) == 0;
    if (strcmp(kind, "Group") == 0)
        return caller_has_group(caller, name);
    return strcmp(kind, "ServiceAccount") == 0 && is_service_account(subject, caller, namespace);
}

static const cJSON *find_subject(const struct object *binding, const struct caller *caller)
{
    const cJSON *subject = NULL;
    cJSON_ArrayForEach (subject, json_get(object_tree(binding), "subjects")) {
        if (is_subject(subject, caller, object_namespace(binding)))
            return subject;
    }
    return NULL;
}

/* `RoleBinding "b/ns" of Role "r" to ServiceAccount "s/ns"`. The caller frees it. */
static char *describe(const struct object *binding, const cJSON *subject)
{
    const cJSON *role = json_get(object_tree(binding), "roleRef");
    const char *namespace = object_namespace(binding);
    const char *of = json_text(json_get(subject, "namespace"), namespace);
    bool account = strcmp(json_text(json_get(subject, "kind"), ""), "ServiceAccount") == 0;
    return memory_format("%s \"%s%s%s\" of %s \"%s\" to %s \"%s%s%s\"", resource_by_id(object_resource(binding))->kind,
                         object_name(binding), namespace[0] != '\0' ? "/" : "", namespace, json_text(json_get(role, "kind"), ""),
                         json_text(json_get(role, "name"), ""), json_text(json_get(subject, "kind"), ""),
                         json_text(json_get(subject, "name"), ""), account ? "/" : "", account ? of : "");
}

static void note_missing(const struct walk *walk, enum resource_id resource, const char *name)
{
    const struct resource *description = resource_by_id(resource);
    if (walk->problems == NULL)
        return;
    if (*walk->problems == NULL)
        *walk->problems = cJSON_CreateArray();
    AUTO_FREE char *text = memory_format("%s.%s \"%s\" not found", description->singular, description->group, name);
    cJSON_AddItemToArray(*walk->problems, cJSON_CreateString(text));
}

static void walk_binding(struct walk *walk, const struct object *binding)
{
    const cJSON *subject = find_subject(binding, walk->caller);
    if (subject == NULL)
        return;
    const cJSON *reference = json_get(object_tree(binding), "roleRef");
    const char *name = json_text(json_get(reference, "name"), "");
    bool local = strcmp(json_text(json_get(reference, "kind"), ""), "Role") == 0;
    enum resource_id resource = local ? RESOURCE_ROLES : RESOURCE_CLUSTERROLES;
    AUTO_OBJECT struct object *role = store_get(walk->store, resource, local ? object_namespace(binding) : "", name);
    if (role == NULL) {
        note_missing(walk, resource, name);
        return;
    }
    AUTO_FREE char *source = describe(binding, subject);
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_get(object_tree(role), "rules")) {
        if (!walk->visit(rule, source, walk->context)) {
            walk->ended = true;
            return;
        }
    }
}

static void walk_bindings(struct walk *walk, enum resource_id resource, const char *namespace)
{
    AUTO_OBJECT_LIST struct object_list list = {0};
    store_list(walk->store, resource, namespace, &list);
    for (size_t i = 0; i < list.count && !walk->ended; i++)
        walk_binding(walk, list.objects[i]);
}

void access_visit_rules(struct store *store, const struct caller *caller, const char *namespace, access_rule_visitor *visit,
                        void *context, cJSON **problems)
{
    struct walk walk = {.store = store, .caller = caller, .visit = visit, .context = context, .problems = problems};
    walk_bindings(&walk, RESOURCE_CLUSTERROLEBINDINGS, NULL);
    if (namespace[0] != '\0' && !walk.ended)
        walk_bindings(&walk, RESOURCE_ROLEBINDINGS, namespace);
}
