/* Judging objects by the structural schema of their CustomResourceDefinition. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cluster/api/custom_schema.h"

#define ENUM_SHOWN 64

static void judge_value(const cJSON *schema, const cJSON *value, const struct field_path *path, bool root,
                        struct problems *problems);

static const cJSON *rule(const cJSON *schema, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(schema, name);
}

static const char *type_of(const cJSON *value)
{
    if (cJSON_IsString(value))
        return "string";
    if (cJSON_IsNumber(value))
        return value->valuedouble == floor(value->valuedouble) ? "integer" : "number";
    if (cJSON_IsBool(value))
        return "boolean";
    if (cJSON_IsArray(value))
        return "array";
    return cJSON_IsObject(value) ? "object" : "null";
}

/* False, with a problem, when the value is of another type than the schema's. */
static bool judge_type(const cJSON *schema, const cJSON *value, const struct field_path *path, struct problems *problems)
{
    const char *given = type_of(value);
    const char *wanted = json_text(rule(schema, "type"), "");
    bool either = json_boolean(rule(schema, "x-kubernetes-int-or-string"), false);
    if (cJSON_IsNull(value) && json_boolean(rule(schema, "nullable"), false))
        return false; /* nothing to judge */
    if (either && (strcmp(given, "integer") == 0 || strcmp(given, "string") == 0))
        return true;
    bool number = strcmp(wanted, "number") == 0 && strcmp(given, "integer") == 0;
    if (!either && (wanted[0] == '\0' || number || strcmp(wanted, given) == 0))
        return true;
    AUTO_FREE char *where = path != NULL ? field_path_text(path) : memory_copy_text("");
    problem_type_invalid(problems, path != NULL ? path : PATH_ROOT(""), given, "%s in body must be of type %s: \"%s\"", where,
                         either ? "integer,string" : wanted, given);
    return false;
}

static void judge_enum(const cJSON *schema, const cJSON *value, const struct field_path *path, struct problems *problems)
{
    const cJSON *allowed = rule(schema, "enum");
    const char *texts[ENUM_SHOWN + 1] = {NULL};
    size_t count = 0;
    const cJSON *one = NULL;
    if (!cJSON_IsArray(allowed))
        return;
    cJSON_ArrayForEach (one, allowed) {
        if (json_equal(one, value))
            return;
        if (count < ENUM_SHOWN && cJSON_IsString(one))
            texts[count++] = one->valuestring;
    }
    AUTO_FREE char *shown = cJSON_IsString(value) ? memory_copy_text(value->valuestring) : json_print(value);
    problem_not_supported(problems, path, shown, texts);
}

static void judge_number(const cJSON *schema, const cJSON *value, const struct field_path *path, struct problems *problems)
{
    static const struct {
        const char *limit;
        const char *exclusive;
        const char *words;
        const char *exclusive_words;
        int sign;
    } rules[] = {
        {"minimum", "exclusiveMinimum", "greater than or equal to", "greater than", 1},
        {"maximum", "exclusiveMaximum", "less than or equal to", "less than", -1},
    };
    AUTO_FREE char *where = field_path_text(path);
    for (size_t i = 0; i < 2; i++) {
        const cJSON *limit = rule(schema, rules[i].limit);
        bool exclusive = json_boolean(rule(schema, rules[i].exclusive), false);
        if (!cJSON_IsNumber(limit))
            continue;
        double distance = (value->valuedouble - limit->valuedouble) * rules[i].sign;
        if (distance > 0 || (distance == 0 && !exclusive))
            continue;
        AUTO_FREE char *shown = json_print(limit);
        problem_invalid(problems, path, value, "%s in body should be %s %s", where,
                        exclusive ? rules[i].exclusive_words : rules[i].words, shown);
    }
}

/* Characters of a UTF-8 text. */
static int64_t text_length(const char *text)
{
    int64_t length = 0;
    for (; *text != '\0'; text++)
        length += ((unsigned char)*text & 0xc0) != 0x80;
    return length;
}

