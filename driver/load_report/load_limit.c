#include "driver/load_report/load_limit.h"

#include <stdio.h>

#include "common/clock.h"
#include "common/duration.h"

#define LATE_ONE_IN 20 /* more requests than that sent late: the generator could not keep up */
#define BUSY_SHARE 0.9 /* of the time */

const char *load_limit_name(enum load_limit limit)
{
    static const char *const names[] = {
        [LIMIT_NONE] = "none", [LIMIT_GENERATOR] = "generator", [LIMIT_CONNECTIONS] = "connections", [LIMIT_SERVER] = "server"};
    return names[limit];
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

/* Requests that waited at the end of the last second in which any were due: more than were due in it means that the
 * answers are a second or more behind. */
static uint64_t left_waiting(const struct load_total *total)
{
    for (size_t i = total->second_count; i-- > 0;) {
        const struct load_second *second = &total->seconds[i];
        if (second->planned > 0)
            return second->in_flight > second->planned ? second->in_flight : 0;
    }
    return 0;
}

/* How much of the time the engine's threads worked. */
static double busy_share(const struct load_total *total)
{
    return load_total_cpu(total) / (double)(total->threads > 0 ? total->threads : 1);
}

/* An engine that spins is always busy, and one of a closed model is never late. */
static bool is_busy(const struct load_total *total)
{
    return total->spec->pacing == PACING_FRUGAL && busy_share(total) > BUSY_SHARE;
}

static enum load_limit find_open(const struct load_total *total, char text[LOAD_LIMIT_TEXT_SIZE])
{
    char duration[DURATION_TEXT_SIZE];
    uint64_t dropped = total->outcomes[OUTCOME_DROPPED];
    if (total->late * LATE_ONE_IN > total->sent) {
        (void)snprintf(text, LOAD_LIMIT_TEXT_SIZE,
                       "the generator: %.3g%% of the requests were sent over 10 ms late, at %.0f%% of a core",
                       percent(total->late, total->sent), 100 * load_total_cpu(total));
        return LIMIT_GENERATOR;
    }
    if (dropped > 0) {
        bool answered = total->service.total > 0;
        (void)snprintf(text, LOAD_LIMIT_TEXT_SIZE, "the connections: %.3g%% of the requests found all %d in use%s%s",
                       percent(dropped, total->planned), total->spec->maximum_connections, answered ? "; an answer took " : "",
                       answered ? duration_format((int64_t)histogram_mean(&total->service), duration) : "");
        return LIMIT_CONNECTIONS;
    }
    if (left_waiting(total) > 0) {
        (void)snprintf(text, LOAD_LIMIT_TEXT_SIZE, "the server: its answers were over a second behind the requests at the end");
        return LIMIT_SERVER;
    }
    (void)snprintf(text, LOAD_LIMIT_TEXT_SIZE, "nothing: every request was sent, 99%% of them within %s of their moment",
                   duration_format(histogram_percentile(&total->lateness, 0.99), duration));
    return LIMIT_NONE;
}

static enum load_limit find_closed(const struct load_total *total, char text[LOAD_LIMIT_TEXT_SIZE])
{
    if (is_busy(total)) {
        (void)snprintf(text, LOAD_LIMIT_TEXT_SIZE, "the generator: it was busy for %.0f%% of the time", 100 * busy_share(total));
        return LIMIT_GENERATOR;
    }
    (void)snprintf(text, LOAD_LIMIT_TEXT_SIZE, "the server: the virtual users waited for its answers (a closed model)");
    return LIMIT_SERVER;
}

enum load_limit load_limit_find(const struct load_total *total, char text[LOAD_LIMIT_TEXT_SIZE])
{
    uint64_t lost = load_total_lost(total);
    enum load_limit limit = load_executor_is_closed(total->spec->executor) ? find_closed(total, text) : find_open(total, text);
    if (total->sent == 0) {
        (void)snprintf(text, LOAD_LIMIT_TEXT_SIZE, "nothing: no request was sent");
        return LIMIT_NONE;
    }
    if (lost > 0 && (limit == LIMIT_NONE || limit == LIMIT_SERVER)) {
        (void)snprintf(text, LOAD_LIMIT_TEXT_SIZE, "the server: %.3g%% of the requests failed",
                       percent(lost, load_total_requests(total)));
        return LIMIT_SERVER;
    }
    return limit;
}
