/* Results that are kept from run to run, and what a new one is compared with. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "driver/load_report/load_history.h"
#include "tests/support/folder.h"
#include "tests/unit/driver/load_report/fixture.h"

#define SECOND NANOSECONDS_PER_SECOND
#define FIRST (INT64_C(1795312800) * SECOND) /* 2026-11-22T02:00:00Z */
#define TEXT_MAXIMUM ((size_t)64 * 1024)

struct history {
    char *folder;
    char *told; /* what the last run said */
    size_t keep;
    enum threshold_result verdict;
    struct load_relative relatives[2];
};

static int open_history(void **state)
{
    struct history *history = memory_allocate(1, sizeof *history);
    history->folder = test_folder_create();
    history->keep = 10;
    assert_int_equal(load_relative_parse("response_time:max<150%", &history->relatives[0], NULL), 0);
    assert_int_equal(load_relative_parse("http_reqs:count > 50%", &history->relatives[1], NULL), 0);
    *state = history;
    return 0;
}

static int close_history(void **state)
{
    struct history *history = *state;
    test_folder_remove(history->folder);
    free(history->folder);
    free(history->told);
    free(history);
    return 0;
}

/* A load of so many requests that took 1, 2, ... ms, on that night. */
static void run_night(struct history *history, int night, int requests, enum load_end end)
{
    struct error error = ERROR_NONE;
    struct fixture *fixture = fixture_begin(100);
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, TEXT_MAXIMUM);
    fixture_give_tick(fixture, 0, (uint64_t)requests, 0, 0);
    fixture_give_row(fixture, 0, requests, OUTCOME_OK, 0);
    load_totals_settle(fixture->totals, SECOND, true);
    const struct load_report report = {
        .total = load_totals_lock(fixture->totals), .end = end, .started = FIRST + night * 24 * 3600 * SECOND};
    const struct load_history_options options = {
        .folder = history->folder, .keep = history->keep, .relative_count = 2, .relatives = history->relatives};
    const struct terminal terminal = {.output = &text, .columns = 80};
    if (load_history_add(&options, &report, &terminal, &history->verdict, &error) < 0)
        fail_msg("%s", error.text);
    load_totals_unlock(fixture->totals);
    fixture_end(fixture);
    free(history->told);
    history->told = buffer_steal(&text);
}

static size_t count_files(const struct history *history)
{
    size_t count = 0;
    DIR *directory = opendir(history->folder);
    assert_non_null(directory);
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        count += entry->d_name[0] != '.' ? 1 : 0;
    (void)closedir(directory);
    return count;
}

static cJSON *read_night(const struct history *history, const char *name)
{
    AUTO_FREE char *path = memory_format("%s/%s", history->folder, name);
    AUTO_FREE char *text = file_read(path, TEXT_MAXIMUM, NULL, NULL);
    assert_non_null(text);
    cJSON *result = json_parse(text, strlen(text), NULL);
    assert_non_null(result);
    return result;
}

static void test_a_first_night_fails_nothing(void **state)
{
    struct history *history = *state;
    run_night(history, 0, 100, LOAD_END_COMPLETE);
    assert_int_equal(history->verdict, THRESHOLD_NO_DATA);
    assert_non_null(strstr(history->told, "2026-11-22 02:00:00"));
    assert_non_null(strstr(history->told, "no data response_time:max<150%"));
    AUTO_JSON cJSON *result = read_night(history, "20261122T020000.000000Z.json");
    assert_true(cJSON_IsNull(json_get(result, "against_last", "result")));
    assert_string_equal(json_text(json_get(result, "against_last", "verdict"), ""), "no data");
}

