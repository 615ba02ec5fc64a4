#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/registry_internal.h"
#include "common/memory.h"

/* As apiserver limits it. */
#define OPERATIONS_MAXIMUM 10000
#define COPIED_MAXIMUM ((size_t)16 * 1024 * 1024)

struct json_patch {
    cJSON *tree;   /* owned */
    size_t copied; /* bytes that "copy" has added, so that a small patch cannot make a huge tree */
};

/* RFC 6901: "~1" is '/', "~0" is '~'. */
static void unescape(char *token)
{
    char *to = token;
    for (const char *from = token; *from != '\0'; from++) {
        if (*from == '~' && (from[1] == '0' || from[1] == '1'))
            *to++ = *++from == '0' ? '~' : '/';
        else
            *to++ = *from;
    }
    *to = '\0';
}

/* The index that a token names; size for "-"; -1 when it is none. */
static int64_t index_of(const char *token, int size)
{
    if (strcmp(token, "-") == 0)
        return size;
    size_t digits = strspn(token, "0123456789");
    if (digits == 0 || digits > 9 || token[digits] != '\0' || (token[0] == '0' && digits > 1))
        return -1;
    return strtoll(token, NULL, 10);
}

static cJSON *child_of(const cJSON *parent, const char *token)
{
    if (cJSON_IsObject(parent))
        return cJSON_GetObjectItemCaseSensitive(parent, token);
    if (!cJSON_IsArray(parent))
        return NULL;
    int64_t index = index_of(token, cJSON_GetArraySize(parent));
    return index >= 0 && index <= INT32_MAX ? cJSON_GetArrayItem(parent, (int)index) : NULL;
}

/* The container that the last token of a pointer is in, and that token (the caller frees it). NULL when there is none,
 * as for the pointer "" of the whole. */
static cJSON *find_parent(cJSON *tree, const char *pointer, char **last)
{
    *last = NULL;
    if (pointer[0] != '/')
        return NULL;
    cJSON *node = tree;
    const char *start = pointer + 1;
    for (;;) {
        const char *end = strchrnul(start, '/');
        char *token = memory_copy_bytes(start, (size_t)(end - start));
        unescape(token);
        if (*end == '\0') {
            *last = token;
            return cJSON_IsObject(node) || cJSON_IsArray(node) ? node : NULL;
        }
        node = child_of(node, token);
        free(token);
        if (node == NULL)
            return NULL;
        start = end + 1;
    }
}

static cJSON *find(cJSON *tree, const char *pointer)
{
    if (pointer[0] == '\0')
        return tree;
    AUTO_FREE char *last = NULL;
    const cJSON *parent = find_parent(tree, pointer, &last);
    return parent != NULL ? child_of(parent, last) : NULL;
}

/* Not cJSON_InsertItemInArray: some releases of the library refuse every place but the first. */
static void insert_before(cJSON *array, int index, cJSON *value_take)
{
    cJSON *following = cJSON_GetArrayItem(array, index);
    cJSON_AddItemToArray(array, value_take);
    while (following != NULL && following != value_take) {
        cJSON *next = following->next;
        cJSON_AddItemToArray(array, cJSON_DetachItemViaPointer(array, following));
        following = next;
    }
}

static int add_value(struct json_patch *patch, const char *pointer, cJSON *value_take)
{
    if (pointer[0] == '\0') {
        cJSON_Delete(patch->tree);
        patch->tree = value_take;
        return 0;
    }
    AUTO_FREE char *last = NULL;
    cJSON *parent = find_parent(patch->tree, pointer, &last);
    if (cJSON_IsObject(parent)) {
        json_set(parent, last, value_take);
        return 0;
    }
    int size = cJSON_GetArraySize(parent);
    int64_t index = parent != NULL ? index_of(last, size) : -1;
    if (index < 0 || index > size) {
        cJSON_Delete(value_take);
        return -1;
    }
    insert_before(parent, (int)index, value_take);
    return 0;
}

/* Takes the value at a pointer out of the tree; NULL when it is not there. */
static cJSON *detach(struct json_patch *patch, const char *pointer)
{
    AUTO_FREE char *last = NULL;
    cJSON *parent = find_parent(patch->tree, pointer, &last);
    cJSON *value = parent != NULL ? child_of(parent, last) : NULL;
    return value != NULL ? cJSON_DetachItemViaPointer(parent, value) : NULL;
}

