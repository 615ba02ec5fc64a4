/* What the recordings do not cover: selectors, unknown metric types, failing APIs, a spec that changes, defaults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "hpa/hpa.h"

#define START (INT64_C(1767268800) * NANOSECONDS_PER_SECOND)

static const struct hpa_container request = {.name = "app", .has = {true, true}, .milli = {100, INT64_C(100000000000)}};
static const struct hpa_container usage = {.name = "app", .has = {true, true}, .milli = {160, INT64_C(60000000000)}};

static const struct hpa_pod pods[] = {
    {.name = "app-0",
     .phase = HPA_POD_RUNNING,
     .has_start_time = true,
     .start_time = START - 3600 * NANOSECONDS_PER_SECOND,
     .ready = HPA_READY_TRUE,
     .ready_transition = START - 3500 * NANOSECONDS_PER_SECOND,
     .containers = &request,
     .container_count = 1},
};

static const struct hpa_pod_sample samples[] = {
    {.pod = "app-0", .timestamp = START, .window = 15 * NANOSECONDS_PER_SECOND, .containers = &usage, .container_count = 1},
};

static struct hpa_spec spec_of(const struct hpa_metric_spec *metrics, size_t count)
{
    return (struct hpa_spec){
        .target = {.api_version = "apps/v1", .kind = "Deployment", .name = "app"},
        .max_replicas = 10,
        .metrics = metrics,
        .metric_count = count,
    };
}

static struct hpa_input ordinary_input(void)
{
    return (struct hpa_input){
        .flags = HPA_DEFAULT_FLAGS,
        .scale = {.spec_replicas = 1, .status_replicas = 1},
        .pods = pods,
        .pod_count = 1,
        .samples = {.items = samples, .count = 1},
    };
}

static struct hpa_autoscaler *autoscaler_of(const struct hpa_metric_spec *metrics, size_t count)
{
    struct hpa_autoscaler *autoscaler = hpa_autoscaler_create("default");
    struct hpa_spec spec = spec_of(metrics, count);
    hpa_autoscaler_set_spec(autoscaler, &spec);
    return autoscaler;
}

static void assert_condition(const struct hpa_autoscaler *autoscaler, enum hpa_condition_type type, bool value,
                             const char *reason, const char *message)
{
    struct hpa_status status = hpa_status(autoscaler);
    for (size_t i = 0; i < status.condition_count; i++) {
        if (status.conditions[i].type != type) {
            continue;
        }
        struct buffer text;
        buffer_init(&text, 8192);
        hpa_condition_message(autoscaler, i, &text);
        assert_int_equal(status.conditions[i].status, value);
        assert_string_equal(status.conditions[i].reason, reason);
        assert_string_equal(text.data, message);
        buffer_release(&text);
        return;
    }
    fail_msg("no condition %s", hpa_condition_type_text(type));
}

static void assert_event(const struct hpa_autoscaler *autoscaler, size_t index, const char *reason, const char *message)
{
    struct buffer text;
    assert_true(index < hpa_event_count(autoscaler));
    buffer_init(&text, 8192);
    hpa_event_message(autoscaler, index, &text);
    assert_string_equal(hpa_event(autoscaler, index).reason, reason);
    assert_string_equal(text.data, message);
    buffer_release(&text);
}

static void assert_error(const struct hpa_autoscaler *autoscaler, const char *message)
{
    struct buffer text;
    buffer_init(&text, 8192);
    assert_int_equal(hpa_error_message(autoscaler, &text), message != NULL);
    assert_string_equal(text.data, message == NULL ? "" : message);
    buffer_release(&text);
}

static void test_default_metric(void **state)
{
    (void)state;
    struct hpa_autoscaler *autoscaler = autoscaler_of(NULL, 0);
    struct hpa_input input = ordinary_input();
    struct hpa_decision decision = hpa_decide(autoscaler, &input, START);
    assert_true(decision.scale);
    assert_int_equal(decision.replicas, 2);
    hpa_finish(autoscaler, NULL);
    assert_event(autoscaler, 0, "SuccessfulRescale",
                 "New size: 2; reason: cpu resource utilization (percentage of request) above target");
    struct hpa_status status = hpa_status(autoscaler);
    assert_int_equal(status.metrics[0].average_utilization, 160);
    assert_int_equal(status.desired_replicas, 2);
    assert_true(status.has_last_scale_time);
    assert_error(autoscaler, NULL);
    hpa_autoscaler_destroy(autoscaler);
}

static void test_missing_selector(void **state)
{
    (void)state;
    struct hpa_autoscaler *autoscaler = autoscaler_of(NULL, 0);
    struct hpa_input input = ordinary_input();
    input.scale.selector_state = HPA_SELECTOR_MISSING;
    assert_false(hpa_decide(autoscaler, &input, START).scale);
    assert_condition(autoscaler, HPA_SCALING_ACTIVE, false, "InvalidSelector", "the HPA target's scale is missing a selector");
    assert_event(autoscaler, 0, "SelectorRequired", "selector is required");
    assert_event(autoscaler, 1, "FailedComputeMetricsReplicas", "selector is required");
    assert_error(autoscaler, "failed to compute desired number of replicas based on listed metrics for Deployment/default/app: "
                             "selector is required");
    assert_null(hpa_status(autoscaler).metrics);
    hpa_autoscaler_destroy(autoscaler);
}

static void test_invalid_selector(void **state)
{
    (void)state;
    const char *message =
        "couldn't convert selector into a corresponding internal selector object: found '=', expected: identifier";
    struct hpa_autoscaler *autoscaler = autoscaler_of(NULL, 0);
    struct hpa_input input = ordinary_input();
    input.scale.selector_state = HPA_SELECTOR_INVALID;
    input.scale.selector_error = "found '=', expected: identifier";
    assert_false(hpa_decide(autoscaler, &input, START).scale);
    assert_condition(autoscaler, HPA_SCALING_ACTIVE, false, "InvalidSelector", message);
    assert_event(autoscaler, 0, "InvalidSelector", message);
    hpa_autoscaler_destroy(autoscaler);
}

static void test_ambiguous_selector(void **state)
{
    (void)state;
    const char *message = "pods by selector app=web are controlled by multiple HPAs: [default/one default/two]";
    static const char *const hpas[] = {"default/one", "default/two"};
    struct hpa_autoscaler *autoscaler = autoscaler_of(NULL, 0);
    struct hpa_input input = ordinary_input();
    input.scale.selector_state = HPA_SELECTOR_AMBIGUOUS;
    input.scale.selector = "app=web";
    input.scale.hpas = hpas;
    input.scale.hpa_count = 2;
    assert_false(hpa_decide(autoscaler, &input, START).scale);
    assert_condition(autoscaler, HPA_SCALING_ACTIVE, false, "AmbiguousSelector", message);
    assert_event(autoscaler, 0, "AmbiguousSelector", message);
    assert_event(autoscaler, 1, "FailedComputeMetricsReplicas", message);
    hpa_autoscaler_destroy(autoscaler);
}

static void test_unknown_metric_type(void **state)
{
    (void)state;
    const struct hpa_metric_spec metric = {.type = HPA_METRIC_UNKNOWN, .type_text = "Weather"};
    struct hpa_autoscaler *autoscaler = autoscaler_of(&metric, 1);
    struct hpa_input input = ordinary_input();
    assert_false(hpa_decide(autoscaler, &input, START).scale);
    assert_condition(autoscaler, HPA_SCALING_ACTIVE, false, "InvalidMetricSourceType",
                     "the HPA was unable to compute the replica count: unknown metric source type \"Weather\"");
    assert_null(hpa_status(autoscaler).metrics[0].metric);
    hpa_autoscaler_destroy(autoscaler);
}

static void test_metrics_api_out_of_order(void **state)
{
    (void)state;
    struct hpa_autoscaler *autoscaler = autoscaler_of(NULL, 0);
    struct hpa_input input = ordinary_input();
    input.samples.error = "the server could not find the requested resource (get pods.metrics.k8s.io)";
    assert_false(hpa_decide(autoscaler, &input, START).scale);
    assert_event(autoscaler, 0, "FailedGetResourceMetric",
                 "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource "
                 "metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)");
    hpa_autoscaler_destroy(autoscaler);
}

static void test_custom_and_external_api_out_of_order(void **state)
{
    (void)state;
    const struct hpa_metric_spec metrics[] = {
        {.type = HPA_METRIC_PODS, .name = "rate", .target_type = HPA_TARGET_AVERAGE_VALUE, .target_milli = 1000},
        {.type = HPA_METRIC_EXTERNAL,
         .name = "queue",
         .selector = "&LabelSelector{}",
         .target_type = HPA_TARGET_VALUE,
         .target_milli = 1},
        {.type = HPA_METRIC_OBJECT,
         .name = "rate",
         .object = {"v1", "Service", "web"},
         .target_type = HPA_TARGET_VALUE,
         .target_milli = 1},
    };
    const struct hpa_metric_answer answers[] = {{.error = "gone"}, {.error = "gone"}, {.error = "gone"}};
    struct hpa_autoscaler *autoscaler = autoscaler_of(metrics, 3);
    struct hpa_input input = ordinary_input();
    input.answers = answers;
    input.answer_count = 3;
    assert_false(hpa_decide(autoscaler, &input, START).scale);
    assert_event(autoscaler, 0, "FailedGetPodsMetric",
                 "unable to get metric rate: unable to fetch metrics from custom metrics API: gone");
    assert_event(
        autoscaler, 1, "FailedGetExternalMetric",
        "unable to get external metric default/queue/&LabelSelector{}: unable to fetch metrics from external metrics API: gone");
    assert_event(autoscaler, 2, "FailedGetObjectMetric",
                 "unable to get metric rate: Service on default web/unable to fetch metrics from custom metrics API: gone");
    hpa_autoscaler_destroy(autoscaler);
}

/* The message of an earlier sync names its metric even when the spec has another one by now. */
static void test_spec_changes(void **state)
{
    (void)state;
    const struct hpa_metric_spec memory = {
        .type = HPA_METRIC_RESOURCE, .name = "memory", .target_type = HPA_TARGET_UTILIZATION, .target_utilization = 60};
    struct hpa_autoscaler *autoscaler = autoscaler_of(&memory, 1);
    struct hpa_input input = ordinary_input();
    assert_false(hpa_decide(autoscaler, &input, START).scale);
    struct hpa_spec spec = spec_of(NULL, 0);
    hpa_autoscaler_set_spec(autoscaler, &spec);
    assert_int_equal(hpa_event_count(autoscaler), 0);
    input.scale.get_error = "not found";
    assert_false(hpa_decide(autoscaler, &input, START + NANOSECONDS_PER_SECOND).scale);
    assert_condition(autoscaler, HPA_SCALING_ACTIVE, true, "ValidMetricFound",
                     "the HPA was able to successfully calculate a replica count from memory resource utilization (percentage of "
                     "request)");
    assert_condition(autoscaler, HPA_ABLE_TO_SCALE, false, "FailedGetScale",
                     "the HPA controller was unable to get the target's current scale: not found");
    assert_string_equal(hpa_status(autoscaler).metrics[0].metric->name, "memory");
    assert_int_equal(hpa_status(autoscaler).metrics[0].average_utilization, 60);
    hpa_autoscaler_destroy(autoscaler);
}

