#include "driver/analyze/analyze.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/analyze/array.h"
#include "driver/analyze/expectation.h"
#include "driver/analyze/generators.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"
#include "driver/analyze/verdict.h"

#define LONGEST_VERDICT 65536

static bool see_generator(void *context, const struct load_generator *generator)
{
    struct variant_state *state = context;
    generators_see(state->figures, state->texts, generator);
    return true;
}

static bool see_tick(void *context, const char *load, const struct load_tick *tick)
{
    struct variant_state *state = context;
    answers_see_tick(&state->answers, tick);
    requests_see_tick(&state->requests, load, tick);
    generators_see_tick(state->figures, tick);
    moment_last(&state->figures->end, (tick->second + 1) * NANOSECONDS_PER_SECOND);
    return true;
}

static bool see_row(void *context, const char *load, const struct load_row *row)
{
    struct variant_state *state = context;
    answers_see_row(&state->answers, row);
    requests_see_row(&state->requests, load, row);
    generators_see_row(state->figures, row);
    moment_last(&state->figures->end, (row->second + 1) * NANOSECONDS_PER_SECOND);
    return true;
}

static bool see_exemplar(void *context, const char *load, const struct load_exemplar *exemplar)
{
    struct variant_state *state = context;
    (void)load;
    answers_see_exemplar(&state->answers, exemplar);
    moment_last(&state->figures->end, exemplar->finished);
    return true;
}

static bool see_share(void *context, const char *load, const struct load_share *share)
{
    struct variant_state *state = context;
    given_see_share(&state->given, load, share);
    moment_last(&state->figures->end, (share->second + 1) * NANOSECONDS_PER_SECOND);
    return true;
}

static void see_requests(struct api_requests *requests, const struct change *change)
{
    *requests = (struct api_requests){.reads = (uint64_t)json_integer(json_get(change->object, "reads"), 0),
                                      .watches = (uint64_t)json_integer(json_get(change->object, "watches"), 0),
                                      .writes = (uint64_t)json_integer(json_get(change->object, "writes"), 0),
                                      .generators = (uint64_t)json_integer(json_get(change->object, "generators"), 0),
                                      .repeated = (uint64_t)json_integer(json_get(change->object, "repeated"), 0)};
}

static bool see_change(void *context, int64_t time, const struct change *change)
{
    struct variant_state *state = context;
    moment_last(&state->figures->end, time);
    state->figures->observed = true;
    gaps_see(&state->gaps, time, change);
    if (change->type == CHANGE_GAP || change->type == CHANGE_RESUMED)
        return true;
    if (strcmp(change->resource, "pods") == 0)
        pods_see_pod(&state->pods, time, change);
    else if (strcmp(change->resource, "endpointslices") == 0)
        pods_see_slice(&state->pods, time, change);
    else if (strcmp(change->resource, "horizontalpodautoscalers") == 0)
        scaling_see_hpa(&state->scaling, time, change);
    else if (strcmp(change->resource, "deployments") == 0 || strcmp(change->resource, "statefulsets") == 0)
        scaling_see_workload(&state->scaling, time, change);
    else if (strcmp(change->resource, "events") == 0)
        events_see(&state->events, time, change);
    else if (strcmp(change->resource, "podmetrics") == 0)
        usage_see(&state->usage, time, change);
    else if (strcmp(change->resource, "jobs") == 0)
        marks_see_job(&state->marks, time, change);
    else if (strcmp(change->resource, "steps") == 0)
        marks_see_step(&state->marks, time, change);
    else if (strcmp(change->resource, "requests") == 0)
        see_requests(&state->figures->api_requests, change);
    return true;
}

static void describe(struct variant_figures *figures, const struct variant_summary *variant, struct figures_texts *texts)
{
    const struct variant_description *description = &variant->description;
    figures->name = texts_keep(texts, description->name);
    figures->title = texts_keep(texts, description->title);
    figures->hpa = texts_keep(texts, description->hpa);
    figures->outcome = texts_keep(texts, variant->outcome);
    figures->load_json = texts_keep(texts, description->load_json);
    figures->started_wall = description->started_wall;
    figures->spike_over = description->spike_over;
    figures->load_duration = description->load_duration;
    figures->end = 0;
}

