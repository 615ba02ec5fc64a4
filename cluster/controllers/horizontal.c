#include "cluster/controllers/horizontal.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/selector.h"
#include "cluster/controllers/horizontal_metrics.h"
#include "cluster/controllers/horizontal_pods.h"
#include "cluster/controllers/horizontal_spec.h"
#include "cluster/controllers/horizontal_status.h"
#include "cluster/controllers/table.h"
#include "common/log.h"
#include "hpa/hpa.h"

#define COMPONENT "horizontal-pod-autoscaler"
#define MESSAGE_MAXIMUM 65536

/* What is remembered of one HorizontalPodAutoscaler between its syncs. */
struct autoscaler {
    struct hpa_autoscaler *hpa;
    char *uid;
    char *namespace;
    struct selector *selector; /* of the target at the last sync; NULL before the first */
};

struct state {
    struct table *autoscalers; /* by key */
};

static void destroy_autoscaler(struct autoscaler *autoscaler)
{
    if (autoscaler == NULL)
        return;
    hpa_autoscaler_destroy(autoscaler->hpa);
    selector_destroy(autoscaler->selector);
    free(autoscaler->namespace);
    free(autoscaler->uid);
    free(autoscaler);
}

static void *create(void)
{
    struct state *state = memory_allocate(1, sizeof *state);
    state->autoscalers = table_create();
    return state;
}

static void visit_destroy(const char *key, void *value, void *context)
{
    (void)key;
    (void)context;
    destroy_autoscaler(value);
}

static void destroy(void *state_pointer)
{
    struct state *state = state_pointer;
    table_visit(state->autoscalers, visit_destroy, NULL);
    table_destroy(state->autoscalers);
    free(state);
}

/* A fixed-interval queue: a change does not make the next sync come sooner. */
static void observe(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) != RESOURCE_HORIZONTALPODAUTOSCALERS)
        return;
    char key[CONTROLLER_KEY_SIZE];
    struct state *state = controller->state;
    key_of(event->object, key);
    if (event->type == WATCH_DELETED)
        destroy_autoscaler(table_remove(state->autoscalers, key));
    else
        controller_enqueue_after(controller, key, controller->runtime->periods.horizontal_pod_autoscaler_sync_period);
}

static struct autoscaler *autoscaler_of(struct state *state, const char *key, const struct object *object)
{
    struct autoscaler *autoscaler = table_find(state->autoscalers, key);
    if (autoscaler != NULL && strcmp(autoscaler->uid, object_uid(object)) == 0)
        return autoscaler;
    destroy_autoscaler(autoscaler);
    autoscaler = memory_allocate(1, sizeof *autoscaler);
    autoscaler->hpa = hpa_autoscaler_create(object_namespace(object));
    autoscaler->uid = memory_copy_text(object_uid(object));
    autoscaler->namespace = memory_copy_text(object_namespace(object));
    table_set(state->autoscalers, key, autoscaler);
    return autoscaler;
}

/* One sync: what was gathered, and what lives until it is over. */
struct evaluation {
    struct controller *controller;
    const struct object *object;
    struct autoscaler *autoscaler;
    struct horizontal_spec spec;
    const struct resource *target; /* NULL: of an unknown kind */
    cJSON *scale;
    struct status scale_status;
    struct status selector_status;
    struct horizontal_pods pods;
    struct horizontal_metrics metrics;
    const char **rivals; /* keys of autoscalers that select the same pods */
    size_t rival_count;
};

static void read_scale(struct evaluation *evaluation)
{
    const struct hpa_object_reference *target = &evaluation->spec.spec.target;
    evaluation->target = resource_by_kind(target->api_version, target->kind);
    if (evaluation->target == NULL) {
        const char *slash = strchr(target->api_version, '/');
        int group = slash != NULL ? (int)(slash - target->api_version) : 0;
        (void)status_set(&evaluation->scale_status, 404, "NotFound", "no matches for kind \"%s\" in group \"%.*s\"", target->kind,
                         group, target->api_version);
        return;
    }
    evaluation->scale = registry_scale(evaluation->controller->runtime->registry, evaluation->target->id,
                                       object_namespace(evaluation->object), target->name, &evaluation->scale_status);
}

