/* The roles that a new cluster has, as kube-apiserver makes them: those that people bind, and what everybody may do. */
#include <string.h>

#include "cluster/controllers/bootstrap.h"

#define READ "[\"get\",\"list\",\"watch\"]"
#define WRITE "[\"create\",\"delete\",\"deletecollection\",\"patch\",\"update\"]"
#define CORE "\"configmaps\",\"persistentvolumeclaims\",\"pods\",\"serviceaccounts\",\"services\""
#define PROXIES "\"pods/proxy\",\"services/proxy\""
#define APPS "\"deployments\",\"deployments/scale\",\"replicasets\",\"replicasets/scale\",\"statefulsets\",\"statefulsets/scale\""
#define RULE(groups, resources, verbs) "{\"apiGroups\":[" groups "],\"resources\":[" resources "],\"verbs\":" verbs "}"
#define ROLES "\"roles\",\"rolebindings\""
#define ACCESS_GROUP "\"rbac.authorization.k8s.io\""

#define AND_RULE(groups, resources, verbs) "," RULE(groups, resources, verbs)

#define VIEW_RULES                                                                                                               \
    RULE("\"\"", CORE ",\"events\",\"namespaces\",\"pods/log\",\"pods/status\"", READ)                                           \
    AND_RULE("\"apps\"", APPS, READ)                                                                                             \
    AND_RULE("\"autoscaling\"", "\"horizontalpodautoscalers\"", READ)                                                            \
    AND_RULE("\"batch\"", "\"cronjobs\",\"jobs\"", READ)                                                                         \
    AND_RULE("\"discovery.k8s.io\"", "\"endpointslices\"", READ)                                                                 \
    AND_RULE("\"metrics.k8s.io\"", "\"pods\",\"nodes\"", READ)                                                                   \
    AND_RULE("\"policy\"", "\"poddisruptionbudgets\"", READ)
#define EDIT_RULES                                                                                                               \
    VIEW_RULES                                                                                                                   \
    AND_RULE("\"\"", "\"secrets\"," PROXIES, READ)                                                                               \
    AND_RULE("\"\"", CORE ",\"pods/eviction\",\"secrets\"," PROXIES, WRITE)                                                      \
    AND_RULE("\"\"", "\"serviceaccounts\"", "[\"impersonate\"]")                                                                 \
    AND_RULE("\"\"", "\"serviceaccounts/token\"", "[\"create\"]")                                                                \
    AND_RULE("\"apps\"", APPS, WRITE)                                                                                            \
    AND_RULE("\"autoscaling\"", "\"horizontalpodautoscalers\"", WRITE)                                                           \
    AND_RULE("\"batch\"", "\"cronjobs\",\"jobs\"", WRITE)                                                                        \
    AND_RULE("\"policy\"", "\"poddisruptionbudgets\"", WRITE)
#define ADMIN_RULES                                                                                                              \
    EDIT_RULES                                                                                                                   \
    AND_RULE(ACCESS_GROUP, ROLES, READ)                                                                                          \
    AND_RULE(ACCESS_GROUP, ROLES, WRITE) AND_RULE("\"authorization.k8s.io\"", "\"localsubjectaccessreviews\"", "[\"create\"]")
#define DISCOVERY_PATHS                                                                                                          \
    "\"/api\",\"/api/*\",\"/apis\",\"/apis/*\",\"/healthz\",\"/livez\",\"/openapi\",\"/openapi/*\",\"/readyz\",\"/version\","    \
    "\"/version/\""

static const struct {
    const char *name;
    const char *rules;
    const char *group; /* to which it is bound; NULL = to nobody */
} roles[] = {
    {"cluster-admin", RULE("\"*\"", "\"*\"", "[\"*\"]") ",{\"nonResourceURLs\":[\"*\"],\"verbs\":[\"*\"]}", "system:masters"},
    {"admin", ADMIN_RULES, NULL},
    {"edit", EDIT_RULES, NULL},
    {"view", VIEW_RULES, NULL},
    {"system:discovery", "{\"nonResourceURLs\":[" DISCOVERY_PATHS "],\"verbs\":[\"get\"]}", "system:authenticated"},
    {"system:basic-user",
     RULE("\"authorization.k8s.io\"", "\"selfsubjectaccessreviews\",\"selfsubjectrulesreviews\"",
          "[\"create\"]") "," RULE("\"authentication.k8s.io\"", "\"selfsubjectreviews\"", "[\"create\"]"),
     "system:authenticated"},
};

#define LABELS                                                                                                                   \
    "\"annotations\":{\"rbac.authorization.kubernetes.io/autoupdate\":\"true\"},"                                                \
    "\"labels\":{\"kubernetes.io/bootstrapping\":\"rbac-defaults\"}"

int bootstrap_roles(struct registry *registry, struct error *error)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        char *role = memory_format("{\"metadata\":{\"name\":\"%s\"," LABELS "},\"rules\":[%s]}", roles[i].name, roles[i].rules);
        if (bootstrap_create(registry, RESOURCE_CLUSTERROLES, "", role, error) != 0)
            return -1;
        if (roles[i].group == NULL)
            continue;
        char *binding = memory_format("{\"metadata\":{\"name\":\"%s\"," LABELS "},\"roleRef\":{\"kind\":\"ClusterRole\","
                                      "\"name\":\"%s\"},\"subjects\":[{\"kind\":\"Group\",\"name\":\"%s\"}]}",
                                      roles[i].name, roles[i].name, roles[i].group);
        if (bootstrap_create(registry, RESOURCE_CLUSTERROLEBINDINGS, "", binding, error) != 0)
            return -1;
    }
    return 0;
}
