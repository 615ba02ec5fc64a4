#include "driver/run/check.h"

#include <stdlib.h>

#include "common/clock.h"
#include "driver/run/generator_rights.h"
#include "driver/run/manifests.h"
#include "driver/run/variant_state.h"

/* metrics-server's own period, on kind and as it comes. */
#define PATIENCE (20 * NANOSECONDS_PER_SECOND)

struct needs {
    size_t count;
    struct preflight_need *list;
};

struct plan {
    struct preflight_variant *variants;
    struct needs *needs;
    struct manifests *manifests;
    char (*namespaces)[NAMESPACE_SIZE];
};

static void add_need(struct needs *needs, const struct preflight_need *need)
{
    needs->list = memory_resize(needs->list, needs->count + 1, sizeof *needs->list);
    needs->list[needs->count++] = *need;
}

static void need_right(const struct generator_right *right, const char *namespace, struct needs *needs)
{
    struct preflight_need need = right->need;
    need.namespace = namespace;
    add_need(needs, &need);
}

static void need_generators(const struct fleet_spec *generators, const char *namespace, struct needs *needs)
{
    const struct generator_right *right;
    if (!fleet_spec_is_in_cluster(generators))
        return;
    need_right(generator_owner_right(generators->kind), namespace, needs);
    for (size_t i = 0; (right = generator_common_right(i)) != NULL; i++)
        need_right(right, namespace, needs);
}

static void find_needs(const struct lesson *lesson, const struct lesson_variant *variant, const char *namespace,
                       struct needs *needs)
{
    need_generators(&variant->generators, namespace, needs);
    if (lesson_changes_hpa(lesson))
        add_need(needs, &(struct preflight_need){"autoscaling", "horizontalpodautoscalers", namespace, {"patch"}});
    for (size_t i = 0; i < variant->scale_count; i++) {
        add_need(needs, &(struct preflight_need){"apps", "deployments/scale", variant->scale[i].namespace, {"get", "patch"}});
        add_need(needs, &(struct preflight_need){"apps", "deployments", variant->scale[i].namespace, {"get"}});
    }
    for (size_t i = 0; i < lesson->step_count; i++)
        if (lesson->steps[i].action == ACTION_KILL && lesson_step_is_of(&lesson->steps[i], variant))
            add_need(needs, &(struct preflight_need){"", "pods", namespace, {"delete"}});
}

static int read_plan(const struct lesson *lesson, struct plan *plan, struct error *error)
{
    plan->variants = memory_allocate(lesson->variant_count, sizeof *plan->variants);
    plan->manifests = memory_allocate(lesson->variant_count, sizeof *plan->manifests);
    plan->namespaces = memory_allocate(lesson->variant_count, sizeof *plan->namespaces);
    plan->needs = memory_allocate(lesson->variant_count, sizeof *plan->needs);
    for (size_t i = 0; i < lesson->variant_count; i++) {
        if (manifests_read(&lesson->variants[i].manifests, &plan->manifests[i], error) < 0)
            return -1;
        variant_name_namespace(lesson, &lesson->variants[i], plan->namespaces[i]);
        find_needs(lesson, &lesson->variants[i], plan->namespaces[i], &plan->needs[i]);
        plan->variants[i] = (struct preflight_variant){.namespace = plan->namespaces[i],
                                                       .makes_namespace = !lesson_is_live(lesson),
                                                       .hpa = lesson->watch_hpa,
                                                       .object_count = plan->manifests[i].count,
                                                       .objects = plan->manifests[i].objects,
                                                       .need_count = plan->needs[i].count,
                                                       .needs = plan->needs[i].list};
    }
    return 0;
}

static void release_plan(const struct lesson *lesson, struct plan *plan)
{
    for (size_t i = 0; i < lesson->variant_count; i++) {
        manifests_release(&plan->manifests[i]);
        free(plan->needs[i].list);
    }
    free(plan->needs);
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
