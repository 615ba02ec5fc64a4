#include "driver/run/scale.h"

#include "common/clock.h"
#include "common/memory.h"

#define MERGE_PATCH "application/merge-patch+json"

static char *deployment_path(const struct lesson_scale *scale, const char *subresource)
{
    return memory_format("/apis/apps/v1/namespaces/%s/deployments/%s%s", scale->namespace, scale->deployment, subresource);
}

static int set_replicas(struct variant_state *state, const struct lesson_scale *scale, int replicas, struct error *error)
{
    AUTO_FREE char *path = deployment_path(scale, "/scale");
    AUTO_FREE char *patch = memory_format("{\"spec\":{\"replicas\":%d}}", replicas);
    return kube_request(state->context->client, "PATCH", path, MERGE_PATCH, patch, KUBE_DEADLINE, NULL, error);
}

static int get_replicas(struct variant_state *state, const struct lesson_scale *scale, int *replicas, struct error *error)
{
    AUTO_FREE char *path = deployment_path(scale, "/scale");
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_request(state->context->client, "GET", path, NULL, NULL, REQUEST_DEADLINE, &answer, error) < 0)
        return -1;
    *replicas = (int)json_integer(json_get(answer.body, "spec", "replicas"), 1);
    return 0;
}

struct wanted_scale {
    const struct lesson_scale *scale;
    int replicas;
};

static int pods_are_as_many(struct variant_state *state, const void *what, struct error *error)
{
    const struct wanted_scale *wanted = what;
    AUTO_FREE char *path = deployment_path(wanted->scale, "");
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_get_once(state->context->client, path, REQUEST_DEADLINE, state->context->options->stop, &answer, error) < 0)
        return answer.code / 100 == 4 ? -1 : 0;
    return json_integer(json_get(answer.body, "status", "readyReplicas"), 0) == wanted->replicas &&
           json_integer(json_get(answer.body, "status", "replicas"), 0) == wanted->replicas;
}

static int wait_scaled(struct variant_state *state, const struct lesson_scale *scale, int replicas, struct error *error)
{
    const struct wanted_scale wanted = {.scale = scale, .replicas = replicas};
    int result = variant_wait_asking(state, pods_are_as_many, &wanted, state->lesson->start_timeout, error);
    if (result == STEP_TIMED_OUT)
        return error_set(error, "deployment \"%s\" did not come to %d replicas in time", scale->deployment, replicas);
    return result;
}

int scale_apply(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->variant->scale_count; i++) {
        const struct lesson_scale *scale = &state->variant->scale[i];
        if (get_replicas(state, scale, &state->scale_before[i], error) < 0 ||
            set_replicas(state, scale, scale->replicas, error) < 0)
            return -1;
        int result = wait_scaled(state, scale, scale->replicas, error);
        if (result != STEP_DONE)
            return result;
    }
    return STEP_DONE;
}

void scale_restore(struct variant_state *state)
{
    for (size_t i = 0; i < state->variant->scale_count; i++) {
        const struct lesson_scale *scale = &state->variant->scale[i];
        struct error reason = ERROR_NONE;
        if (state->scale_before[i] < 0 || set_replicas(state, scale, state->scale_before[i], &reason) == 0)
            continue;
        AUTO_FREE char *note = memory_format("deployment %s in %s was not scaled back to %d: %s", scale->deployment,
                                             scale->namespace, state->scale_before[i], reason.text);
        (void)run_store_add_note(state->context->store, note, NULL);
        state->scale_before[i] = -1;
    }
}

void scale_wait_restored(struct variant_state *state)
{
    for (size_t i = 0; i < state->variant->scale_count; i++)
        if (state->scale_before[i] >= 0)
            (void)wait_scaled(state, &state->variant->scale[i], state->scale_before[i], NULL);
}
