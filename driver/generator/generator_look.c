/* What a generator notices by itself, and its end. */
#include "common/clock.h"
#include "driver/generator/generator_state.h"

#define LATE_AFTER (10 * NANOSECONDS_PER_MILLISECOND)

static bool have_finished(const struct generator *generator)
{
    for (size_t i = 0; i < generator->load_count; i++)
        if (!sent_load_has_finished(generator->loads[i]))
            return false;
    return true;
}

static void settle(const struct generator *generator, int64_t elapsed, bool ended)
{
    for (size_t i = 0; i < generator->load_count; i++)
        load_totals_settle(sent_load_totals(generator->loads[i]), elapsed, ended);
}

static void conclude(struct generator *generator, int64_t now)
{
    for (size_t i = 0; i < generator->load_count; i++)
        sent_load_end(generator->loads[i]);
    generator->elapsed = now > generator->start ? now - generator->start : 0;
    settle(generator, generator->elapsed, true);
    generator->state = generator->stopping ? WIRE_STOPPED : WIRE_FINISHED;
    generator->end_by = now + GENERATOR_FETCH_GRACE;
}

/* Whether others have taken over: there is no share in the last epoch, which has begun. */
static bool is_relieved(const struct generator *generator, int64_t now)
{
    const struct wire_epoch *last = &generator->plan.epochs[generator->plan.epoch_count - 1];
    return now - generator->start >= last->from && last->weights != NULL && last->weights[last->index] == 0;
}

/* A process that does not get the CPU that it wants wakes late. A closed model, which has no schedule, does not show it. */
static void note_look(struct generator *generator, int64_t now)
{
    if (generator->look_at == 0 || generator->state != WIRE_RUNNING || now < generator->start)
        return;
    generator->looks++;
    if (now - generator->look_at >= LATE_AFTER)
        generator->late_looks++;
}

static void look_at_loads(struct generator *generator, int64_t now)
{
    if (now >= generator->settle_at) {
        settle(generator, now - generator->start, false);
        generator->settle_at = now + NANOSECONDS_PER_SECOND;
    }
    if (have_finished(generator))
        conclude(generator, now);
    else if (generator->terminating && is_relieved(generator, now))
        epochs_close(generator->epochs);
}

/* Who planned has been killed, or cannot get here any more: nobody would end the load. */
static bool is_abandoned(const struct generator *generator, int64_t now)
{
    int64_t since = generator->asked > generator->start ? generator->asked : generator->start;
    return generator->plan.patience > 0 && generator->state >= WIRE_RUNNING && !generator->terminating &&
           !result_queue_is_fetched(generator->queue) && now - since >= generator->plan.patience;
}

void generator_look(struct generator *generator)
{
    bool late = false;
    bool abandoned = false;
    (void)pthread_mutex_lock(&generator->lock);
    int64_t now = clock_monotonic();
    own_usage_look(&generator->usage, now);
    note_look(generator, now);
    if (generator->state == WIRE_RUNNING) {
        look_at_loads(generator, now);
        late = generator->terminating && !generator->stopping && now >= generator->end_by;
    }
    if (generator->queue != NULL)
        result_queue_encode(generator->queue, generator->state > WIRE_RUNNING);
    abandoned = is_abandoned(generator, now);
    if (abandoned) {
        generator->terminating = true;
        generator->end_by = now + GENERATOR_FETCH_GRACE;
    }
    generator->look_at = clock_monotonic() + GENERATOR_LOOK_INTERVAL;
    (void)pthread_mutex_unlock(&generator->lock);
    if (late || abandoned)
        generator_stop(generator);
}

bool generator_may_end(struct generator *generator)
{
    (void)pthread_mutex_lock(&generator->lock);
    int64_t now = clock_monotonic();
    bool fetched = generator->queue == NULL || result_queue_is_fetched(generator->queue) || now >= generator->end_by ||
                   (generator->completed != 0 && now >= generator->completed + GENERATOR_LAST_GRACE);
    bool may_end = generator->terminating && generator->state != WIRE_RUNNING && fetched;
    (void)pthread_mutex_unlock(&generator->lock);
    return may_end;
}
