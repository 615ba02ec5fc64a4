/*
 * Who asks: what authentication finds out of a request and authorization judges by.
 */
#ifndef CLUSTER_API_CALLER_H
#define CLUSTER_API_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/json.h"

#define CALLER_GROUPS_MAXIMUM 64

#define GROUP_MASTERS "system:masters"
#define GROUP_AUTHENTICATED "system:authenticated"
#define GROUP_SERVICE_ACCOUNTS "system:serviceaccounts"
#define SERVICE_ACCOUNT_PREFIX "system:serviceaccount:"

struct caller {
    char *user;
    char *uid; /* "" = none */
    char *groups[CALLER_GROUPS_MAXIMUM];
    size_t group_count;
    cJSON *extra; /* name -> array of texts; NULL = none */
};

struct caller *caller_create(const char *user, const char *uid);
void caller_destroy(struct caller *caller); /* NULL is allowed */
void caller_destroy_pointer(struct caller **caller);
#define AUTO_CALLER CLEANUP(caller_destroy_pointer)

/* A group that is there already is not added again, nor one beyond CALLER_GROUPS_MAXIMUM. */
void caller_add_group(struct caller *caller, const char *group);
bool caller_has_group(const struct caller *caller, const char *group);

/* The service account of a namespace, with the groups that it belongs to. */
struct caller *caller_of_service_account(const char *namespace, const char *name, const char *uid);

/* As reviews show it: username, uid, groups, extra. The caller of this function deletes it. */
cJSON *caller_user_info(const struct caller *caller);

#endif
