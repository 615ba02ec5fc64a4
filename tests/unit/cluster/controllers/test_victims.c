#include "tests/unit/cluster/controllers/fixture.h"

#include "cluster/controllers/victims.h"

/* A row: the pod's node, phase, seconds since it became ready (-1: not ready), cost, restarts, age in seconds, rank. */
struct row {
    const char *name;
    const char *node;
    const char *phase;
    double ready;
    int cost;
    int restarts;
    double age;
    size_t rank;
};

static struct object *make(struct fixture *fixture, const struct row *row)
{
    char ready[CLOCK_TEXT_SIZE];
    clock_format_seconds(fixture->wall - (int64_t)(row->ready * 1e9), ready);
    AUTO_FREE char *pod = memory_format(
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",\"annotations\":{"
        "\"controller.kubernetes.io/pod-deletion-cost\":\"%d\"}},\"spec\":{\"nodeName\":\"%s\",\"containers\":[{\"name\":\"c\","
        "\"image\":\"i\"}]}}",
        row->name, row->cost, row->node);
    AUTO_FREE char *status = memory_format(
        "{\"status\":{\"phase\":\"%s\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"%s\",\"lastTransitionTime\":\"%s\"}],"
        "\"containerStatuses\":[{\"name\":\"c\",\"restartCount\":%d,\"image\":\"i\",\"imageID\":\"\",\"ready\":true}]}}",
        row->phase, row->ready >= 0 ? "True" : "False", ready, row->restarts);
    fixture_make(fixture, RESOURCE_PODS, "default", pod);
    fixture_change(fixture, RESOURCE_PODS, "default", row->name, SUBRESOURCE_STATUS, status);
    return fixture_get(fixture, RESOURCE_PODS, "default", row->name);
}

/* The rows are written in the order of deletion; they are sorted from the back. */
static void expect_order(struct fixture *fixture, const struct row *rows, size_t count)
{
    struct victim victims[16];
    for (size_t i = 0; i < count; i++)
        victims[count - 1 - i] = (struct victim){.pod = make(fixture, &rows[i]), .rank = rows[i].rank};
    victims_sort(victims, count, fixture->wall);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(object_name(victims[i].pod), rows[i].name);
    for (size_t i = 0; i < count; i++)
        object_release(victims[i].pod);
}

static void test_each_rule_in_its_turn(void **state)
{
    static const struct row rows[] = {
        {"unassigned", "", "Running", 1000, 9, 0, 0, 0},  {"pending", "n1", "Pending", 1000, 9, 0, 0, 0},
        {"unready", "n1", "Running", -1, 9, 0, 0, 0},     {"cheap", "n1", "Running", 1000, -5, 0, 0, 0},
        {"crowded", "n1", "Running", 1000, 0, 0, 0, 7},   {"young", "n1", "Running", 3, 0, 0, 0, 1},
        {"restarted", "n1", "Running", 5000, 0, 4, 0, 1}, {"steady", "n1", "Running", 5000, 0, 0, 0, 1},
        {"dear", "n1", "Running", 1, 100, 0, 0, 1},
    };
    expect_order(*state, rows, sizeof rows / sizeof rows[0]);
}

/* 17 and 30 seconds are the same power of two of nanoseconds; 17 and 60 are not. */
static void test_ages_in_powers_of_two(void **state)
{
    struct fixture *fixture = *state;
    static const struct row near[] = {{"a", "n1", "Running", 20, 0, 0, 0, 0}, {"b", "n1", "Running", 30, 0, 0, 0, 0}};
    struct victim victims[2];
    for (size_t i = 0; i < 2; i++)
        victims[i] = (struct victim){.pod = make(fixture, &near[i])};
    victims_sort(victims, 2, fixture->wall);
    assert_true(strcmp(object_uid(victims[0].pod), object_uid(victims[1].pod)) < 0);
    object_release(victims[0].pod);
    object_release(victims[1].pod);
    static const struct row far[] = {{"c", "n1", "Running", 20, 0, 0, 0, 0}, {"d", "n1", "Running", 60, 0, 0, 0, 0}};
    expect_order(fixture, far, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {FIXTURE_TEST(test_each_rule_in_its_turn), FIXTURE_TEST(test_ages_in_powers_of_two)};
    return cmocka_run_group_tests_name("cluster/controllers/victims", tests, NULL, NULL);
}
