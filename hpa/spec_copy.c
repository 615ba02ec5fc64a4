#include "hpa/spec_copy.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* The copy's texts and arrays are its own, so that members declared const may be freed. */
static void release(const void *memory)
{
    union {
        const void *shared;
        void *own;
    } pointer = {.shared = memory};
    free(pointer.own);
}

/* Texts that every message takes for granted are never NULL in the copy. */
static char *copy_name(const char *name)
{
    return memory_copy_text(name == NULL ? "" : name);
}

static void copy_reference(struct hpa_object_reference *reference)
{
    reference->api_version = copy_name(reference->api_version);
    reference->kind = copy_name(reference->kind);
    reference->name = copy_name(reference->name);
}

static void release_reference(struct hpa_object_reference *reference)
{
    release(reference->api_version);
    release(reference->kind);
    release(reference->name);
}

static void copy_metric(struct hpa_metric_spec *metric)
{
    metric->type_text = memory_copy_text(metric->type_text);
    metric->name = copy_name(metric->name);
    metric->container = copy_name(metric->container);
    metric->selector = memory_copy_text(metric->selector);
    copy_reference(&metric->object);
}

static void release_metric(const struct hpa_metric_spec *metric)
{
    struct hpa_object_reference object = metric->object;
    release(metric->type_text);
    release(metric->name);
    release(metric->container);
    release(metric->selector);
    release_reference(&object);
}

static void copy_policies(struct hpa_scaling_rules *rules)
{
    if (rules->policy_count == 0) {
        rules->policies = NULL;
        return;
    }
    struct hpa_policy *policies = memory_allocate(rules->policy_count, sizeof(*policies));
    memcpy(policies, rules->policies, rules->policy_count * sizeof(*policies));
    rules->policies = policies;
}

struct spec_copy *spec_copy_create(const struct hpa_spec *spec)
{
    struct spec_copy *copy = memory_allocate(1, sizeof(*copy));
    copy->references = 1;
    copy->spec = *spec;
    hpa_default_spec(&copy->spec);
    copy_reference(&copy->spec.target);
    struct hpa_metric_spec *metrics = memory_allocate(copy->spec.metric_count, sizeof(*metrics));
    memcpy(metrics, copy->spec.metrics, copy->spec.metric_count * sizeof(*metrics));
    for (size_t i = 0; i < copy->spec.metric_count; i++) {
        copy_metric(&metrics[i]);
    }
    copy->spec.metrics = metrics;
    copy_policies(&copy->spec.behavior.scale_up);
    copy_policies(&copy->spec.behavior.scale_down);
    return copy;
}

static void destroy(struct spec_copy *copy)
{
    for (size_t i = 0; i < copy->spec.metric_count; i++) {
        release_metric(&copy->spec.metrics[i]);
    }
    release(copy->spec.metrics);
    release(copy->spec.behavior.scale_up.policies);
    release(copy->spec.behavior.scale_down.policies);
    release_reference(&copy->spec.target);
    free(copy);
}

void spec_copy_hold(struct spec_copy **holder, struct spec_copy *copy)
{
    struct spec_copy *former = *holder;
    if (former == copy) {
        return;
    }
    if (copy != NULL) {
        copy->references++;
    }
    *holder = copy;
    if (former != NULL && --former->references == 0) {
        destroy(former);
    }
}
