#include <string.h>

#include "cluster/api/list_merge.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/schema.h"
#include "common/memory.h"

#define DELETE_FROM_LIST "$deleteFromPrimitiveList/"
#define SET_ORDER "$setElementOrder/"

static int fail(struct status *status, const char *what, const char *where)
{
    return status_set(status, 400, "BadRequest", "invalid strategic merge patch: %s %.200s", what, where);
}

static int merge_object(const struct schema *schema, cJSON *target, const cJSON *patch, struct status *status);

/* What an element or object of a patch asks for: "merge", "replace" or "delete"; NULL when it is none of them. */
static const char *directive_of(const cJSON *patch)
{
    const cJSON *directive = json_get(patch, "$patch");
    const char *text = json_text(directive, directive == NULL ? "merge" : "");
    bool known = strcmp(text, "merge") == 0 || strcmp(text, "replace") == 0 || strcmp(text, "delete") == 0;
    return known ? text : NULL;
}

/* A copy without the directives, for a member that is not there yet. */
static cJSON *fresh_object(const struct schema *schema, const cJSON *patch, struct status *status)
{
    cJSON *fresh = cJSON_CreateObject();
    if (merge_object(schema, fresh, patch, status) == 0)
        return fresh;
    cJSON_Delete(fresh);
    return NULL;
}

static int merge_element(const struct schema_field *field, cJSON *list, const cJSON *element, struct status *status)
{
    const char *directive = directive_of(element);
    if (!cJSON_IsObject(element) || directive == NULL)
        return fail(status, "element of", field->name);
    cJSON *present = list_find_like(list, field, element);
    if (strcmp(directive, "delete") == 0) {
        if (json_get(element, field->merge_key) == NULL)
            return fail(status, "delete directive without merge key in", field->name);
        cJSON_Delete(present != NULL ? cJSON_DetachItemViaPointer(list, present) : NULL);
        return 0;
    }
    if (json_get(element, field->merge_key) == NULL)
        return status_set(status, 400, "BadRequest", "map: %s does not contain declared merge key: %s", field->name,
                          field->merge_key);
    if (present != NULL)
        return merge_object(field->of, present, element, status);
    cJSON *fresh = fresh_object(field->of, element, status);
    if (fresh == NULL)
        return -1;
    cJSON_AddItemToArray(list, fresh);
    return 0;
}

static bool asks_to_replace(const cJSON *patch)
{
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, patch) {
        if (strcmp(json_text(json_get(element, "$patch"), ""), "replace") == 0)
            return true;
    }
    return false;
}

static cJSON *find_in(const struct schema_field *field, const cJSON *list, const cJSON *element)
{
    return field->type == SCHEMA_TEXT_LIST ? list_find_text(list, json_text(element, "")) : list_find_like(list, field, element);
}

/* An element while its list is put in order. */
struct entry {
    cJSON *element;
    bool was_there; /* before the patch */
    bool named;     /* by the order */
};

/* Puts the named entries (indexes into entries, in the wanted order) and the others together as Kubernetes does: an element
 * that the order does not name comes before the first named one that it was in front of; where that says nothing, the
 * named ones are first. */
static void rebuild(cJSON *list, const struct entry *entries, int count, const int *named, int named_count)
{
    int other = 0;
    int next = 0;
    for (int i = 0; i < count; i++)
        cJSON_DetachItemViaPointer(list, entries[i].element);
    for (;;) {
        while (other < count && entries[other].named)
            other++;
        bool others_left = other < count;
        if (!others_left && next == named_count)
            return;
        bool other_first = others_left && (next == named_count ||
                                           (entries[other].was_there && entries[named[next]].was_there && other < named[next]));
        cJSON_AddItemToArray(list, entries[other_first ? other++ : named[next++]].element);
    }
}

/* The list's first old_count elements were there before the patch, in the order of the live object. */
static int put_in_order(const struct schema_field *field, cJSON *list, int old_count, const cJSON *order, struct status *status)
{
    int count = cJSON_GetArraySize(list);
    if (count + cJSON_GetArraySize(order) > LIST_MERGE_MAXIMUM)
        return fail(status, "too many elements in", field->name);
    AUTO_FREE struct entry *entries = memory_allocate((size_t)count + 1, sizeof *entries);
    AUTO_FREE int *named = memory_allocate((size_t)count + 1, sizeof *named);
    int named_count = 0;
    cJSON *element = NULL;
    int filled = 0;
    cJSON_ArrayForEach (element, list) {
        entries[filled] = (struct entry){.element = element, .was_there = filled < old_count};
        filled++;
    }
    const cJSON *wanted = NULL;
    cJSON_ArrayForEach (wanted, order) {
        const cJSON *present = find_in(field, list, wanted);
        for (int i = 0; present != NULL && i < count; i++) {
            if (entries[i].element != present || entries[i].named)
                continue;
            entries[i].named = true;
            named[named_count++] = i;
        }
    }
    rebuild(list, entries, count, named, named_count);
    return 0;
}

/* Merges what is there; what is new comes to the end. */
static int merge_elements(const struct schema_field *field, cJSON *list, const cJSON *patch, struct status *status)
{
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, patch) {
        const char *directive = json_text(json_get(element, "$patch"), "");
        if (strcmp(directive, "replace") == 0 && cJSON_GetArraySize(element) == 1)
            continue;
        if (field->type == SCHEMA_TEXT_LIST) {
            if (list_find_text(list, json_text(element, "")) == NULL)
                cJSON_AddItemToArray(list, json_copy(element));
        } else if (merge_element(field, list, element, status) < 0) {
            return -1;
        }
    }
    return 0;
}

