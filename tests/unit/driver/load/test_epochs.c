/* Generators that come and go: each arrival of the schedule is sent by exactly one of them, and virtual users are divided. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/arrivals.h"
#include "driver/load/vus.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define SECOND NANOSECONDS_PER_SECOND
#define SCHEDULES 400
#define MOST_GENERATORS 8
#define MOST_THREADS 3
#define MOST_STAGES 5
#define NOTICE (2 * SECOND) /* that an epoch is known ahead of its beginning, at least */

static uint64_t random_state = 42;

static uint64_t random_below(uint64_t end)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % end;
}

/* One thread of a generator: wakes once a second at least, and sends what has come due. */
struct sender {
    struct epoch_part *part;
    struct arrivals arrivals;
    int64_t next_wake;
};

struct generator {
    struct epochs *epochs;
    size_t thread_count;
    struct sender senders[MOST_THREADS];
};

struct world {
    const struct load_spec *spec;
    size_t count;
    struct generator generators[MOST_GENERATORS];
    uint64_t total;
    int64_t *moments; /* of each arrival; -1 = sent */
    uint64_t sent;
};

static struct load_spec random_spec(struct load_stage *stages)
{
    bool constant = random_below(4) == 0;
    struct load_spec spec = {
        .executor = constant ? EXECUTOR_CONSTANT_ARRIVAL_RATE : EXECUTOR_RAMPING_ARRIVAL_RATE,
        .start_rate = (double)random_below(4000) / 100,
        .stages = stages,
        .stage_count = constant ? 1 : 1 + random_below(MOST_STAGES),
        .spacing = random_below(2) == 0 ? SPACING_UNIFORM : SPACING_POISSON,
        .seed = random_below(1000),
    };
    for (size_t i = 0; i < spec.stage_count; i++)
        stages[i] = (struct load_stage){.duration = (int64_t)(1 + random_below(8000)) * MILLISECOND,
                                        .target = constant ? spec.start_rate : (double)random_below(4000) / 100};
    return spec;
}

/* Some generators have no share; not all of them. */
static void random_weights(uint32_t *weights, size_t count)
{
    bool equal = random_below(2) == 0;
    for (size_t i = 0; i < count; i++)
        weights[i] = random_below(3) == 0 ? 0 : equal ? 1 : 1 + (uint32_t)random_below(50);
    if (count > 0)
        weights[random_below(count)] = 1;
}

static void add_epoch(struct world *world, int64_t from)
{
    uint32_t weights[MOST_GENERATORS];
    struct error error = ERROR_NONE;
    random_weights(weights, world->count);
    for (size_t i = 0; i < world->count; i++) {
        struct segment *segment = segment_create(i, world->count, weights, &error);
        assert_non_null(segment);
        assert_int_equal(epochs_add(world->generators[i].epochs, from, segment, &error), 0);
    }
}

static void send_due(struct world *world, struct sender *sender, int64_t now)
{
    struct arrivals *arrivals = &sender->arrivals;
    arrivals_follow(arrivals, now);
    for (; arrivals->due && arrivals->intended <= now; arrivals_next(arrivals, now)) {
        assert_true(arrivals->number < world->total);
        assert_int_equal(arrivals->intended, world->moments[arrivals->number]);
        world->moments[arrivals->number] = -1;
        world->sent++;
    }
    if (now >= sender->next_wake)
        sender->next_wake = now + 1 + (int64_t)random_below((uint64_t)SECOND);
}

static void world_create(struct world *world, const struct load_spec *spec)
{
    struct schedule whole;
    uint64_t number = 0;
    *world = (struct world){.spec = spec, .count = 1 + random_below(MOST_GENERATORS)};

    schedule_init(&whole, spec, NULL);
    world->total = schedule_total(&whole);
    world->moments = memory_allocate(world->total + 1, sizeof *world->moments);
    for (uint64_t i = 0; i < world->total; i++)
        assert_true(schedule_next(&whole, &number, &world->moments[i]));
    for (size_t i = 0; i < world->count; i++)
        world->generators[i] = (struct generator){.epochs = epochs_create(), .thread_count = 1 + random_below(MOST_THREADS)};
    add_epoch(world, 0);
    for (size_t i = 0; i < world->count; i++) {
        struct generator *generator = &world->generators[i];
        for (size_t k = 0; k < generator->thread_count; k++) {
            struct sender *sender = &generator->senders[k];
            sender->part = epoch_part_create(generator->epochs, k, generator->thread_count);
            arrivals_init(&sender->arrivals, spec, NULL, sender->part, -SECOND);
        }
    }
}

static void world_release(struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        for (size_t k = 0; k < world->generators[i].thread_count; k++)
            epoch_part_destroy(world->generators[i].senders[k].part);
        epochs_destroy(world->generators[i].epochs);
    }
    free(world->moments);
}

