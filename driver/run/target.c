#include "driver/run/target.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/request_mix.h"

#define ANSWER_DEADLINE NANOSECONDS_PER_SECOND

/* A load that begins before any pod is ready may find nobody there yet. */
static bool is_reachable(const struct variant_state *state, const char *address, uint16_t port)
{
    enum service_answer answer = service_try(address, port, clock_monotonic() + ANSWER_DEADLINE);
    return answer == SERVICE_CONNECTS || (answer == SERVICE_REFUSES && state->lesson->start == START_CREATED);
}

int variant_resolve_load(struct variant_state *state, const struct load_spec *spec, struct prepared_load *prepared,
                         struct error *error)
{
    struct request_mix mix;
    if (request_mix_create(spec, &mix, error) < 0)
        return -1;
    const struct url_template *url = &mix.requests[0].url;
    prepared->port = url->port;
    int result = service_resolve(state->context->client, state->namespace, url->host, prepared->address, error);
    if (result == 0 && prepared->address[0] != '\0' && !is_reachable(state, prepared->address, url->port))
        result = error_set(error,
                           "service \"%s\" (%s:%u) does not answer from here; load that comes from pods in the cluster is not "
                           "available in this version",
                           url->host, prepared->address, url->port);
    if (result == 0 && state->service_url == NULL && prepared->address[0] != '\0') {
        char first[2048];
        const struct template_values values = {.data = &mix.data, .vu = 1, .seed = spec->seed};
        const char *path = strchr(url_template_expand(url, &values, first, sizeof first) + 8, '/');
        state->service_url = memory_format("http://%s:%u%s", prepared->address, url->port, path != NULL ? path : "/");
    }
    request_mix_release(&mix);
    return result;
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
