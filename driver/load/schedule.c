#include "driver/load/schedule.h"

#include <math.h>

#include "common/clock.h"

/* Sums of products of whole numbers and decimals: what is this near to a whole request is that request. */
#define ROUNDING 1e-6

void schedule_init(struct schedule *schedule, const struct load_spec *spec)
{
    *schedule = (struct schedule){.spec = spec, .rate_before = spec->start_rate};
}

static bool is_constant(const struct load_spec *spec)
{
    return spec->executor == EXECUTOR_CONSTANT_ARRIVAL_RATE;
}

static double stage_seconds(const struct load_stage *stage)
{
    return (double)stage->duration / (double)NANOSECONDS_PER_SECOND;
}

/* Requests that fall into a stage which the rate enters at rate_before. */
static double stage_requests(const struct load_stage *stage, double rate_before)
{
    return (rate_before + stage->target) / 2 * stage_seconds(stage);
}

/* Seconds into the stage until `requests` of it are due: the root of rate * t + slope / 2 * t^2 = requests, in the form
 * that does not subtract nearly equal numbers. */
static double seconds_until(const struct load_stage *stage, double rate, double requests)
{
    double slope = (stage->target - rate) / stage_seconds(stage);
    double discriminant = rate * rate + 2 * slope * requests;
    double denominator = rate + sqrt(discriminant > 0 ? discriminant : 0);
    return denominator > 0 ? 2 * requests / denominator : 0;
}

uint64_t schedule_total(const struct schedule *schedule)
{
    double total = 0;
    double rate = schedule->spec->start_rate;
    for (size_t i = 0; i < schedule->spec->stage_count; i++) {
        total += stage_requests(&schedule->spec->stages[i], rate);
        rate = schedule->spec->stages[i].target;
    }
    double whole = is_constant(schedule->spec) ? ceil(total - ROUNDING) : floor(total + ROUNDING);
    return whole > 0 ? (uint64_t)whole : 0;
}

static void next_stage(struct schedule *schedule, const struct load_stage *stage)
{
    schedule->integral += stage_requests(stage, schedule->rate_before);
    schedule->stage_begin += stage->duration;
    schedule->rate_before = stage->target;
    schedule->stage++;
}

bool schedule_next(struct schedule *schedule, int64_t *intended)
{
    bool constant = is_constant(schedule->spec);
    double due = (double)schedule->next + (constant ? 0 : 1);
    for (; schedule->stage < schedule->spec->stage_count; next_stage(schedule, &schedule->spec->stages[schedule->stage])) {
        const struct load_stage *stage = &schedule->spec->stages[schedule->stage];
        double into = due - schedule->integral;
        double room = stage_requests(stage, schedule->rate_before);
        if (constant ? into >= room - ROUNDING : into > room + ROUNDING)
            continue;
        double seconds = seconds_until(stage, schedule->rate_before, into > 0 ? into : 0);
        *intended = schedule->stage_begin + llround(fmin(seconds, stage_seconds(stage)) * (double)NANOSECONDS_PER_SECOND);
        schedule->next++;
        return true;
    }
    return false;
}
