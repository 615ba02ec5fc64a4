#include "driver/run/target.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/request_mix.h"

#define ANSWER_DEADLINE NANOSECONDS_PER_SECOND

int variant_resolve_load(const struct variant_state *state, const struct load_spec *spec, struct prepared_load *prepared,
                         struct error *error)
{
    struct request_mix mix;
    if (request_mix_create(spec, &mix, error) < 0)
        return -1;
    prepared->port = mix.requests[0].url.port;
    int result = service_resolve(state->context->client, state->namespace, mix.requests[0].url.host, prepared->address, error);
    request_mix_release(&mix);
    return result;
}

/* What people may type to ask the Service themselves. */
static void note_url(struct variant_state *state, const struct load_spec *spec, const struct prepared_load *prepared)
{
    struct request_mix mix;
    if (state->service_url != NULL || request_mix_create(spec, &mix, NULL) < 0)
        return;
    char first[2048];
    const struct template_values values = {.data = &mix.data, .vu = 1, .seed = spec->seed};
    const char *path = strchr(url_template_expand(&mix.requests[0].url, &values, first, sizeof first) + 8, '/');
    state->service_url = memory_format("http://%s:%u%s", prepared->address, prepared->port, path != NULL ? path : "/");
    request_mix_release(&mix);
}

/* A load that begins before any pod is ready may find nobody there yet. */
bool variant_is_reachable(struct variant_state *state, const struct load_spec *spec, const struct prepared_load *prepared)
{
    if (prepared->address[0] == '\0')
        return true;
    enum service_answer answer = service_try(prepared->address, prepared->port, clock_monotonic() + ANSWER_DEADLINE);
    bool answers = answer == SERVICE_CONNECTS || (answer == SERVICE_REFUSES && state->lesson->start == START_CREATED);
    if (answers)
        note_url(state, spec, prepared);
    return answers;
}

struct load *variant_make_load(const struct variant_state *state, const struct load_spec *spec,
                               const struct prepared_load *prepared, struct load_sink sink, struct error *error)
{
    struct load_options options = {
        .spec = spec,
        .resolve_address = prepared->address[0] != '\0' ? prepared->address : NULL,
        .resolve_port = prepared->port,
        .slow_over = state->lesson->spike_over,
        .sink = sink,
    };
    return load_create(&options, error);
}
