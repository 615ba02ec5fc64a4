#include "driver/analyze/verdict.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "common/duration.h"
#include "driver/analyze/moment.h"

/* A metric that was unknown for a larger share of the time is what the variant is about. */
#define BLIND_SHARE 0.9

static bool is_blind(const struct variant_figures *variant)
{
    const struct metric_figures *metric = &variant->metric;
    return metric->watched && metric->step_count > 0 &&
           (double)metric->unknown >= BLIND_SHARE * (double)moment_between(metric->steps[0].time, variant->end);
}

/* The reason that the metric was unknown for longest. */
static const char *blind_reason(const struct metric_figures *metric)
{
    const char *reason = "";
    for (size_t index = 0; index < metric->step_count; index++) {
        if (!metric->steps[index].known && *metric->steps[index].reason != '\0')
            reason = metric->steps[index].reason;
    }
    return reason;
}

static enum phase worst_phase(const struct variant_figures *variant, bool of_lost)
{
    enum phase best = PHASE_UNKNOWN;
    uint64_t most = 0;
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        const struct phase_figures *figures = &variant->phases[phase];
        uint64_t count = of_lost ? figures->lost : figures->spikes - figures->lost;
        if (count > most) {
            most = count;
            best = (enum phase)phase;
        }
    }
    return best;
}

static size_t pods_with(const struct variant_figures *variant, enum phase phase)
{
    size_t count = 0;
    for (size_t pod = 0; pod < variant->pod_count; pod++) {
        bool seen = false;
        for (size_t index = 0; index < variant->spike_count && !seen; index++)
            seen = variant->spikes[index].phase == phase && variant->spikes[index].pod == variant->pods[pod].name;
        count += seen;
    }
    return count;
}

static void say_phase(const struct variant_figures *variant, enum phase phase, struct buffer *sentence)
{
    size_t pods = pods_with(variant, phase);
    const char *plural = pods == 1 ? "" : "s";
    if (phase == PHASE_NO_ENDPOINT)
        buffer_append_text(sentence, " while no pod was ready");
    else if (pods == 0)
        return;
    else if (phase == PHASE_BOOTING)
        buffer_append_format(sentence, " while %zu new pod%s booted", pods, plural);
    else if (phase == PHASE_COLD)
        buffer_append_format(sentence, " on %zu cold pod%s", pods, plural);
    else if (phase == PHASE_TERMINATING)
        buffer_append_format(sentence, " while %zu pod%s went away", pods, plural);
    else if (phase == PHASE_WARM)
        buffer_append_format(sentence, " on %zu warm pod%s", pods, plural);
}

static void say_waits(const struct variant_figures *variant, struct buffer *sentence)
{
    char text[DURATION_TEXT_SIZE];
    duration_format(variant->response.maximum, text);
    if (variant->spikes_slow > 0) {
        buffer_append_format(sentence, "%" PRIu64 " request%s waited up to %s", variant->spikes_slow,
                             variant->spikes_slow == 1 ? "" : "s", text);
        say_phase(variant, worst_phase(variant, false), sentence);
    } else if (variant->response.count > 0) {
        buffer_append_format(sentence, "the longest answer took %s", text);
    } else {
        buffer_append_text(sentence, "no request was answered");
    }
}

static void say_losses(const struct variant_figures *variant, struct buffer *sentence)
{
    if (variant->lost == 0) {
        buffer_append_text(sentence, " and none was lost");
        return;
    }
    buffer_append_format(sentence, " and %" PRIu64 " %s lost", variant->lost, variant->lost == 1 ? "was" : "were");
    enum phase phase = worst_phase(variant, true);
    if (phase == PHASE_TERMINATING)
        buffer_append_text(sentence, " as pods went away");
    else if (phase == PHASE_NO_ENDPOINT)
        buffer_append_text(sentence, " while no pod was ready");
    else if (phase == PHASE_BOOTING)
        buffer_append_text(sentence, " to pods that were booting");
}

static void say_scaling(const struct variant_figures *variant, struct buffer *sentence)
{
    if (variant->replicas_maximum < 0)
        return;
    if (is_blind(variant)) {
        const char *reason = blind_reason(&variant->metric);
        buffer_append_format(sentence, "the HPA could not read its metric%s%s%s and stayed at %d pod%s, ",
                             *reason != '\0' ? " (" : "", reason, *reason != '\0' ? ")" : "", variant->replicas_maximum,
                             variant->replicas_maximum == 1 ? "" : "s");
        return;
    }
    if (variant->decision_count == 0)
        buffer_append_format(sentence, "stayed at %d pod%s, ", variant->replicas_maximum,
                             variant->replicas_maximum == 1 ? "" : "s");
    else
        buffer_append_format(sentence, "scaled from %d to %d pods, ", variant->decisions[0].from,
                             variant->decisions[0].to < variant->decisions[0].from ? variant->replicas_final
                                                                                   : variant->replicas_maximum);
}

