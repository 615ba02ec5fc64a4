/* Points of usage and what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/metrics/series.h"
#include "common/clock.h"

#define SECOND NANOSECONDS_PER_SECOND
#define START (INT64_C(1795305600) * SECOND) /* 2026-11-22T00:00:00Z */
#define RESOLUTION (15 * SECOND)

static char lab[] = "lab", node[] = "lab-1", other_node[] = "lab-2", web[] = "web", uid[] = "u", first[] = "a", second[] = "b";

static struct usage_point point(char *container, int64_t started, int64_t sampled, int64_t cpu)
{
    return (struct usage_point){.namespace = lab,
                                .pod = web,
                                .uid = uid,
                                .container = container,
                                .node = node,
                                .started_wall = START + started,
                                .sampled_wall = START + sampled,
                                .cpu = cpu,
                                .memory = 404 * 1024};
}

static void assert_pods(const struct usage_series *series, const char *wanted)
{
    AUTO_JSON cJSON *pods = usage_series_to_pods(series, NULL, START + 100 * SECOND);
    AUTO_FREE char *text = json_print(pods);
    assert_string_equal(text, wanted);
}

/* One scrape on top of another; both are cleared by the caller. */
static struct usage_series scrape(const struct usage_series *before, struct usage_point one)
{
    struct usage_series now = {0};
    usage_series_add(&now, before, &one, RESOLUTION);
    return now;
}

static void test_two_scrapes(void **state)
{
    (void)state;
    const struct usage_series none = {0};
    struct usage_series before = scrape(&none, point(first, 0, 20 * SECOND, SECOND));
    assert_pods(&before, "[]");
    struct usage_series now = scrape(&before, point(first, 0, 20 * SECOND + 15003000000, SECOND + 1500300000));
    assert_pods(&now, "[{\"metadata\":{\"name\":\"web\",\"namespace\":\"lab\",\"creationTimestamp\":\"2026-11-22T00:01:40Z\"},"
                      "\"timestamp\":\"2026-11-22T00:00:35Z\",\"window\":\"15.003s\",\"containers\":[{\"name\":\"a\","
                      "\"usage\":{\"cpu\":\"100000000n\",\"memory\":\"404Ki\"}}]}]");
    usage_series_clear(&before);
    usage_series_clear(&now);
}

static void test_young_container_is_measured_from_its_start(void **state)
{
    (void)state;
    static const struct {
        int64_t age;
        int shown;
    } rows[] = {{9 * SECOND, 0}, {10 * SECOND, 1}, {14 * SECOND, 1}, {15 * SECOND, 0}};
    const struct usage_series none = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct usage_series now = scrape(&none, point(first, 0, rows[i].age, SECOND));
        AUTO_JSON cJSON *pods = usage_series_to_pods(&now, "lab", START);
        assert_int_equal(cJSON_GetArraySize(pods), rows[i].shown);
        usage_series_clear(&now);
    }
}

static void test_restart_begins_anew(void **state)
{
    (void)state;
    const struct usage_series none = {0};
    struct usage_series before = scrape(&none, point(first, 0, 20 * SECOND, 10 * SECOND));
    struct usage_series now = scrape(&before, point(first, 30 * SECOND, 35 * SECOND, SECOND));
    assert_pods(&now, "[]");
    usage_series_clear(&before);
    usage_series_clear(&now);
}

static void test_pod_waits_for_all_its_containers(void **state)
{
    (void)state;
    const struct usage_series none = {0};
    struct usage_series before = scrape(&none, point(first, 0, 20 * SECOND, 0));
    struct usage_series now = scrape(&before, point(first, 0, 35 * SECOND, 0));
    const struct usage_point young = point(second, 33 * SECOND, 35 * SECOND, 0);
    usage_series_add(&now, &before, &young, RESOLUTION);
    assert_pods(&now, "[]");
    usage_series_clear(&before);
    usage_series_clear(&now);
}

static void test_namespaces(void **state)
{
    (void)state;
    const struct usage_series none = {0};
    struct usage_series now = scrape(&none, point(first, 0, 12 * SECOND, 0));
    AUTO_JSON cJSON *other = usage_series_to_pods(&now, "other", START);
    assert_int_equal(cJSON_GetArraySize(other), 0);
    AUTO_JSON cJSON *all = usage_series_to_pods(&now, "", START);
    assert_int_equal(cJSON_GetArraySize(all), 1);
    assert_string_equal(
        json_text(json_get(cJSON_GetArrayItem(json_get(cJSON_GetArrayItem(all, 0), "containers"), 0), "usage", "cpu"), ""), "0");
    usage_series_clear(&now);
}

static void test_sums_of_nodes(void **state)
{
    (void)state;
    const struct usage_series none = {0};
    struct usage_point elsewhere = point(second, 0, 20 * SECOND, 0);
    elsewhere.node = other_node;
    struct usage_series before = scrape(&none, point(first, 0, 20 * SECOND, 0));
    usage_series_add(&before, &none, &elsewhere, RESOLUTION);
    struct usage_series now = scrape(&before, point(first, 0, 30 * SECOND, 5 * SECOND));
    elsewhere.sampled_wall += 10 * SECOND;
    elsewhere.cpu = SECOND;
    usage_series_add(&now, &before, &elsewhere, RESOLUTION);
    const struct usage_sum here = usage_series_of_node(&now, node), there = usage_series_of_node(&now, other_node);
    assert_int_equal(here.nanocores, 500000000);
    assert_int_equal(here.bytes, 404 * 1024);
    assert_int_equal(there.nanocores, 100000000);
    assert_int_equal(usage_series_of_node(&now, "lab-3").bytes, 0);
    usage_series_clear(&before);
    usage_series_clear(&now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_of_nodes),
        cmocka_unit_test(test_two_scrapes),
        cmocka_unit_test(test_young_container_is_measured_from_its_start),
        cmocka_unit_test(test_restart_begins_anew),
        cmocka_unit_test(test_pod_waits_for_all_its_containers),
        cmocka_unit_test(test_namespaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
