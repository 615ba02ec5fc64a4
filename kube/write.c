#include <string.h>

#include "common/memory.h"
#include "kube/client.h"

int kube_apply(struct kube_client *client, const cJSON *object, const char *namespace, struct kube_answer *answer,
               struct error *error)
{
    if (answer != NULL)
        *answer = (struct kube_answer){.code = 0};
    const char *api_version = json_text(json_get(object, "apiVersion"), "");
    const char *kind = json_text(json_get(object, "kind"), "");
    const char *name = json_text(json_get(object, "metadata", "name"), "");
    const char *given = namespace != NULL ? namespace : kube_namespace(client);
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return error_set(error, "%.60s: metadata.name is missing or malformed", kind[0] != '\0' ? kind : "object");
    AUTO_FREE char *collection =
        kube_collection_path(client, api_version, kind, json_text(json_get(object, "metadata", "namespace"), given), error);
    if (collection == NULL)
        return error_context(error, "%.60s \"%.80s\"", kind, name);
    AUTO_FREE char *step = transport_escape(name);
    AUTO_FREE char *path = memory_format("%s/%s?fieldManager=hpalab&force=true", collection, step);
    AUTO_FREE char *body = json_print(object);
    if (kube_request(client, "PATCH", path, "application/apply-patch+yaml", body, KUBE_DEADLINE, answer, error) < 0)
        return error_context(error, "%s \"%.80s\"", kind, name);
    return 0;
}

int kube_delete(struct kube_client *client, const char *path, int64_t grace_seconds, struct error *error)
{
    AUTO_JSON cJSON *options = cJSON_CreateObject();
    json_set_text(options, "apiVersion", "v1");
    json_set_text(options, "kind", "DeleteOptions");
    json_set_text(options, "propagationPolicy", "Background");
    if (grace_seconds >= 0)
        json_set_integer(options, "gracePeriodSeconds", grace_seconds);
    AUTO_FREE char *body = json_print(options);
    AUTO_KUBE_ANSWER struct kube_answer answer = {.code = 0};
    if (kube_request(client, "DELETE", path, "application/json", body, KUBE_DEADLINE, &answer, error) < 0)
        return answer.code == 404 ? 0 : -1;
    return 0;
}
