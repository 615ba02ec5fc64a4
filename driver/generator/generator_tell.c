/* How a generator says that it is. */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "driver/generator/generator_state.h"
#include "driver/load_report/load_limit.h"

#define STARVED_LOOKS 50 /* fewer say nothing */
#define STARVED_ONE_IN 20

/* The worst that holds of any load: what has not been sent as it was meant comes before what was not answered. */
static void tell_limit(const struct generator *generator, struct wire_status *status)
{
    static const int ranks[] = {[LIMIT_NONE] = 0, [LIMIT_SERVER] = 1, [LIMIT_CONNECTIONS] = 2, [LIMIT_GENERATOR] = 3};
    int worst = -1;
    (void)snprintf(status->limit, sizeof status->limit, "%s", load_limit_name(LIMIT_NONE));
    for (size_t i = 0; i < generator->load_count; i++) {
        char text[LOAD_LIMIT_TEXT_SIZE];
        struct load_totals *totals = sent_load_totals(generator->loads[i]);
        const struct load_total *total = load_totals_lock(totals);
        enum load_limit limit = load_limit_find(total, text);
        bool any = total->sent > 0;
        load_totals_unlock(totals);
        if (!any || ranks[limit] <= worst)
            continue;
        worst = ranks[limit];
        (void)snprintf(status->limit, sizeof status->limit, "%s", load_limit_name(limit));
        (void)snprintf(status->limit_text, sizeof status->limit_text, "%s", text);
    }
}

/* Whether this process did not get the CPU that it wanted, where its loads do not show it. */
static void tell_starvation(const struct generator *generator, struct wire_status *status)
{
    bool starved = generator->looks >= STARVED_LOOKS && generator->late_looks * STARVED_ONE_IN > generator->looks;
    if (!starved || strcmp(status->limit, load_limit_name(LIMIT_GENERATOR)) == 0)
        return;
    (void)snprintf(status->limit, sizeof status->limit, "%s", load_limit_name(LIMIT_GENERATOR));
    (void)snprintf(status->limit_text, sizeof status->limit_text,
                   "the generator: in %.0f%% of the time it woke over 10 ms late, at %.0f%% of a core; is its CPU limit too low?",
                   100 * (double)generator->late_looks / (double)generator->looks, 100 * generator->usage.cpu);
}

void generator_tell(struct generator *generator, struct wire_status *status)
{
    *status = (struct wire_status){.memory = own_usage_memory()};
    (void)pthread_mutex_lock(&generator->lock);
    status->state = generator->state;
    status->terminating = generator->terminating;
    status->part = generator_part(generator);
    (void)snprintf(status->plan, sizeof status->plan, "%s", generator->plan.id);
    status->epochs = generator->plan.epoch_count;
    status->at = generator->at;
    status->next = generator->queue != NULL ? result_queue_next(generator->queue) : 0;
    status->lost = generator->queue != NULL ? result_queue_lost(generator->queue) : 0;
    status->cpu = generator->usage.cpu;
    for (size_t i = 0; i < generator->load_count; i++)
        if (sent_load_lag(generator->loads[i]) > status->lag)
            status->lag = sent_load_lag(generator->loads[i]);
    tell_limit(generator, status);
    tell_starvation(generator, status);
    (void)snprintf(status->error, sizeof status->error, "%.*s", (int)sizeof status->error - 1, generator->error.text);
    (void)pthread_mutex_unlock(&generator->lock);
    status->now = clock_wall();
}