/* Time goes on in steps; now and then an epoch becomes known. */
static void live(struct world *world)
{
    int64_t end = load_spec_duration(world->spec) + 2 * SECOND;
    int64_t latest = 0;
    for (int64_t now = -SECOND; now < end; now += 1 + (int64_t)random_below(200) * MILLISECOND) {
        if (random_below(20) == 0) {
            int64_t from = (now < 0 ? 0 : now) + NOTICE + (int64_t)random_below((uint64_t)SECOND);
            latest = from > latest ? from : latest + 1;
            add_epoch(world, latest);
        }
        for (size_t i = 0; i < world->count; i++)
            for (size_t k = 0; k < world->generators[i].thread_count; k++) {
                struct sender *sender = &world->generators[i].senders[k];
                if (now >= sender->next_wake || (sender->arrivals.due && sender->arrivals.intended <= now))
                    send_due(world, sender, now);
            }
    }
    for (size_t i = 0; i < world->count; i++)
        for (size_t k = 0; k < world->generators[i].thread_count; k++) {
            send_due(world, &world->generators[i].senders[k], end);
            assert_false(arrivals_go_on(&world->generators[i].senders[k].arrivals, end));
        }
}

static void test_each_arrival_has_one_owner_through_all_epochs(void **state)
{
    (void)state;
    for (int round = 0; round < SCHEDULES; round++) {
        struct load_stage stages[MOST_STAGES];
        struct load_spec spec = random_spec(stages);
        struct world world;
        world_create(&world, &spec);
        live(&world);
        assert_int_equal(world.sent, world.total);
        for (uint64_t i = 0; i < world.total; i++)
            assert_int_equal(world.moments[i], -1);
        world_release(&world);
    }
}

static struct epochs *epochs_of(size_t index, size_t count, const uint32_t *weights)
{
    struct epochs *epochs = epochs_create();
    assert_int_equal(epochs_add(epochs, 0, segment_create(index, count, weights, NULL), NULL), 0);
    return epochs;
}

static void test_a_generator_without_a_share_waits_until_there_is_no_more(void **state)
{
    (void)state;
    static const uint32_t none[] = {0, 1};
    struct load_stage stage = {.duration = 10 * SECOND, .target = 100};
    struct load_spec spec = {.executor = EXECUTOR_CONSTANT_ARRIVAL_RATE, .start_rate = 100, .stages = &stage, .stage_count = 1};
    struct epochs *epochs = epochs_of(0, 2, none);
    struct epoch_part *part = epoch_part_create(epochs, 0, 1);
    struct arrivals arrivals;
    arrivals_init(&arrivals, &spec, NULL, part, 0);
    assert_false(arrivals.due);
    assert_true(arrivals_go_on(&arrivals, 0));
    assert_int_equal(epochs_add(epochs, 5 * SECOND, segment_create(0, 1, NULL, NULL), NULL), 0);
    arrivals_follow(&arrivals, SECOND);
    assert_false(arrivals.due);
    arrivals_follow(&arrivals, 4 * SECOND);
    assert_true(arrivals.due);
    assert_int_equal(arrivals.intended, 5 * SECOND);
    assert_int_equal(epochs_add(epochs, 8 * SECOND, segment_create(0, 2, none, NULL), NULL), 0);
    arrivals_follow(&arrivals, 5 * SECOND);
    uint64_t sent = 0;
    for (; arrivals.due; arrivals_next(&arrivals, arrivals.intended))
        sent++;
    assert_int_equal(sent, 300);
    assert_true(arrivals_go_on(&arrivals, 8 * SECOND));
    epochs_close(epochs);
    arrivals_follow(&arrivals, 8 * SECOND);
    assert_false(arrivals_go_on(&arrivals, 8 * SECOND));
    epoch_part_destroy(part);
    epochs_destroy(epochs);
}

static void test_epochs_come_in_order(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct epochs *epochs = epochs_of(0, 1, NULL);
    assert_int_equal(epochs_add(epochs, 0, segment_create(0, 1, NULL, NULL), &error), -1);
    assert_string_equal(error.text, "an epoch begins after the one before");
    for (int64_t i = 1; i < EPOCHS_MOST; i++)
        assert_int_equal(epochs_add(epochs, i, segment_create(0, 1, NULL, NULL), &error), 0);
    assert_int_equal(epochs_add(epochs, EPOCHS_MOST, segment_create(0, 1, NULL, NULL), &error), -1);
    assert_string_equal(error.text, "there may be 512 epochs at most");
    epochs_destroy(epochs);
}

