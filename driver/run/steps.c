#include "driver/run/steps.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/run/labels.h"

#define MERGE_PATCH "application/merge-patch+json"

int steps_read(struct variant_state *state, struct error *error)
{
    state->step_manifests = memory_allocate(state->lesson->step_count, sizeof *state->step_manifests);
    for (size_t i = 0; i < state->lesson->step_count; i++)
        if (manifests_read(&state->lesson->steps[i].manifests, &state->step_manifests[i], error) < 0)
            return -1;
    return 0;
}

void steps_release(struct variant_state *state)
{
    for (size_t i = 0; i < state->lesson->step_count; i++)
        manifests_release(&state->step_manifests[i]);
    free(state->step_manifests);
}

static void record(struct variant_state *state, const char *text)
{
    const struct change change = {
        .arrival = clock_monotonic(), .type = CHANGE_MODIFIED, .resource = "steps", .name = "", .text = text};
    recorder_change(state->recorder, &change);
}

static int apply(struct variant_state *state, const struct manifests *manifests, struct error *error)
{
    for (size_t i = 0; i < manifests->count; i++) {
        const cJSON *object = manifests->objects[i];
        const char *kind = json_text(json_get(object, "kind"), "");
        const char *name = json_text(json_get(object, "metadata", "name"), "");
        if (labels_apply(state, object, error) < 0)
            return -1;
        AUTO_FREE char *text = memory_format("apply %s %s", kind, name);
        record(state, text);
    }
    return 0;
}

static int patch(struct variant_state *state, const struct lesson_step *step, struct error *error)
{
    struct kube_client *client = state->context->client;
    AUTO_FREE char *collection = kube_collection_path(client, step->api_version, step->kind, state->namespace, error);
    if (collection == NULL)
        return -1;
    AUTO_FREE char *path = memory_format("%s/%s", collection, step->name);
    if (kube_request(client, "PATCH", path, MERGE_PATCH, step->merge, KUBE_DEADLINE, NULL, error) < 0)
        return error_context(error, "%s \"%s\"", step->kind, step->name);
    AUTO_FREE char *text = memory_format("patch %s %s %s", step->kind, step->name, step->merge);
    record(state, text);
    return 0;
}

/* Without grace, as when its node fails. */
static int kill_generator(struct variant_state *state, const struct lesson_step *step, struct error *error)
{
    char pod[LOAD_POD_SIZE];
    if (state->fleet == NULL || fleet_pod_of(state->fleet, (unsigned)step->generator, pod, sizeof pod) < 0)
        return error_set(error, "there is no generator %d in a pod", step->generator);
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/%s/pods/%s", state->namespace, pod);
    if (kube_delete(state->context->client, path, 0, error) < 0)
        return error_context(error, "Pod \"%s\"", pod);
    AUTO_FREE char *text = memory_format("kill generator %d (pod %s)", step->generator, pod);
    record(state, text);
    return 0;
}

static int perform(struct variant_state *state, size_t index, struct error *error)
{
    const struct lesson_step *step = &state->lesson->steps[index];
    switch (step->action) {
    case ACTION_PATCH:
        return patch(state, step, error);
    case ACTION_KILL:
        return kill_generator(state, step, error);
    case ACTION_APPLY:
        break;
    }
    return apply(state, &state->step_manifests[index], error);
}

int steps_perform(struct variant_state *state, struct error *error)
{
    while (!steps_are_done(state)) {
        size_t index = state->steps_done;
        const struct lesson_step *step = &state->lesson->steps[index];
        if (clock_monotonic() < state->load_start + step->at)
            return 0;
        state->steps_done++;
        if (lesson_step_is_of(step, state->variant) && perform(state, index, error) < 0)
            return error_context(error, "step %zu", index + 1);
    }
    return 0;
}

bool steps_are_done(const struct variant_state *state)
{
    return state->steps_done == state->lesson->step_count;
}
