#include "tests/vectors/reader.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/json.h"
#include "common/quantity.h"

#define SERVER_ERROR "the server is not available"

void arena_release(struct arena *arena)
{
    for (size_t i = 0; i < arena->count; i++) {
        free(arena->blocks[i]);
    }
    free(arena->blocks);
    *arena = (struct arena){0};
}

/* Room for the elements of a JSON array (at least one, so that the pointer is never NULL). */
static void *allocate_for(struct arena *arena, const cJSON *array, size_t size, size_t *count)
{
    *count = cJSON_IsArray(array) || cJSON_IsObject(array) ? (size_t)cJSON_GetArraySize(array) : 0;
    arena->blocks = memory_resize(arena->blocks, arena->count + 1, sizeof(*arena->blocks));
    arena->blocks[arena->count] = memory_allocate(*count + 1, size);
    return arena->blocks[arena->count++];
}

static int read_milli(const cJSON *tree, int64_t *milli, struct error *error)
{
    struct quantity quantity;
    const char *text = json_text(tree, "");
    if (quantity_parse(text, &quantity, error) < 0) {
        return error_context(error, "'%s'", text);
    }
    *milli = quantity_milli(quantity);
    return 0;
}

static int read_time(const cJSON *tree, int64_t *time, struct error *error)
{
    return tree == NULL ? 0 : clock_parse(json_text(tree, ""), time, error);
}

static int64_t seconds(const cJSON *tree)
{
    return json_integer(tree, 0) * NANOSECONDS_PER_SECOND;
}

static int read_target(const cJSON *tree, struct hpa_metric_spec *metric, struct error *error)
{
    const char *type = json_text(json_get(tree, "type"), "");
    if (strcmp(type, "Utilization") == 0) {
        metric->target_type = HPA_TARGET_UTILIZATION;
        metric->target_utilization = (int32_t)json_integer(json_get(tree, "averageUtilization"), 0);
        return 0;
    }
    if (strcmp(type, "AverageValue") == 0) {
        metric->target_type = HPA_TARGET_AVERAGE_VALUE;
        return read_milli(json_get(tree, "averageValue"), &metric->target_milli, error);
    }
    metric->target_type = HPA_TARGET_VALUE;
    return read_milli(json_get(tree, "value"), &metric->target_milli, error);
}

static const struct {
    const char *type;
    const char *key;
    enum hpa_metric_type value;
} metric_types[] = {
    {"Resource", "resource", HPA_METRIC_RESOURCE},
    {"ContainerResource", "containerResource", HPA_METRIC_CONTAINER_RESOURCE},
    {"Pods", "pods", HPA_METRIC_PODS},
    {"Object", "object", HPA_METRIC_OBJECT},
    {"External", "external", HPA_METRIC_EXTERNAL},
};

static struct hpa_object_reference read_reference(const cJSON *tree)
{
    return (struct hpa_object_reference){
        .api_version = json_text(json_get(tree, "apiVersion"), ""),
        .kind = json_text(json_get(tree, "kind"), ""),
        .name = json_text(json_get(tree, "name"), ""),
    };
}

static int read_metric(const cJSON *tree, struct hpa_metric_spec *metric, struct error *error)
{
    const cJSON *source = NULL;
    metric->type_text = json_text(json_get(tree, "type"), "");
    for (size_t i = 0; i < sizeof(metric_types) / sizeof(metric_types[0]); i++) {
        if (strcmp(metric->type_text, metric_types[i].type) == 0) {
            metric->type = metric_types[i].value;
            source = json_get(tree, metric_types[i].key);
        }
    }
    if (source == NULL) {
        return error_set(error, "unknown metric type '%s'", metric->type_text);
    }
    metric->name = json_text(json_get(source, "name"), json_text(json_get(source, "metric", "name"), ""));
    metric->container = json_text(json_get(source, "container"), NULL);
    metric->object = read_reference(json_get(source, "describedObject"));
    return read_target(json_get(source, "target"), metric, error);
}

static enum hpa_select_policy read_select_policy(const cJSON *tree)
{
    const char *text = json_text(tree, "");
    if (strcmp(text, "Max") == 0) {
        return HPA_SELECT_MAX;
    }
    if (strcmp(text, "Min") == 0) {
        return HPA_SELECT_MIN;
    }
    return strcmp(text, "Disabled") == 0 ? HPA_SELECT_DISABLED : HPA_SELECT_UNSET;
}