static void test_a_part_changes_with_its_epochs(void **state)
{
    (void)state;
    static const uint32_t none[] = {1, 0};
    const struct segment *segment = NULL;
    struct epochs *epochs = epochs_create();
    struct epoch_part *part = epoch_part_create(epochs, 1, 2);
    assert_false(epoch_part_at(part, INT64_MAX, &segment));
    assert_int_equal(epoch_part_next(part, 0), INT64_MAX);
    assert_int_equal(epochs_add(epochs, SECOND, segment_create(1, 2, NULL, NULL), NULL), 0);
    assert_int_equal(epochs_add(epochs, 2 * SECOND, segment_create(1, 2, none, NULL), NULL), 0);
    assert_true(epoch_part_refresh(part));
    assert_false(epoch_part_refresh(part));
    assert_false(epoch_part_at(part, SECOND - 1, &segment));
    assert_int_equal(epoch_part_next(part, 0), SECOND);
    assert_true(epoch_part_at(part, SECOND, &segment));
    assert_int_equal(segment_share(segment, 8), 2); /* the second half of 1, 3, 5, 7 */
    assert_true(segment_owns(segment, 3));
    assert_true(segment_owns(segment, 7));
    assert_int_equal(epoch_part_next(part, SECOND), 2 * SECOND);
    assert_false(epoch_part_is_over(part, 2 * SECOND));
    epochs_close(epochs);
    assert_true(epoch_part_refresh(part));
    assert_false(epoch_part_is_over(part, SECOND));
    assert_true(epoch_part_is_over(part, 2 * SECOND));
    assert_int_equal(epoch_part_next(part, 2 * SECOND), INT64_MAX);
    epoch_part_destroy(part);
    epochs_destroy(epochs);
}

/* The VUs of all generators at a moment when all have had their answers. */
static void turn(struct vus **vus, size_t count, int64_t now, uint64_t *counts)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t taken[64];
        uint32_t vu = 0;
        uint64_t number = 0;
        counts[i] = 0;
        while (vus_take(vus[i], now, &vu, &number))
            taken[counts[i]++] = vu;
        assert_int_equal(vus_count(vus[i]), counts[i]);
        for (uint64_t k = 0; k < counts[i]; k++)
            vus_give_back(vus[i], taken[k], now + MILLISECOND);
    }
}

static void test_virtual_users_are_divided_anew(void **state)
{
    (void)state;
    static const uint32_t two[] = {1, 1, 0};
    static const uint32_t three[] = {2, 1, 1};
    static const uint32_t last[] = {0, 0, 1};
    struct load_stage stages[] = {{.duration = 10 * SECOND, .target = 40}};
    struct load_spec spec = {.executor = EXECUTOR_CONSTANT_VUS, .start_rate = 40, .stages = stages, .stage_count = 1};
    struct epochs *epochs[3];
    struct epoch_part *parts[3];
    struct vus *vus[3];
    uint64_t counts[3];
    for (size_t i = 0; i < 3; i++) {
        epochs[i] = epochs_of(i, 3, two);
        parts[i] = epoch_part_create(epochs[i], 0, 1);
        vus[i] = vus_create(&spec, NULL, parts[i]);
    }
    turn(vus, 3, SECOND, counts);
    assert_int_equal(counts[0], 20);
    assert_int_equal(counts[1], 20);
    assert_int_equal(counts[2], 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(epochs_add(epochs[i], 4 * SECOND, segment_create(i, 3, three, NULL), NULL), 0);
        assert_int_equal(epochs_add(epochs[i], 6 * SECOND, segment_create(i, 3, last, NULL), NULL), 0);
        assert_true(epoch_part_refresh(parts[i]));
        vus_follow_epochs(vus[i]);
    }
    turn(vus, 3, 3 * SECOND, counts);
    assert_int_equal(counts[0], 20);
    assert_int_equal(vus_next_turn(vus[2]), 4 * SECOND);
    turn(vus, 3, 4 * SECOND, counts);
    assert_int_equal(counts[0], 20);
    assert_int_equal(counts[1], 10);
    assert_int_equal(counts[2], 10);
    turn(vus, 3, 6 * SECOND, counts);
    assert_int_equal(counts[0] + counts[1], 0);
    assert_int_equal(counts[2], 40);
    assert_false(vus_are_over(vus[0], 7 * SECOND));
    epochs_close(epochs[0]);
    assert_true(epoch_part_refresh(parts[0]));
    assert_true(vus_are_over(vus[0], 7 * SECOND));
    for (size_t i = 0; i < 3; i++) {
        vus_destroy(vus[i]);
        epoch_part_destroy(parts[i]);
        epochs_destroy(epochs[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_arrival_has_one_owner_through_all_epochs),
        cmocka_unit_test(test_a_generator_without_a_share_waits_until_there_is_no_more),
        cmocka_unit_test(test_epochs_come_in_order),
        cmocka_unit_test(test_a_part_changes_with_its_epochs),
        cmocka_unit_test(test_virtual_users_are_divided_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
