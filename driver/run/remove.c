#include "driver/run/remove.h"

#include "common/clock.h"
#include "common/memory.h"
#include "driver/run/scale.h"
#include "driver/run/undo.h"

#define REMOVE_DEADLINE (90 * NANOSECONDS_PER_SECOND)

static int is_gone(struct variant_state *state, const void *what, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    const atomic_bool *stop = state->context->options->stop;
    return kube_get_once(state->context->client, what, REQUEST_DEADLINE, stop, &answer, error) < 0 && answer.code == 404;
}

/* A driver that is being stopped does not wait: the cluster goes on removing by itself. */
static void remove_namespace(struct variant_state *state)
{
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/%s", state->namespace);
    AUTO_FREE char *note = NULL;
    struct error reason = ERROR_NONE;
    if (kube_delete(state->context->client, path, -1, &reason) < 0)
        note = memory_format("namespace %s was not removed: %s", state->namespace, reason.text);
    else if (!variant_is_stopped(state) && variant_wait_asking(state, is_gone, path, REMOVE_DEADLINE, NULL) == STEP_TIMED_OUT)
        note = memory_format("namespace %s was still being removed after 90 s", state->namespace);
    if (note != NULL)
        (void)run_store_add_note(state->context->store, note, NULL);
}

/* On a cluster that others use too. */
static void note_what_stays(const struct variant_state *state)
{
    for (size_t i = 0; i < state->scaled; i++) {
        const struct lesson_scale *scale = &state->variant->scale[i];
        AUTO_FREE char *note =
            memory_format("deployment %s in %s stays at %d replicas, as --keep says; `hpalab restore %s` puts back "
                          "what it had",
                          scale->deployment, scale->namespace, scale->replicas, state->context->options->folder);
        (void)run_store_add_note(state->context->store, note, NULL);
    }
}

void variant_remove(struct variant_state *state, bool goes_on)
{
    const struct run_context *context = state->context;
    bool keep = context->options->keep && context->last;
    bool ends_with_its_cluster = context->embedded->pid > 0 && !context->options->keep && !goes_on;
    if (lesson_is_live(state->lesson)) {
        undo_changes(state);
        return;
    }
    state->phase = RUN_CLEANING;
    variant_report_progress(state);
    if (keep && context->embedded->pid == 0)
        note_what_stays(state);
    if (keep || ends_with_its_cluster || embedded_has_ended(context->embedded))
        return;
    undo_changes(state);
    remove_namespace(state);
    scale_wait_restored(state);
}
