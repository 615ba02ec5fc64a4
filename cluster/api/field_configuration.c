#include "cluster/api/field_configuration.h"

#include <string.h>

#include "cluster/api/field_set.h"
#include "cluster/api/field_shape.h"
#include "cluster/api/list_merge.h"
#include "common/buffer.h"

#define TEXT_MAXIMUM 4096

struct walk {
    struct buffer path;
    struct buffer faults;
    int fault_count;
};

static void note_fault(struct walk *walk, const char *what)
{
    (void)buffer_append_format(&walk->faults, "%s%s: %s", walk->fault_count++ > 0 ? "\n  " : "", walk->path.data, what);
}

static void step_back(struct walk *walk, size_t length)
{
    walk->path.length = length;
    walk->path.data[length] = '\0';
}

static void add_value(struct walk *walk, const struct schema_field *field, const char *prefix, const char *name,
                      const cJSON *value, bool is_element, cJSON *parent);

static void add_members(struct walk *walk, const struct schema *schema, const cJSON *object, cJSON *set)
{
    const cJSON *member = NULL;
    size_t length = walk->path.length;
    cJSON_ArrayForEach (member, object) {
        const struct schema_field *field = schema != NULL ? field_shape_of_member(schema, member->string) : &field_shape_any;
        (void)buffer_append_format(&walk->path, ".%.100s", member->string);
        if (field != NULL)
            add_value(walk, field, "f:", member->string, member, false, set);
        else if (length > 0 || (strcmp(member->string, "kind") != 0 && strcmp(member->string, "apiVersion") != 0))
            note_fault(walk, "field not declared in schema");
        step_back(walk, length);
    }
}

static void note_duplicate(struct walk *walk, const char *step)
{
    AUTO_JSON cJSON *keys = json_parse(step + 2, strlen(step + 2), NULL);
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, TEXT_MAXIMUM);
    const cJSON *key = NULL;
    if (step[0] != 'k')
        (void)buffer_append_format(&text, "[=%s", step + 2);
    else
        cJSON_ArrayForEach (key, keys) {
            AUTO_FREE char *shown = json_print(key);
            (void)buffer_append_format(&text, "%s%s=%s", text.length == 0 ? "[" : ",", key->string, shown);
        }
    AUTO_FREE char *what = memory_format("duplicate entries for key %s]", text.data);
    note_fault(walk, what);
}

static void add_elements(struct walk *walk, const struct schema_field *field, const cJSON *list, cJSON *set)
{
    const struct schema_field shape = field_shape_of_element(field);
    const cJSON *element = NULL;
    int index = 0;
    cJSON_ArrayForEach (element, list) {
        AUTO_FREE char *step = list_step(field, element);
        AUTO_FREE char *keyless =
            memory_format("element %d: associative list with keys has an element that omits key field \"%s\" (and doesn't have "
                          "default value)",
                          index++, field->merge_key);
        if (step == NULL)
            note_fault(walk, keyless);
        else if (field_set_step(set, step) != NULL)
            note_duplicate(walk, step);
        else
            add_value(walk, &shape, "", step, element, true, set);
    }
}

static void add_value(struct walk *walk, const struct schema_field *field, const char *prefix, const char *name,
                      const cJSON *value, bool is_element, cJSON *parent)
{
    enum field_shape shape = field_shape_of(field, NULL, value);
    cJSON *node = cJSON_CreateObject();
    if (shape == FIELD_OBJECT)
        add_members(walk, field->of, value, node);
    else if (shape == FIELD_ANY || shape == FIELD_MAP)
        add_members(walk, NULL, value, node);
    else if (shape == FIELD_KEYED_LIST)
        add_elements(walk, field, value, node);
    field_set_attach(parent, prefix, name, node, shape == FIELD_LEAF || is_element);
}

cJSON *field_configuration_set(const struct schema *schema, const cJSON *configuration, struct error *error)
{
    struct walk walk = {0};
    AUTO_JSON cJSON *set = cJSON_CreateObject();
    buffer_init(&walk.path, TEXT_MAXIMUM);
    buffer_init(&walk.faults, TEXT_MAXIMUM);
    add_members(&walk, schema, configuration, set);
    field_set_sort(set);
    field_set_leave_out_server_fields(set);
    if (walk.fault_count > 0)
        (void)error_set(error, "%s%s", walk.fault_count > 1 ? "errors:\n  " : "", walk.faults.data);
    buffer_release(&walk.path);
    buffer_release(&walk.faults);
    return walk.fault_count == 0 ? steal_pointer(&set) : NULL;
}
