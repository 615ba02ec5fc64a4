#include "cluster/api/schema_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"

static void append_place(struct buffer *text, const struct schema_place *place)
{
    if (place->parent != NULL)
        append_place(text, place->parent);
    if (place->name != NULL)
        (void)buffer_append_format(text, "%s%s", text->length > 0 ? "." : "", place->name);
}

const char *schema_type_text(const struct schema_field *field, char text[SCHEMA_TYPE_TEXT_SIZE])
{
    static const char *const simple[] = {
        [SCHEMA_TEXT] = "string",
        [SCHEMA_INT32] = "int32",
        [SCHEMA_INT64] = "int64",
        [SCHEMA_BOOLEAN] = "bool",
        [SCHEMA_TEXT_LIST] = "[]string",
        [SCHEMA_TEXT_MAP] = "map[string]string",
        [SCHEMA_QUANTITY_MAP] = "v1.ResourceList",
        [SCHEMA_BYTES_MAP] = "map[string][]uint8",
    };
    if (field->type == SCHEMA_OBJECT || field->type == SCHEMA_LIST)
        snprintf(text, SCHEMA_TYPE_TEXT_SIZE, "%sv1.%s", field->type == SCHEMA_LIST ? "[]" : "", field->of->type_name);
    else
        snprintf(text, SCHEMA_TYPE_TEXT_SIZE, "%s",
                 (size_t)field->type < sizeof simple / sizeof simple[0] && simple[field->type] != NULL ? simple[field->type]
                                                                                                       : "value");
    return text;
}

int schema_wrong_type(const struct schema_place *place, const cJSON *value, const char *type, struct error *error)
{
    char shown[64] = "string";
    if (cJSON_IsNumber(value) && value->valuedouble != floor(value->valuedouble))
        snprintf(shown, sizeof shown, "number %.17g", value->valuedouble);
    else if (cJSON_IsNumber(value) && strncmp(type, "int", 3) == 0)
        snprintf(shown, sizeof shown, "number %.0f", fabs(value->valuedouble) < 1e40 ? value->valuedouble : INFINITY);
    else if (cJSON_IsNumber(value))
        snprintf(shown, sizeof shown, "number");
    else if (cJSON_IsBool(value))
        snprintf(shown, sizeof shown, "bool");
    else if (cJSON_IsArray(value))
        snprintf(shown, sizeof shown, "array");
    else if (cJSON_IsObject(value))
        snprintf(shown, sizeof shown, "object");
    AUTO_BUFFER struct buffer path;
    buffer_init(&path, 4096);
    append_place(&path, place);
    return error_set(error, "json: cannot unmarshal %s into Go struct field %s.%s of type %s", shown, place->struct_name,
                     path.data, type);
}

int schema_too_many(const struct schema_place *place, int maximum, struct error *error)
{
    AUTO_BUFFER struct buffer path;
    buffer_init(&path, 4096);
    append_place(&path, place);
    return error_set(error, "%s has more than %d members", path.data, maximum);
}
