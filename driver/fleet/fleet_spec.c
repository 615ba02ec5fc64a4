#include "driver/fleet/fleet_spec.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"

#define DEFAULT_TTL (300 * NANOSECONDS_PER_SECOND)

void fleet_spec_init(struct fleet_spec *spec)
{
    *spec = (struct fleet_spec){.parallelism = 1, .port = FLEET_DEFAULT_PORT, .ttl = DEFAULT_TTL};
}

void fleet_spec_release(struct fleet_spec *spec)
{
    cJSON *const trees[] = {spec->resources,     spec->labels,   spec->annotations, spec->env,
                            spec->node_selector, spec->affinity, spec->tolerations, spec->spread};
    char *const texts[] = {spec->priority_class, spec->service_account, spec->image, spec->pull_policy};
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
        cJSON_Delete(trees[i]);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    free(spec->weights);
    *spec = (struct fleet_spec){0};
}

bool fleet_spec_is_in_cluster(const struct fleet_spec *spec)
{
    return spec->where == FLEET_CLUSTER ||
           (spec->where == FLEET_AUTO && (spec->parallelism > 1 || spec->kind == FLEET_DEPLOYMENT));
}
