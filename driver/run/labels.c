#include "driver/run/labels.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "common/random.h"
#include "driver/fleet/objects.h"

#define RANDOM_BYTES 4
#define LONGEST_NAME (LABEL_SIZE - 1 - (int)HEX_TEXT_SIZE(RANDOM_BYTES)) /* with a dash between the two */

void labels_name_run(const char *folder, char label[LABEL_SIZE])
{
    char random[HEX_TEXT_SIZE(RANDOM_BYTES)];
    AUTO_FREE char *path = memory_copy_text(folder);
    for (size_t end = strlen(path); end > 0 && path[end - 1] == '/';)
        path[--end] = '\0';
    char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    while (*name != '\0' && isalnum((unsigned char)*name) == 0)
        name++;
    for (char *at = name; *at != '\0'; at++)
        if (isalnum((unsigned char)*at) == 0 && strchr("-_.", *at) == NULL)
            *at = '-';
    (void)snprintf(label, LABEL_SIZE, "%.*s%s%s", LONGEST_NAME, name, *name != '\0' ? "-" : "", random_hex(RANDOM_BYTES, random));
}

static void add_to(cJSON *object, const char *lesson, const char *run)
{
    cJSON *labels = json_object_at(json_object_at(object, "metadata"), "labels");
    json_set_text(labels, FLEET_LESSON_LABEL, lesson);
    json_set_text(labels, FLEET_RUN_LABEL, run);
}

/* The template of pods, or of Jobs, in an object's spec; NULL when there is none. */
static cJSON *template_in(cJSON *object, const char *name)
{
    cJSON *spec = cJSON_GetObjectItemCaseSensitive(object, "spec");
    cJSON *template = cJSON_GetObjectItemCaseSensitive(spec, name);
    return cJSON_IsObject(template) ? template : NULL;
}

static bool has_templates(const cJSON *object)
{
    const char *version = json_text(json_get(object, "apiVersion"), "");
    return strncmp(version, "apps/", strlen("apps/")) == 0 || strncmp(version, "batch/", strlen("batch/")) == 0;
}

void labels_add(cJSON *object, const char *lesson, const char *run)
{
    add_to(object, lesson, run);
    if (!has_templates(object))
        return;
    cJSON *jobs = template_in(object, "jobTemplate");
    cJSON *pods = template_in(jobs != NULL ? jobs : object, "template");
    if (jobs != NULL)
        add_to(jobs, lesson, run);
    if (pods != NULL)
        add_to(pods, lesson, run);
}

/* What lies outside of the variant's namespace would not go with it. */
static int check_place(const struct variant_state *state, const cJSON *object, struct error *error)
{
    const char *namespace = json_text(json_get(object, "metadata", "namespace"), state->namespace);
    AUTO_FREE char *path = kube_collection_path(state->context->client, json_text(json_get(object, "apiVersion"), ""),
                                                json_text(json_get(object, "kind"), ""), state->namespace, error);
    if (path == NULL)
        return -1;
    if (strcmp(namespace, state->namespace) != 0)
        return error_set(error, "it names the namespace \"%s\"; what a lesson makes is in a namespace of its own", namespace);
    if (strstr(path, "/namespaces/") == NULL)
        return error_set(error, "it belongs to the whole cluster; what a lesson makes is in a namespace of its own");
    return 0;
}

int labels_apply(const struct variant_state *state, const cJSON *object, struct error *error)
{
    AUTO_JSON cJSON *labelled = json_copy(object);
    labels_add(labelled, state->lesson->name, state->context->label);
    if (check_place(state, object, error) < 0 || kube_apply(state->context->client, labelled, state->namespace, NULL, error) < 0)
        return error_context(error, "%s \"%s\"", json_text(json_get(object, "kind"), ""),
                             json_text(json_get(object, "metadata", "name"), ""));
    return 0;
}
