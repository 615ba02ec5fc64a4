#include "driver/fleet/loss.h"

#include "common/clock.h"

static int64_t within(int64_t moment, int64_t low, int64_t high)
{
    return moment < low ? low : moment > high ? high : moment;
}

/* The rate moves in straight lines, so the middle of each part of a stage stands for it. */
double loss_amount(const struct load_spec *spec, int64_t from, int64_t until)
{
    double rate = spec->start_rate;
    double amount = 0;
    int64_t begin = 0;
    for (size_t i = 0; i < spec->stage_count; i++) {
        const struct load_stage *stage = &spec->stages[i];
        int64_t first = within(from, begin, begin + stage->duration);
        int64_t last = within(until, begin, begin + stage->duration);
        if (last > first) {
            double middle = ((double)first + (double)last) / 2 - (double)begin;
            double there = rate + (stage->target - rate) * middle / (double)stage->duration;
            amount += there * (double)(last - first) / (double)NANOSECONDS_PER_SECOND;
        }
        begin += stage->duration;
        rate = stage->target;
    }
    return amount;
}
