/*
 * Authorization: whether a caller may do something, by the Roles and ClusterRoles that are bound to it (the RBAC mode of
 * kube-apiserver). Rules only ever allow; what no rule allows is refused. Members of system:masters may do everything.
 */
#ifndef CLUSTER_API_ACCESS_H
#define CLUSTER_API_ACCESS_H

#include <stdbool.h>

#include "cluster/api/caller.h"
#include "cluster/api/status.h"
#include "cluster/api/store.h"

/* What somebody wants to do. Texts are borrowed and never NULL; "" = none. */
struct access {
    const struct caller *caller;
    const char *verb;
    bool is_resource;
    const char *group, *resource, *subresource, *namespace, *name; /* of a resource */
    const char *path;                                              /* of anything else */
};

/* Whether it is allowed. *reason (NULL allowed) gets Kubernetes's words for why, "" for none; the caller frees it. */
bool access_is_allowed(struct store *store, const struct access *access, char **reason);

/* Fills the 403 Status of an access that was refused for that reason. */
void access_refuse(const struct access *access, const char *reason, struct status *status);

/* Calls visit for each rule (a PolicyRule) that is given to the caller in the namespace ("" = in the whole cluster alone),
 * until it returns false. source tells where the rule comes from. *problems (NULL allowed) gets an array of texts for
 * bindings whose role is not there; NULL when there are none. */
typedef bool access_rule_visitor(const cJSON *rule, const char *source, void *context);
void access_visit_rules(struct store *store, const struct caller *caller, const char *namespace, access_rule_visitor *visit,
                        void *context, cJSON **problems);

#endif
