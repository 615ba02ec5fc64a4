/*
 * What the rules of Pod Security share: who goes against one and what they set. Included by pod_security_*.c alone.
 *
 * A check tells what of a pod goes against its rule, in kube-apiserver's words, or NULL; the caller frees the text.
 */
#ifndef CLUSTER_API_POD_SECURITY_RULES_H
#define CLUSTER_API_POD_SECURITY_RULES_H

#include <stdbool.h>

#include "cluster/api/text_set.h"
#include "common/json.h"

struct findings {
    struct text_set names;  /* of guilty containers, in the pod's order */
    struct text_set values; /* what they set and must not, sorted */
    bool user;              /* SELinux */
    bool role;
};

void findings_release(struct findings *findings);
#define AUTO_FINDINGS CLEANUP(findings_release)

/* Whether a container goes against a rule. A pod's spec can be asked too where both have the same security context. */
typedef bool container_rule(const cJSON *container, struct findings *findings);

/* Asks about every container, those of the init and ephemeral kind too. True when one is guilty. */
bool find_containers(const cJSON *pod, container_rule *rule, struct findings *findings);

const char *plural(const char *one, const char *many, size_t count);
bool text_is_among(const char *text, const char *const *texts); /* ends with NULL */

/* container "a", or containers "a", "b" */
char *containers_text(const struct findings *findings);
/* pod and containers "a", "b" */
char *setters_text(bool pod, const struct findings *findings);
/* The containers, and what they must not do. */
char *complain(const cJSON *pod, container_rule *rule, const char *complaint);
/* The same with the values, quoted, between both halves of the complaint. */
char *complain_of_values(const cJSON *pod, container_rule *rule, const char *before, const char *after);

/* Baseline, in the order in which they are told. */
char *check_app_armor(const cJSON *pod);
char *check_default_capabilities(const cJSON *pod);
char *check_host_namespaces(const cJSON *pod);
char *check_host_paths(const cJSON *pod);
char *check_host_ports(const cJSON *pod);
char *check_handler_hosts(const cJSON *pod);
char *check_privileged(const cJSON *pod);
char *check_proc_mount(const cJSON *pod);
char *check_se_linux(const cJSON *pod);
char *check_seccomp_if_set(const cJSON *pod);
char *check_sysctls(const cJSON *pod);
char *check_host_process(const cJSON *pod);

/* Restricted. */
char *check_privilege_escalation(const cJSON *pod);
char *check_dropped_capabilities(const cJSON *pod);
char *check_volume_types(const cJSON *pod);
char *check_non_root(const cJSON *pod);
char *check_user(const cJSON *pod);
char *check_seccomp(const cJSON *pod);

#endif
