#include "tests/unit/cluster/controllers/fixture.h"

static struct object *make_config_map(struct fixture *fixture, const char *name, const char *owners)
{
    AUTO_FREE char *text = memory_format(
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\",\"ownerReferences\":[%s]}}", name, owners);
    return fixture_create(fixture, RESOURCE_CONFIGMAPS, "default", text);
}

static char *reference_to(const char *name, const char *uid)
{
    return memory_format("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"%s\",\"uid\":\"%s\","
                         "\"blockOwnerDeletion\":true}",
                         name, uid);
}

static bool exists(struct fixture *fixture, const char *name)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_CONFIGMAPS, "default", name);
    return object != NULL;
}

/* owner <- child <- grandchild */
static void make_family(struct fixture *fixture)
{
    AUTO_OBJECT struct object *owner = make_config_map(fixture, "owner", "");
    AUTO_FREE char *to_owner = reference_to("owner", object_uid(owner));
    AUTO_OBJECT struct object *child = make_config_map(fixture, "child", to_owner);
    AUTO_FREE char *to_child = reference_to("child", object_uid(child));
    object_release(make_config_map(fixture, "grandchild", to_child));
    fixture_settle(fixture);
    assert_true(exists(fixture, "grandchild"));
}

static void test_background(void **state)
{
    make_family(*state);
    fixture_delete(*state, RESOURCE_CONFIGMAPS, "default", "owner", PROPAGATION_BACKGROUND);
    assert_false(exists(*state, "owner"));
    fixture_settle(*state);
    assert_int_equal(fixture_count(*state, RESOURCE_CONFIGMAPS, "default"), 0);
}

static void test_foreground_takes_dependents_first(void **state)
{
    make_family(*state);
    fixture_delete(*state, RESOURCE_CONFIGMAPS, "default", "owner", PROPAGATION_FOREGROUND);
    assert_true(exists(*state, "owner"));
    fixture_settle(*state);
    assert_int_equal(fixture_count(*state, RESOURCE_CONFIGMAPS, "default"), 0);
}

static void test_orphan_keeps_dependents(void **state)
{
    make_family(*state);
    fixture_delete(*state, RESOURCE_CONFIGMAPS, "default", "owner", PROPAGATION_ORPHAN);
    fixture_settle(*state);
    assert_false(exists(*state, "owner"));
    assert_true(exists(*state, "grandchild"));
    AUTO_OBJECT struct object *child = fixture_get(*state, RESOURCE_CONFIGMAPS, "default", "child");
    assert_null(json_get(object_tree(child), "metadata", "ownerReferences"));
}

static void test_an_owner_of_the_same_name_but_another_uid(void **state)
{
    AUTO_FREE char *stranger = reference_to("owner", "00000000-0000-4000-8000-000000000000");
    object_release(make_config_map(*state, "owner", ""));
    object_release(make_config_map(*state, "child", stranger));
    fixture_settle(*state);
    assert_true(exists(*state, "owner"));
    assert_false(exists(*state, "child"));
}

static void test_one_of_two_owners_is_enough(void **state)
{
    AUTO_OBJECT struct object *first = make_config_map(*state, "first", "");
    AUTO_OBJECT struct object *second = make_config_map(*state, "second", "");
    AUTO_FREE char *to_first = reference_to("first", object_uid(first));
    AUTO_FREE char *to_second = reference_to("second", object_uid(second));
    AUTO_FREE char *both = memory_format("%s,%s", to_first, to_second);
    object_release(make_config_map(*state, "child", both));
    fixture_delete(*state, RESOURCE_CONFIGMAPS, "default", "first", PROPAGATION_BACKGROUND);
    fixture_settle(*state);
    AUTO_OBJECT struct object *child = fixture_get(*state, RESOURCE_CONFIGMAPS, "default", "child");
    assert_non_null(child);
    assert_int_equal(cJSON_GetArraySize(json_get(object_tree(child), "metadata", "ownerReferences")), 1);
}

static void test_namespace_with_running_pods(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "4", "110");
    fixture_make(fixture, RESOURCE_NAMESPACES, "",
                 "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"shop\"}}");
    fixture_make(
        fixture, RESOURCE_PODS, "shop",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"containers\":[{\"name\":\"c\","
        "\"image\":\"i\"}]}}");
    fixture_make(fixture, RESOURCE_CONFIGMAPS, "shop",
                 "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"}}");
    fixture_converge(fixture);
    fixture_delete(fixture, RESOURCE_NAMESPACES, "", "shop", PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    AUTO_OBJECT struct object *namespace = fixture_get(fixture, RESOURCE_NAMESPACES, "", "shop");
    assert_non_null(namespace); /* its pod ends gracefully */
    assert_int_equal(fixture_count(fixture, RESOURCE_CONFIGMAPS, "shop"), 0);
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_NAMESPACES, NULL), 1);
    assert_int_equal(fixture_count(fixture, RESOURCE_EVENTS, "shop"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_background),
        FIXTURE_TEST(test_foreground_takes_dependents_first),
        FIXTURE_TEST(test_orphan_keeps_dependents),
        FIXTURE_TEST(test_an_owner_of_the_same_name_but_another_uid),
        FIXTURE_TEST(test_one_of_two_owners_is_enough),
        FIXTURE_TEST(test_namespace_with_running_pods),
    };
    return cmocka_run_group_tests_name("cluster/controllers/garbage_collector", tests, NULL, NULL);
}
