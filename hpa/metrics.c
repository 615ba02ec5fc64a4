/* All metrics of a spec together: each proposes a count, the largest counts. */
#include "hpa/autoscaler.h"
#include "hpa/text.h"

static const struct hpa_metric_answer no_answer;

static void ask_metric(struct hpa_autoscaler *autoscaler, const struct hpa_input *input, size_t index)
{
    const struct hpa_spec *spec = &autoscaler->spec->spec;
    metric_decide(
        &(struct metric_question){
            .input = input,
            .metric = &spec->metrics[index],
            .answer = index < input->answer_count ? &input->answers[index] : &no_answer,
            .namespace_name = autoscaler->namespace_name,
            .tolerance = tolerance_of(spec, &input->flags),
            .usage = &autoscaler->usage,
            .now = autoscaler->sync.now,
        },
        &autoscaler->results[index]);
}

static void note_failure(struct hpa_autoscaler *autoscaler, size_t index)
{
    struct sync *sync = &autoscaler->sync;
    if (sync->invalid_count++ == 0) {
        sync->first_invalid = index;
    }
    add_event(autoscaler, EVENT_METRIC, index);
}

static void set_selector_condition(struct hpa_autoscaler *autoscaler, enum reason reason, const char *text)
{
    autoscaler->sync.error = ERROR_SELECTOR;
    autoscaler->sync.selector_reason = reason;
    condition_set_text(&autoscaler->conditions, HPA_SCALING_ACTIVE, false, reason, autoscaler->sync.now, text);
    add_event(autoscaler, EVENT_SELECTOR, 0);
}

static void set_ambiguous_condition(struct hpa_autoscaler *autoscaler, const struct hpa_scale *scale)
{
    struct buffer text CLEANUP(buffer_release);
    buffer_init(&text, HPA_TEXT_MAXIMUM);
    text_append(&text, "pods by selector ");
    text_append(&text, scale->selector == NULL ? "" : scale->selector);
    text_append(&text, " are controlled by multiple HPAs: [");
    for (size_t i = 0; i < scale->hpa_count; i++) {
        text_append(&text, i == 0 ? "" : " ");
        text_append(&text, scale->hpas[i]);
    }
    text_append(&text, "]");
    set_selector_condition(autoscaler, REASON_AMBIGUOUS_SELECTOR, text.data);
}

static void set_invalid_condition(struct hpa_autoscaler *autoscaler, const char *error)
{
    struct buffer text CLEANUP(buffer_release);
    buffer_init(&text, HPA_TEXT_MAXIMUM);
    text_append(&text, "couldn't convert selector into a corresponding internal selector object: ");
    text_append(&text, error == NULL ? "" : error);
    set_selector_condition(autoscaler, REASON_INVALID_SELECTOR, text.data);
}

/* Whether the selector tells which pods to look at. */
static bool check_selector(struct hpa_autoscaler *autoscaler, const struct hpa_scale *scale)
{
    switch (scale->selector_state) {
    case HPA_SELECTOR_MISSING:
        set_selector_condition(autoscaler, REASON_MISSING_SELECTOR, "selector is required");
        return false;
    case HPA_SELECTOR_INVALID:
        set_invalid_condition(autoscaler, scale->selector_error);
        return false;
    case HPA_SELECTOR_AMBIGUOUS:
        set_ambiguous_condition(autoscaler, scale);
        return false;
    case HPA_SELECTOR_FINE:
        break;
    }
    return true;
}

int32_t decide_by_metrics(struct hpa_autoscaler *autoscaler, const struct hpa_input *input)
{
    struct sync *sync = &autoscaler->sync;
    int32_t largest = 0;
    if (!check_selector(autoscaler, &input->scale)) {
        return 0;
    }
    for (size_t i = 0; i < autoscaler->result_count; i++) {
        ask_metric(autoscaler, input, i);
        if (autoscaler->results[i].failed) {
            note_failure(autoscaler, i);
        } else if (largest == 0 || autoscaler->results[i].replicas > largest) {
            largest = autoscaler->results[i].replicas;
            sync->metric = i;
        }
    }
    if (sync->invalid_count == autoscaler->result_count || (sync->invalid_count > 0 && largest < sync->current)) {
        const struct metric_result *first = &autoscaler->results[sync->first_invalid];
        sync->error = ERROR_METRICS;
        condition_set_text(&autoscaler->conditions, HPA_SCALING_ACTIVE, false, first->reason, sync->now, first->cause.data);
        return 0;
    }
    sync->error = sync->invalid_count > 0 ? ERROR_SOME_METRICS : ERROR_FREE;
    struct condition *active =
        condition_set(&autoscaler->conditions, HPA_SCALING_ACTIVE, true, REASON_VALID_METRIC_FOUND, sync->now);
    spec_copy_hold(&active->spec, autoscaler->spec);
    active->metric = sync->metric;
    return largest;
}