static void test_a_regression_does_not_become_the_measure(void **state)
{
    struct history *history = *state;
    run_night(history, 0, 100, LOAD_END_COMPLETE);
    run_night(history, 1, 110, LOAD_END_COMPLETE);
    assert_int_equal(history->verdict, THRESHOLD_PASS);
    run_night(history, 2, 300, LOAD_END_COMPLETE);
    assert_int_equal(history->verdict, THRESHOLD_FAIL);
    run_night(history, 3, 300, LOAD_END_COMPLETE);
    assert_int_equal(history->verdict, THRESHOLD_FAIL);
    assert_int_equal(history->relatives[0].result, THRESHOLD_FAIL);
    assert_int_equal(history->relatives[1].result, THRESHOLD_PASS);
    AUTO_JSON cJSON *result = read_night(history, "20261125T020000.000000Z.json");
    assert_string_equal(json_text(json_get(result, "against_last", "result"), ""), "20261123T020000.000000Z.json");
    const cJSON *comparison = cJSON_GetArrayItem(json_get(result, "against_last", "comparisons"), 0);
    assert_string_equal(json_text(json_get(comparison, "text"), ""), "response_time:max<150%");
    assert_string_equal(json_text(json_get(comparison, "result"), ""), "fail");
    run_night(history, 4, 120, LOAD_END_COMPLETE);
    assert_int_equal(history->verdict, THRESHOLD_PASS);
}

static void test_what_did_not_end_well_is_no_measure(void **state)
{
    struct history *history = *state;
    run_night(history, 0, 100, LOAD_END_COMPLETE);
    run_night(history, 1, 500, LOAD_END_INTERRUPTED);
    AUTO_FREE char *path = memory_format("%s/20261124T020000.000000Z.json", history->folder);
    assert_int_equal(file_write(path, "{\"end\":", 7, 0644, NULL), 0);
    run_night(history, 3, 100, LOAD_END_COMPLETE);
    assert_int_equal(history->verdict, THRESHOLD_PASS);
    assert_non_null(strstr(history->told, "early"));
    assert_non_null(strstr(history->told, "cannot be read"));
}

static void test_old_results_go_and_other_files_stay(void **state)
{
    struct history *history = *state;
    AUTO_FREE char *path = memory_format("%s/notes.json", history->folder);
    assert_int_equal(file_write(path, "{}", 2, 0644, NULL), 0);
    history->keep = 3;
    for (int night = 0; night < 6; night++)
        run_night(history, night, 100, LOAD_END_COMPLETE);
    assert_int_equal(count_files(history), 4);
    assert_int_equal(access(path, F_OK), 0);
    AUTO_JSON cJSON *result = read_night(history, "20261125T020000.000000Z.json");
    assert_string_equal(json_text(json_get(result, "end"), ""), "complete");
}

static void test_wrong_comparisons(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"response_time:max<150", "a percentage of the last value"},
        {"response_time<150%", "a percentage of the last value"},
        {"response_time:p(42)<150%", "are kept min, med"},
        {"respons_time:max<150%", "there is no metric \"respons_time\"; did you mean response_time or"},
        {"http_reqs:max<150%", "http_reqs has no aggregate \"max\""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct load_relative relative;
        struct error error = ERROR_NONE;
        assert_int_equal(load_relative_parse(rows[i][0], &relative, &error), -1);
        if (strstr(error.text, rows[i][1]) == NULL)
            fail_msg("%s: %s", rows[i][0], error.text);
    }
}

static void test_folders_that_cannot_be_used(void **state)
{
    const struct history *history = *state;
    struct error error = ERROR_NONE;
    AUTO_FREE char *file = memory_format("%s/file", history->folder);
    AUTO_FREE char *below = memory_format("%s/none/below", history->folder);
    AUTO_FREE char *fresh = memory_format("%s/fresh", history->folder);
    assert_int_equal(file_write(file, "", 0, 0644, NULL), 0);
    assert_int_equal(load_history_check(file, &error), -1);
    assert_non_null(strstr(error.text, "is no folder"));
    assert_int_equal(load_history_check(below, &error), -1);
    assert_non_null(strstr(error.text, "cannot be made"));
    assert_int_equal(load_history_check(fresh, &error), 0);
    assert_int_equal(load_history_check(fresh, &error), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_first_night_fails_nothing, open_history, close_history),
        cmocka_unit_test_setup_teardown(test_a_regression_does_not_become_the_measure, open_history, close_history),
        cmocka_unit_test_setup_teardown(test_what_did_not_end_well_is_no_measure, open_history, close_history),
        cmocka_unit_test_setup_teardown(test_old_results_go_and_other_files_stay, open_history, close_history),
        cmocka_unit_test(test_wrong_comparisons),
        cmocka_unit_test_setup_teardown(test_folders_that_cannot_be_used, open_history, close_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