/* How many elements of the list the patch leaves there. */
static int count_kept(const struct schema_field *field, const cJSON *list, const cJSON *patch)
{
    int kept = cJSON_GetArraySize(list);
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, patch) {
        if (strcmp(json_text(json_get(element, "$patch"), ""), "delete") == 0 && find_in(field, list, element) != NULL)
            kept--;
    }
    return kept;
}

/* order: of $setElementOrder, or NULL: the patch's own. */
static int merge_list(const struct schema_field *field, cJSON *list, const cJSON *patch, const cJSON *order,
                      struct status *status)
{
    if (cJSON_GetArraySize(list) + cJSON_GetArraySize(patch) > LIST_MERGE_MAXIMUM)
        return fail(status, "too many elements in", field->name);
    if (asks_to_replace(patch)) {
        while (list->child != NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(list, list->child));
    }
    int kept = count_kept(field, list, patch);
    if (merge_elements(field, list, patch, status) < 0)
        return -1;
    return put_in_order(field, list, kept, order != NULL ? order : patch, status);
}

static int delete_texts(cJSON *target, const char *member, const cJSON *texts, struct status *status)
{
    cJSON *list = json_get(target, member);
    const cJSON *text = NULL;
    if (!cJSON_IsArray(texts))
        return fail(status, "no list in " DELETE_FROM_LIST, member);
    cJSON_ArrayForEach (text, texts) {
        cJSON *present = list_find_text(list, json_text(text, ""));
        cJSON_Delete(present != NULL ? cJSON_DetachItemViaPointer(list, present) : NULL);
    }
    return 0;
}

/* The order that $setElementOrder asks for, of a list that the patch does not change otherwise. */
static int set_order(const struct schema *schema, cJSON *target, const char *member, const cJSON *order, struct status *status)
{
    const struct schema_field *field = schema != NULL ? schema_find(schema, member) : NULL;
    cJSON *list = json_get(target, member);
    if (field == NULL || !cJSON_IsArray(list) || !list_is_keyed(field))
        return 0;
    return put_in_order(field, list, cJSON_GetArraySize(list), order, status);
}

/* "$retainKeys" names the members that stay. */
static void retain_keys(cJSON *target, const cJSON *keys)
{
    for (cJSON *member = target->child; member != NULL;) {
        cJSON *next = member->next;
        if (list_find_text(keys, member->string) == NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(target, member));
        member = next;
    }
}

static int merge_inner_object(const struct schema_field *field, cJSON *target, const cJSON *patch, struct status *status)
{
    const struct schema *shape = field != NULL && field->type == SCHEMA_OBJECT ? field->of : NULL;
    const char *directive = directive_of(patch);
    if (directive == NULL)
        return fail(status, "unknown directive in", patch->string);
    if (strcmp(directive, "delete") == 0) {
        json_remove(target, patch->string);
        return 0;
    }
    if (strcmp(directive, "replace") == 0)
        json_remove(target, patch->string);
    return merge_object(shape, json_object_at(target, patch->string), patch, status);
}

/* The order that a patch asks for this member's list; NULL: none. */
static const cJSON *order_of(const cJSON *patches, const char *member)
{
    AUTO_FREE char *name = memory_format(SET_ORDER "%s", member);
    const cJSON *order = cJSON_GetObjectItemCaseSensitive(patches, name);
    return cJSON_IsArray(order) ? order : NULL;
}

/* patches: the object of which the patch is a member. */
static int merge_member(const struct schema *schema, cJSON *target, const cJSON *patches, const cJSON *patch,
                        struct status *status)
{
    const struct schema_field *field = schema != NULL ? schema_find(schema, patch->string) : NULL;
    if (cJSON_IsNull(patch)) {
        json_remove(target, patch->string);
        return 0;
    }
    if (cJSON_IsObject(patch))
        return merge_inner_object(field, target, patch, status);
    if (field != NULL && cJSON_IsArray(patch) && list_is_keyed(field))
        return merge_list(field, json_array_at(target, patch->string), patch, order_of(patches, patch->string), status);
    json_set(target, patch->string, json_copy(patch));
    return 0;
}

static int merge_object(const struct schema *schema, cJSON *target, const cJSON *patch, struct status *status)
{
    const cJSON *member = NULL;
    const cJSON *keys = json_get(patch, "$retainKeys");
    if (cJSON_IsArray(keys))
        retain_keys(target, keys);
    cJSON_ArrayForEach (member, patch) {
        int outcome = 0;
        if (strncmp(member->string, DELETE_FROM_LIST, strlen(DELETE_FROM_LIST)) == 0)
            outcome = delete_texts(target, member->string + strlen(DELETE_FROM_LIST), member, status);
        else if (member->string[0] != '$')
            outcome = merge_member(schema, target, patch, member, status);
        if (outcome < 0)
            return -1;
    }
    cJSON_ArrayForEach (member, patch) {
        if (strncmp(member->string, SET_ORDER, strlen(SET_ORDER)) == 0 &&
            json_get(patch, member->string + strlen(SET_ORDER)) == NULL &&
            set_order(schema, target, member->string + strlen(SET_ORDER), member, status) < 0)
            return -1;
    }
    return 0;
}

cJSON *patch_strategic_merge(const struct schema *schema, cJSON *target_take, const cJSON *patch, struct status *status)
{
    if (cJSON_IsObject(patch) && merge_object(schema, target_take, patch, status) == 0)
        return target_take;
    if (!cJSON_IsObject(patch))
        (void)fail(status, "it is", "no object");
    cJSON_Delete(target_take);
    return NULL;
}