static int by_first_arrival(const void *left, const void *right)
{
    const struct event_figures *first = left;
    const struct event_figures *second = right;
    return (first->first > second->first) - (first->first < second->first);
}

/* Moves what the trackers hold into the figures. */
static void hand_over_pods_and_events(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    for (size_t index = 0; index < state->pods.count; index++)
        *ARRAY_ADD(figures->pods, figures->pod_count) = state->pods.tracks[index].figures;
    for (size_t index = 0; index < state->events.count; index++)
        *ARRAY_ADD(figures->events, figures->event_count) = state->events.tracks[index].figures;
    if (figures->event_count > 0)
        qsort(figures->events, figures->event_count, sizeof *figures->events, by_first_arrival);
}

static void hand_over_scaling(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    struct scaling *scaling = &state->scaling;
    figures->decisions = steal_pointer(&scaling->decisions);
    figures->decision_count = scaling->decision_count;
    figures->conditions = steal_pointer(&scaling->conditions);
    figures->condition_count = scaling->condition_count;
    figures->marks = steal_pointer(&state->marks.marks);
    figures->mark_count = state->marks.count;
    figures->gaps = steal_pointer(&state->gaps.gaps);
    figures->gap_count = state->gaps.count;
    figures->given = steal_pointer(&state->given.steps);
    figures->given_count = state->given.count;
}

static void settle(struct variant_state *state)
{
    answers_settle(&state->answers);
    requests_settle(&state->requests);
    pods_settle(&state->pods, state->scaling.workload);
    scaling_settle(&state->scaling, &state->events, state->figures->end);
    find_pod_lives(state);
    find_spikes(state);
    find_fairness(state);
    hand_over_pods_and_events(state);
    find_replicas(state);
    hand_over_scaling(state);
    find_capacity(state);
    find_memory_use(state);
    find_anatomy(state);
    state->figures->metric = state->scaling.metric;
    state->scaling.metric.steps = NULL;
    find_elasticity(state);
}

static void judge(struct variant_figures *figures, const struct variant_description *description, struct figures_texts *texts)
{
    for (size_t index = 0; index < description->expectation_count; index++) {
        struct expectation_figures *expectation = ARRAY_ADD(figures->expectations, figures->expectation_count);
        char observed[EXPECTATION_OBSERVED_SIZE];
        expectation->text = texts_keep(texts, description->expectations[index]);
        expectation->result = expectation_evaluate(expectation->text, figures, observed);
        expectation->observed = texts_keep(texts, observed);
    }
}

static int analyze_variant(const struct run_store *store, size_t index, struct variant_figures *figures,
                           struct figures_texts *texts, struct error *error)
{
    const struct variant_summary *variant = run_store_variant(store, index);
    describe(figures, variant, texts);
    struct variant_state state = {.texts = texts,
                                  .figures = figures,
                                  .answers = {.texts = texts, .figures = figures},
                                  .pods = {.texts = texts, .started_wall = figures->started_wall},
                                  .events = {.texts = texts},
                                  .usage = {.texts = texts, .started_wall = figures->started_wall},
                                  .marks = {.texts = texts},
                                  .gaps = {.texts = texts},
                                  .given = {.texts = texts}};
    scaling_init(&state.scaling, texts, figures->hpa);
    requests_init(&state.requests, figures, texts, &variant->description);
    const struct run_visitor visitor = {.context = &state,
                                        .generator = see_generator,
                                        .tick = see_tick,
                                        .row = see_row,
                                        .exemplar = see_exemplar,
                                        .share = see_share,
                                        .change = see_change};
    int result = run_store_visit(store, index, &visitor, error);
    if (result == 0) {
        settle(&state);
        generators_settle(figures, &variant->description);
        judge(figures, &variant->description, texts);
    }
    answers_release(&state.answers);
    requests_release(&state.requests);
    pods_release(&state.pods);
    events_release(&state.events);
    scaling_release(&state.scaling);
    usage_release(&state.usage);
    marks_release(&state.marks);
    given_release(&state.given);
    gaps_release(&state.gaps);
    return result;
}

