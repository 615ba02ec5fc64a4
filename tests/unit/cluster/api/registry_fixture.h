/* A registry with the namespaces default and other. */
#ifndef TESTS_REGISTRY_FIXTURE_H
#define TESTS_REGISTRY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/api/registry.h"
#include "cluster/api/writer.h"
#include "tests/support/data.h"

#define UNUSED_ALLOWED __attribute__((unused))

struct fixture {
    struct store *store;
    struct address_slice *slice;
    struct registry *registry;
};

UNUSED_ALLOWED static cJSON *parse(const char *text)
{
    struct error error = ERROR_NONE;
    cJSON *tree = json_parse(text, strlen(text), &error);
    if (tree == NULL)
        fail_msg("%s in %s", error.text, text);
    return tree;
}

/* Creates and returns the object; fails the test with the message when it is refused. */
UNUSED_ALLOWED static struct object *create(struct fixture *fixture, enum resource_id resource, const char *namespace,
                                            const char *text)
{
    AUTO_STATUS struct status status = {0};
    struct object *created = NULL;
    if (registry_create(fixture->registry, resource, namespace, parse(text), &created, &status) < 0)
        fail_msg("%s", status_message(&status));
    return created;
}

UNUSED_ALLOWED static void create_only(struct fixture *fixture, enum resource_id resource, const char *namespace,
                                       const char *text)
{
    object_release(create(fixture, resource, namespace, text));
}

/* Creates what has to be refused as invalid, in these words. */
UNUSED_ALLOWED static void check_refused(struct fixture *fixture, enum resource_id resource, const char *text,
                                         const char *message)
{
    AUTO_STATUS struct status status = {0};
    const char *namespace = resource_by_id(resource)->namespaced ? "default" : NULL;
    assert_int_equal(registry_create(fixture->registry, resource, namespace, parse(text), NULL, &status), -1);
    assert_int_equal(status.code, 422);
    assert_string_equal(status_message(&status), message);
}

UNUSED_ALLOWED static int set_up(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    fixture->store = store_create();
    fixture->slice = address_slice_claim(NULL);
    fixture->registry = registry_open(fixture->store, fixture->slice);
    create_only(fixture, RESOURCE_NAMESPACES, NULL, "{\"metadata\":{\"name\":\"default\"}}");
    create_only(fixture, RESOURCE_NAMESPACES, NULL, "{\"metadata\":{\"name\":\"other\"}}");
    *state = fixture;
    return 0;
}

UNUSED_ALLOWED static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    registry_close(fixture->registry);
    store_destroy(fixture->store);
    address_slice_release(fixture->slice);
    free(fixture);
    return 0;
}

UNUSED_ALLOWED static struct object *get(struct fixture *fixture, enum resource_id resource, const char *namespace,
                                         const char *name)
{
    return store_get(fixture->store, resource, namespace, name);
}

UNUSED_ALLOWED static const char *text_at(const struct object *object, const char *first, const char *second)
{
    return json_text(json_get(object_tree(object), first, second), "");
}

UNUSED_ALLOWED static int64_t integer_at(const struct object *object, const char *first, const char *second)
{
    return json_integer(json_get(object_tree(object), first, second), -1);
}

UNUSED_ALLOWED static void assert_json_equal(const cJSON *given, const cJSON *expected, const char *what)
{
    AUTO_FREE char *given_text = json_print(given);
    AUTO_FREE char *expected_text = json_print(expected);
    if (!json_equal(given, expected))
        fail_msg("%s\n  got      %s\n  expected %s", what, given_text, expected_text);
}

/* Applies as this manager; 0 or -1 with the Status. */
UNUSED_ALLOWED static int apply(struct fixture *fixture, enum resource_id resource, const char *name, const char *text,
                                const char *manager, bool force, struct object **applied, struct status *status)
{
    writer_set(manager, false);
    int outcome =
        registry_apply(fixture->registry, resource, "default", name, SUBRESOURCE_NONE, parse(text), force, NULL, applied, status);
    writer_forget();
    return outcome;
}

/* The resource of a plural name; fails the test when there is none. */
UNUSED_ALLOWED static enum resource_id resource_named(const char *plural)
{
    for (int id = 0; id < RESOURCE_COUNT; id++) {
        if (strcmp(resource_by_id((enum resource_id)id)->plural, plural) == 0)
            return (enum resource_id)id;
    }
    fail_msg("no resource %s", plural);
    return RESOURCE_ANY;
}

#define POD_SPEC "\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"web:1\"}]}"
#define POD(name) "{\"metadata\":{\"name\":\"" name "\"}," POD_SPEC "}"
#define DEPLOYMENT(name)                                                                                                         \
    "{\"metadata\":{\"name\":\"" name                                                                                            \
    "\"},\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":"                                 \
    "{\"labels\":{\"app\":\"web\"}}," POD_SPEC "}}}"

#endif