static void read_policies(const cJSON *tree, struct arena *arena, struct hpa_scaling_rules *rules)
{
    const cJSON *each = NULL;
    struct hpa_policy *policies = allocate_for(arena, tree, sizeof(*policies), &rules->policy_count);
    rules->policies = policies;
    cJSON_ArrayForEach (each, tree) {
        bool pods = strcmp(json_text(json_get(each, "type"), ""), "Pods") == 0;
        *policies++ = (struct hpa_policy){
            .type = pods ? HPA_POLICY_PODS : HPA_POLICY_PERCENT,
            .value = (int32_t)json_integer(json_get(each, "value"), 0),
            .period_seconds = (int32_t)json_integer(json_get(each, "periodSeconds"), 0),
        };
    }
}

static int read_rules(const cJSON *tree, struct arena *arena, struct hpa_scaling_rules *rules, struct error *error)
{
    const cJSON *window = json_get(tree, "stabilizationWindowSeconds");
    const cJSON *tolerance = json_get(tree, "tolerance");
    struct quantity quantity;
    rules->has_stabilization_window = window != NULL;
    rules->stabilization_window_seconds = (int32_t)json_integer(window, 0);
    rules->select_policy = read_select_policy(json_get(tree, "selectPolicy"));
    read_policies(json_get(tree, "policies"), arena, rules);
    if (tolerance == NULL) {
        return 0;
    }
    rules->has_tolerance = true;
    if (quantity_parse(json_text(tolerance, ""), &quantity, error) < 0) {
        return error_context(error, "tolerance");
    }
    rules->tolerance = quantity_double(quantity);
    return 0;
}

int read_spec(const cJSON *tree, struct arena *arena, struct hpa_spec *spec, struct error *error)
{
    const cJSON *metrics = json_get(tree, "metrics");
    const cJSON *each = NULL;
    *spec = (struct hpa_spec){
        .target = read_reference(json_get(tree, "scaleTargetRef")),
        .has_min_replicas = json_get(tree, "minReplicas") != NULL,
        .min_replicas = (int32_t)json_integer(json_get(tree, "minReplicas"), 0),
        .max_replicas = (int32_t)json_integer(json_get(tree, "maxReplicas"), 0),
        .has_behavior = cJSON_IsObject(json_get(tree, "behavior")),
    };
    struct hpa_metric_spec *metric = allocate_for(arena, metrics, sizeof(*metric), &spec->metric_count);
    spec->metrics = metric;
    cJSON_ArrayForEach (each, metrics) {
        if (read_metric(each, metric++, error) < 0) {
            return error_context(error, "metrics");
        }
    }
    if (read_rules(json_get(tree, "behavior", "scaleUp"), arena, &spec->behavior.scale_up, error) < 0 ||
        read_rules(json_get(tree, "behavior", "scaleDown"), arena, &spec->behavior.scale_down, error) < 0) {
        return error_context(error, "behavior");
    }
    return 0;
}

/* Requests of a pod's containers, or usages of a sample's: the same struct under other keys. */
static int read_containers(const cJSON *tree, const char *const keys[HPA_RESOURCE_COUNT], struct arena *arena,
                           const struct hpa_container **result, size_t *count, struct error *error)
{
    const cJSON *each = NULL;
    struct hpa_container *container = allocate_for(arena, tree, sizeof(*container), count);
    *result = container;
    cJSON_ArrayForEach (each, tree) {
        container->name = json_text(json_get(each, "name"), "");
        for (size_t i = 0; i < HPA_RESOURCE_COUNT; i++) {
            const cJSON *value = json_get(each, keys[i]);
            container->has[i] = value != NULL;
            if (value != NULL && read_milli(value, &container->milli[i], error) < 0) {
                return -1;
            }
        }
        container++;
    }
    return 0;
}

static enum hpa_pod_phase read_phase(const char *text)
{
    static const char *const names[] = {"Pending", "Running", "Succeeded", "Failed"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            return (enum hpa_pod_phase)i;
        }
    }
    return HPA_POD_UNKNOWN;
}

static enum hpa_ready read_ready(const cJSON *tree)
{
    const char *text = json_text(tree, "");
    if (*text == '\0') {
        return HPA_READY_ABSENT;
    }
    if (strcmp(text, "True") == 0) {
        return HPA_READY_TRUE;
    }
    return strcmp(text, "False") == 0 ? HPA_READY_FALSE : HPA_READY_UNKNOWN;
}