static void describe_run(struct run_figures *figures, const struct run_summary *summary)
{
    const struct run_description *run = &summary->description;
    struct figures_texts *texts = figures->texts;
    figures->lesson_name = texts_keep(texts, run->lesson_name);
    figures->lesson_title = texts_keep(texts, run->lesson_title);
    figures->lesson_file = texts_keep(texts, run->lesson_file);
    figures->lesson_hash = texts_keep(texts, run->lesson_hash);
    figures->explanation = texts_keep(texts, run->explanation);
    figures->cluster = texts_keep(texts, run->cluster);
    figures->cluster_version = texts_keep(texts, run->cluster_version);
    figures->pace = texts_keep(texts, run->pace);
    figures->machine = texts_keep(texts, run->machine);
    figures->command = texts_keep(texts, run->command);
    figures->started_wall = run->started_wall;
    figures->complete = summary->complete;
    for (size_t index = 0; index < summary->note_count; index++)
        *ARRAY_ADD(figures->notes, figures->note_count) = texts_keep(texts, summary->notes[index]);
}

static void note_gaps(struct run_figures *figures)
{
    for (size_t variant = 0; variant < figures->variant_count; variant++) {
        const struct variant_figures *of = &figures->variants[variant];
        for (size_t index = 0; index < of->gap_count; index++)
            *ARRAY_ADD(figures->notes, figures->note_count) = gaps_describe(figures->texts, of, &of->gaps[index]);
    }
}

/* The first variant that has lost generators, unforeseen. */
static void find_fault(struct run_figures *figures)
{
    figures->fault = texts_keep(figures->texts, "");
    for (size_t index = figures->variant_count; index-- > 0;) {
        const struct variant_figures *variant = &figures->variants[index];
        const struct generator_figures *lost = NULL;
        for (size_t at = variant->generator_count; at-- > 0;)
            lost = variant->generators[at].lost_at != FIGURES_NEVER ? &variant->generators[at] : lost;
        if (!variant->loss_is_a_fault || lost == NULL)
            continue;
        AUTO_FREE char *text =
            memory_format("variant %s: %zu of %zu generators %s lost (generator %u, pod %s, after %.1f s: %s); %.1f%% of the "
                          "load was not sent, so its figures are not those of the lesson",
                          variant->name, variant->generators_lost, variant->generator_count,
                          variant->generators_lost == 1 ? "was" : "were", lost->part, lost->pod,
                          (double)lost->lost_at / (double)NANOSECONDS_PER_SECOND, lost->reason, variant->generators_unsent * 100);
        figures->fault = texts_keep(figures->texts, text);
    }
}

static void sum_up(struct run_figures *figures)
{
    find_fault(figures);
    struct buffer sentence;
    buffer_init(&sentence, LONGEST_VERDICT);
    verdict_write(figures->variants, figures->variant_count, &sentence);
    figures->verdict = texts_keep(figures->texts, sentence.data);
    buffer_release(&sentence);
    for (size_t variant = 0; variant < figures->variant_count; variant++) {
        for (size_t index = 0; index < figures->variants[variant].expectation_count; index++) {
            enum expectation_result result = figures->variants[variant].expectations[index].result;
            figures->passed += result == EXPECTATION_PASS;
            figures->failed += result == EXPECTATION_FAIL;
            figures->no_data += result == EXPECTATION_NO_DATA;
        }
    }
}

struct run_figures *analyze_run(const struct run_store *store, struct error *error)
{
    const struct run_summary *summary = run_store_summary(store);
    struct run_figures *figures = memory_allocate(1, sizeof *figures);
    figures->texts = texts_create();
    describe_run(figures, summary);
    if (summary->variant_count > 0)
        figures->variants = memory_allocate(summary->variant_count, sizeof *figures->variants);
    for (size_t index = 0; index < summary->variant_count; index++) {
        figures->variant_count++;
        if (analyze_variant(store, index, &figures->variants[index], figures->texts, error) < 0) {
            run_figures_destroy(figures);
            return NULL;
        }
    }
    note_gaps(figures);
    sum_up(figures);
    return figures;
}
