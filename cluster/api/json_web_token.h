/*
 * JSON Web Tokens (RFC 7519) signed with ES256 by a key of this process: three base64url parts, header.claims.signature.
 */
#ifndef CLUSTER_API_JSON_WEB_TOKEN_H
#define CLUSTER_API_JSON_WEB_TOKEN_H

#include "common/error.h"
#include "common/json.h"

/* Longer texts are no token. */
#define JSON_WEB_TOKEN_MAXIMUM (16 * 1024)

struct json_web_key;

struct json_web_key *json_web_key_create(struct error *error); /* NULL with an error */
void json_web_key_destroy(struct json_web_key *key);           /* NULL is allowed */

/* The token, which the caller frees; NULL when the key cannot sign. Thread-safe. */
char *json_web_token_sign(const struct json_web_key *key, const cJSON *claims);

/* The claims when this key has signed the text, else NULL. Nothing of the text is looked into before its signature is
 * found right. What the claims say (the time above all) is for the caller to judge. Thread-safe. */
cJSON *json_web_token_verify(const struct json_web_key *key, const char *text);

#endif
