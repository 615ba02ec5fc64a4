#include "cluster/api/openapi_document.h"

#include <string.h>

#include <openssl/sha.h>

#include "cluster/api/discovery.h"
#include "common/memory.h"
#include "common/random.h"

#define TITLE "Kubernetes"
#define VERSION "v1.36.2"

static cJSON *new_document(const char *key, const char *format_version)
{
    cJSON *document = cJSON_CreateObject();
    json_set_text(document, key, format_version);
    cJSON *information = json_object_at(document, "info");
    json_set_text(information, "title", TITLE);
    json_set_text(information, "version", VERSION);
    json_object_at(document, "paths");
    return document;
}

cJSON *openapi_document_v2(void)
{
    cJSON *document = new_document("swagger", "2.0");
    cJSON *definitions = json_object_at(document, "definitions");
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        openapi_add_paths(OPENAPI_V2, resource, json_get(document, "paths"));
        openapi_add_definitions(OPENAPI_V2, resource, definitions);
    }
    return document;
}

cJSON *openapi_document_v3(const char *group, const char *version)
{
    AUTO_JSON cJSON *document = new_document("openapi", "3.0.0");
    cJSON *definitions = json_object_at(json_object_at(document, "components"), "schemas");
    const struct resource *resource;
    bool served = false;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        if (strcmp(resource->group, group) != 0 || strcmp(resource->version, version) != 0)
            continue;
        served = true;
        openapi_add_paths(OPENAPI_V3, resource, json_get(document, "paths"));
        openapi_add_definitions(OPENAPI_V3, resource, definitions);
    }
    return served ? steal_pointer(&document) : NULL;
}

static void add_to_index(cJSON *paths, const char *group, const char *version)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char hash[HEX_TEXT_SIZE(sizeof digest)];
    AUTO_JSON cJSON *document = openapi_document_v3(group, version);
    if (document == NULL)
        return;
    AUTO_FREE char *text = json_print(document);
    (void)SHA256((const unsigned char *)text, strlen(text), digest);
    hex_format(digest, sizeof digest, hash);
    AUTO_FREE char *path = group[0] != '\0' ? memory_format("apis/%s/%s", group, version) : memory_format("api/%s", version);
    AUTO_FREE char *url = memory_format("/openapi/v3/%s?hash=%s", path, hash);
    json_set_text(json_object_at(paths, path), "serverRelativeURL", url);
}

cJSON *openapi_index_v3(void)
{
    cJSON *index = cJSON_CreateObject();
    cJSON *paths = json_object_at(index, "paths");
    AUTO_JSON cJSON *groups = discovery_groups();
    add_to_index(paths, "", "v1");
    const cJSON *group = NULL;
    cJSON_ArrayForEach (group, groups) {
        const cJSON *version = NULL;
        cJSON_ArrayForEach (version, json_get(group, "versions"))
            add_to_index(paths, json_text(json_get(group, "name"), ""), json_text(json_get(version, "version"), ""));
    }
    return index;
}
