#include "cluster/kubelet/volume_content.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/kubelet/field_reference.h"
#include "common/base64.h"
#include "common/buffer.h"

#define MODE_DEFAULT 0644
#define MODE_ALL 0777
#define MODE_OWNER 0700
#define DOWNWARD_MAXIMUM (1024 * 1024)
#define TOKEN_SECONDS 3600

/* What is being made. */
struct making {
    const struct volume_source *source;
    struct volume_files *files;
    mode_t mode; /* of files that say nothing else */
    struct error *error;
};

void volume_files_release(struct volume_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->files[i].path);
        explicit_bzero(files->files[i].bytes, files->files[i].length);
        free(files->files[i].bytes);
    }
    free(files->files);
    *files = (struct volume_files){0};
}

/* bytes_take has length bytes. */
static void add_file(struct making *making, const char *path, char *bytes_take, size_t length, const cJSON *mode, bool secret)
{
    struct volume_files *files = making->files;
    mode_t wanted = (mode_t)json_integer(mode, (int64_t)making->mode) & (secret ? MODE_OWNER : MODE_ALL);
    files->files = memory_resize(files->files, files->count + 1, sizeof *files->files);
    files->files[files->count++] =
        (struct volume_file){.path = memory_copy_text(path), .bytes = bytes_take, .length = length, .mode = wanted};
}

/* The bytes of a key of a ConfigMap or Secret; NULL when it has no such key. The caller owns them. */
static char *read_key(const cJSON *object, bool secret, const char *key, size_t *length)
{
    const char *text = json_text(json_get(object, "data", key), NULL);
    if (text != NULL && !secret) {
        *length = strlen(text);
        return memory_copy_text(text);
    }
    const char *encoded = secret ? text : json_text(json_get(object, "binaryData", key), NULL);
    return encoded != NULL ? base64_decode(encoded, length, NULL) : NULL;
}

static void add_all_keys(struct making *making, const cJSON *object, bool secret)
{
    static const char *const members[] = {"data", "binaryData"};
    for (size_t i = 0; i < (secret ? 1 : 2); i++) {
        const cJSON *entry = NULL;
        cJSON_ArrayForEach (entry, json_get(object, members[i])) {
            size_t length = 0;
            char *bytes = read_key(object, secret, entry->string, &length);
            if (bytes != NULL)
                add_file(making, entry->string, bytes, length, NULL, secret);
        }
    }
}

/* reference: items and optional; name: of the object. */
static int add_keys(struct making *making, const cJSON *reference, const char *name, bool secret)
{
    const struct environment_source *objects = &making->source->objects;
    const cJSON *items = json_get(reference, "items");
    bool optional = json_boolean(json_get(reference, "optional"), false);
    AUTO_JSON cJSON *object =
        secret ? objects->read_secret(objects->context, name) : objects->read_config_map(objects->context, name);
    if (object == NULL)
        return optional ? 0 : error_set(making->error, "%s \"%s\" not found", secret ? "secret" : "configmap", name);
    if (cJSON_GetArraySize(items) == 0)
        add_all_keys(making, object, secret);
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, items) {
        const char *key = json_text(json_get(item, "key"), "");
        size_t length = 0;
        char *bytes = read_key(object, secret, key, &length);
        if (bytes != NULL)
            add_file(making, json_text(json_get(item, "path"), ""), bytes, length, json_get(item, "mode"), secret);
        else if (!optional)
            return error_set(making->error, "%s: %s",
                             secret ? "references non-existent secret key" : "configmap references non-existent config key", key);
    }
    return 0;
}

/* Labels or annotations, a line each: key="value". */
static char *format_map(const cJSON *map)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, DOWNWARD_MAXIMUM);
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, map) {
        AUTO_FREE char *value = json_print(entry);
        buffer_append_format(&text, "%s%s=%s", text.length > 0 ? "\n" : "", entry->string, value);
    }
    return buffer_steal(&text);
}

static const cJSON *find_container(const cJSON *pod, const char *name)
{
    static const char *const lists[] = {"containers", "initContainers"};
    for (size_t i = 0; i < 2; i++) {
        const cJSON *container = NULL;
        cJSON_ArrayForEach (container, json_get(pod, "spec", lists[i])) {
            if (strcmp(json_text(json_get(container, "name"), ""), name) == 0)
                return container;
        }
    }
    return NULL;
}