/* Whether an autoscaler that was looked at before selects any of the pods. */
static void visit_rival(const char *key, void *value, void *context)
{
    struct evaluation *evaluation = context;
    const struct autoscaler *other = value;
    if (other->selector == NULL || strcmp(other->namespace, object_namespace(evaluation->object)) != 0)
        return;
    for (size_t i = 0; i < evaluation->pods.objects.count; i++) {
        if (selector_matches(other->selector, object_tree(evaluation->pods.objects.objects[i]))) {
            evaluation->rivals = memory_resize(evaluation->rivals, evaluation->rival_count + 1, sizeof(char *));
            evaluation->rivals[evaluation->rival_count++] = key;
            return;
        }
    }
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool wants_samples(const struct hpa_spec *spec)
{
    for (size_t i = 0; i < spec->metric_count; i++) {
        if (spec->metrics[i].type == HPA_METRIC_RESOURCE || spec->metrics[i].type == HPA_METRIC_CONTAINER_RESOURCE)
            return true;
    }
    return spec->metric_count == 0; /* the default is one of cpu */
}

/* Pods, their samples, and other autoscalers of the same pods. */
static void read_selected(struct evaluation *evaluation, struct hpa_scale *scale)
{
    struct autoscaler *autoscaler = evaluation->autoscaler;
    const char *text = json_text(json_get(evaluation->scale, "status", "selector"), "");
    selector_destroy(autoscaler->selector);
    autoscaler->selector = NULL;
    scale->selector = text;
    if (text[0] == '\0') {
        scale->selector_state = HPA_SELECTOR_MISSING;
        return;
    }
    autoscaler->selector = selector_parse_labels(text, &evaluation->selector_status);
    if (autoscaler->selector == NULL) {
        scale->selector_state = HPA_SELECTOR_INVALID;
        scale->selector_error = status_message(&evaluation->selector_status);
        return;
    }
    struct state *state = evaluation->controller->state;
    horizontal_pods_gather(evaluation->controller->runtime, object_namespace(evaluation->object), autoscaler->selector,
                           wants_samples(&evaluation->spec.spec), &evaluation->pods);
    table_visit(state->autoscalers, visit_rival, evaluation);
    if (evaluation->rival_count > 1) {
        qsort(evaluation->rivals, evaluation->rival_count, sizeof(char *), compare_texts);
        scale->selector_state = HPA_SELECTOR_AMBIGUOUS;
        scale->hpas = evaluation->rivals;
        scale->hpa_count = evaluation->rival_count;
    }
}

static struct hpa_scale make_scale(struct evaluation *evaluation)
{
    struct hpa_scale scale = {0};
    read_scale(evaluation);
    if (evaluation->scale == NULL) {
        scale.get_error = status_message(&evaluation->scale_status);
        return scale;
    }
    scale.spec_replicas = (int32_t)json_integer(json_get(evaluation->scale, "spec", "replicas"), 0);
    scale.status_replicas = (int32_t)json_integer(json_get(evaluation->scale, "status", "replicas"), 0);
    read_selected(evaluation, &scale);
    return scale;
}

static struct hpa_flags flags_of(const struct cluster_periods *periods)
{
    return (struct hpa_flags){
        .tolerance = periods->horizontal_pod_autoscaler_tolerance,
        .downscale_stabilization = periods->horizontal_pod_autoscaler_downscale_stabilization,
        .cpu_initialization_period = periods->horizontal_pod_autoscaler_cpu_initialization_period,
        .initial_readiness_delay = periods->horizontal_pod_autoscaler_initial_readiness_delay,
    };
}

static void apply_decision(struct evaluation *evaluation, struct hpa_decision decision)
{
    if (!decision.scale)
        return;
    AUTO_STATUS struct status status = {0};
    cJSON *scale = steal_pointer(&evaluation->scale);
    json_set_integer(json_object_at(scale, "spec"), "replicas", decision.replicas);
    int outcome =
        registry_update(evaluation->controller->runtime->registry, evaluation->target->id, object_namespace(evaluation->object),
                        evaluation->spec.spec.target.name, SUBRESOURCE_SCALE, scale, NULL, &status);
    hpa_finish(evaluation->autoscaler->hpa, outcome == 0 ? NULL : status_message(&status));
}

static void decide(struct evaluation *evaluation)
{
    const struct runtime *runtime = evaluation->controller->runtime;
    struct hpa_input input = {.flags = flags_of(&runtime->periods), .scale = make_scale(evaluation)};
    horizontal_metrics_gather(runtime, evaluation->object, &evaluation->spec.spec, evaluation->autoscaler->selector,
                              &evaluation->metrics);
    input.pods = evaluation->pods.pods;
    input.pod_count = evaluation->pods.objects.count;
    input.samples = (struct hpa_pod_samples){
        .error = evaluation->pods.error, .items = evaluation->pods.samples, .count = evaluation->pods.sample_count};
    input.answers = evaluation->metrics.answers;
    input.answer_count = evaluation->metrics.count;
    apply_decision(evaluation, hpa_decide(evaluation->autoscaler->hpa, &input, runtime->wall));
}

static void release(struct evaluation *evaluation)
{
    horizontal_metrics_release(&evaluation->metrics);
    free(evaluation->rivals);
    cJSON_Delete(evaluation->scale);
    status_release(&evaluation->scale_status);
    status_release(&evaluation->selector_status);
    horizontal_pods_release(&evaluation->pods);
    horizontal_spec_release(&evaluation->spec);
}

static void tell(const struct evaluation *evaluation)
{
    const struct hpa_autoscaler *hpa = evaluation->autoscaler->hpa;
    struct registry *registry = evaluation->controller->runtime->registry;
    struct buffer text CLEANUP(buffer_release);
    buffer_init(&text, MESSAGE_MAXIMUM);
    for (size_t i = 0; i < hpa_event_count(hpa); i++) {
        struct hpa_event event = hpa_event(hpa, i);
        buffer_clear(&text);
        hpa_event_message(hpa, i, &text);
        record_event(registry, evaluation->object, NULL, event.warning ? "Warning" : "Normal", event.reason, COMPONENT, NULL,
                     "%s", text.data);
    }
    buffer_clear(&text);
    if (hpa_error_message(hpa, &text))
        log_info(COMPONENT, "%s/%s: %s", object_namespace(evaluation->object), object_name(evaluation->object), text.data);
}

/* Somebody may have changed the object meanwhile: only the status is replaced. */
static bool replace_status(cJSON *tree, void *context)
{
    cJSON *wanted = context;
    if (json_equal(json_get(tree, "status"), wanted))
        return false;
    json_set(tree, "status", json_copy(wanted));
    return true;
}

static void write_autoscaler_status(const struct evaluation *evaluation)
{
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *wanted = horizontal_status_make(evaluation->autoscaler->hpa, object_tree(evaluation->object));
    if (registry_mutate(evaluation->controller->runtime->registry, RESOURCE_HORIZONTALPODAUTOSCALERS,
                        object_namespace(evaluation->object), object_name(evaluation->object), SUBRESOURCE_STATUS, replace_status,
                        wanted, NULL, &status) != 0 &&
        status.code != 404)
        log_warning(COMPONENT, "%s: %s", object_name(evaluation->object), status_message(&status));
}

/* Failures show in the object's conditions and events, and the next period tries again: there is no back-off. */
static int sync(struct controller *controller, const char *key, struct status *status)
{
    (void)status;
    const struct object *object = controller_object(controller, RESOURCE_HORIZONTALPODAUTOSCALERS, key);
    if (object == NULL)
        return 0;
    struct evaluation evaluation = {.controller = controller, .object = object};
    evaluation.autoscaler = autoscaler_of(controller->state, key, object);
    horizontal_spec_read(object_tree(object), &evaluation.spec);
    hpa_autoscaler_set_spec(evaluation.autoscaler->hpa, &evaluation.spec.spec);
    decide(&evaluation);
    tell(&evaluation);
    write_autoscaler_status(&evaluation);
    release(&evaluation);
    controller_enqueue_after(controller, key, controller->runtime->periods.horizontal_pod_autoscaler_sync_period);
    return 0;
}

const struct controller_functions horizontal_functions = {
    .name = "horizontal", .create = create, .destroy = destroy, .observe = observe, .sync = sync};
