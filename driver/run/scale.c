#include "driver/run/scale.h"

#include "common/clock.h"
#include "common/memory.h"
#include "driver/run/put_back.h"

static char *deployment_path(const struct lesson_scale *scale, const char *subresource)
{
    return memory_format("/apis/apps/v1/namespaces/%s/deployments/%s%s", scale->namespace, scale->deployment, subresource);
}

static cJSON *with_replicas(cJSON *spec_take, const void *context)
{
    const struct lesson_scale *scale = context;
    json_set_integer(spec_take, "replicas", scale->replicas);
    return spec_take;
}

/* An own HPA of the Deployment, or somebody, may have it otherwise by now: what counts is what it is told. */
static int pods_are_as_many(struct variant_state *state, const void *what, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_get_once(state->context->client, what, REQUEST_DEADLINE, state->context->options->stop, &answer, error) < 0)
        return answer.code / 100 == 4 ? -1 : 0;
    int64_t wanted = json_integer(json_get(answer.body, "spec", "replicas"), 1);
    return json_integer(json_get(answer.body, "status", "readyReplicas"), 0) == wanted &&
           json_integer(json_get(answer.body, "status", "replicas"), 0) == wanted;
}

static int wait_scaled(struct variant_state *state, const struct lesson_scale *scale, struct error *error)
{
    AUTO_FREE char *path = deployment_path(scale, "");
    int result = variant_wait_asking(state, pods_are_as_many, path, state->lesson->start_timeout, error);
    if (result == STEP_TIMED_OUT)
        return error_set(error, "deployment \"%s\" did not come to its replicas in time", scale->deployment);
    return result;
}

int scale_apply(struct variant_state *state, struct error *error)
{
    const struct run_context *context = state->context;
    while (state->scaled < state->variant->scale_count) {
        const struct lesson_scale *scale = &state->variant->scale[state->scaled];
        AUTO_FREE char *path = deployment_path(scale, "/scale");
        if (put_back_change(context->client, context->store, path, with_replicas, scale, error) < 0)
            return error_context(error, "deployment %s in %s was not scaled", scale->deployment, scale->namespace);
        state->scaled++;
        int result = wait_scaled(state, scale, error);
        if (result != STEP_DONE)
            return result;
    }
    return STEP_DONE;
}

void scale_wait_restored(struct variant_state *state)
{
    for (size_t i = 0; i < state->scaled; i++)
        (void)wait_scaled(state, &state->variant->scale[i], NULL);
}
