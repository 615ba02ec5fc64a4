#include "driver/load/schedule.h"

#include <math.h>

#include "common/clock.h"
#include "driver/load/scramble.h"

/* Sums of products of whole numbers and decimals: what is this near to a whole request is that request. */
#define ROUNDING 1e-6

void schedule_init(struct schedule *schedule, const struct load_spec *spec, const struct segment *segment)
{
    *schedule = (struct schedule){.spec = spec, .segment = segment, .rate_before = spec->start_rate, .random = spec->seed};
}

void schedule_follow(struct schedule *schedule, const struct epoch_part *part, int64_t horizon)
{
    schedule->part = part;
    schedule->horizon = horizon;
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

/* How many requests are due before the integral reaches a value. */
static uint64_t requests_before(const struct load_spec *spec, double integral)
{
    double whole = is_constant(spec) ? ceil(integral - ROUNDING) : floor(integral + ROUNDING);
    return whole > 0 ? (uint64_t)whole : 0;
}

uint64_t schedule_total(const struct schedule *schedule)
{
    double total = 0;
    double rate = schedule->spec->start_rate;
    for (size_t i = 0; i < schedule->spec->stage_count; i++) {
        total += stage_requests(&schedule->spec->stages[i], rate);
        rate = schedule->spec->stages[i].target;
    }
    return segment_share(schedule->segment, requests_before(schedule->spec, total));
}

static void next_stage(struct schedule *schedule, const struct load_stage *stage)
{
    schedule->integral += stage_requests(stage, schedule->rate_before);
    schedule->stage_begin += stage->duration;
    schedule->rate_before = stage->target;
    schedule->stage++;
    schedule->drawn = 0;
}

/* Above 0 and at most 1 (SplitMix64). */
static double next_random(struct schedule *schedule)
{
    uint64_t mixed = scramble(schedule->random += UINT64_C(0x9e3779b97f4a7c15));
    return (double)((mixed >> 11) + 1) * 0x1p-53;
}

/* The least of the places that the stage's other requests take at random in what is left of its integral, room in all. */
static double draw(struct schedule *schedule, double room)
{
    uint64_t end = requests_before(schedule->spec, schedule->integral + room);
    double others = (double)(end - schedule->next);
    schedule->drawn = room - (room - schedule->drawn) * pow(next_random(schedule), 1 / others);
    return schedule->drawn;
}

static int64_t moment_of(const struct schedule *schedule, const struct load_stage *stage, double requests)
{
    double seconds = seconds_until(stage, schedule->rate_before, requests > 0 ? requests : 0);
    return schedule->stage_begin + llround(fmin(seconds, stage_seconds(stage)) * (double)NANOSECONDS_PER_SECOND);
}

/* The next request of the whole schedule: its stage (NULL = there is none), and how much of the stage's integral is before it. */
static const struct load_stage *next_of_all(struct schedule *schedule, uint64_t *number, double *place)
{
    const struct load_spec *spec = schedule->spec;
    while (schedule->stage < spec->stage_count) {
        const struct load_stage *stage = &spec->stages[schedule->stage];
        double room = stage_requests(stage, schedule->rate_before);
        if (schedule->next >= requests_before(spec, schedule->integral + room)) {
            next_stage(schedule, stage);
            continue;
        }
        double due = (double)schedule->next + (is_constant(spec) ? 0 : 1) - schedule->integral;
        *place = spec->spacing == SPACING_POISSON ? draw(schedule, room) : due;
        *number = schedule->next++;
        return stage;
    }
    return NULL;
}

/* Through epochs a request has a moment before it has an owner. */
static bool next_of_part(struct schedule *schedule, uint64_t *number, int64_t *intended)
{
    schedule->paused = false;
    for (;;) {
        const struct segment *segment = NULL;
        const struct schedule before = *schedule;
        double place = 0;
        const struct load_stage *stage = next_of_all(schedule, number, &place);
        if (stage == NULL)
            return false;
        *intended = moment_of(schedule, stage, place);
        if (epoch_part_at(schedule->part, *intended, &segment) && segment_owns(segment, *number))
            return true;
        if (*intended >= schedule->horizon) {
            *schedule = before;
            schedule->paused = true;
            return false;
        }
    }
}

bool schedule_next(struct schedule *schedule, uint64_t *number, int64_t *intended)
{
    const struct load_stage *stage = NULL;
    double place = 0;
    if (schedule->part != NULL)
        return next_of_part(schedule, number, intended);
    do {
        stage = next_of_all(schedule, number, &place);
    } while (stage != NULL && !segment_owns(schedule->segment, *number));
    if (stage != NULL)
        *intended = moment_of(schedule, stage, place);
    return stage != NULL;
}
