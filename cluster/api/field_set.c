#include "cluster/api/field_set.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"

#define SELF "."
#define PATH_MAXIMUM ((size_t)64 * 1024)

bool field_set_is_empty(const cJSON *set)
{
    return set->child == NULL;
}

bool field_set_is_field(const cJSON *node)
{
    return node->child == NULL || strcmp(node->child->string, SELF) == 0;
}

static bool is_self(const cJSON *node)
{
    return strcmp(node->string, SELF) == 0;
}

/* The first step of a node. */
static cJSON *first_step(const cJSON *node)
{
    return node->child != NULL && is_self(node->child) ? node->child->next : node->child;
}

/* The order of the kinds of steps. */
static int rank(const char *step)
{
    static const char kinds[] = "fkvi";
    const char *found = step[0] != '\0' ? strchr(kinds, step[0]) : NULL;
    return found != NULL ? (int)(found - kinds) : -1;
}

/* Where the number starts that the character at this place may be part of. */
static size_t number_start(const char *text, size_t place)
{
    while (place > 0 && (isdigit((unsigned char)text[place - 1]) || text[place - 1] == '-' || text[place - 1] == '.'))
        place--;
    return place;
}

/* Keys and values of one list have the same shape, so they differ in a text or in a number first. */
static int compare_values(const char *left, const char *right)
{
    size_t place = 0;
    while (left[place] != '\0' && left[place] == right[place])
        place++;
    size_t start = number_start(left, place);
    bool numbers = start > 1 && left[start - 1] == ':' && (isdigit((unsigned char)left[start]) || left[start] == '-') &&
                   (isdigit((unsigned char)right[start]) || right[start] == '-');
    if (numbers) {
        double first = strtod(left + start, NULL);
        double second = strtod(right + start, NULL);
        if (first != second)
            return first < second ? -1 : 1;
    }
    return strcmp(left + place, right + place);
}

int field_set_compare_steps(const char *left, const char *right)
{
    int difference = rank(left) - rank(right);
    if (difference != 0)
        return difference;
    return left[0] == 'f' ? strcmp(left, right) : compare_values(left, right);
}

cJSON *field_set_step(const cJSON *node, const char *step)
{
    return node != NULL ? cJSON_GetObjectItemCaseSensitive(node, step) : NULL;
}

static int compare_nodes(const void *left, const void *right)
{
    const cJSON *const *first = left, *const *second = right;
    return field_set_compare_steps((*first)->string, (*second)->string);
}

static bool is_sorted(const cJSON *node)
{
    for (const cJSON *child = node->child; child != NULL && child->next != NULL; child = child->next) {
        if (field_set_compare_steps(child->string, child->next->string) >= 0)
            return false;
    }
    return true;
}

/* Adds a node with the name that it has. */
static void append(cJSON *parent, cJSON *node_take)
{
    (void)cJSON_AddItemToArray(parent, node_take);
}

static cJSON *detach_first(cJSON *parent)
{
    return cJSON_DetachItemViaPointer(parent, parent->child);
}

void field_set_sort(cJSON *node)
{
    if (is_sorted(node))
        return;
    size_t count = (size_t)cJSON_GetArraySize(node);
    AUTO_FREE cJSON **children = memory_allocate(count, sizeof(cJSON *));
    for (size_t i = 0; i < count; i++)
        children[i] = detach_first(node);
    qsort(children, count, sizeof(cJSON *), compare_nodes);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(node->child->prev->string, children[i]->string) == 0)
            cJSON_Delete(children[i]);
        else
            append(node, children[i]);
    }
}

/* "." at the front of a node that has steps and is a field; of no other. */
static void mark(cJSON *node, bool is_field)
{
    bool marked = node->child != NULL && is_self(node->child);
    if (is_field && !marked && node->child != NULL) {
        cJSON_AddItemToObject(node, SELF, cJSON_CreateObject());
        (void)cJSON_InsertItemInArray(node, 0, cJSON_DetachItemViaPointer(node, node->child->prev));
    } else if (marked && (!is_field || node->child->next == NULL)) {
        cJSON_Delete(detach_first(node));
    }
}

void field_set_attach(cJSON *parent, const char *prefix, const char *name, cJSON *node_take, bool is_field)
{
    if (node_take->child == NULL && !is_field) {
        cJSON_Delete(node_take);
        return;
    }
    field_set_sort(node_take);
    mark(node_take, is_field);
    AUTO_FREE char *step = memory_format("%s%s", prefix, name);
    cJSON_AddItemToObject(parent, step, node_take);
}

/* The text of a step is what it should be: "f:NAME", or JSON after "k:", "v:" and "i:". */
static bool is_step(const char *text)
{
    if (rank(text) < 0 || text[1] != ':')
        return false;
    if (text[0] == 'f')
        return true;
    AUTO_JSON cJSON *value = json_parse(text + 2, strlen(text + 2), NULL);
    if (text[0] == 'k')
        return cJSON_IsObject(value) && value->child != NULL;
    return text[0] == 'i' ? cJSON_IsNumber(value) : value != NULL;
}

