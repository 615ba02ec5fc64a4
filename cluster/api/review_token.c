/* Reviews about who somebody is: tokens, oneself; and new tokens. */
#include <inttypes.h>
#include <string.h>

#include "cluster/api/authentication.h"
#include "cluster/api/problem.h"
#include "cluster/api/review.h"
#include "cluster/api/service_account_token.h"
#include "common/clock.h"

static const struct resource token_request_resource = {
    .group = "authentication.k8s.io", .version = "v1", .plural = "tokenrequests", .kind = "TokenRequest"};

int review_self(const struct review *review, cJSON *tree, struct status *status)
{
    char now[CLOCK_TEXT_SIZE];
    (void)status;
    json_remove(tree, "spec");
    json_set_text(json_object_at(tree, "metadata"), "creationTimestamp", clock_format_seconds(clock_wall(), now));
    json_set(json_object_at(tree, "status"), "userInfo", caller_user_info(review->request->caller));
    return 0;
}

int review_token(const struct review *review, cJSON *tree, struct status *status)
{
    struct store *store = registry_store(review->front->registry);
    const char *token = json_text(json_get(tree, "spec", "token"), "");
    const cJSON *audiences = json_get(tree, "spec", "audiences");
    if (token[0] == '\0')
        return status_set(status, 400, "BadRequest", "token is required for TokenReview in authentication");
    AUTO_CALLER struct caller *caller = authenticate_token(review->front->credentials, store, token, audiences, clock_wall());
    cJSON *result = json_object_at(tree, "status");
    if (caller == NULL) {
        (void)json_object_at(result, "user");
        json_set_text(result, "error", "invalid bearer token");
        return 0;
    }
    json_set_boolean(result, "authenticated", true);
    json_set(result, "user", caller_user_info(caller));
    if (cJSON_GetArraySize(audiences) > 0)
        json_set(result, "audiences", json_copy(audiences));
    else
        cJSON_AddItemToArray(json_array_at(result, "audiences"), cJSON_CreateString(TOKEN_AUDIENCE));
    return 0;
}

static int check_lifetime(int64_t seconds, struct status *status)
{
    AUTO_PROBLEMS struct problems problems = {0};
    const struct field_path *path = PATH_CHILD(PATH_ROOT("spec"), "expirationSeconds");
    if (seconds < TOKEN_SECONDS_MINIMUM)
        problem_invalid_integer(&problems, path, seconds, "may not specify a duration less than 10 minutes");
    else if (seconds > TOKEN_SECONDS_MAXIMUM)
        problem_invalid_integer(&problems, path, seconds, "may not specify a duration larger than 2^32 seconds");
    return problems_to_status(&problems, &token_request_resource, "", status);
}

/* The pod that a token is to be bound to; NULL in *pod when it is bound to none. */
static int find_bound(const struct review *review, const cJSON *reference, struct object **pod, struct status *status)
{
    const char *kind = json_text(json_get(reference, "kind"), "");
    const char *name = json_text(json_get(reference, "name"), "");
    const char *uid = json_text(json_get(reference, "uid"), "");
    if (reference == NULL || cJSON_IsNull(reference))
        return 0;
    if (strcmp(kind, "Pod") != 0)
        return status_set(status, 400, "BadRequest", "cannot bind token to object of type %.100s", kind);
    *pod = store_get(registry_store(review->front->registry), RESOURCE_PODS, review->namespace, name);
    if (*pod == NULL) {
        (void)status_set(status, 404, "NotFound", "pods \"%.253s\" not found", name);
        status_set_details(status, name, "", "pods");
        return -1;
    }
    if (strcmp(json_text(json_get(object_tree(*pod), "spec", "serviceAccountName"), ""), review->name) != 0)
        return status_set(status, 400, "BadRequest",
                          "cannot bind token for serviceaccount \"%s\" to pod running with different serviceaccount name.",
                          review->name);
    if (uid[0] != '\0' && strcmp(uid, object_uid(*pod)) != 0)
        return status_set(status, 409, "Conflict",
                          "Operation cannot be fulfilled on Pod \"%s\": the UID in the bound object reference (%.100s) does not "
                          "match the UID in record. The object might have been deleted and then recreated",
                          name, uid);
    return 0;
}

int review_token_request(const struct review *review, cJSON *tree, struct status *status)
{
    cJSON *spec = json_object_at(tree, "spec");
    AUTO_OBJECT struct object *pod = NULL;
    int64_t now = clock_wall();
    struct token_request wanted = {.namespace = review->namespace,
                                   .account = review->name,
                                   .audiences = json_get(spec, "audiences"),
                                   .seconds = json_integer(json_get(spec, "expirationSeconds"), TOKEN_SECONDS_DEFAULT)};
    if (check_lifetime(wanted.seconds, status) != 0 || find_bound(review, json_get(spec, "boundObjectRef"), &pod, status) != 0)
        return -1;
    wanted.pod = pod;
    char *token = service_account_token_issue(review->front->credentials->account_key, registry_store(review->front->registry),
                                              &wanted, now, status);
    if (token == NULL)
        return -1;
    char text[CLOCK_TEXT_SIZE];
    if (cJSON_GetArraySize(wanted.audiences) == 0)
        cJSON_AddItemToArray(json_array_at(spec, "audiences"), cJSON_CreateString(TOKEN_AUDIENCE));
    json_set_integer(spec, "expirationSeconds", wanted.seconds);
    if (json_get(spec, "boundObjectRef") == NULL)
        json_set(spec, "boundObjectRef", cJSON_CreateNull());
    cJSON *metadata = json_object_at(tree, "metadata");
    json_set_text(metadata, "name", review->name);
    json_set_text(metadata, "namespace", review->namespace);
    json_set_text(metadata, "creationTimestamp", clock_format_seconds(now, text));
    cJSON *result = json_object_at(tree, "status");
    json_set_text(result, "token", token);
    json_set_text(result, "expirationTimestamp", clock_format_seconds(now + wanted.seconds * NANOSECONDS_PER_SECOND, text));
    memory_wipe_text(token);
    return 0;
}
