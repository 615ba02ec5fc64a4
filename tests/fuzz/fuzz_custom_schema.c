/* Schemas of custom resources and objects that they judge: {"schema": ..., "object": ...}. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "cluster/api/custom_schema.h"
#include "cluster/api/openapi_document.h"
#include "common/json.h"

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_JSON cJSON *input = json_parse((const char *)data, size, NULL);
    const cJSON *schema = json_get(input, "schema");
    AUTO_JSON cJSON *object = json_copy(json_get(input, "object"));
    if (schema == NULL || !cJSON_IsObject(object))
        return 0;
    AUTO_PROBLEMS struct problems problems = {0};
    custom_schema_validate(schema, object, &problems);
    custom_schema_default(schema, object);
    custom_schema_prune(schema, object);
    AUTO_JSON cJSON *again = json_copy(object);
    custom_schema_prune(schema, again);
    require(json_equal(again, object));
    AUTO_JSON cJSON *unknown = cJSON_CreateArray();
    custom_schema_find_unknown(schema, object, unknown);
    require(unknown->child == NULL);
    AUTO_BUFFER struct buffer bytes;
    buffer_init(&bytes, (size_t)16 * 1024 * 1024);
    AUTO_JSON cJSON *document = cJSON_CreateObject();
    json_set(json_object_at(document, "definitions"), "a", json_copy(schema));
    openapi_encode_protobuf(document, &bytes);
    return 0;
}
