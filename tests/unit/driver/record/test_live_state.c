#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/record/live_state.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static void see(struct live_state *state, enum change_type type, const char *resource, const char *name, const char *json)
{
    AUTO_JSON cJSON *object = json_parse(json, strlen(json), NULL);
    assert_non_null(object);
    const struct change change = {.type = type, .resource = resource, .name = name, .object = object};
    live_state_change(state, &change);
}

static void second(struct live_state *state, int64_t number, int64_t latency, uint64_t lost)
{
    struct load_row row = {.second = number, .outcomes = {[OUTCOME_OK] = 2, [OUTCOME_RESET] = lost, [OUTCOME_ABORTED] = 9}};
    struct load_tick tick = {.second = number, .target_rate = 3, .planned = 3, .late = 2, .dropped = 1, .in_flight = 4};
    histogram_record(&row.response, latency);
    histogram_record(&row.response, latency);
    live_state_row(state, &row);
    live_state_tick(state, &tick);
    histogram_release(&row.response);
}

static void test_load_figures(void **state)
{
    (void)state;
    struct live_state *live = live_state_create("webapp", SECOND);
    struct live_view view = live_state_view(live);
    assert_int_equal(view.p99, 0);
    second(live, 0, 10 * MILLISECOND, 1);
    second(live, 1, 20 * MILLISECOND, 0);
    view = live_state_view(live);
    assert_true(view.target_rate == 3 && view.actual_rate == 2);
    assert_int_equal(view.requests, 6);
    assert_int_equal(view.dropped, 2);
    assert_int_equal(view.late, 4);
    assert_int_equal(view.lost, 1);
    assert_int_equal(view.in_flight, 4);
    assert_int_equal(view.maximum, 20 * MILLISECOND);
    assert_int_equal(view.worst, 20 * MILLISECOND);
    live_state_destroy(live);
}

/* The last five whole seconds, no more and no less; the worst is kept for the variant. */
static void test_window_of_five_seconds(void **state)
{
    (void)state;
    struct live_state *live = live_state_create("webapp", SECOND);
    second(live, 0, 900 * MILLISECOND, 0);
    for (int64_t number = 1; number < 5; number++) {
        second(live, number, 10 * MILLISECOND, 0);
        assert_int_equal(live_state_view(live).maximum, 900 * MILLISECOND);
    }
    second(live, 5, 10 * MILLISECOND, 0);
    assert_int_equal(live_state_view(live).maximum, 10 * MILLISECOND);
    assert_int_equal(live_state_view(live).worst, 900 * MILLISECOND);
    live_state_destroy(live);
}

static void test_two_loads_add_up(void **state)
{
    (void)state;
    struct live_state *live = live_state_create("webapp", SECOND);
    struct load_tick tick = {.second = 0, .target_rate = 10, .in_flight = 2};
    live_state_tick(live, &tick);
    live_state_tick(live, &tick);
    assert_true(live_state_view(live).target_rate == 20);
    assert_int_equal(live_state_view(live).in_flight, 4);
    tick.second = 1;
    live_state_tick(live, &tick);
    assert_true(live_state_view(live).target_rate == 10);
    live_state_destroy(live);
}

static void test_spikes_are_slow_or_lost(void **state)
{
    (void)state;
    struct live_state *live = live_state_create("webapp", SECOND);
    static const enum exemplar_reason reasons[] = {EXEMPLAR_SLOW, EXEMPLAR_LOST, EXEMPLAR_FIRST};
    for (size_t i = 0; i < 3; i++) {
        const struct load_exemplar exemplar = {.reason = reasons[i]};
        live_state_exemplar(live, &exemplar);
    }
    assert_int_equal(live_state_view(live).spikes, 2);
    live_state_destroy(live);
}

static void test_pods(void **state)
{
    (void)state;
    static const char ready[] = "{\"metadata\":{},\"status\":{\"conditions\":[{\"type\":\"Initialized\",\"status\":\"True\"},"
                                "{\"type\":\"Ready\",\"status\":\"True\"}]}}";
    static const char unready[] = "{\"metadata\":{},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}]}}";
    static const char leaving[] = "{\"metadata\":{\"deletionTimestamp\":\"2026-11-22T00:00:00Z\"},"
                                  "\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}";
    struct live_state *live = live_state_create("webapp", SECOND);
    see(live, CHANGE_LISTED, "pods", "a", unready);
    see(live, CHANGE_ADDED, "pods", "b", unready);
    see(live, CHANGE_MODIFIED, "pods", "b", ready);
    struct live_view view = live_state_view(live);
    assert_int_equal(view.pods, 2);
    assert_int_equal(view.pods_ready, 1);
    see(live, CHANGE_MODIFIED, "pods", "b", leaving);
    view = live_state_view(live);
    assert_int_equal(view.pods, 1);
    assert_int_equal(view.pods_ready, 0);
    assert_int_equal(view.pods_terminating, 1);
    see(live, CHANGE_DELETED, "pods", "b", leaving);
    see(live, CHANGE_DELETED, "pods", "unknown", leaving);
    view = live_state_view(live);
    assert_int_equal(view.pods, 1);
    assert_int_equal(view.pods_terminating, 0);
    live_state_destroy(live);
}

#define HPA(target, current)                                                                                                     \
    "{\"spec\":{\"minReplicas\":1,\"maxReplicas\":10,\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\","        \
    "\"target\":" target "}}]},\"status\":{\"currentReplicas\":2,\"desiredReplicas\":3,\"currentMetrics\":" current "}}"