static int read_pods(const cJSON *tree, struct arena *arena, struct hpa_input *input, struct error *error)
{
    static const char *const keys[HPA_RESOURCE_COUNT] = {"cpuRequest", "memoryRequest"};
    const cJSON *each = NULL;
    struct hpa_pod *pod = allocate_for(arena, tree, sizeof(*pod), &input->pod_count);
    input->pods = pod;
    cJSON_ArrayForEach (each, tree) {
        pod->name = json_text(json_get(each, "name"), "");
        pod->phase = read_phase(json_text(json_get(each, "phase"), ""));
        pod->deleting = json_boolean(json_get(each, "deleting"), false);
        pod->has_start_time = json_get(each, "startTime") != NULL;
        pod->ready = read_ready(json_get(each, "ready"));
        if (read_time(json_get(each, "startTime"), &pod->start_time, error) < 0 ||
            read_time(json_get(each, "readyTransition"), &pod->ready_transition, error) < 0 ||
            read_containers(json_get(each, "containers"), keys, arena, &pod->containers, &pod->container_count, error) < 0) {
            return error_context(error, "pod %s", pod->name);
        }
        pod++;
    }
    return 0;
}

static int read_samples(const cJSON *tree, struct arena *arena, struct hpa_input *input, struct error *error)
{
    static const char *const keys[HPA_RESOURCE_COUNT] = {"cpu", "memory"};
    const cJSON *each = NULL;
    struct hpa_pod_sample *sample = allocate_for(arena, tree, sizeof(*sample), &input->samples.count);
    input->samples.items = sample;
    cJSON_ArrayForEach (each, tree) {
        sample->pod = json_text(json_get(each, "name"), "");
        if (read_time(json_get(each, "timestamp"), &sample->timestamp, error) < 0 ||
            duration_parse(json_text(json_get(each, "window"), "0"), &sample->window, error) < 0 ||
            read_containers(json_get(each, "containers"), keys, arena, &sample->containers, &sample->container_count, error) <
                0) {
            return error_context(error, "sample %s", sample->pod);
        }
        sample++;
    }
    return 0;
}

/* The values of one custom or external metric: an object (pod to value), an array, or one number. */
static void read_answer(const cJSON *tree, struct arena *arena, struct hpa_metric_answer *answer)
{
    const cJSON *each = NULL;
    struct hpa_metric_value *value = allocate_for(arena, tree, sizeof(*value), &answer->count);
    answer->values = value;
    if (cJSON_IsNumber(tree)) {
        answer->count = 1;
        value->milli = json_integer(tree, 0);
        return;
    }
    cJSON_ArrayForEach (each, tree) {
        *value++ = (struct hpa_metric_value){.pod = each->string, .milli = json_integer(each, 0)};
    }
}

static void read_answers(const cJSON *metrics, const cJSON *custom, struct arena *arena, struct hpa_input *input)
{
    const cJSON *each = NULL;
    struct hpa_metric_answer *answer = allocate_for(arena, metrics, sizeof(*answer), &input->answer_count);
    input->answers = answer;
    cJSON_ArrayForEach (each, metrics) {
        const char *type = json_text(json_get(each, "type"), "");
        const char *key = strcmp(type, "Pods") == 0     ? "podsMetricMilli"
                          : strcmp(type, "Object") == 0 ? "objectMetricMilli"
                                                        : "externalMetricMilli";
        read_answer(json_get(custom, key), arena, answer++);
    }
}

static struct hpa_flags read_flags(const cJSON *tree)
{
    const cJSON *tolerance = json_get(tree, "tolerance");
    return (struct hpa_flags){
        .tolerance = cJSON_IsNumber(tolerance) ? tolerance->valuedouble : 0,
        .downscale_stabilization = seconds(json_get(tree, "downscaleStabilizationSeconds")),
        .cpu_initialization_period = seconds(json_get(tree, "cpuInitializationPeriodSeconds")),
        .initial_readiness_delay = seconds(json_get(tree, "initialReadinessDelaySeconds")),
    };
}

int read_step(const cJSON *scenario, const cJSON *tree, struct arena *arena, struct step *step, struct error *error)
{
    struct hpa_input *input = &step->input;
    *step = (struct step){.now = 0};
    input->flags = read_flags(json_get(scenario, "flags"));
    input->scale.spec_replicas = (int32_t)json_integer(json_get(tree, "specReplicas"), 0);
    input->scale.status_replicas = (int32_t)json_integer(json_get(tree, "statusReplicas"), 0);
    input->scale.get_error = json_boolean(json_get(tree, "scaleGetFails"), false) ? SERVER_ERROR : NULL;
    step->update_error = json_boolean(json_get(tree, "scaleUpdateFails"), false) ? SERVER_ERROR : NULL;
    read_answers(json_get(scenario, "hpaSpec", "metrics"), json_get(tree, "custom"), arena, input);
    if (read_time(json_get(tree, "at"), &step->now, error) < 0 || read_pods(json_get(tree, "pods"), arena, input, error) < 0) {
        return -1;
    }
    return read_samples(json_get(tree, "podMetrics"), arena, input, error);
}
