#include "cluster/api/field_difference.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/field_set.h"
#include "cluster/api/field_shape.h"
#include "cluster/api/list_merge.h"

void field_difference_release(struct field_difference *difference)
{
    cJSON_Delete(difference->changed);
    cJSON_Delete(difference->removed);
    *difference = (struct field_difference){0};
}

/* Where the walk is: the step to the value, and the sets that its parent's steps are put in. */
struct step {
    const char *prefix;
    const char *name;
    struct field_difference *parent;
};

static void compare(const struct schema_field *field, const struct step *step, const cJSON *old, const cJSON *new);

static void note_leaf(const struct step *step, const cJSON *old, const cJSON *new)
{
    if (new == NULL)
        field_set_attach(step->parent->removed, step->prefix, step->name, cJSON_CreateObject(), true);
    else if (old == NULL || !json_equal(old, new))
        field_set_attach(step->parent->changed, step->prefix, step->name, cJSON_CreateObject(), true);
}

static void compare_member(const struct schema_field *field, const char *name, const cJSON *old, const cJSON *new,
                           struct field_difference *inside)
{
    const struct step step = {.prefix = "f:", .name = name, .parent = inside};
    if (old != NULL || new != NULL)
        compare(field, &step, old, new);
}

/* Values without a shape: in no order. */
static void compare_any(const cJSON *old, const cJSON *new, struct field_difference *inside)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, new)
        compare_member(&field_shape_any, member->string, cJSON_GetObjectItemCaseSensitive(old, member->string), member, inside);
    cJSON_ArrayForEach (member, old) {
        if (cJSON_GetObjectItemCaseSensitive(new, member->string) == NULL)
            compare_member(&field_shape_any, member->string, member, NULL, inside);
    }
}

/* The members of a kind that its shape does not name. */
static void compare_others(const struct schema *schema, const cJSON *old, const cJSON *new, struct field_difference *inside)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, new) {
        if (field_shape_of_member(schema, member->string) == &field_shape_any)
            compare_member(&field_shape_any, member->string, cJSON_GetObjectItemCaseSensitive(old, member->string), member,
                           inside);
    }
    cJSON_ArrayForEach (member, old) {
        if (field_shape_of_member(schema, member->string) == &field_shape_any &&
            cJSON_GetObjectItemCaseSensitive(new, member->string) == NULL)
            compare_member(&field_shape_any, member->string, member, NULL, inside);
    }
}

static void compare_members(const struct schema *schema, const cJSON *old, const cJSON *new, struct field_difference *inside)
{
    for (const struct schema_field *field = schema->fields; field->type != SCHEMA_END; field++) {
        if (field->type == SCHEMA_OTHERS)
            compare_others(schema, old, new, inside);
        else
            compare_member(field, field->name, cJSON_GetObjectItemCaseSensitive(old, field->name),
                           cJSON_GetObjectItemCaseSensitive(new, field->name), inside);
    }
}

/* Both are sorted by key. */
static void compare_entries(const cJSON *old, const cJSON *new, struct field_difference *inside)
{
    const cJSON *left = old != NULL ? old->child : NULL;
    const cJSON *right = new != NULL ? new->child : NULL;
    while (left != NULL || right != NULL) {
        int order = left == NULL ? 1 : right == NULL ? -1 : strcmp(left->string, right->string);
        compare_member(&field_shape_text, order <= 0 ? left->string : right->string, order <= 0 ? left : NULL,
                       order >= 0 ? right : NULL, inside);
        left = order <= 0 ? left->next : left;
        right = order >= 0 ? right->next : right;
    }
}

struct element {
    char *step;
    const cJSON *value;
};

struct elements {
    struct element *items;
    size_t count;
};

static void elements_release(struct elements *elements)
{
    for (size_t i = 0; i < elements->count; i++)
        free(elements->items[i].step);
    free(elements->items);
}

static int compare_elements(const void *left, const void *right)
{
    const struct element *first = left, *second = right;
    return field_set_compare_steps(first->step, second->step);
}

/* The elements of a list by their steps, in order; false when one lacks its key. */
static bool sort_elements(const struct schema_field *field, const cJSON *list, struct elements *elements)
{
    elements->items = memory_allocate((size_t)cJSON_GetArraySize(list) + 1, sizeof *elements->items);
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, list) {
        char *step = list_step(field, element);
        if (step == NULL)
            return false;
        elements->items[elements->count++] = (struct element){.step = step, .value = element};
    }
    qsort(elements->items, elements->count, sizeof *elements->items, compare_elements);
    return true;
}

static void compare_lists(const struct schema_field *field, const struct elements *old, const struct elements *new,
                          struct field_difference *inside)
{
    const struct schema_field shape = field_shape_of_element(field);
    size_t left = 0, right = 0;
    while (left < old->count || right < new->count) {
        int order = left == old->count ? 1 : right == new->count ? -1 : compare_elements(&old->items[left], &new->items[right]);
        const struct element *either = order <= 0 ? &old->items[left] : &new->items[right];
        const struct step step = {.prefix = "", .name = either->step, .parent = inside};
        compare(&shape, &step, order <= 0 ? old->items[left++].value : NULL, order >= 0 ? new->items[right++].value : NULL);
    }
}

/* False when the lists cannot be compared element by element. */
static bool compare_keyed(const struct schema_field *field, const cJSON *old, const cJSON *new, struct field_difference *inside)
{
    CLEANUP(elements_release) struct elements left = {0};
    CLEANUP(elements_release) struct elements right = {0};
    if (old != NULL && new != NULL && json_equal(old, new))
        return true;
    if (!sort_elements(field, old, &left) || !sort_elements(field, new, &right))
        return false;
    compare_lists(field, &left, &right, inside);
    return true;
}

static void compare(const struct schema_field *field, const struct step *step, const cJSON *old, const cJSON *new)
{
    enum field_shape shape = field_shape_of(field, old, new);
    struct field_difference inside = {0};
    if (shape != FIELD_LEAF)
        inside = (struct field_difference){.changed = cJSON_CreateObject(), .removed = cJSON_CreateObject()};
    if (shape == FIELD_OBJECT)
        compare_members(field->of, old, new, &inside);
    else if (shape == FIELD_MAP)
        compare_entries(old, new, &inside);
    else if (shape == FIELD_ANY)
        compare_any(old, new, &inside);
    if (shape == FIELD_LEAF || (shape == FIELD_KEYED_LIST && !compare_keyed(field, old, new, &inside))) {
        field_difference_release(&inside);
        note_leaf(step, old, new);
        return;
    }
    field_set_attach(step->parent->changed, step->prefix, step->name, inside.changed, old == NULL);
    field_set_attach(step->parent->removed, step->prefix, step->name, inside.removed, new == NULL);
}

void field_difference_of(const struct schema *schema, const cJSON *old, const cJSON *new, struct field_difference *difference)
{
    *difference = (struct field_difference){.changed = cJSON_CreateObject(), .removed = cJSON_CreateObject()};
    compare_members(schema, old, new, difference);
    field_set_sort(difference->changed);
    field_set_sort(difference->removed);
    field_set_leave_out_server_fields(difference->changed);
    field_set_leave_out_server_fields(difference->removed);
}
