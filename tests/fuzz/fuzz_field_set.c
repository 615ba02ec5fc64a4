/*
 * Two arbitrary JSON documents as FieldsV1, parted by a NUL: what is taken as a set prints and reads as itself, and the
 * laws of union, difference and intersection hold.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/field_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static cJSON *read_set(const uint8_t *data, size_t size)
{
    AUTO_JSON cJSON *tree = json_parse((const char *)data, size, NULL);
    cJSON *set = tree != NULL ? field_set_parse(tree) : NULL;
    return set != NULL ? set : cJSON_CreateObject();
}

static void count(const char *path, void *context)
{
    require(path[0] != '\0');
    (*(size_t *)context)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t first = end != NULL ? (size_t)(end - data) : size;
    AUTO_JSON cJSON *a = read_set(data, first);
    AUTO_JSON cJSON *b = end != NULL ? read_set(end + 1, size - first - 1) : cJSON_CreateObject();
    AUTO_JSON cJSON *again = field_set_parse(a);
    require(again != NULL && json_equal(again, a));
    AUTO_JSON cJSON *all = json_copy(a);
    field_set_add(all, b);
    AUTO_JSON cJSON *common = field_set_common(all, a);
    require(json_equal(common, a));
    field_set_remove(all, b);
    field_set_remove(all, a);
    require(field_set_is_empty(all));
    size_t fields = 0;
    field_set_visit(a, count, &fields);
    require((fields == 0) == field_set_is_empty(a));
    return 0;
}
