/*
 * Arbitrary text as a token: nobody's, whatever it is. Then the same bytes as the claims of a token that is signed well:
 * they are judged without harm, and are nobody's either, since no account has their uid.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/service_account_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct json_web_key *key;
static struct store *store;

static void check_nobody(const char *token)
{
    struct caller *caller = service_account_token_caller(key, store, token, NULL, INT64_C(1800000000000000000));
    if (caller != NULL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (key == NULL) {
        key = json_web_key_create(NULL);
        store = store_create();
    }
    AUTO_FREE char *text = memory_copy_bytes(data, size);
    check_nobody(text);
    AUTO_JSON cJSON *claims = json_parse(text, strlen(text), NULL);
    if (claims == NULL)
        return 0;
    AUTO_FREE char *token = json_web_token_sign(key, claims);
    if (token == NULL)
        abort();
    check_nobody(token);
    return 0;
}