static void say_growth(const struct variant_figures *variant, struct buffer *sentence)
{
    if (is_blind(variant) || variant->replicas_maximum < 0) {
        say_scaling(variant, sentence);
        buffer_append_text(sentence, "nothing was asked of the pods");
        return;
    }
    const char *plural = variant->replicas_maximum == 1 ? "" : "s";
    if (variant->decision_count == 0)
        buffer_append_format(sentence, "stayed at %d pod%s", variant->replicas_maximum, plural);
    else
        buffer_append_format(sentence, "grew from %d to %d pod%s and ended with %d", variant->decisions[0].from,
                             variant->replicas_maximum, plural, variant->replicas_final);
    if (variant->memory_target > 0 && variant->usage_count > 0)
        buffer_append_format(sentence, "; the largest working set of a pod was %.0f MiB, the target %.0f MiB",
                             variant->memory_maximum, variant->memory_target);
}

static size_t jobs_that(const struct variant_figures *variant, enum mark_kind kind)
{
    size_t count = 0;
    for (size_t index = 0; index < variant->mark_count; index++)
        count += variant->marks[index].kind == kind;
    return count;
}

static void say_jobs(const struct variant_figures *variant, struct buffer *sentence)
{
    size_t failed = jobs_that(variant, MARK_JOB_FAILED);
    if (failed > 0)
        buffer_append_format(sentence, ", %zu of %zu Jobs failed", failed, failed + jobs_that(variant, MARK_JOB_COMPLETE));
}

/* The load was not the lesson's. */
static void say_generators(const struct variant_figures *variant, struct buffer *sentence)
{
    if (variant->generators_lost > 0)
        buffer_append_format(sentence, ", but %zu of %zu generators %s lost and %.3g%% of the load not sent",
                             variant->generators_lost, variant->generator_count, variant->generators_lost == 1 ? "was" : "were",
                             variant->generators_unsent * 100);
}

static bool scaling_differs(const struct variant_figures *variants, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        if (is_blind(&variants[index]) || (variants[index].decision_count > 0) != (variants[0].decision_count > 0))
            return true;
    }
    return false;
}

static bool nothing_happened(const struct variant_figures *variants, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        if (variants[index].spike_worst > 0 || variants[index].lost > 0)
            return false;
    }
    return true;
}

/* Inside the sentence a title loses its capital, unless it is an abbreviation. */
static void say_name(const struct variant_figures *variant, bool first, struct buffer *sentence)
{
    const char *name = *variant->title != '\0' ? variant->title : variant->name;
    char head = name[0];
    if (head == '\0')
        return;
    if (!first && (islower((unsigned char)name[1]) || name[1] == ' '))
        head = (char)tolower((unsigned char)head);
    buffer_append_format(sentence, "%c%s: ", head, name + 1);
}

void verdict_write(const struct variant_figures *variants, size_t count, struct buffer *sentence)
{
    size_t start = sentence->length;
    if (count == 0)
        buffer_append_text(sentence, "Nothing was recorded");
    bool scaling = scaling_differs(variants, count) || nothing_happened(variants, count);
    for (size_t index = 0; index < count; index++) {
        const struct variant_figures *variant = &variants[index];
        buffer_append_text(sentence, index == 0 ? "" : "; ");
        if (count > 1)
            say_name(variant, index == 0, sentence);
        if (variant->planned == 0 && variant->requests == 0) {
            say_growth(variant, sentence);
        } else {
            if (scaling)
                say_scaling(variant, sentence);
            say_waits(variant, sentence);
        }
        if (variant->requests > 0)
            say_losses(variant, sentence);
        say_jobs(variant, sentence);
        say_generators(variant, sentence);
        if (*variant->outcome == '\0')
            buffer_append_text(sentence, " (incomplete)");
        else if (strcmp(variant->outcome, "completed") != 0)
            buffer_append_format(sentence, " (%s)", variant->outcome);
    }
    buffer_append_text(sentence, ".");
    sentence->data[start] = (char)toupper((unsigned char)sentence->data[start]);
}
