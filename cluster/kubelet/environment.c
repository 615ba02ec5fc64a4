#include "cluster/kubelet/environment.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/kubelet/field_reference.h"
#include "cluster/kubelet/service_links.h"
#include "common/base64.h"
#include "common/buffer.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static size_t index_of(const struct environment *environment, const char *name, size_t length)
{
    for (size_t i = 0; i < environment->count; i++)
        if (strncmp(environment->entries[i], name, length) == 0 && environment->entries[i][length] == '=')
            return i;
    return environment->count;
}

const char *environment_get(const struct environment *environment, const char *name)
{
    const size_t length = strlen(name);
    const size_t index = index_of(environment, name, length);
    return index < environment->count ? environment->entries[index] + length + 1 : NULL;
}

void environment_set(struct environment *environment, const char *name, const char *value)
{
    const size_t index = index_of(environment, name, strlen(name));
    char *entry = memory_format("%s=%s", name, value);
    if (index < environment->count) {
        free(environment->entries[index]);
        environment->entries[index] = entry;
        return;
    }
    environment->entries = memory_resize(environment->entries, environment->count + 2, sizeof *environment->entries);
    environment->entries[environment->count++] = entry;
    environment->entries[environment->count] = NULL;
}

void environment_release(struct environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        free(environment->entries[i]);
    free(environment->entries);
    *environment = (struct environment){0};
}

char *environment_expand(const struct environment *environment, const char *text)
{
    AUTO_BUFFER struct buffer result;
    buffer_init(&result, ENVIRONMENT_MAXIMUM);
    while (*text != '\0') {
        const char *end = text[0] == '$' && text[1] == '(' ? strchr(text, ')') : NULL;
        if (text[0] == '$' && text[1] == '$') {
            buffer_append_character(&result, '$');
            text += 2;
        } else if (end != NULL) {
            AUTO_FREE char *name = memory_copy_bytes(text + 2, (size_t)(end - text - 2));
            const char *value = environment_get(environment, name);
            if (value != NULL)
                buffer_append_text(&result, value);
            else
                buffer_append(&result, text, (size_t)(end - text + 1));
            text = end + 1;
        } else {
            buffer_append_character(&result, *text++);
        }
    }
    return result.overflowed ? NULL : buffer_steal(&result);
}

static bool is_variable_name(const char *name)
{
    return name[0] != '\0' && strchr(name, '=') == NULL;
}

/* The value of a key of a ConfigMap, or of a Secret, which keeps it as base64; NULL when there is no such key. The caller
 * wipes it. */
static char *read_value(const cJSON *object, bool secret, const char *key)
{
    const char *text = json_text(json_get(object, "data", key), NULL);
    return text == NULL ? NULL : secret ? base64_decode(text, NULL, NULL) : memory_copy_text(text);
}

static cJSON *read_object(const struct environment_source *source, bool secret, const char *name)
{
    return secret ? source->read_secret(source->context, name) : source->read_config_map(source->context, name);
}

static int take_key(const struct environment_source *source, struct environment *environment, const char *name,
                    const cJSON *reference, bool secret, struct error *error)
{
    const char *object_name = json_text(json_get(reference, "name"), "");
    const char *key = json_text(json_get(reference, "key"), "");
    const bool optional = json_boolean(json_get(reference, "optional"), false);
    AUTO_JSON cJSON *object = read_object(source, secret, object_name);
    if (object == NULL)
        return optional ? 0 : error_set(error, "%s \"%s\" not found", secret ? "secret" : "configmap", object_name);
    char *value = read_value(object, secret, key);
    if (value == NULL)
        return optional ? 0
                        : error_set(error, "couldn't find key %s in %s %s/%s", key, secret ? "Secret" : "ConfigMap",
                                    json_text(json_get(source->pod, "metadata", "namespace"), ""), object_name);
    environment_set(environment, name, value);
    memory_wipe_text(value);
    return 0;
}

static int take_reference(const struct environment_source *source, struct environment *environment, const char *name,
                          const cJSON *from, struct error *error)
{
    const cJSON *config_map = json_get(from, "configMapKeyRef");
    if (config_map != NULL)
        return take_key(source, environment, name, config_map, false, error);
    AUTO_FREE char *value = NULL;
    const cJSON *field = json_get(from, "fieldRef");
    const cJSON *resource = json_get(from, "resourceFieldRef");
    const cJSON *secret = json_get(from, "secretKeyRef");
    if (field != NULL)
        value = field_reference_read(source, json_text(json_get(field, "fieldPath"), ""), error);
    else if (resource != NULL)
        value = resource_reference_read(source, resource, error);
    else if (secret != NULL)
        return take_key(source, environment, name, secret, true, error);
    else
        return error_set(error, "the source of the variable %s is not supported", name);
    if (value == NULL)
        return -1;
    environment_set(environment, name, value);
    return 0;
}