static cJSON *parse_node(const cJSON *fields, bool root)
{
    if (!cJSON_IsObject(fields))
        return NULL;
    AUTO_JSON cJSON *node = cJSON_CreateObject();
    bool is_field = !root && fields->child == NULL;
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, fields) {
        if (is_self(member)) {
            is_field = !root;
            continue;
        }
        cJSON *child = is_step(member->string) ? parse_node(member, false) : NULL;
        if (child == NULL)
            return NULL;
        cJSON_AddItemToObject(node, member->string, child);
    }
    field_set_sort(node);
    mark(node, is_field);
    return steal_pointer(&node);
}

cJSON *field_set_parse(const cJSON *fields)
{
    return parse_node(fields, true);
}

/* Lets two sorted lists of steps meet: 0 when both are at the same step, else which is at the earlier one. */
static int meet(const cJSON *left, const cJSON *right)
{
    if (left == NULL || right == NULL)
        return left == NULL ? 1 : -1;
    return field_set_compare_steps(left->string, right->string);
}

static cJSON *copy_node(const cJSON *node)
{
    return json_copy(node);
}

static void add_steps(cJSON *node, const cJSON *other);

static void add_node(cJSON *node, const cJSON *other)
{
    bool is_field = field_set_is_field(node) || field_set_is_field(other);
    add_steps(node, other);
    mark(node, is_field);
}

/* Takes the steps out of the node and puts them back in order with those of the other. */
static void add_steps(cJSON *node, const cJSON *other)
{
    AUTO_JSON cJSON *mine = cJSON_CreateObject();
    for (cJSON *step = first_step(node); step != NULL; step = first_step(node))
        append(mine, cJSON_DetachItemViaPointer(node, step));
    const cJSON *theirs = first_step(other);
    while (mine->child != NULL || theirs != NULL) {
        int order = meet(mine->child, theirs);
        cJSON *next = order <= 0 ? detach_first(mine) : copy_node(theirs);
        if (order == 0)
            add_node(next, theirs);
        if (order >= 0)
            theirs = theirs->next;
        append(node, next);
    }
}

void field_set_add(cJSON *set, const cJSON *other)
{
    if (other->child != NULL)
        add_steps(set, other);
}

/* Whether anything of the node stays. */
static bool remove_node(cJSON *node, const cJSON *other)
{
    bool is_field = field_set_is_field(node) && !field_set_is_field(other);
    mark(node, false);
    field_set_remove(node, other);
    mark(node, is_field);
    return is_field || node->child != NULL;
}

void field_set_remove(cJSON *set, const cJSON *other)
{
    const cJSON *theirs = first_step(other);
    cJSON *mine = first_step(set);
    while (mine != NULL && theirs != NULL) {
        int order = meet(mine, theirs);
        cJSON *next = mine->next;
        if (order == 0 && !remove_node(mine, theirs))
            cJSON_Delete(cJSON_DetachItemViaPointer(set, mine));
        if (order <= 0)
            mine = next;
        if (order >= 0)
            theirs = theirs->next;
    }
}

cJSON *field_set_common(const cJSON *left, const cJSON *right)
{
    cJSON *common = cJSON_CreateObject();
    const cJSON *first = first_step(left), *second = first_step(right);
    while (first != NULL && second != NULL) {
        int order = meet(first, second);
        if (order == 0)
            field_set_attach(common, "", first->string, field_set_common(first, second),
                             field_set_is_field(first) && field_set_is_field(second));
        if (order <= 0)
            first = first->next;
        if (order >= 0)
            second = second->next;
    }
    return common;
}

static void append_step(struct buffer *path, const char *step)
{
    if (step[0] == 'f') {
        (void)buffer_append_format(path, ".%s", step + 2);
        return;
    }
    AUTO_JSON cJSON *value = json_parse(step + 2, strlen(step + 2), NULL);
    const char *separator = "[";
    const cJSON *member = NULL;
    if (step[0] == 'k') {
        cJSON_ArrayForEach (member, value) {
            AUTO_FREE char *shown = json_print(member);
            (void)buffer_append_format(path, "%s%s=%s", separator, member->string, shown);
            separator = ",";
        }
        (void)buffer_append_text(path, "]");
    } else {
        (void)buffer_append_format(path, "[%s%s]", step[0] == 'v' ? "=" : "", step + 2);
    }
}

static void visit(const cJSON *node, struct buffer *path, field_set_visitor *visitor, void *context)
{
    for (const cJSON *step = first_step(node); step != NULL; step = step->next) {
        size_t length = path->length;
        append_step(path, step->string);
        if (field_set_is_field(step))
            visitor(path->data, context);
        visit(step, path, visitor, context);
        path->length = length;
        path->data[length] = '\0';
    }
}

void field_set_visit(const cJSON *set, field_set_visitor *visitor, void *context)
{
    AUTO_BUFFER struct buffer path;
    buffer_init(&path, PATH_MAXIMUM);
    visit(set, &path, visitor, context);
}

void field_set_leave_out_server_fields(cJSON *set)
{
    static const char *const names[] = {"f:name",       "f:namespace",     "f:creationTimestamp", "f:uid",
                                        "f:generation", "f:managedFields", "f:resourceVersion"};
    cJSON *metadata = field_set_step(set, "f:metadata");
    for (size_t i = 0; metadata != NULL && i < sizeof names / sizeof names[0]; i++)
        json_remove(metadata, names[i]);
    json_remove(metadata, ".");
    if (metadata != NULL && metadata->child == NULL)
        json_remove(set, "f:metadata");
}