static char *read_downward(struct making *making, const cJSON *item)
{
    struct environment_source objects = making->source->objects;
    const cJSON *resource = json_get(item, "resourceFieldRef");
    const char *field = json_text(json_get(item, "fieldRef", "fieldPath"), "");
    if (strcmp(field, "metadata.labels") == 0 || strcmp(field, "metadata.annotations") == 0)
        return format_map(json_get(objects.pod, "metadata", strchr(field, '.') + 1));
    if (resource == NULL)
        return field_reference_read(&objects, field, making->error);
    objects.container = find_container(objects.pod, json_text(json_get(resource, "containerName"), ""));
    return resource_reference_read(&objects, resource, making->error);
}

static int add_downward(struct making *making, const cJSON *items)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, items) {
        char *text = read_downward(making, item);
        if (text == NULL)
            return -1;
        add_file(making, json_text(json_get(item, "path"), ""), text, strlen(text), json_get(item, "mode"), false);
    }
    return 0;
}

static int add_token(struct making *making, const cJSON *projection)
{
    const struct volume_source *source = making->source;
    char *token = source->make_token(source->objects.context, projection, making->error);
    if (token == NULL)
        return error_context(making->error, "failed to fetch token");
    add_file(making, json_text(json_get(projection, "path"), ""), token, strlen(token), NULL, true);
    return 0;
}

static int add_projection(struct making *making, const cJSON *projection)
{
    const cJSON *secret = json_get(projection, "secret");
    const cJSON *config_map = json_get(projection, "configMap");
    const cJSON *downward = json_get(projection, "downwardAPI");
    const cJSON *token = json_get(projection, "serviceAccountToken");
    if (secret != NULL)
        return add_keys(making, secret, json_text(json_get(secret, "name"), ""), true);
    if (config_map != NULL)
        return add_keys(making, config_map, json_text(json_get(config_map, "name"), ""), false);
    if (downward != NULL)
        return add_downward(making, json_get(downward, "items"));
    if (token != NULL)
        return add_token(making, token);
    return error_set(making->error,
                     "this cluster projects secrets, ConfigMaps, the downward API and service account tokens only");
}

static const cJSON *content_of(const cJSON *volume, const char **kind)
{
    static const char *const kinds[] = {"configMap", "secret", "downwardAPI", "projected"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const cJSON *content = json_get(volume, kinds[i]);
        *kind = kinds[i];
        if (content != NULL)
            return content;
    }
    return NULL;
}

bool volume_has_content(const cJSON *volume)
{
    const char *kind = NULL;
    return content_of(volume, &kind) != NULL;
}

int64_t volume_token_seconds(const cJSON *volume)
{
    int64_t shortest = 0;
    const cJSON *projection = NULL;
    cJSON_ArrayForEach (projection, json_get(volume, "projected", "sources")) {
        const cJSON *token = json_get(projection, "serviceAccountToken");
        int64_t seconds = json_integer(json_get(token, "expirationSeconds"), TOKEN_SECONDS);
        if (token != NULL && (shortest == 0 || seconds < shortest))
            shortest = seconds;
    }
    return shortest;
}

int volume_content_make(const struct volume_source *source, const cJSON *volume, struct volume_files *files, struct error *error)
{
    const char *kind = NULL;
    const cJSON *content = content_of(volume, &kind);
    struct making making = {.source = source,
                            .files = files,
                            .mode = (mode_t)json_integer(json_get(content, "defaultMode"), MODE_DEFAULT),
                            .error = error};
    *files = (struct volume_files){0};
    if (strcmp(kind, "configMap") == 0)
        return add_keys(&making, content, json_text(json_get(content, "name"), ""), false);
    if (strcmp(kind, "secret") == 0)
        return add_keys(&making, content, json_text(json_get(content, "secretName"), ""), true);
    if (strcmp(kind, "downwardAPI") == 0)
        return add_downward(&making, json_get(content, "items"));
    const cJSON *projection = NULL;
    cJSON_ArrayForEach (projection, json_get(content, "sources")) {
        if (add_projection(&making, projection) != 0)
            return -1;
    }
    return 0;
}