static void test_autoscaler(void **state)
{
    (void)state;
    static const char unknown[] = HPA("{\"averageUtilization\":50}", "null");
    static const char known[] = HPA("{\"averageUtilization\":50}", "[{\"resource\":{\"current\":{\"averageUtilization\":73}}}]");
    static const char value[] = HPA("{\"averageValue\":\"1500m\"}", "[{\"resource\":{\"current\":{\"averageValue\":\"2\"}}}]");
    struct live_state *live = live_state_create("webapp", SECOND);
    assert_false(live_state_view(live).hpa_seen);
    see(live, CHANGE_ADDED, "horizontalpodautoscalers", "other", known);
    assert_false(live_state_view(live).hpa_seen);
    see(live, CHANGE_ADDED, "horizontalpodautoscalers", "webapp", unknown);
    struct live_view view = live_state_view(live);
    assert_true(view.hpa_seen && !view.metric_known);
    assert_int_equal(view.metric_target, 50);
    see(live, CHANGE_MODIFIED, "horizontalpodautoscalers", "webapp", known);
    view = live_state_view(live);
    assert_true(view.metric_known && view.metric_is_percent);
    assert_int_equal(view.metric_value, 73);
    assert_int_equal(view.hpa_current, 2);
    assert_int_equal(view.hpa_desired, 3);
    assert_int_equal(view.hpa_maximum, 10);
    see(live, CHANGE_MODIFIED, "horizontalpodautoscalers", "webapp", value);
    view = live_state_view(live);
    assert_true(view.metric_known && !view.metric_is_percent);
    assert_int_equal(view.metric_target, 1500);
    assert_int_equal(view.metric_value, 2000);
    see(live, CHANGE_DELETED, "horizontalpodautoscalers", "webapp", known);
    assert_false(live_state_view(live).hpa_seen);
    live_state_destroy(live);
}

static void test_replicas_and_events(void **state)
{
    (void)state;
    struct live_state *live = live_state_create("webapp", SECOND);
    assert_int_equal(live_state_view(live).replicas_specified, -1);
    see(live, CHANGE_MODIFIED, "deployments", "webapp", "{\"spec\":{\"replicas\":4}}");
    assert_int_equal(live_state_view(live).replicas_specified, 4);
    see(live, CHANGE_ADDED, "events", "e",
        "{\"type\":\"Normal\",\"reason\":\"Started\",\"message\":\"m\",\"involvedObject\":{\"kind\":\"Pod\"}}");
    assert_string_equal(live_state_view(live).last_event, "");
    see(live, CHANGE_ADDED, "events", "e",
        "{\"type\":\"Warning\",\"reason\":\"Unhealthy\",\"message\":\"m\",\"involvedObject\":{\"kind\":\"Pod\"}}");
    assert_string_equal(live_state_view(live).last_event, "Unhealthy: m");
    see(live, CHANGE_ADDED, "events", "e",
        "{\"type\":\"Normal\",\"reason\":\"SuccessfulRescale\",\"message\":\"New size: 3\","
        "\"involvedObject\":{\"kind\":\"HorizontalPodAutoscaler\"}}");
    assert_string_equal(live_state_view(live).last_event, "SuccessfulRescale: New size: 3");
    const struct change gap = {.type = CHANGE_GAP, .resource = "pods", .name = "", .text = "away"};
    live_state_change(live, &gap);
    const struct change sample = {.type = CHANGE_SAMPLE, .resource = "podmetrics", .name = "", .text = "failed"};
    live_state_change(live, &sample);
    live_state_destroy(live);
}

static const char pod_of[] =
    "{\"metadata\":{\"ownerReferences\":[{\"controller\":true,\"kind\":\"ReplicaSet\",\"name\":\"%s\"}]}}";

static void send_pod(struct live_state *state, const char *name, const char *owner)
{
    AUTO_FREE char *json = memory_format(pod_of, owner);
    see(state, CHANGE_ADDED, "pods", name, json);
}

/* In a namespace of somebody's there are other workloads. */
static void test_other_workloads_do_not_count(void **state)
{
    (void)state;
    static const char *const watched[] = {"cart", "deployment/cart"};
    for (size_t i = 0; i < 2; i++) {
        struct live_state *live = live_state_create(watched[i], SECOND);
        see(live, CHANGE_LISTED, "deployments", "shipping", "{\"spec\":{\"replicas\":9}}");
        see(live, CHANGE_LISTED, "deployments", "cart", "{\"spec\":{\"replicas\":2}}");
        see(live, CHANGE_LISTED, "deployments", "zebra", "{\"spec\":{\"replicas\":5}}");
        send_pod(live, "cart-1", "cart-5d4b");
        send_pod(live, "shipping-1", "shipping-5d4b");
        see(live, CHANGE_LISTED, "horizontalpodautoscalers", "cart", "{\"spec\":{\"scaleTargetRef\":{\"name\":\"cart\"}}}");
        assert_int_equal(live_state_view(live).pods, 1);
        assert_int_equal(live_state_view(live).replicas_specified, 2);
        assert_int_equal(live_state_view(live).hpa_seen, i == 0);
        live_state_destroy(live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_figures),
        cmocka_unit_test(test_window_of_five_seconds),
        cmocka_unit_test(test_two_loads_add_up),
        cmocka_unit_test(test_spikes_are_slow_or_lost),
        cmocka_unit_test(test_pods),
        cmocka_unit_test(test_autoscaler),
        cmocka_unit_test(test_replicas_and_events),
        cmocka_unit_test(test_other_workloads_do_not_count),
    };
    return cmocka_run_group_tests_name("live state", tests, NULL, NULL);
}
