/* Defaults of Secrets and of bindings. */
#include <string.h>

#include "cluster/api/kind.h"
#include "common/base64.h"

#define ACCESS_GROUP "rbac.authorization.k8s.io"

/* What is written as text is kept as bytes; it wins over data of the same key. */
void secret_set_defaults(cJSON *secret)
{
    AUTO_JSON cJSON *texts = cJSON_DetachItemFromObjectCaseSensitive(secret, "stringData");
    const cJSON *text = NULL;
    cJSON_ArrayForEach (text, texts) {
        const char *value = json_text(text, "");
        AUTO_FREE char *encoded = base64_encode(value, strlen(value));
        json_set_text(json_object_at(secret, "data"), text->string, encoded);
    }
    if (json_text(json_get(secret, "type"), "")[0] == '\0')
        json_set_text(secret, "type", "Opaque");
}

void role_binding_set_defaults(cJSON *binding)
{
    cJSON *role = json_object_at(binding, "roleRef");
    if (json_text(json_get(role, "apiGroup"), "")[0] == '\0')
        json_set_text(role, "apiGroup", ACCESS_GROUP);
    cJSON *subject = NULL;
    cJSON_ArrayForEach (subject, json_get(binding, "subjects")) {
        const char *kind = json_text(json_get(subject, "kind"), "");
        bool named = strcmp(kind, "User") == 0 || strcmp(kind, "Group") == 0;
        if (named && json_text(json_get(subject, "apiGroup"), "")[0] == '\0')
            json_set_text(subject, "apiGroup", ACCESS_GROUP);
    }
}
