#include "driver/analyze/named_value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/analyze/moment.h"

typedef const struct variant_figures *variant_pointer;

static double of_requests(variant_pointer variant, uint64_t count)
{
    return variant->requests > 0 || variant->outcomes[OUTCOME_DROPPED] > 0 ? (double)count : NAN;
}

static double of_pods(variant_pointer variant, double count)
{
    return variant->pod_count > 0 ? count : NAN;
}

static double of_hpa(variant_pointer variant, double value)
{
    return variant->metric.watched ? value : NAN;
}

static double of_generators(variant_pointer variant, double value)
{
    return variant->generator_count > 0 ? value : NAN;
}

static uint64_t all_spikes(variant_pointer variant)
{
    return variant->spikes_slow + variant->lost;
}

static double sum_restarts(variant_pointer variant)
{
    double restarts = 0;
    for (size_t index = 0; index < variant->pod_count; index++)
        restarts += (double)variant->pods[index].restarts;
    return of_pods(variant, restarts);
}

static double count_direction(variant_pointer variant, bool up)
{
    size_t count = 0;
    for (size_t index = 0; index < variant->decision_count; index++)
        count += (variant->decisions[index].to > variant->decisions[index].from) == up;
    return of_hpa(variant, (double)count);
}

static double of_removals(variant_pointer variant)
{
    return variant->pods_removed > 0 ? (double)variant->pods_removed_out_of_order : NAN;
}

static double count_marks(variant_pointer variant, enum mark_kind kind)
{
    size_t count = 0;
    for (size_t index = 0; index < variant->mark_count; index++)
        count += variant->marks[index].kind == kind ? 1 : 0;
    return variant->observed ? (double)count : NAN;
}

/* The least or the greatest of the pods' first (or later) response times; NAN when no pod answered. */
static double extreme_response(variant_pointer variant, bool first, bool greatest)
{
    double extreme = NAN;
    for (size_t index = 0; index < variant->pod_count; index++) {
        const struct pod_figures *pod = &variant->pods[index];
        int64_t response = first ? pod->first_response : pod->later_response;
        if (moment_known(response) && (isnan(extreme) || (greatest ? (double)response > extreme : (double)response < extreme)))
            extreme = (double)response;
    }
    return extreme;
}

static double count_not_told(variant_pointer variant)
{
    uint64_t failures = 0;
    for (size_t index = 0; index < variant->given_count; index++)
        failures += variant->given[index].failures;
    return variant->given_count > 0 ? (double)failures : NAN;
}

