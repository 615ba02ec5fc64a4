#include "driver/run/live_changes.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/run/put_back.h"

static cJSON *change_spec(cJSON *spec_take, const void *context)
{
    const struct lesson_variant *variant = context;
    AUTO_JSON cJSON *behavior = variant->behavior != NULL ? json_parse(variant->behavior, strlen(variant->behavior), NULL) : NULL;
    AUTO_JSON cJSON *patch = variant->patch != NULL ? json_parse(variant->patch, strlen(variant->patch), NULL) : NULL;
    if (behavior != NULL)
        json_set(spec_take, "behavior", steal_pointer(&behavior));
    return patch != NULL ? json_merge_patch(spec_take, patch) : spec_take;
}

static void record(struct variant_state *state, const char *text)
{
    const struct change change = {
        .arrival = clock_monotonic(), .type = CHANGE_MODIFIED, .resource = "steps", .name = "", .text = text};
    recorder_change(state->recorder, &change);
}

int live_changes_make(struct variant_state *state, struct error *error)
{
    const struct lesson_variant *variant = state->variant;
    if (variant->behavior == NULL && variant->patch == NULL)
        return 0;
    AUTO_FREE char *path = memory_format("/apis/autoscaling/v2/namespaces/%s/horizontalpodautoscalers/%s", state->namespace,
                                         state->lesson->watch_hpa);
    if (put_back_change(state->context->client, state->context->store, path, change_spec, variant, error) < 0)
        return error_context(error, "hpa/%s in %s was not changed", state->lesson->watch_hpa, state->namespace);
    AUTO_FREE char *text =
        memory_format("change hpa %s %s%s", state->lesson->watch_hpa, variant->behavior != NULL ? "behavior " : "",
                      variant->behavior != NULL ? variant->behavior : variant->patch);
    record(state, text);
    return 0;
}