static void judge_text(const cJSON *schema, const cJSON *value, const struct field_path *path, struct problems *problems)
{
    int64_t length = text_length(value->valuestring);
    int64_t least = json_integer(rule(schema, "minLength"), 0);
    int64_t most = json_integer(rule(schema, "maxLength"), INT64_MAX);
    AUTO_FREE char *where = field_path_text(path);
    if (length < least)
        problem_invalid(problems, path, value, "%s in body should be at least %" PRId64 " chars long", where, least);
    if (length > most)
        problem_too_long(problems, path, (size_t)most);
}

/* Of lists ("items") and objects ("properties"). */
static void judge_count(const cJSON *schema, const cJSON *value, bool list, const struct field_path *path,
                        struct problems *problems)
{
    int64_t count = cJSON_GetArraySize(value);
    int64_t least = json_integer(rule(schema, list ? "minItems" : "minProperties"), 0);
    int64_t most = json_integer(rule(schema, list ? "maxItems" : "maxProperties"), INT64_MAX);
    const char *what = list ? "items" : "properties";
    AUTO_FREE char *where = field_path_text(path);
    if (count < least)
        problem_invalid(problems, path, value, "%s in body should have at least %" PRId64 " %s", where, least, what);
    if (count > most)
        problem_too_many(problems, path, count, most);
}

static const struct field_path *child_path(const struct field_path *path, const char *name, struct field_path *room)
{
    *room = (struct field_path){.parent = path, .name = name};
    return room;
}

static void judge_object(const cJSON *schema, const cJSON *object, const struct field_path *path, bool root,
                         struct problems *problems)
{
    struct field_path room;
    const cJSON *name = NULL;
    cJSON_ArrayForEach (name, rule(schema, "required")) {
        if (cJSON_IsString(name) && cJSON_GetObjectItemCaseSensitive(object, name->valuestring) == NULL)
            problem_required(problems, child_path(path, name->valuestring, &room), "");
    }
    const cJSON *others = rule(schema, "additionalProperties");
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, object) {
        const cJSON *inner = cJSON_GetObjectItemCaseSensitive(rule(schema, "properties"), member->string);
        bool known = root && (strcmp(member->string, "apiVersion") == 0 || strcmp(member->string, "kind") == 0 ||
                              strcmp(member->string, "metadata") == 0);
        if (inner == NULL)
            inner = cJSON_IsObject(others) ? others : NULL;
        if (inner != NULL && !known)
            judge_value(inner, member, child_path(path, member->string, &room), false, problems);
    }
    if (path != NULL)
        judge_count(schema, object, false, path, problems);
}

static void judge_list(const cJSON *schema, const cJSON *list, const struct field_path *path, struct problems *problems)
{
    const cJSON *items = rule(schema, "items");
    const cJSON *element = NULL;
    int index = 0;
    judge_count(schema, list, true, path, problems);
    if (items == NULL)
        return;
    cJSON_ArrayForEach (element, list)
        judge_value(items, element, PATH_INDEX(path, index++), false, problems);
}

static void judge_value(const cJSON *schema, const cJSON *value, const struct field_path *path, bool root,
                        struct problems *problems)
{
    if (!judge_type(schema, value, path, problems))
        return;
    if (path != NULL)
        judge_enum(schema, value, path, problems);
    if (cJSON_IsObject(value))
        judge_object(schema, value, path, root, problems);
    else if (cJSON_IsArray(value))
        judge_list(schema, value, path, problems);
    else if (cJSON_IsNumber(value))
        judge_number(schema, value, path, problems);
    else if (cJSON_IsString(value))
        judge_text(schema, value, path, problems);
}

void custom_schema_validate(const cJSON *schema, const cJSON *object, struct problems *problems)
{
    if (cJSON_IsObject(schema) && cJSON_IsObject(object))
        judge_value(schema, object, NULL, true, problems);
}
