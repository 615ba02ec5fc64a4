/* A JSON text, and a merge patch for it behind the first NUL: nothing crashes, and what is applied a second time changes
 * nothing more. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 7386 has no say on objects in which a key stands twice. */
static bool has_doubled_keys(const cJSON *node)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, node) {
        if (cJSON_IsObject(node) && cJSON_GetObjectItemCaseSensitive(node, member->string) != member)
            return true;
        if (has_doubled_keys(member))
            return true;
    }
    return false;
}

static void check_print(const cJSON *tree)
{
    AUTO_FREE char *text = json_print(tree);
    AUTO_JSON cJSON *again = json_parse(text, strlen(text), NULL);
    AUTO_JSON cJSON *copy = json_copy(tree);
    if (again == NULL || !json_equal(tree, copy))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    size_t length = strnlen(text, size);
    size_t rest = length < size ? length + 1 : size;
    struct error error = ERROR_NONE;
    cJSON *tree = json_parse(text, length, &error);
    if (tree == NULL) {
        if (error.text[0] == '\0')
            abort();
        return 0;
    }
    check_print(tree);
    AUTO_JSON cJSON *patch = json_parse(text + rest, size - rest, NULL);
    if (patch == NULL || has_doubled_keys(tree) || has_doubled_keys(patch)) {
        cJSON_Delete(tree);
        return 0;
    }
    AUTO_JSON cJSON *once = json_merge_patch(tree, patch);
    AUTO_JSON cJSON *twice = json_merge_patch(json_copy(once), patch);
    if (!json_equal(once, twice))
        abort();
    return 0;
}
