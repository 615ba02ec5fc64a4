#include "driver/analyze/figures.h"

#include <stdlib.h>

#include "driver/analyze/generators.h"
#include "driver/analyze/requests.h"
#include "driver/analyze/texts.h"

const char *phase_name(enum phase phase)
{
    static const char *const names[PHASE_COUNT] = {"booting", "cold", "warm", "terminating", "gone", "no endpoint", "unknown"};
    return (unsigned)phase < PHASE_COUNT ? names[phase] : "unknown";
}

const char *stage_name(enum stage stage)
{
    static const char *const names[STAGE_COUNT] = {"sensing",      "deciding", "creating", "scheduling", "pulling",
                                                   "initialising", "starting", "readying", "serving",    "warming"};
    return (unsigned)stage < STAGE_COUNT ? names[stage] : "unknown";
}

const char *mark_kind_name(enum mark_kind kind)
{
    static const char *const names[] = {"step", "job complete", "job failed"};
    return names[kind];
}

const char *supply_name(enum supply supply)
{
    static const char *const names[SUPPLY_COUNT] = {"spec", "ready", "warm"};
    return (unsigned)supply < SUPPLY_COUNT ? names[supply] : "unknown";
}

const char *expectation_result_name(enum expectation_result result)
{
    static const char *const names[] = {"pass", "fail", "no data"};
    return names[result];
}

static void release_variant(struct variant_figures *variant)
{
    histogram_release(&variant->response_histogram);
    histogram_release(&variant->lateness_histogram);
    histogram_release(&variant->service_histogram);
    generators_release(variant);
    requests_release_figures(variant);
    void *const arrays[] = {variant->seconds,       variant->spikes,    variant->episodes,     variant->pods,
                            variant->replica_steps, variant->decisions, variant->metric.steps, variant->scale_ups,
                            variant->scale_downs,   variant->events,    variant->conditions,   variant->expectations,
                            variant->marks,         variant->usage,     variant->memory_steps, variant->given,
                            variant->gaps};
    for (size_t index = 0; index < sizeof arrays / sizeof *arrays; index++)
        free(arrays[index]);
}

void run_figures_destroy(struct run_figures *figures)
{
    if (figures == NULL)
        return;
    for (size_t index = 0; index < figures->variant_count; index++)
        release_variant(&figures->variants[index]);
    free(figures->variants);
    free(figures->notes);
    texts_destroy(figures->texts);
    free(figures);
}
