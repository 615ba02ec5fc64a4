#include "driver/lesson/highest_rate.h"

static bool is_open(const struct load_spec *spec)
{
    return spec->type == LOAD_HTTP && !load_executor_is_closed(spec->executor);
}

/* The rate that the load has come to at a moment (load_spec_rate_at is the one that it goes on with). */
static double rate_before(const struct load_spec *spec, int64_t moment)
{
    double rate = spec->start_rate;
    int64_t begin = 0;
    for (size_t i = 0; i < spec->stage_count; i++) {
        const struct load_stage *stage = &spec->stages[i];
        if (moment > begin && moment <= begin + stage->duration)
            return rate + (stage->target - rate) * (double)(moment - begin) / (double)stage->duration;
        begin += stage->duration;
        rate = stage->target;
    }
    return 0;
}

static double rate_of_all(const struct load_spec *loads, size_t count, int64_t moment)
{
    double before = 0;
    double after = 0;
    for (size_t i = 0; i < count; i++) {
        before += is_open(&loads[i]) ? rate_before(&loads[i], moment) : 0;
        after += is_open(&loads[i]) ? load_spec_rate_at(&loads[i], moment) : 0;
    }
    return before > after ? before : after;
}

/* Rates are straight lines between the stages' ends: the highest sum is at one of them. */
static double highest_of(const struct load_spec *loads, size_t count)
{
    double highest = rate_of_all(loads, count, 0);
    for (size_t i = 0; i < count; i++) {
        int64_t moment = 0;
        for (size_t stage = 0; stage < loads[i].stage_count; stage++) {
            moment += loads[i].stages[stage].duration;
            double rate = rate_of_all(loads, count, moment);
            highest = rate > highest ? rate : highest;
        }
    }
    return highest;
}

double lesson_highest_rate(const struct lesson *lesson, const struct load_spec **closed)
{
    *closed = NULL;
    for (size_t i = 0; i < lesson->load_count && *closed == NULL; i++)
        if (lesson->loads[i].type == LOAD_HTTP && load_executor_is_closed(lesson->loads[i].executor))
            *closed = &lesson->loads[i];
    double highest = highest_of(lesson->loads, lesson->load_count);
    if (lesson->warm_up == NULL)
        return highest;
    if (*closed == NULL && load_executor_is_closed(lesson->warm_up->executor))
        *closed = lesson->warm_up;
    double before = highest_of(lesson->warm_up, 1);
    return before > highest ? before : highest;
}

bool lesson_has_load(const struct lesson *lesson)
{
    return lesson->load_count > 0 || lesson->warm_up != NULL;
}