/* Every simple name: its kind, and an expression of the variant. */
#define SIMPLE_VALUES(VALUE)                                                                                                     \
    VALUE("requests.count", VALUE_COUNT, (double)variant->requests)                                                              \
    VALUE("ok.count", VALUE_COUNT, of_requests(variant, variant->outcomes[OUTCOME_OK]))                                          \
    VALUE("spikes.count", VALUE_COUNT, of_requests(variant, all_spikes(variant)))                                                \
    VALUE("spikes.max", VALUE_TIME, of_requests(variant, (uint64_t)variant->spike_worst))                                        \
    VALUE("spikes.episodes", VALUE_COUNT, of_requests(variant, variant->episode_count))                                          \
    VALUE("lost.count", VALUE_COUNT, of_requests(variant, variant->lost))                                                        \
    VALUE("cold.count", VALUE_COUNT, of_requests(variant, variant->cold))                                                        \
    VALUE("dropped.count", VALUE_COUNT, of_requests(variant, variant->outcomes[OUTCOME_DROPPED]))                                \
    VALUE("aborted.count", VALUE_COUNT, of_requests(variant, variant->outcomes[OUTCOME_ABORTED]))                                \
    VALUE("late.count", VALUE_COUNT, of_requests(variant, variant->late))                                                        \
    VALUE("connections.count", VALUE_COUNT, of_requests(variant, variant->connections))                                          \
    VALUE("replicas.max", VALUE_COUNT, of_pods(variant, variant->replicas_maximum))                                              \
    VALUE("replicas.min", VALUE_COUNT, of_pods(variant, variant->replicas_minimum))                                              \
    VALUE("replicas.final", VALUE_COUNT, of_pods(variant, variant->replicas_final))                                              \
    VALUE("pods.created", VALUE_COUNT, of_pods(variant, (double)variant->pods_created))                                          \
    VALUE("pods.removed", VALUE_COUNT, of_pods(variant, (double)variant->pods_removed))                                          \
    VALUE("pods.restarts", VALUE_COUNT, sum_restarts(variant))                                                                   \
    VALUE("pods.out_of_order", VALUE_COUNT, of_removals(variant))                                                                \
    VALUE("jobs.complete", VALUE_COUNT, count_marks(variant, MARK_JOB_COMPLETE))                                                 \
    VALUE("jobs.failed", VALUE_COUNT, count_marks(variant, MARK_JOB_FAILED))                                                     \
    VALUE("given.failures", VALUE_COUNT, count_not_told(variant))                                                                \
    VALUE("memory.max", VALUE_COUNT, variant->usage_count > 0 ? variant->memory_maximum : NAN)                                   \
    VALUE("rescales.count", VALUE_COUNT, of_hpa(variant, (double)variant->decision_count))                                       \
    VALUE("rescales.up", VALUE_COUNT, count_direction(variant, true))                                                            \
    VALUE("rescales.down", VALUE_COUNT, count_direction(variant, false))                                                         \
    VALUE("rescales.reversals", VALUE_COUNT, of_hpa(variant, (double)variant->reversals))                                        \
    VALUE("first_response.min", VALUE_TIME, extreme_response(variant, true, false))                                              \
    VALUE("first_response.max", VALUE_TIME, extreme_response(variant, true, true))                                               \
    VALUE("later_response.max", VALUE_TIME, extreme_response(variant, false, true))                                              \
    VALUE("cost.pod_seconds", VALUE_COUNT, variant->elasticity[SUPPLY_READY].cost)                                               \
    VALUE("pods.missing", VALUE_COUNT, variant->elasticity[SUPPLY_READY].under)                                                  \
    VALUE("pods.surplus", VALUE_COUNT, variant->elasticity[SUPPLY_READY].over)                                                   \
    VALUE("fairness.last", VALUE_COUNT, variant->fairness.index)                                                                 \
    VALUE("generators.count", VALUE_COUNT, of_generators(variant, (double)variant->generator_count))                             \
    VALUE("generators.lost", VALUE_COUNT, of_generators(variant, (double)variant->generators_lost))                              \
    VALUE("generators.unsent", VALUE_PERCENT, of_generators(variant, variant->generators_unsent * 100))                          \
    VALUE("generators.skew", VALUE_TIME, of_generators(variant, (double)variant->generators_skew))                               \
    VALUE("hpa.unknown", VALUE_TIME, of_hpa(variant, (double)variant->metric.unknown))                                           \
    VALUE("utilization.max", VALUE_PERCENT, variant->metric.any_known ? variant->metric.maximum : NAN)                           \
    VALUE("utilization.min", VALUE_PERCENT, variant->metric.any_known ? variant->metric.minimum : NAN)                           \
    VALUE("time_to_scale.max", VALUE_TIME, moment_known(variant->time_to_scale) ? (double)variant->time_to_scale : NAN)

#define SIMPLE_NAME(name, kind, expression) name,
static const char *const SIMPLE_NAMES[] = {SIMPLE_VALUES(SIMPLE_NAME)};
#define SIMPLE_COUNT (sizeof SIMPLE_NAMES / sizeof *SIMPLE_NAMES)

static int simple_value(const char *name, variant_pointer variant, struct named_value *value)
{
#define SIMPLE_CASE(known_name, known_kind, expression)                                                                          \
    if (strcmp(name, known_name) == 0) {                                                                                         \
        *value = (struct named_value){.kind = (known_kind), .number = variant == NULL ? (double)NAN : (double)(expression)};     \
        return 0;                                                                                                                \
    }
    SIMPLE_VALUES(SIMPLE_CASE)
    return -1;
}

/* "no endpoint" is written no_endpoint in a name. */
static void write_phase(enum phase phase, char text[32])
{
    snprintf(text, 32, "%s", phase_name(phase));
    for (char *at = text; *at != '\0'; at++)
        *at = *at == ' ' ? '_' : *at;
}

static int find_phase(const char *text)
{
    char name[32];
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        write_phase((enum phase)phase, name);
        if (strcmp(name, text) == 0)
            return phase;
    }
    return -1;
}

static int find_lost_outcome(const char *text)
{
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        if (load_outcome_is_lost((enum load_outcome)outcome) && strcmp(load_outcome_name((enum load_outcome)outcome), text) == 0)
            return outcome;
    }
    return -1;
}

static int find_stage(const char *text)
{
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        if (strcmp(stage_name((enum stage)stage), text) == 0)
            return stage;
    }
    return -1;
}

static double count_events(variant_pointer variant, const char *reason)
{
    double count = 0;
    for (size_t index = 0; index < variant->event_count; index++)
        count += strcmp(variant->events[index].reason, reason) == 0 ? (double)variant->events[index].count : 0;
    return variant->observed ? count : NAN;
}

/* The three words of a name like spikes.booting.count. */
struct words {
    char first[32], middle[64], last[16];
};

