/* The generators of a variant: what each one did, what is lost, and when that is a fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/analyze/analyze.h"
#include "driver/analyze/named_value.h"
#include "driver/store/run_store.h"
#include "tests/support/folder.h"

#define SECOND NANOSECONDS_PER_SECOND

static void write_generators(struct run_store *store)
{
    struct error error = ERROR_NONE;
    struct load_generator first = {.part = 1, .pod = "g-0", .share = 0.5, .start_skew = -1000, .lost = LOAD_NEVER};
    struct load_generator second = {.part = 2,
                                    .pod = "g-1",
                                    .share = 0.5,
                                    .start_skew = 2000,
                                    .lost = SECOND,
                                    .reason = "OOMKilled",
                                    .unsent = 10,
                                    .unknown = 5,
                                    .unsent_share = 0.25};
    assert_int_equal(run_store_add_generator(store, &first, &error), 0);
    assert_int_equal(run_store_add_generator(store, &second, &error), 0);
    for (unsigned part = 1; part <= 2; part++) {
        for (int64_t second_of_load = 0; second_of_load < 3 - (int64_t)part; second_of_load++) {
            /* Two loads: a second counts once. */
            struct load_tick tick = {
                .part = part, .second = second_of_load, .target_rate = 5, .planned = 10, .sent = 10, .late = 1};
            struct load_row row = {
                .part = part, .second = second_of_load, .first_sent = -1, .last_sent = -1, .last_connection = -1};
            row.outcomes[OUTCOME_OK] = 9;
            row.outcomes[OUTCOME_RESET] = 1;
            for (size_t load = 0; load < 2; load++) {
                assert_int_equal(run_store_add_row(store, load == 0 ? "a" : "b", &row, &error), 0);
                assert_int_equal(run_store_add_tick(store, load == 0 ? "a" : "b", &tick, &error), 0);
            }
        }
    }
}

static struct run_figures *figures_of(const char *folder, const char *expectation)
{
    struct error error = ERROR_NONE;
    const struct run_description run = {.lesson_name = "two", .cluster = "embedded"};
    const struct variant_description variant = {
        .name = "one", .load_duration = 2 * SECOND, .load_json = "[]", .expectation_count = 1, .expectations = &expectation};
    struct run_store *store = run_store_create(folder, &run, &error);
    assert_non_null(store);
    assert_int_equal(run_store_begin_variant(store, &variant, &error), 0);
    write_generators(store);
    assert_int_equal(run_store_end_variant(store, "completed", &error), 0);
    assert_int_equal(run_store_finish(store, &error), 0);
    run_store_close(store);
    store = run_store_open(folder, &error);
    assert_non_null(store);
    struct run_figures *figures = analyze_run(store, &error);
    if (figures == NULL)
        fail_msg("%s", error.text);
    run_store_close(store);
    return figures;
}

static double value_of(const struct run_figures *figures, const char *name)
{
    struct named_value value;
    assert_int_equal(named_value(name, &figures->variants[0], &value), 0);
    return value.number;
}

static void test_what_each_one_did(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/run", folder);
    struct run_figures *figures = figures_of(path, "generators.lost == 1");
    const struct variant_figures *variant = &figures->variants[0];
    assert_int_equal(variant->planned, 60);
    assert_int_equal(variant->generator_count, 2);
    const struct generator_figures *first = &variant->generators[0];
    assert_true(first->planned == 40 && first->sent == 40 && first->late == 4 && first->ok == 36 && first->failed == 4);
    assert_int_equal(first->seconds, 2);
    assert_int_equal(variant->generators[1].planned, 20);
    assert_true(value_of(figures, "generators.count") == 2 && value_of(figures, "generators.lost") == 1);
    assert_true(value_of(figures, "generators.unsent") == 25 && value_of(figures, "generators.skew") == 3000);
    assert_int_equal(figures->passed, 1);
    assert_string_equal(figures->fault, "");
    run_figures_destroy(figures);
    test_folder_remove(folder);
    free(folder);
}

static void test_a_loss_that_nobody_expects_is_a_fault(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/run", folder);
    struct run_figures *figures = figures_of(path, "ok.count > 0");
    assert_non_null(
        strstr(figures->fault, "variant one: 1 of 2 generators was lost (generator 2, pod g-1, after 1.0 s: OOMKilled)"));
    assert_non_null(strstr(figures->fault, "25.0% of the load was not sent"));
    assert_true(figures->variants[0].loss_is_a_fault);
    run_figures_destroy(figures);
    test_folder_remove(folder);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_each_one_did),
        cmocka_unit_test(test_a_loss_that_nobody_expects_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
