#include "cluster/api/service_account_token.h"

#include <string.h>

#include "common/clock.h"
#include "common/random.h"

/* Clocks of one machine do not differ, but a token may be looked at within the second in which it was made. */
#define EARLY_SECONDS 1
#define IDENTIFIER_BYTES 16

static cJSON *reference(const char *name, const char *uid)
{
    cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "name", name);
    json_set_text(tree, "uid", uid);
    return tree;
}

static cJSON *binding_claims(struct store *store, const struct token_request *request, const struct object *account)
{
    cJSON *claims = cJSON_CreateObject();
    json_set_text(claims, "namespace", request->namespace);
    const char *node_name = request->pod != NULL ? json_text(json_get(object_tree(request->pod), "spec", "nodeName"), "") : "";
    AUTO_OBJECT struct object *node = node_name[0] != '\0' ? store_get(store, RESOURCE_NODES, "", node_name) : NULL;
    if (node != NULL)
        json_set(claims, "node", reference(node_name, object_uid(node)));
    if (request->pod != NULL)
        json_set(claims, "pod", reference(object_name(request->pod), object_uid(request->pod)));
    json_set(claims, "serviceaccount", reference(request->account, object_uid(account)));
    return claims;
}

static cJSON *make_claims(struct store *store, const struct token_request *request, const struct object *account, int64_t now)
{
    char identifier[HEX_TEXT_SIZE(IDENTIFIER_BYTES)];
    AUTO_FREE char *subject = memory_format(SERVICE_ACCOUNT_PREFIX "%s:%s", request->namespace, request->account);
    cJSON *claims = cJSON_CreateObject();
    if (cJSON_GetArraySize(request->audiences) > 0)
        json_set(claims, "aud", json_copy(request->audiences));
    else
        cJSON_AddItemToArray(json_array_at(claims, "aud"), cJSON_CreateString(TOKEN_AUDIENCE));
    json_set_integer(claims, "exp", now + request->seconds);
    json_set_integer(claims, "iat", now);
    json_set_text(claims, "iss", TOKEN_AUDIENCE);
    json_set_text(claims, "jti", random_hex(IDENTIFIER_BYTES, identifier));
    json_set(claims, "kubernetes.io", binding_claims(store, request, account));
    json_set_integer(claims, "nbf", now);
    json_set_text(claims, "sub", subject);
    return claims;
}

char *service_account_token_issue(const struct json_web_key *key, struct store *store, const struct token_request *request,
                                  int64_t now_wall, struct status *status)
{
    AUTO_OBJECT struct object *account = store_get(store, RESOURCE_SERVICEACCOUNTS, request->namespace, request->account);
    if (account == NULL) {
        (void)status_set(status, 404, "NotFound", "serviceaccounts \"%s\" not found", request->account);
        status_set_details(status, request->account, "", "serviceaccounts");
        return NULL;
    }
    AUTO_JSON cJSON *claims = make_claims(store, request, account, now_wall / NANOSECONDS_PER_SECOND);
    char *token = json_web_token_sign(key, claims);
    if (token == NULL)
        (void)status_set(status, 500, "InternalError", "failed to generate token");
    return token;
}

static bool has_text(const cJSON *texts, const char *wanted)
{
    const cJSON *text = NULL;
    cJSON_ArrayForEach (text, texts) {
        if (strcmp(json_text(text, ""), wanted) == 0)
            return true;
    }
    return false;
}

static bool is_for(const cJSON *claims, const cJSON *audiences)
{
    const cJSON *present = json_get(claims, "aud");
    if (cJSON_GetArraySize(audiences) == 0)
        return has_text(present, TOKEN_AUDIENCE);
    const cJSON *audience = NULL;
    cJSON_ArrayForEach (audience, audiences) {
        if (has_text(present, json_text(audience, "")))
            return true;
    }
    return false;
}

/* The object that a claim names is there and is the same as it was, and not one that took its name. */
static bool is_there(struct store *store, enum resource_id resource, const char *namespace, const cJSON *claim)
{
    AUTO_OBJECT struct object *object = store_get(store, resource, namespace, json_text(json_get(claim, "name"), ""));
    return object != NULL && strcmp(object_uid(object), json_text(json_get(claim, "uid"), "")) == 0;
}

static void add_extra(struct caller *caller, const char *name, const char *value)
{
    if (value == NULL)
        return;
    if (caller->extra == NULL)
        caller->extra = cJSON_CreateObject();
    cJSON_AddItemToArray(json_array_at(caller->extra, name), cJSON_CreateString(value));
}

static struct caller *caller_of_claims(const cJSON *claims)
{
    const cJSON *bound = json_get(claims, "kubernetes.io");
    struct caller *caller = caller_of_service_account(json_text(json_get(bound, "namespace"), ""),
                                                      json_text(json_get(bound, "serviceaccount", "name"), ""),
                                                      json_text(json_get(bound, "serviceaccount", "uid"), ""));
    AUTO_FREE char *identifier = memory_format("JTI=%s", json_text(json_get(claims, "jti"), ""));
    add_extra(caller, "authentication.kubernetes.io/credential-id", identifier);
    add_extra(caller, "authentication.kubernetes.io/node-name", json_text(json_get(bound, "node", "name"), NULL));
    add_extra(caller, "authentication.kubernetes.io/node-uid", json_text(json_get(bound, "node", "uid"), NULL));
    add_extra(caller, "authentication.kubernetes.io/pod-name", json_text(json_get(bound, "pod", "name"), NULL));
    add_extra(caller, "authentication.kubernetes.io/pod-uid", json_text(json_get(bound, "pod", "uid"), NULL));
    return caller;
}

struct caller *service_account_token_caller(const struct json_web_key *key, struct store *store, const char *text,
                                            const cJSON *audiences, int64_t now_wall)
{
    AUTO_JSON cJSON *claims = json_web_token_verify(key, text);
    int64_t now = now_wall / NANOSECONDS_PER_SECOND;
    const cJSON *bound = json_get(claims, "kubernetes.io");
    const char *namespace = json_text(json_get(bound, "namespace"), "");
    if (claims == NULL || now >= json_integer(json_get(claims, "exp"), 0) ||
        now + EARLY_SECONDS < json_integer(json_get(claims, "nbf"), INT64_MAX) || !is_for(claims, audiences) ||
        !is_there(store, RESOURCE_SERVICEACCOUNTS, namespace, json_get(bound, "serviceaccount")))
        return NULL;
    if (json_get(bound, "pod") != NULL && !is_there(store, RESOURCE_PODS, namespace, json_get(bound, "pod")))
        return NULL;
    return caller_of_claims(claims);
}