static void test_long_error_is_cut(void **state)
{
    (void)state;
    char *error = malloc(100001);
    memset(error, 'x', 100000);
    error[100000] = '\0';
    struct hpa_autoscaler *autoscaler = autoscaler_of(NULL, 0);
    struct hpa_input input = ordinary_input();
    input.scale.get_error = error;
    hpa_decide(autoscaler, &input, START);
    struct buffer text;
    buffer_init(&text, 200000);
    hpa_event_message(autoscaler, 0, &text);
    assert_true(text.length > 1000 && text.length < 10000);
    buffer_release(&text);
    free(error);
    hpa_autoscaler_destroy(autoscaler);
}

static void test_finish_without_need_does_nothing(void **state)
{
    (void)state;
    struct hpa_autoscaler *autoscaler = autoscaler_of(NULL, 0);
    struct hpa_input input = ordinary_input();
    assert_true(hpa_decide(autoscaler, &input, START).scale);
    hpa_finish(autoscaler, NULL);
    hpa_finish(autoscaler, "late");
    assert_int_equal(hpa_event_count(autoscaler), 1);
    assert_error(autoscaler, NULL);
    hpa_autoscaler_destroy(autoscaler);
    hpa_autoscaler_destroy(NULL);
}

static void test_defaults(void **state)
{
    (void)state;
    struct hpa_spec spec = {.max_replicas = 3, .has_behavior = true};
    hpa_default_spec(&spec);
    assert_true(spec.has_min_replicas);
    assert_int_equal(spec.min_replicas, 1);
    assert_int_equal(spec.metric_count, 1);
    assert_string_equal(spec.metrics[0].name, "cpu");
    assert_int_equal(spec.metrics[0].target_utilization, 80);
    assert_true(spec.behavior.scale_up.has_stabilization_window);
    assert_int_equal(spec.behavior.scale_up.policy_count, 2);
    assert_int_equal(spec.behavior.scale_up.select_policy, HPA_SELECT_MAX);
    assert_false(spec.behavior.scale_down.has_stabilization_window);
    assert_int_equal(spec.behavior.scale_down.policy_count, 1);
    assert_false(spec.behavior.scale_down.has_tolerance);
}

