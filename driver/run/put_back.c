#include "driver/run/put_back.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#define JSON_PATCH "application/json-patch+json"
#define FIELD_MANAGER "fieldManager=hpalab"

/* One operation of RFC 6902 on the spec. */
static void add_operation(cJSON *patch, const char *operation, const cJSON *spec)
{
    cJSON *step = cJSON_CreateObject();
    json_set_text(step, "op", operation);
    json_set_text(step, "path", "/spec");
    json_set(step, "value", json_copy(spec));
    (void)cJSON_AddItemToArray(patch, step);
}

/* Replaces the spec, and does nothing when it is no longer what was seen (NULL = whatever it is). */
static int replace_spec(struct kube_client *client, const char *path, const char *query, const cJSON *seen, const cJSON *wanted,
                        struct kube_answer *answer, struct error *error)
{
    AUTO_JSON cJSON *patch = cJSON_CreateArray();
    if (seen != NULL)
        add_operation(patch, "test", seen);
    add_operation(patch, "replace", wanted);
    AUTO_FREE char *body = json_print(patch);
    AUTO_FREE char *full = memory_format("%s?%s", path, query);
    return kube_request(client, "PATCH", full, JSON_PATCH, body, KUBE_DEADLINE, answer, error);
}

int put_back_change(struct kube_client *client, struct run_store *store, const char *path,
                    cJSON *(*change)(cJSON *spec_take, const void *context), const void *context, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer present = {0};
    AUTO_KUBE_ANSWER struct kube_answer tried = {0};
    if (kube_request(client, "GET", path, NULL, NULL, KUBE_DEADLINE, &present, error) < 0)
        return -1;
    const cJSON *spec = json_get(present.body, "spec");
    AUTO_JSON cJSON *wanted = change(json_copy(spec), context);
    /* What the server makes of it, with its defaults, is known before it is done. */
    if (replace_spec(client, path, FIELD_MANAGER "&dryRun=All", spec, wanted, &tried, error) < 0)
        return -1;
    const cJSON *changed_spec = json_get(tried.body, "spec");
    AUTO_FREE char *original = json_print(spec);
    AUTO_FREE char *changed = json_print(changed_spec);
    struct kept_object kept = {.path = path, .original = original, .changed = changed};
    if (run_store_keep(store, &kept, error) < 0)
        return -1;
    return replace_spec(client, path, FIELD_MANAGER, spec, changed_spec, NULL, error);
}

/* The fields that differ, "behavior, maxReplicas". */
static void name_differences(const cJSON *left, const cJSON *right, char *text, size_t size)
{
    const cJSON *sides[2][2] = {{left, right}, {right, left}};
    size_t length = 0;
    text[0] = '\0';
    for (int side = 0; side < 2; side++) {
        const cJSON *field;
        cJSON_ArrayForEach (field, sides[side][0]) {
            const cJSON *other = json_get(sides[side][1], field->string);
            bool told = side == 1 && other != NULL;
            if (told || json_equal(field, other) || length >= size)
                continue;
            int added = snprintf(text + length, size - length, "%s%s", length > 0 ? ", " : "", field->string);
            length += added > 0 ? (size_t)added : 0;
        }
    }
}

static enum put_back_result tell_conflict(const struct kept_object *object, const cJSON *now, const cJSON *changed,
                                          struct error *error)
{
    char fields[200];
    name_differences(now, changed, fields, sizeof fields);
    (void)error_set(error, "%s: somebody else has changed it since (spec: %s); --force puts back what it was before the run: %s",
                    object->path, fields, object->original);
    return PUT_BACK_CONFLICT;
}

static enum put_back_result let_go(struct run_store *store, const struct kept_object *object, enum put_back_result result,
                                   struct error *error)
{
    return run_store_let_go(store, object->id, error) < 0 ? PUT_BACK_FAILED : result;
}

static enum put_back_result put_back(struct kube_client *client, struct run_store *store, const struct kept_object *object,
                                     bool force, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer present = {0};
    AUTO_JSON cJSON *original = json_parse(object->original, strlen(object->original), error);
    AUTO_JSON cJSON *changed = json_parse(object->changed, strlen(object->changed), error);
    if (original == NULL || changed == NULL)
        return PUT_BACK_FAILED;
    if (kube_request(client, "GET", object->path, NULL, NULL, KUBE_DEADLINE, &present, error) < 0)
        return present.code == 404 ? let_go(store, object, PUT_BACK_NEEDLESS, error) : PUT_BACK_FAILED;
    const cJSON *now = json_get(present.body, "spec");
    if (json_equal(now, original))
        return let_go(store, object, PUT_BACK_NEEDLESS, error);
    if (!force && !json_equal(now, changed))
        return tell_conflict(object, now, changed, error);
    if (replace_spec(client, object->path, FIELD_MANAGER, force ? NULL : changed, original, NULL, error) < 0)
        return PUT_BACK_FAILED;
    return let_go(store, object, PUT_BACK_DONE, error);
}

#define MOST_OBJECTS 1000 /* a damaged file may hold any number */

struct kept_list {
    size_t count;
    struct kept_object objects[MOST_OBJECTS];
};

static bool collect(void *context, const struct kept_object *object)
{
    struct kept_list *list = context;
    list->objects[list->count++] = (struct kept_object){.id = object->id,
                                                        .path = memory_copy_text(object->path),
                                                        .original = memory_copy_text(object->original),
                                                        .changed = memory_copy_text(object->changed)};
    return list->count < MOST_OBJECTS;
}

static void kept_list_destroy(struct kept_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free((char *)(uintptr_t)list->objects[i].path);
        free((char *)(uintptr_t)list->objects[i].original);
        free((char *)(uintptr_t)list->objects[i].changed);
    }
    free(list);
}

int put_back_all(struct kube_client *client, struct run_store *store, bool force, put_back_told *told, void *context,
                 struct error *error)
{
    struct kept_list *list = memory_allocate(1, sizeof *list);
    int result = run_store_visit_kept(store, collect, list, error);
    for (size_t i = 0; i < list->count && result == 0; i++) {
        struct error reason = ERROR_NONE;
        enum put_back_result outcome = put_back(client, store, &list->objects[i], force, &reason);
        told(context, &list->objects[i], outcome, &reason);
    }
    kept_list_destroy(list);
    return result;
}
