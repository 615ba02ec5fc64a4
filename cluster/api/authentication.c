#include "cluster/api/authentication.h"

#include <string.h>
#include <strings.h>

#include "cluster/api/access.h"
#include "cluster/api/service_account_token.h"

struct caller *authenticate_token(const struct credentials *credentials, struct store *store, const char *token,
                                  const cJSON *audiences, int64_t now_wall)
{
    if (!credentials_token_matches(credentials, token))
        return service_account_token_caller(credentials->account_key, store, token, audiences, now_wall);
    struct caller *caller = caller_create(ADMINISTRATOR, "");
    caller_add_group(caller, GROUP_MASTERS);
    caller_add_group(caller, GROUP_AUTHENTICATED);
    return caller;
}

struct caller *authenticate_header(const struct credentials *credentials, struct store *store, const char *authorization,
                                   int64_t now_wall)
{
    if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    authorization += 7;
    authorization += strspn(authorization, " ");
    return authenticate_token(credentials, store, authorization, NULL, now_wall);
}

static int may_impersonate(struct store *store, const struct caller *caller, const char *resource, const char *namespace,
                           const char *name, struct status *status)
{
    bool other = strcmp(resource, "uids") == 0;
    const struct access access = {.caller = caller,
                                  .verb = "impersonate",
                                  .is_resource = true,
                                  .group = other ? "authentication.k8s.io" : "",
                                  .resource = resource,
                                  .subresource = "",
                                  .namespace = namespace,
                                  .name = name,
                                  .path = ""};
    AUTO_FREE char *reason = NULL;
    if (access_is_allowed(store, &access, &reason))
        return 0;
    access_refuse(&access, reason, status);
    return -1;
}

/* "system:serviceaccount:NS:NAME" cut in two; false for another user. */
static bool split_service_account(const char *user, char **namespace, const char **name)
{
    if (strncmp(user, SERVICE_ACCOUNT_PREFIX, strlen(SERVICE_ACCOUNT_PREFIX)) != 0)
        return false;
    const char *rest = user + strlen(SERVICE_ACCOUNT_PREFIX);
    const char *colon = strchr(rest, ':');
    if (colon == NULL || colon == rest || colon[1] == '\0' || strchr(colon + 1, ':') != NULL)
        return false;
    *namespace = memory_copy_bytes(rest, (size_t)(colon - rest));
    *name = colon + 1;
    return true;
}

int authenticate_impersonation(struct store *store, const struct impersonation *wanted, struct caller **caller,
                               struct status *status)
{
    AUTO_FREE char *namespace = NULL;
    const char *name = NULL;
    if (wanted->user == NULL) {
        if (wanted->group_count == 0 && wanted->uid == NULL)
            return 0;
        return status_set(status, 500, "InternalError", "Internal error occurred: requested %s without impersonating a user",
                          wanted->group_count > 0 ? "impersonate groups" : "impersonate uid");
    }
    bool account = split_service_account(wanted->user, &namespace, &name);
    if (may_impersonate(store, *caller, account ? "serviceaccounts" : "users", account ? namespace : "",
                        account ? name : wanted->user, status) != 0)
        return -1;
    for (size_t i = 0; i < wanted->group_count; i++) {
        if (may_impersonate(store, *caller, "groups", "", wanted->groups[i], status) != 0)
            return -1;
    }
    if (wanted->uid != NULL && may_impersonate(store, *caller, "uids", "", wanted->uid, status) != 0)
        return -1;
    const char *uid = wanted->uid != NULL ? wanted->uid : "";
    struct caller *other =
        account && wanted->group_count == 0 ? caller_of_service_account(namespace, name, uid) : caller_create(wanted->user, uid);
    for (size_t i = 0; i < wanted->group_count; i++)
        caller_add_group(other, wanted->groups[i]);
    caller_add_group(other, GROUP_AUTHENTICATED);
    caller_destroy(*caller);
    *caller = other;
    return 0;
}
