/* Tables of custom resources: additionalPrinterColumns, whose JSONPaths are members, [N] and [?(@.a=="b")]. */
#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/table_cell.h"

#define COLUMNS_MAXIMUM 64
#define STEP_SIZE 256

/* The text up to one of the characters of `ends`, without the backslashes; false when it is empty or too long. */
static bool take_name(const char **path, const char *ends, char name[STEP_SIZE])
{
    size_t length = 0;
    while (**path != '\0' && strchr(ends, **path) == NULL) {
        if (**path == '\\' && (*path)[1] != '\0')
            (*path)++;
        if (length + 1 >= STEP_SIZE)
            return false;
        name[length++] = *(*path)++;
    }
    name[length] = '\0';
    return length > 0;
}

/* The first element whose member has the text. */
static const cJSON *find_element(const cJSON *list, const char *member, const char *text)
{
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, list) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(element, member);
        if (cJSON_IsString(value) && strcmp(value->valuestring, text) == 0)
            return element;
    }
    return NULL;
}

/* What follows a "[": a number, a quoted name, or a condition; *path is behind the "]" afterwards. */
static const cJSON *take_bracket(const char **path, const cJSON *value)
{
    char name[STEP_SIZE];
    char text[STEP_SIZE];
    const cJSON *found = NULL;
    if (isdigit((unsigned char)**path)) {
        char *end = NULL;
        long index = strtol(*path, &end, 10);
        *path = end;
        found = cJSON_IsArray(value) && index < cJSON_GetArraySize(value) ? cJSON_GetArrayItem(value, (int)index) : NULL;
    } else if (**path == '\'' || **path == '"') {
        char quote[2] = {*(*path)++, '\0'};
        found = take_name(path, quote, name) ? cJSON_GetObjectItemCaseSensitive(value, name) : NULL;
        *path += **path != '\0' ? 1 : 0;
    } else if (strncmp(*path, "?(@.", 4) == 0) {
        *path += 4;
        if (!take_name(path, "= ", name))
            return NULL;
        *path += strspn(*path, "= ");
        if (**path != '\'' && **path != '"')
            return NULL;
        char quote[2] = {*(*path)++, '\0'};
        if (!take_name(path, quote, text) || strncmp(*path + 1, ")", 1) != 0)
            return NULL;
        *path += 2;
        found = find_element(value, name, text);
    }
    if (**path != ']')
        return NULL;
    (*path)++;
    return found;
}

static const cJSON *find_path(const cJSON *object, const char *path)
{
    const cJSON *value = object;
    char name[STEP_SIZE];
    while (*path != '\0' && value != NULL) {
        if (*path == '[') {
            path++;
            value = take_bracket(&path, value);
            continue;
        }
        if (*path == '.')
            path++;
        value = take_name(&path, ".[", name) ? cJSON_GetObjectItemCaseSensitive(value, name) : NULL;
    }
    return value;
}

static void add_cell(const cJSON *column, const cJSON *object, int64_t now, cJSON *cells)
{
    const char *type = json_text(json_get(column, "type"), "");
    const cJSON *value = find_path(object, json_text(json_get(column, "jsonPath"), ""));
    char age[HUMAN_DURATION_SIZE];
    if (value == NULL || cJSON_IsNull(value)) {
        cJSON_AddItemToArray(cells, cJSON_CreateNull());
    } else if (strcmp(type, "date") == 0) {
        cell_text(cells, human_age(json_text(value, NULL), now, age));
    } else if (strcmp(type, "string") != 0 || cJSON_IsString(value)) {
        cJSON_AddItemToArray(cells, json_copy(value));
    } else {
        AUTO_FREE char *text = json_print(value);
        cell_text(cells, text);
    }
}

void custom_add_cells(const struct table_format *table, const cJSON *object, int64_t now, cJSON *cells)
{
    const struct custom_version *version = (const void *)((const char *)table - offsetof(struct custom_version, table));
    const cJSON *column = NULL;
    cell_name(cells, object);
    if (version->columns == NULL) {
        cell_age(cells, object, now);
        return;
    }
    cJSON_ArrayForEach (column, version->columns) {
        if ((size_t)cJSON_GetArraySize(cells) < version->table.count)
            add_cell(column, object, now, cells);
    }
}

void custom_table_prepare(struct custom_version *version)
{
    static const struct table_column standard[] = {COLUMN_NAME, COLUMN_AGE};
    int wanted = version->columns != NULL ? cJSON_GetArraySize(version->columns) : 1;
    size_t count = 1 + (size_t)(wanted < COLUMNS_MAXIMUM ? wanted : COLUMNS_MAXIMUM);
    struct table_column *columns = memory_allocate(count, sizeof *columns);
    columns[0] = standard[0];
    if (version->columns == NULL)
        columns[1] = standard[1];
    for (size_t i = 1; version->columns != NULL && i < count; i++) {
        const cJSON *column = cJSON_GetArrayItem(version->columns, (int)i - 1);
        columns[i] = (struct table_column){.name = json_text(json_get(column, "name"), ""),
                                           .type = json_text(json_get(column, "type"), "string"),
                                           .format = json_text(json_get(column, "format"), ""),
                                           .description = json_text(json_get(column, "description"), ""),
                                           .priority = (int)json_integer(json_get(column, "priority"), 0)};
    }
    version->table_columns = columns;
    version->table = (struct table_format){.columns = columns, .count = count};
}
