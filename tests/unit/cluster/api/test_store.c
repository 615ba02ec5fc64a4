/* The object store: order, versions, optimistic writes, watches and their bounded history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>

#include "cluster/api/store.h"

static cJSON *tree(const char *namespace, const char *name, const char *value)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *metadata = json_object_at(object, "metadata");
    json_set_text(metadata, "name", name);
    if (namespace[0] != '\0')
        json_set_text(metadata, "namespace", namespace);
    json_set_text(object, "apiVersion", "v1");
    json_set_text(object, "kind", "ConfigMap");
    json_set_text(json_object_at(object, "data"), "value", value);
    return object;
}

static uint64_t put(struct store *store, const char *namespace, const char *name, const char *value)
{
    AUTO_OBJECT struct object *object = store_put(store, RESOURCE_CONFIGMAPS, tree(namespace, name, value), 0);
    assert_non_null(object);
    return object_version(object);
}

static bool is_readable(int descriptor)
{
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};
    return poll(&wait, 1, 0) == 1;
}

static void test_put_and_get(void **state)
{
    (void)state;
    struct store *store = store_create();
    uint64_t first = put(store, "default", "a", "1");
    uint64_t second = put(store, "default", "b", "1");
    assert_true(first > 0 && second == first + 1);
    assert_int_equal(store_version(store), second);
    AUTO_OBJECT struct object *object = store_get(store, RESOURCE_CONFIGMAPS, "default", "a");
    assert_non_null(object);
    assert_string_equal(object_text(object, NULL),
                        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"namespace\":\"default\","
                        "\"resourceVersion\":\"1\"},\"data\":{\"value\":\"1\"}}");
    assert_string_equal(object_name(object), "a");
    assert_string_equal(object_namespace(object), "default");
    assert_null(store_get(store, RESOURCE_CONFIGMAPS, "other", "a"));
    assert_null(store_get(store, RESOURCE_PODS, "default", "a"));
    store_destroy(store);
}

static void test_object_outlives_replacement(void **state)
{
    (void)state;
    struct store *store = store_create();
    put(store, "default", "a", "old");
    AUTO_OBJECT struct object *before = store_get(store, RESOURCE_CONFIGMAPS, "default", "a");
    put(store, "default", "a", "new");
    store_destroy(store);
    assert_string_equal(json_text(json_get(object_tree(before), "data", "value"), ""), "old");
}

static void test_expected_version(void **state)
{
    (void)state;
    struct store *store = store_create();
    uint64_t version = put(store, "default", "a", "1");
    assert_null(store_put(store, RESOURCE_CONFIGMAPS, tree("default", "a", "2"), version + 5));
    assert_null(store_put(store, RESOURCE_CONFIGMAPS, tree("default", "new", "2"), version));
    AUTO_OBJECT struct object *changed = store_put(store, RESOURCE_CONFIGMAPS, tree("default", "a", "2"), version);
    assert_non_null(changed);
    assert_false(store_remove(store, RESOURCE_CONFIGMAPS, "default", "a", version, NULL));
    assert_false(store_remove(store, RESOURCE_CONFIGMAPS, "default", "nothing", 0, NULL));
    AUTO_OBJECT struct object *removed = NULL;
    assert_true(store_remove(store, RESOURCE_CONFIGMAPS, "default", "a", object_version(changed), &removed));
    assert_true(object_version(removed) > object_version(changed));
    assert_null(store_get(store, RESOURCE_CONFIGMAPS, "default", "a"));
    store_destroy(store);
}

static void test_list_order_and_namespaces(void **state)
{
    (void)state;
    static const char *const order[][2] = {{"a", "x"}, {"a", "y"}, {"b", "a"}, {"b", "c"}, {"bb", "a"}};
    static const size_t shuffled[] = {3, 0, 4, 2, 1};
    struct store *store = store_create();
    for (size_t i = 0; i < 5; i++)
        put(store, order[shuffled[i]][0], order[shuffled[i]][1], "");
    AUTO_OBJECT_LIST struct object_list all = {0};
    AUTO_OBJECT_LIST struct object_list some = {0};
    store_list(store, RESOURCE_CONFIGMAPS, NULL, &all);
    store_list(store, RESOURCE_CONFIGMAPS, "b", &some);
    assert_int_equal(all.count, 5);
    assert_int_equal(all.version, store_version(store));
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(object_namespace(all.objects[i]), order[i][0]);
        assert_string_equal(object_name(all.objects[i]), order[i][1]);
    }
    assert_int_equal(some.count, 2);
    assert_string_equal(object_name(some.objects[0]), "a");
    assert_string_equal(object_name(some.objects[1]), "c");
    store_destroy(store);
}

static void expect(struct watch *watch, enum watch_event_type type, const char *name, bool previous)
{
    struct watch_event event;
    assert_int_equal(store_watch_next(watch, &event), 1);
    assert_int_equal(event.type, type);
    assert_string_equal(object_name(event.object), name);
    assert_int_equal(event.previous != NULL, previous);
    watch_event_release(&event);
}

static void test_watch(void **state)
{
    (void)state;
    struct watch_event event;
    struct store *store = store_create();
    uint64_t start = put(store, "default", "a", "1");
    struct watch *watch = store_watch_open(store, RESOURCE_CONFIGMAPS, "default", 0);
    assert_int_equal(store_watch_next(watch, &event), 0);
    assert_false(is_readable(store_watch_descriptor(watch)));
    put(store, "other", "x", "1");
    assert_false(is_readable(store_watch_descriptor(watch)));
    put(store, "default", "b", "1");
    put(store, "default", "a", "2");
    assert_true(is_readable(store_watch_descriptor(watch)));
    assert_true(store_remove(store, RESOURCE_CONFIGMAPS, "default", "b", 0, NULL));
    expect(watch, WATCH_ADDED, "b", false);
    expect(watch, WATCH_MODIFIED, "a", true);
    expect(watch, WATCH_DELETED, "b", true);
    assert_int_equal(store_watch_next(watch, &event), 0);
    assert_false(is_readable(store_watch_descriptor(watch)));
    assert_int_equal(store_watch_version(watch), store_version(store));
    struct watch *late = store_watch_open(store, RESOURCE_ANY, NULL, start);
    assert_true(is_readable(store_watch_descriptor(late)));
    expect(late, WATCH_ADDED, "x", false);
    expect(late, WATCH_ADDED, "b", false);
    store_watch_close(late);
    store_watch_close(watch);
    store_destroy(store);
}

static void test_too_old(void **state)
{
    (void)state;
    struct watch_event event;
    struct store *store = store_create();
    put(store, "default", "a", "");
    struct watch *slow = store_watch_open(store, RESOURCE_CONFIGMAPS, NULL, 0);
    for (int i = 0; i < STORE_HISTORY + 10; i++)
        put(store, "default", "a", "");
    assert_null(store_watch_open(store, RESOURCE_CONFIGMAPS, NULL, 1));
    assert_int_equal(store_watch_next(slow, &event), -1);
    struct watch *fresh = store_watch_open(store, RESOURCE_CONFIGMAPS, NULL, store_version(store) - 1);
    assert_non_null(fresh);
    expect(fresh, WATCH_MODIFIED, "a", true);
    store_watch_close(fresh);
    store_watch_close(slow);
    store_destroy(store);
}

static void test_history_is_bounded_in_bytes(void **state)
{
    (void)state;
    char *large = memory_allocate(1024 * 1024 + 1, 1);
    memset(large, 'x', 1024 * 1024);
    struct store *store = store_create();
    for (int i = 0; i < STORE_HISTORY_BYTES / (1024 * 1024) + 2; i++)
        put(store, "default", "a", large);
    assert_null(store_watch_open(store, RESOURCE_CONFIGMAPS, NULL, 1));
    store_destroy(store);
    free(large);
}

#define WRITES 500

static void *write_many(void *context)
{
    struct store *store = context;
    for (int i = 0; i < WRITES; i++)
        put(store, "default", i % 2 == 0 ? "a" : "b", "");
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    struct watch_event event;
    uint64_t last = 0;
    struct store *store = store_create();
    struct watch *watch = store_watch_open(store, RESOURCE_ANY, NULL, 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, store), 0);
    for (int seen = 0; seen < 4 * WRITES;) {
        struct pollfd wait = {.fd = store_watch_descriptor(watch), .events = POLLIN};
        assert_int_equal(poll(&wait, 1, 20000), 1);
        while (store_watch_next(watch, &event) == 1) {
            assert_int_equal(object_version(event.object), last + 1);
            last++;
            seen++;
            watch_event_release(&event);
        }
    }
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    store_watch_close(watch);
    store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_and_get),
        cmocka_unit_test(test_object_outlives_replacement),
        cmocka_unit_test(test_expected_version),
        cmocka_unit_test(test_list_order_and_namespaces),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_too_old),
        cmocka_unit_test(test_history_is_bounded_in_bytes),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