static void test_defaults_leave_what_is_there(void **state)
{
    (void)state;
    const struct hpa_policy policy = {.type = HPA_POLICY_PODS, .value = 1, .period_seconds = 60};
    const struct hpa_metric_spec metric = {.type = HPA_METRIC_PODS, .name = "rate"};
    struct hpa_spec spec = {.has_min_replicas = true, .min_replicas = 0, .metrics = &metric, .metric_count = 1};
    struct hpa_spec before = spec;
    hpa_default_spec(&spec);
    assert_memory_equal(&spec, &before, sizeof(spec));
    spec.has_behavior = true;
    spec.behavior.scale_up = (struct hpa_scaling_rules){
        .has_stabilization_window = true,
        .stabilization_window_seconds = 7,
        .select_policy = HPA_SELECT_MIN,
        .policies = &policy,
        .policy_count = 1,
    };
    struct hpa_scaling_rules up = spec.behavior.scale_up;
    hpa_default_spec(&spec);
    assert_memory_equal(&spec.behavior.scale_up, &up, sizeof(up));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_metric),
        cmocka_unit_test(test_missing_selector),
        cmocka_unit_test(test_invalid_selector),
        cmocka_unit_test(test_ambiguous_selector),
        cmocka_unit_test(test_unknown_metric_type),
        cmocka_unit_test(test_metrics_api_out_of_order),
        cmocka_unit_test(test_custom_and_external_api_out_of_order),
        cmocka_unit_test(test_spec_changes),
        cmocka_unit_test(test_long_error_is_cut),
        cmocka_unit_test(test_finish_without_need_does_nothing),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_defaults_leave_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