static int take_all_keys(const struct environment_source *source, struct environment *environment, const cJSON *from,
                         struct error *error)
{
    const bool secret = json_get(from, "secretRef") != NULL;
    const cJSON *reference = json_get(from, secret ? "secretRef" : "configMapRef");
    const char *prefix = json_text(json_get(from, "prefix"), "");
    const char *name = json_text(json_get(reference, "name"), "");
    AUTO_JSON cJSON *object = read_object(source, secret, name);
    if (object == NULL)
        return json_boolean(json_get(reference, "optional"), false)
                   ? 0
                   : error_set(error, "%s \"%s\" not found", secret ? "secret" : "configmap", name);
    const cJSON *entry;
    cJSON_ArrayForEach (entry, json_get(object, "data")) {
        AUTO_FREE char *variable = memory_format("%s%s", prefix, entry->string);
        char *value = read_value(object, secret, entry->string);
        if (value != NULL && is_variable_name(variable))
            environment_set(environment, variable, value);
        memory_wipe_text(value);
    }
    return 0;
}

/* Where the API server is, as every pod is told it. */
static void set_server(struct environment *environment, const struct environment_source *source)
{
    if (source->server_host == NULL)
        return;
    environment_set(environment, "KUBERNETES_SERVICE_HOST", source->server_host);
    environment_set(environment, "KUBERNETES_SERVICE_PORT", source->server_port);
    environment_set(environment, "KUBERNETES_SERVICE_PORT_HTTPS", source->server_port);
}

static void link_services(struct environment *environment, const struct environment_source *source)
{
    if (source->list_services == NULL || !json_boolean(json_get(source->pod, "spec", "enableServiceLinks"), true))
        return;
    AUTO_JSON cJSON *services = source->list_services(source->context);
    const cJSON *service;
    cJSON_ArrayForEach (service, services)
        service_links_add(environment, service);
}

static int take_variable(const struct environment_source *source, struct environment *environment, const cJSON *variable,
                         struct error *error)
{
    const char *name = json_text(json_get(variable, "name"), "");
    const cJSON *from = json_get(variable, "valueFrom");
    if (!is_variable_name(name))
        return error_set(error, "\"%s\" is no name of an environment variable", name);
    if (from != NULL && !cJSON_IsNull(from))
        return take_reference(source, environment, name, from, error);
    AUTO_FREE char *value = environment_expand(environment, json_text(json_get(variable, "value"), ""));
    if (value == NULL)
        return error_set(error, "the value of the environment variable %s is too long", name);
    environment_set(environment, name, value);
    return 0;
}

static int check_size(const struct environment *environment, struct error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < environment->count; i++)
        total += strlen(environment->entries[i]) + 1;
    if (total > ENVIRONMENT_MAXIMUM)
        return error_set(error, "the environment is longer than %d bytes", ENVIRONMENT_MAXIMUM);
    return 0;
}

int environment_make(const struct environment_source *source, struct environment *environment, struct error *error)
{
    *environment = (struct environment){0};
    environment_set(environment, "PATH", DEFAULT_PATH);
    environment_set(
        environment, "HOSTNAME",
        json_text(json_get(source->pod, "spec", "hostname"), json_text(json_get(source->pod, "metadata", "name"), "")));
    link_services(environment, source);
    set_server(environment, source);
    const cJSON *item;
    int outcome = 0;
    cJSON_ArrayForEach (item, json_get(source->container, "envFrom")) {
        if (outcome == 0)
            outcome = take_all_keys(source, environment, item, error);
    }
    cJSON_ArrayForEach (item, json_get(source->container, "env")) {
        if (outcome == 0)
            outcome = take_variable(source, environment, item, error);
    }
    if (outcome == 0)
        outcome = check_size(environment, error);
    if (outcome < 0)
        environment_release(environment);
    return outcome;
}

void environment_free_arguments(char **arguments)
{
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++)
        free(arguments[i]);
    free(arguments);
}

char **environment_arguments(const struct environment *environment, const cJSON *container, const char *program,
                             struct error *error)
{
    const cJSON *const lists[] = {json_get(container, "command"), json_get(container, "args")};
    const bool has_command = cJSON_GetArraySize(lists[0]) > 0;
    if (!has_command && program == NULL) {
        error_set(error, "no command specified");
        return NULL;
    }
    const size_t count = (size_t)cJSON_GetArraySize(lists[0]) + (size_t)cJSON_GetArraySize(lists[1]) + 1;
    char **arguments = memory_allocate(count + 1, sizeof *arguments);
    size_t filled = 0, total = 0;
    if (!has_command)
        arguments[filled++] = memory_copy_text(program);
    for (size_t i = 0; i < 2; i++) {
        const cJSON *text;
        cJSON_ArrayForEach (text, lists[i]) {
            char *expanded = environment_expand(environment, json_text(text, ""));
            total += expanded != NULL ? strlen(expanded) + 1 : ENVIRONMENT_MAXIMUM + 1;
            if (total > ENVIRONMENT_MAXIMUM) {
                free(expanded);
                environment_free_arguments(arguments);
                error_set(error, "the command is longer than %d bytes", ENVIRONMENT_MAXIMUM);
                return NULL;
            }
            arguments[filled++] = expanded;
        }
    }
    return arguments;
}
