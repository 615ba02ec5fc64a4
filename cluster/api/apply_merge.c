#include "cluster/api/apply_merge.h"

#include <string.h>

#include "cluster/api/field_set.h"
#include "cluster/api/field_shape.h"
#include "cluster/api/list_merge.h"

static cJSON *merge_value(const struct schema_field *field, cJSON *live_take, const cJSON *applied);

/* The element of a list with this step; NULL when there is none. */
static cJSON *find_element(const struct schema_field *field, const cJSON *list, const cJSON *element)
{
    if (field->type == SCHEMA_TEXT_LIST)
        return list_find_text(list, json_text(element, ""));
    return list_find_like(list, field, element);
}

/* Moves the live elements that the configuration does not name, up to the next one that it does. */
static void move_unnamed(const struct schema_field *field, cJSON *live, const cJSON *applied, cJSON *merged)
{
    while (live->child != NULL && find_element(field, applied, live->child) == NULL)
        cJSON_AddItemToArray(merged, cJSON_DetachItemViaPointer(live, live->child));
}

static cJSON *merge_list(const struct schema_field *field, cJSON *live_take, const cJSON *applied)
{
    const struct schema_field shape = field_shape_of_element(field);
    AUTO_JSON cJSON *live = live_take;
    cJSON *merged = cJSON_CreateArray();
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, applied) {
        move_unnamed(field, live, applied, merged);
        cJSON *present = find_element(field, live, element);
        cJSON *taken = present != NULL ? cJSON_DetachItemViaPointer(live, present) : NULL;
        cJSON_AddItemToArray(merged, merge_value(&shape, taken, element));
    }
    for (cJSON *rest = cJSON_GetArrayItem(live, 0); rest != NULL; rest = cJSON_GetArrayItem(live, 0))
        cJSON_AddItemToArray(merged, cJSON_DetachItemViaPointer(live, rest));
    return merged;
}

static cJSON *merge_members(const struct schema *schema, cJSON *live, const cJSON *applied)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, applied) {
        const struct schema_field *field = schema != NULL ? field_shape_of_member(schema, member->string) : &field_shape_any;
        cJSON *present = cJSON_DetachItemFromObjectCaseSensitive(live, member->string);
        json_set(live, member->string, merge_value(field != NULL ? field : &field_shape_any, present, member));
    }
    return live;
}

static cJSON *merge_value(const struct schema_field *field, cJSON *live_take, const cJSON *applied)
{
    enum field_shape shape = field_shape_of(field, live_take, applied);
    bool is_list = cJSON_IsArray(live_take) && cJSON_IsArray(applied);
    bool is_object = cJSON_IsObject(live_take) && cJSON_IsObject(applied);
    if (shape == FIELD_KEYED_LIST && is_list)
        return merge_list(field, live_take, applied);
    if (is_object && shape == FIELD_OBJECT)
        return merge_members(field->of, live_take, applied);
    if (is_object && (shape == FIELD_MAP || shape == FIELD_ANY))
        return merge_members(NULL, live_take, applied);
    cJSON_Delete(live_take);
    return json_copy(applied);
}

cJSON *apply_merge(const struct schema *schema, cJSON *live_take, const cJSON *configuration)
{
    return merge_members(schema, live_take, configuration);
}

/* Whether a field counts as owned by whoever owns this node: members do when something below them is, elements of lists
 * only themselves. */
static bool is_owned(const char *step, const cJSON *node)
{
    return node != NULL && (step[0] == 'f' || field_set_is_field(node));
}

static void prune_value(const struct schema_field *field, cJSON *value, const cJSON *last, const cJSON *owned);

/* Removes the value at a step or what is to go below it, and what is empty then. A step that is only on the way to the
 * fields of the set is not one itself: nobody owns metadata.name, and it stays when the last label goes. */
static void prune_step(const struct schema_field *field, cJSON *parent, cJSON *value, const cJSON *last, const cJSON *owned)
{
    const cJSON *node = field_set_step(owned, last->string);
    bool held_something = value->child != NULL;
    if (!field_set_is_field(last) || is_owned(last->string, node))
        prune_value(field, value, last, node);
    if ((field_set_is_field(last) && !is_owned(last->string, node)) || (held_something && value->child == NULL))
        cJSON_Delete(cJSON_DetachItemViaPointer(parent, value));
}

static void prune_members(const struct schema *schema, const struct schema_field *entry, cJSON *object, const cJSON *last,
                          const cJSON *owned)
{
    const cJSON *step = NULL;
    cJSON_ArrayForEach (step, last) {
        if (step->string[0] != 'f')
            continue;
        cJSON *value = cJSON_GetObjectItemCaseSensitive(object, step->string + 2);
        const struct schema_field *field = schema != NULL ? field_shape_of_member(schema, step->string + 2) : entry;
        if (value != NULL && field != NULL)
            prune_step(field, object, value, step, owned);
    }
}

static void prune_elements(const struct schema_field *field, cJSON *list, const cJSON *last, const cJSON *owned)
{
    const struct schema_field shape = field_shape_of_element(field);
    for (cJSON *element = list->child; element != NULL;) {
        cJSON *next = element->next;
        AUTO_FREE char *name = list_step(field, element);
        const cJSON *step = name != NULL ? field_set_step(last, name) : NULL;
        if (step != NULL)
            prune_step(&shape, list, element, step, owned);
        element = next;
    }
}

static void prune_value(const struct schema_field *field, cJSON *value, const cJSON *last, const cJSON *owned)
{
    switch (field_shape_of(field, NULL, value)) {
    case FIELD_OBJECT:
        prune_members(field->of, NULL, value, last, owned);
        break;
    case FIELD_MAP:
        prune_members(NULL, &field_shape_text, value, last, owned);
        break;
    case FIELD_ANY:
        prune_members(NULL, &field_shape_any, value, last, owned);
        break;
    case FIELD_KEYED_LIST:
        prune_elements(field, value, last, owned);
        break;
    case FIELD_LEAF:
        break;
    }
}

void apply_prune(const struct schema *schema, cJSON *merged, const cJSON *last, const cJSON *owned)
{
    prune_members(schema, NULL, merged, last, owned);
}
