#include "tests/unit/driver/load_report/fixture.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND

struct fixture *fixture_begin(double rate)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    load_spec_init(&fixture->spec);
    fixture->spec.name = memory_copy_text("load");
    fixture->spec.url = memory_copy_text("http://localhost/");
    fixture->spec.start_rate = rate;
    fixture->spec.stage_count = 1;
    fixture->spec.stages = memory_allocate(1, sizeof *fixture->spec.stages);
    fixture->spec.stages[0] = (struct load_stage){.duration = 10 * SECOND, .target = rate};
    fixture->spec.timeout = 3 * SECOND;
    fixture->totals = load_totals_create(&fixture->spec);
    fixture->sink = load_totals_sink(fixture->totals);
    return fixture;
}

void fixture_end(struct fixture *fixture)
{
    load_totals_destroy(fixture->totals);
    load_spec_release(&fixture->spec);
    free(fixture);
}

void fixture_give_tick(struct fixture *fixture, int64_t second, uint64_t planned, uint64_t late, uint64_t in_flight)
{
    struct load_tick tick = {.second = second,
                             .target_rate = (double)planned,
                             .planned = planned,
                             .sent = planned,
                             .late = late,
                             .in_flight = in_flight,
                             .cpu = 0.25};
    for (uint64_t i = 0; i < planned; i++)
        histogram_record(&tick.lateness, i < late ? 20 * MILLISECOND : MILLISECOND / 2);
    fixture->sink.tick(fixture->sink.context, &fixture->spec, &tick);
    histogram_release(&tick.lateness);
}

void fixture_give_row(struct fixture *fixture, int64_t second, int ok, enum load_outcome other, uint64_t others)
{
    struct load_row row = {.second = second, .connections = 2, .bytes_received = 1000, .first_sent = -1, .last_sent = -1};
    for (int i = 1; i <= ok; i++) {
        histogram_record(&row.response, (i + 1) * MILLISECOND);
        histogram_record(&row.service, i * MILLISECOND);
    }
    row.outcomes[OUTCOME_OK] = (uint64_t)ok;
    row.outcomes[other] += others;
    load_status_add(row.statuses, &row.status_count, LOAD_MOST_STATUSES, 200, (uint64_t)ok);
    if (other == OUTCOME_STATUS)
        load_status_add(row.statuses, &row.status_count, LOAD_MOST_STATUSES, 503, others);
    fixture->sink.row(fixture->sink.context, &fixture->spec, &row);
    histogram_release(&row.response);
    histogram_release(&row.service);
}

struct fixture *fixture_example(void)
{
    struct fixture *fixture = fixture_begin(105);
    for (int64_t second = 0; second < 2; second++) {
        fixture_give_tick(fixture, second, 105, 1, 3);
        fixture_give_row(fixture, second, 100, OUTCOME_STATUS, 5);
    }
    load_totals_settle(fixture->totals, 2 * SECOND, true);
    return fixture;
}
