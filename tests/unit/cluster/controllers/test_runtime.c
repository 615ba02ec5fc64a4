/* Whose turn it is: controllers look at their keys one after the other, as many in a row as each may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/cluster/controllers/fixture.h"

#define KEYS 6

static char looks[64];

static int look(struct controller *controller, const char *key, struct status *status)
{
    (void)key;
    (void)status;
    size_t length = strlen(looks);
    if (length + 1 < sizeof looks)
        looks[length] = controller->functions->name[0];
    return 0;
}

/* Each Namespace is a key. */
static void queue_namespace(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) == RESOURCE_NAMESPACES)
        controller_enqueue(controller, event->object);
}

static void test_turns(void **state)
{
    (void)state;
    static const struct controller_functions greedy = {.name = "greedy", .observe = queue_namespace, .sync = look, .turn = 4};
    static const struct controller_functions modest = {.name = "modest", .observe = queue_namespace, .sync = look};
    static const struct controller_functions *const both[] = {&modest, &greedy};
    struct fixture *fixture = fixture_open();
    const struct node_interface node = {.kubelet = NULL};
    for (int i = 1; i < KEYS; i++) {
        AUTO_FREE char *text = memory_format("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"n%d\"}}", i);
        fixture_make(fixture, RESOURCE_NAMESPACES, "", text);
    }
    struct runtime *runtime =
        runtime_create(fixture->registry, &fixture->runtime->periods, &node, both, 2, fixture->now, fixture->wall);
    (void)runtime_step(runtime, fixture->now, fixture->wall);
    assert_string_equal(looks, "mggggmggmmmm");
    runtime_destroy(runtime);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_turns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