static int spike_value(const struct words *words, variant_pointer variant, struct named_value *value)
{
    int phase = find_phase(words->middle);
    bool count = strcmp(words->last, "count") == 0;
    if (phase < 0 || (!count && strcmp(words->last, "max") != 0))
        return -1;
    *value = (struct named_value){.kind = count ? VALUE_COUNT : VALUE_TIME, .number = NAN};
    if (variant != NULL)
        value->number = of_requests(variant, count ? variant->phases[phase].spikes : (uint64_t)variant->phases[phase].worst);
    return 0;
}

static int lost_value(const struct words *words, variant_pointer variant, struct named_value *value)
{
    int phase = find_phase(words->middle);
    int outcome = find_lost_outcome(words->middle);
    if ((phase < 0 && outcome < 0) || strcmp(words->last, "count") != 0)
        return -1;
    *value = (struct named_value){.kind = VALUE_COUNT, .number = NAN};
    if (variant != NULL)
        value->number = of_requests(variant, phase >= 0 ? variant->phases[phase].lost : variant->outcomes[outcome]);
    return 0;
}

static int stage_value(const struct words *words, variant_pointer variant, struct named_value *value)
{
    int stage = find_stage(words->middle);
    bool median = strcmp(words->last, "p50") == 0;
    if (stage < 0 || (!median && strcmp(words->last, "p95") != 0))
        return -1;
    *value = (struct named_value){.kind = VALUE_TIME, .number = NAN};
    if (variant != NULL && variant->stages[stage].count > 0)
        value->number = (double)(median ? variant->stages[stage].p50 : variant->stages[stage].p95);
    return 0;
}

int named_value(const char *name, const struct variant_figures *variant, struct named_value *value)
{
    struct words words = {.first = ""};
    char rest = '\0';
    if (simple_value(name, variant, value) == 0)
        return 0;
    if (sscanf(name, "%31[a-z_].%63[A-Za-z0-9_].%15[a-z0-9]%c", words.first, words.middle, words.last, &rest) != 3)
        return -1;
    if (strcmp(words.first, "spikes") == 0)
        return spike_value(&words, variant, value);
    if (strcmp(words.first, "lost") == 0)
        return lost_value(&words, variant, value);
    if (strcmp(words.first, "stages") == 0)
        return stage_value(&words, variant, value);
    if (strcmp(words.first, "events") != 0 || strcmp(words.last, "count") != 0)
        return -1;
    *value = (struct named_value){.kind = VALUE_COUNT, .number = variant != NULL ? count_events(variant, words.middle) : NAN};
    return 0;
}

struct metric_data variant_metrics(const struct variant_figures *variant)
{
    return (struct metric_data){
        .seconds = fmax((double)variant->load_duration / (double)NANOSECONDS_PER_SECOND - (double)variant->warm_up_seconds, 0),
        .response = &variant->response_histogram,
        .service = &variant->service_histogram,
        .lateness = &variant->lateness_histogram,
        .requests = variant->requests,
        .lost = variant->lost,
        .dropped = variant->outcomes[OUTCOME_DROPPED],
        .bytes_received = variant->bytes_received,
        .bytes_sent = variant->bytes_sent,
        .checks = variant->checks,
        .check_passes = variant->check_passes,
        .vus_known = variant->vus_known,
        .vus = variant->vus,
        .vus_minimum = variant->vus_minimum,
        .vus_maximum = variant->vus_maximum,
    };
}

bool named_value_list(size_t index, char name[64])
{
    char phase[32];
    if (index < SIMPLE_COUNT)
        return snprintf(name, 64, "%s", SIMPLE_NAMES[index]) > 0;
    index -= SIMPLE_COUNT;
    if (index < 3 * PHASE_COUNT) {
        static const char *const forms[3] = {"spikes.%s.count", "spikes.%s.max", "lost.%s.count"};
        write_phase((enum phase)(index / 3), phase);
        const char *form = forms[index % 3];
        const char *mark = strstr(form, "%s");
        return snprintf(name, 64, "%.*s%s%s", (int)(mark - form), form, phase, mark + 2) > 0;
    }
    index -= 3 * PHASE_COUNT;
    if (index < 2 * STAGE_COUNT)
        return snprintf(name, 64, "stages.%s.%s", stage_name((enum stage)(index / 2)), index % 2 == 0 ? "p50" : "p95") > 0;
    index -= 2 * STAGE_COUNT;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        if (load_outcome_is_lost((enum load_outcome)outcome) && index-- == 0)
            return snprintf(name, 64, "lost.%s.count", load_outcome_name((enum load_outcome)outcome)) > 0;
    }
    static const char *const others[] = {"events.REASON.count", "condition.TYPE.status", "condition.TYPE.reason",
                                         "condition.TYPE.message"};
    return index < sizeof others / sizeof *others && snprintf(name, 64, "%s", others[index]) > 0;
}
