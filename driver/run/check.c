#include "driver/run/check.h"

#include <stdlib.h>

#include "common/clock.h"
#include "driver/run/manifests.h"
#include "driver/run/variant_state.h"

/* metrics-server's own period, on kind and as it comes. */
#define PATIENCE (20 * NANOSECONDS_PER_SECOND)

struct plan {
    struct preflight_variant *variants;
    struct manifests *manifests;
    char (*namespaces)[NAMESPACE_SIZE];
};

static int read_plan(const struct lesson *lesson, struct plan *plan, struct error *error)
{
    plan->variants = memory_allocate(lesson->variant_count, sizeof *plan->variants);
    plan->manifests = memory_allocate(lesson->variant_count, sizeof *plan->manifests);
    plan->namespaces = memory_allocate(lesson->variant_count, sizeof *plan->namespaces);
    for (size_t i = 0; i < lesson->variant_count; i++) {
        if (manifests_read(&lesson->variants[i].manifests, &plan->manifests[i], error) < 0)
            return -1;
        variant_name_namespace(lesson, &lesson->variants[i], plan->namespaces[i]);
        plan->variants[i] = (struct preflight_variant){.namespace = plan->namespaces[i],
                                                       .makes_namespace = !lesson_is_live(lesson),
                                                       .hpa = lesson->watch_hpa,
                                                       .object_count = plan->manifests[i].count,
                                                       .objects = plan->manifests[i].objects};
    }
    return 0;
}

static void release_plan(const struct lesson *lesson, struct plan *plan)
{
    for (size_t i = 0; i < lesson->variant_count; i++)
        manifests_release(&plan->manifests[i]);
    free(plan->variants);
    free(plan->manifests);
    free(plan->namespaces);
}

int lesson_check(const struct lesson *lesson, struct kube_client *client, const atomic_bool *stop, struct obstacles *obstacles,
                 struct error *error)
{
    struct plan plan;
    *obstacles = (struct obstacles){0};
    int result = read_plan(lesson, &plan, error);
    const struct preflight_options options = {
        .client = client, .variant_count = lesson->variant_count, .variants = plan.variants, .patience = PATIENCE, .stop = stop};
    if (result == 0)
        result = preflight_check(&options, obstacles, error);
    release_plan(lesson, &plan);
    return result;
}
