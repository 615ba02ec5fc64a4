/* The description of the API: whole in itself, with what kubectl looks for, the same in JSON and protobuf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/api/openapi_document.h"
#include "tests/support/data.h"
#include "tests/unit/cluster/api/server_fixture.h"

#define DEFINITIONS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

static int open_with_definition(void **state)
{
    if (fixture_open(state) != 0)
        return -1;
    AUTO_FREE char *text = test_data_text("cluster/custom/testruns.json");
    fixture_check(*state, "POST", DEFINITIONS, "application/json", text, 201);
    return 0;
}

/* Every reference leads to a definition. */
static void assert_references(const cJSON *tree, const cJSON *definitions, const char *prefix)
{
    const cJSON *member = NULL;
    const char *reference = json_text(cJSON_GetObjectItemCaseSensitive(tree, "$ref"), NULL);
    if (reference != NULL) {
        assert_int_equal(strncmp(reference, prefix, strlen(prefix)), 0);
        if (cJSON_GetObjectItemCaseSensitive(definitions, reference + strlen(prefix)) == NULL)
            fail_msg("nothing at %s", reference);
    }
    cJSON_ArrayForEach (member, tree)
        assert_references(member, definitions, prefix);
}

static bool names_kind(const cJSON *kind, const struct resource *resource)
{
    AUTO_JSON cJSON *wanted = openapi_kind(resource);
    return json_equal(kind, wanted);
}

static const cJSON *definition_of(const cJSON *definitions, const struct resource *resource)
{
    const cJSON *definition = NULL;
    cJSON_ArrayForEach (definition, definitions) {
        const cJSON *kind = NULL;
        cJSON_ArrayForEach (kind, json_get(definition, "x-kubernetes-group-version-kind")) {
            if (names_kind(kind, resource))
                return definition;
        }
    }
    return NULL;
}

/* What kubectl looks for before it sends: a PATCH of the kind that takes a parameter of this name. */
static bool takes_parameter(const cJSON *paths, const struct resource *resource, const char *name)
{
    const cJSON *path = NULL;
    cJSON_ArrayForEach (path, paths) {
        const cJSON *patch = json_get(path, "patch");
        const cJSON *parameter = NULL;
        if (!names_kind(json_get(patch, "x-kubernetes-group-version-kind"), resource))
            continue;
        cJSON_ArrayForEach (parameter, json_get(patch, "parameters")) {
            if (strcmp(json_text(json_get(parameter, "name"), ""), name) == 0)
                return true;
        }
    }
    return false;
}

static void assert_described(const cJSON *definitions, const cJSON *paths, const struct resource *resource)
{
    const cJSON *definition = definition_of(definitions, resource);
    if (definition == NULL || json_get(definition, "properties", "metadata") == NULL ||
        !takes_parameter(paths, resource, "fieldValidation") || !takes_parameter(paths, resource, "dryRun"))
        fail_msg("%s/%s %s is not described", resource->group, resource->version, resource->kind);
}

static void test_whole(void **state)
{
    (void)state;
    AUTO_JSON cJSON *second = openapi_document_v2();
    const cJSON *definitions = json_get(second, "definitions");
    assert_references(second, definitions, "#/definitions/");
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        assert_described(definitions, json_get(second, "paths"), resource);
        AUTO_JSON cJSON *third = openapi_document_v3(resource->group, resource->version);
        assert_non_null(third);
        assert_described(json_get(third, "components", "schemas"), json_get(third, "paths"), resource);
        assert_references(third, json_get(third, "components", "schemas"), "#/components/schemas/");
    }
    assert_null(openapi_document_v3("nowhere.example", "v1"));
}

static void test_lists(void **state)
{
    (void)state;
    AUTO_JSON cJSON *document = openapi_document_v2();
    const cJSON *definitions = json_get(document, "definitions");
    const cJSON *containers = json_get(definitions, "io.k8s.api.core.v1.PodSpec", "properties", "containers");
    assert_string_equal(json_text(json_get(containers, "x-kubernetes-list-type"), ""), "map");
    assert_string_equal(json_text(json_get(containers, "x-kubernetes-patch-merge-key"), ""), "name");
    assert_string_equal(json_text(json_get(containers, "items", "$ref"), ""), "#/definitions/io.k8s.api.core.v1.Container");
    static const char meta[] = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    const cJSON *managed = json_get(definitions, meta, "properties", "managedFields");
    assert_string_equal(json_text(json_get(managed, "x-kubernetes-list-type"), ""), "atomic");
    assert_string_equal(json_text(json_get(managed, "items", "$ref"), ""),
                        "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry");
    const cJSON *ports = json_get(definitions, "io.k8s.api.core.v1.ServiceSpec", "properties", "ports");
    assert_int_equal(cJSON_GetArraySize(json_get(ports, "x-kubernetes-list-map-keys")), 2);
    const cJSON *command = json_get(definitions, "io.k8s.api.core.v1.Container", "properties", "command");
    assert_string_equal(json_text(json_get(command, "x-kubernetes-list-type"), ""), "atomic");
    const cJSON *run = json_get(definitions, "io.k6.v1alpha1.TestRun", "properties", "spec", "properties", "parallelism");
    assert_string_equal(json_text(json_get(run, "type"), ""), "integer");
}