static int remove_value(struct json_patch *patch, const char *pointer)
{
    cJSON *value = detach(patch, pointer);
    cJSON_Delete(value);
    return value != NULL ? 0 : -1;
}

static int replace_value(struct json_patch *patch, const char *pointer, const cJSON *value)
{
    if (pointer[0] == '\0')
        return add_value(patch, pointer, json_copy(value));
    AUTO_FREE char *last = NULL;
    cJSON *parent = find_parent(patch->tree, pointer, &last);
    cJSON *old = parent != NULL ? child_of(parent, last) : NULL;
    if (old == NULL)
        return -1;
    if (cJSON_IsObject(parent))
        json_set(parent, last, json_copy(value));
    else
        (void)cJSON_ReplaceItemViaPointer(parent, old, json_copy(value));
    return 0;
}

static int copy_value(struct json_patch *patch, const char *from, const char *to)
{
    cJSON *value = json_copy(find(patch->tree, from));
    if (value == NULL)
        return -1;
    AUTO_FREE char *text = json_print(value);
    patch->copied += strlen(text);
    if (patch->copied > COPIED_MAXIMUM) {
        cJSON_Delete(value);
        return -1;
    }
    return add_value(patch, to, value);
}

/* A value cannot be moved into itself. */
static int move_value(struct json_patch *patch, const char *from, const char *to)
{
    size_t length = strlen(from);
    if (strncmp(from, to, length) == 0 && (to[length] == '/' || to[length] == '\0'))
        return to[length] == '\0' && find(patch->tree, from) != NULL ? 0 : -1;
    cJSON *value = detach(patch, from);
    return value != NULL ? add_value(patch, to, value) : -1;
}

static int apply_operation(struct json_patch *patch, const cJSON *operation)
{
    const char *name = json_text(json_get(operation, "op"), "");
    const char *path = json_text(json_get(operation, "path"), NULL);
    const char *from = json_text(json_get(operation, "from"), NULL);
    const cJSON *value = json_get(operation, "value");
    if (path == NULL)
        return -1;
    if (strcmp(name, "remove") == 0)
        return remove_value(patch, path);
    if (strcmp(name, "move") == 0)
        return from != NULL ? move_value(patch, from, path) : -1;
    if (strcmp(name, "copy") == 0)
        return from != NULL ? copy_value(patch, from, path) : -1;
    if (value == NULL)
        return -1;
    if (strcmp(name, "add") == 0)
        return add_value(patch, path, json_copy(value));
    if (strcmp(name, "replace") == 0)
        return replace_value(patch, path, value);
    if (strcmp(name, "test") == 0)
        return json_equal(find(patch->tree, path), value) ? 0 : -1;
    return -1;
}

static const char *type_word(const cJSON *value)
{
    if (cJSON_IsObject(value))
        return "object";
    if (cJSON_IsBool(value))
        return "bool";
    return cJSON_IsNumber(value) ? "number" : "string";
}

cJSON *patch_json(cJSON *target_take, const cJSON *operations, struct status *status)
{
    struct json_patch patch = {.tree = target_take};
    if (!cJSON_IsArray(operations)) {
        (void)status_set(status, 400, "BadRequest", "json: cannot unmarshal %s into Go value of type jsonpatch.Patch",
                         type_word(operations));
        cJSON_Delete(patch.tree);
        return NULL;
    }
    if (cJSON_GetArraySize(operations) > OPERATIONS_MAXIMUM) {
        (void)status_set(status, 413, "RequestEntityTooLarge", "The allowed maximum operations in a JSON patch is %d, got %d",
                         OPERATIONS_MAXIMUM, cJSON_GetArraySize(operations));
        cJSON_Delete(patch.tree);
        return NULL;
    }
    const cJSON *operation = NULL;
    cJSON_ArrayForEach (operation, operations) {
        if (apply_operation(&patch, operation) < 0) {
            (void)status_set(status, 422, "Invalid", "the server rejected our request due to an error in our request");
            status_set_details(status, NULL, NULL, NULL);
            cJSON_Delete(patch.tree);
            return NULL;
        }
    }
    return patch.tree;
}
