#include "driver/run/undo.h"

#include "common/memory.h"
#include "driver/run/put_back.h"

static void note(void *context, const struct kept_object *object, enum put_back_result result, const struct error *error)
{
    const struct variant_state *state = context;
    if (result == PUT_BACK_DONE || result == PUT_BACK_NEEDLESS)
        return;
    AUTO_FREE char *text = memory_format("%s was NOT put back: %s; `hpalab restore %s` does it", object->path, error->text,
                                         state->context->options->folder);
    (void)run_store_add_note(state->context->store, text, NULL);
}

void undo_changes(struct variant_state *state)
{
    struct error error = ERROR_NONE;
    if (put_back_all(state->context->client, state->context->store, false, note, state, &error) < 0)
        (void)run_store_add_note(state->context->store, error.text, NULL);
}