static void test_index(void **state)
{
    struct fixture *fixture = *state;
    int code;
    AUTO_JSON cJSON *index = fixture_get(fixture, "/openapi/v3", &code);
    assert_int_equal(code, 200);
    assert_non_null(json_get(index, "paths", "api/v1"));
    assert_non_null(json_get(index, "paths", "apis/autoscaling/v1"));
    const cJSON *path = NULL;
    cJSON_ArrayForEach (path, json_get(index, "paths")) {
        const char *url = json_text(json_get(path, "serverRelativeURL"), "");
        assert_non_null(strstr(url, "?hash="));
        AUTO_JSON cJSON *document = fixture_get(fixture, url, &code);
        assert_int_equal(code, 200);
        assert_string_equal(json_text(json_get(document, "openapi"), ""), "3.0.0");
    }
    fixture_check(fixture, "GET", "/openapi/v3/apis/nowhere.example/v1", NULL, NULL, 404);
    AUTO_JSON cJSON *second = fixture_get(fixture, "/openapi/v2", &code);
    assert_string_equal(json_text(json_get(second, "swagger"), ""), "2.0");
}

struct part {
    const unsigned char *bytes;
    size_t length;
};

/* The bytes of the field of this number, the `skip`-th of them; false when there is none or the message is malformed. */
static bool find_field(struct part whole, unsigned number, size_t skip, struct part *found)
{
    const unsigned char *bytes = whole.bytes;
    const size_t length = whole.length;
    *found = (struct part){(const unsigned char *)"", 0};
    size_t at = 0;
    while (at < length) {
        uint64_t values[2] = {0, 0};
        for (size_t i = 0; i < 2; i++) {
            for (unsigned shift = 0; at < length; shift += 7) {
                values[i] |= (uint64_t)(bytes[at] & 127) << shift;
                if ((bytes[at++] & 128) == 0)
                    break;
            }
            if (i == 0 && (values[0] & 7) == 1) { /* eight bytes */
                at += 8;
                break;
            }
        }
        if ((values[0] & 7) != 2)
            continue;
        if (values[1] > length - at)
            return false;
        if (values[0] >> 3 == number && skip-- == 0) {
            *found = (struct part){bytes + at, values[1]};
            return true;
        }
        at += values[1];
    }
    return false;
}

/* Every definition of the JSON document is in the protobuf, under its name and with as many properties. */
static void test_protobuf(void **state)
{
    (void)state;
    AUTO_JSON cJSON *document = openapi_document_v2();
    AUTO_BUFFER struct buffer bytes;
    buffer_init(&bytes, (size_t)64 * 1024 * 1024);
    openapi_encode_protobuf(document, &bytes);
    assert_false(bytes.overflowed);
    struct part definitions, named, name, schema, properties, property;
    assert_true(find_field((struct part){(const unsigned char *)bytes.data, bytes.length}, 9, 0, &definitions));
    size_t index = 0;
    const cJSON *definition = NULL;
    cJSON_ArrayForEach (definition, json_get(document, "definitions")) {
        assert_true(find_field(definitions, 1, index++, &named));
        assert_true(find_field(named, 1, 0, &name));
        assert_int_equal(name.length, strlen(definition->string));
        assert_memory_equal(name.bytes, definition->string, name.length);
        assert_true(find_field(named, 2, 0, &schema));
        size_t count = (size_t)cJSON_GetArraySize(json_get(definition, "properties"));
        if (count == 0)
            continue;
        assert_true(find_field(schema, 25, 0, &properties));
        assert_true(find_field(properties, 1, count - 1, &property));
        assert_false(find_field(properties, 1, count, &property));
    }
    assert_false(find_field(definitions, 1, index, &named));
}

/* A custom schema may hold anything: nothing crashes. */
static void test_hostile(void **state)
{
    static const char text[] =
        "{\"swagger\":5,\"info\":[],\"paths\":{\"/"
        "x\":{\"get\":[1],\"parameters\":{\"a\":1},\"patch\":{\"parameters\":[null,1,{}],"
        "\"consumes\":[1,\"a\"],\"responses\":[]}}},\"definitions\":{\"a\":5,\"b\":{\"type\":[],\"items\":[1,{\"x-a\":1}],"
        "\"properties\":{\"p\":null,\"q\":{\"additionalProperties\":5,\"minimum\":\"a\",\"maxItems\":{},\"enum\":{}}},"
        "\"required\":[1,\"a\",null],\"default\":null,\"x-y\":[{}]}}}";
    (void)state;
    AUTO_JSON cJSON *document = json_parse(text, sizeof text - 1, NULL);
    AUTO_BUFFER struct buffer bytes;
    assert_non_null(document);
    buffer_init(&bytes, 1024 * 1024);
    openapi_encode_protobuf(document, &bytes);
    assert_false(bytes.overflowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole, open_with_definition, fixture_close),
        cmocka_unit_test_setup_teardown(test_lists, open_with_definition, fixture_close),
        cmocka_unit_test_setup_teardown(test_index, open_with_definition, fixture_close),
        cmocka_unit_test_setup_teardown(test_protobuf, open_with_definition, fixture_close),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
