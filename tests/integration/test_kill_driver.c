/*
 * hpalab ended by kill -9 at moments of chance: what was committed can be read and reported, and nothing is left behind.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/leftovers.h"

#define LESSON "tests/data/lessons/small/long.yaml"
#define ROUNDS 20
#define SHORTEST_LIFE (200 * NANOSECONDS_PER_MILLISECOND)
#define LONGEST_LIFE (5000 * NANOSECONDS_PER_MILLISECOND)

/* What `hpalab report` says of a run; -1 when it has no variant that began, else the requests answered. */
static double answered(const char *run, bool *complete)
{
    struct test_child *child = test_child_run("hpalab", "report", run, "--format", "json");
    int code = test_child_wait(child, 30);
    AUTO_FREE char *output = test_child_output(child);
    test_child_end(child);
    if (code != 0)
        return -1;
    AUTO_JSON cJSON *tree = json_parse(output, strlen(output), NULL);
    if (tree == NULL)
        fail_msg("the report of %s is no JSON", run);
    *complete = json_boolean(json_get(tree, "run", "complete"), true);
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json_get(tree, "side_by_side")) {
        const cJSON *cell = cJSON_GetArrayItem(json_get(row, "cells"), 0);
        if (strcmp(json_text(json_get(row, "key"), ""), "answered") == 0 && cJSON_IsNumber(json_get(cell, "value")))
            return json_get(cell, "value")->valuedouble;
    }
    return -1;
}

struct tally {
    int began;   /* rounds in which the variant had begun */
    int counted; /* rounds in which answers had been committed */
};

static void kill_once(const char *folder, int round, int64_t life, struct tally *tally)
{
    AUTO_FREE char *run = memory_format("%s/%d", folder, round);
    AUTO_FREE char *database = memory_format("%s/run.db", run);
    AUTO_FREE char *state = memory_format("XDG_STATE_HOME=%s/state", folder);
    const char *const environment[] = {state, NULL};
    struct test_child *child = test_child_start("hpalab", (const char *const[]){"run", LESSON, "--out", run, NULL}, environment);
    clock_sleep_until(clock_monotonic() + life);
    bool complete = true;
    bool existed = access(database, R_OK) == 0;
    double before = existed ? answered(run, &complete) : -1;
    assert_int_equal(test_child_wait(child, 0), TEST_CHILD_RUNNING);
    test_child_signal(child, SIGKILL);
    assert_int_equal(test_child_wait(child, 5), -SIGKILL);
    test_child_end(child);
    if (!test_no_leftovers(folder, 10))
        fail_msg("round %d (killed after %.2f s) left something behind", round, (double)life / 1e9);
    AUTO_FREE char *cluster = memory_format("%s/cluster", run);
    assert_int_equal(access(cluster, F_OK), -1);
    if (before < 0)
        return;
    complete = true;
    double after = answered(run, &complete);
    if (after < before)
        fail_msg("round %d: %.0f requests were committed, %.0f are left", round, before, after);
    assert_false(complete);
    tally->began++;
    tally->counted += before > 0 ? 1 : 0;
}

static void test_killed_at_any_moment(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    unsigned short seed[3] = {(unsigned short)time(NULL), (unsigned short)getpid(), 7};
    struct tally tally = {0};
    print_message("# seed %d %d\n", seed[0], seed[1]);
    for (int round = 0; round < ROUNDS; round++) {
        /* The last rounds live long enough for committed answers on a slow machine too. */
        int64_t shortest = round < ROUNDS - 4 ? SHORTEST_LIFE : LONGEST_LIFE - NANOSECONDS_PER_SECOND;
        int64_t life = shortest + (int64_t)(erand48(seed) * (double)(LONGEST_LIFE - shortest));
        kill_once(folder, round, life, &tally);
    }
    print_message("# %d of %d variants had begun, %d had committed answers\n", tally.began, ROUNDS, tally.counted);
    assert_true(tally.began > 0);
    assert_true(tally.counted > 0);
    test_folder_remove(folder);
    free(folder);
}

/* What the other test relies on: while a run goes on its processes can be told. */
static void test_processes_are_seen_while_they_run(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *run = memory_format("%s/seen", folder);
    struct test_child *child = test_child_run("hpalab", "run", LESSON, "--out", run);
    char text[512];
    int64_t deadline = clock_monotonic() + 60 * NANOSECONDS_PER_SECOND;
    bool pod = false;
    while (!pod && clock_monotonic() < deadline) {
        (void)test_leftovers(folder, text, sizeof text);
        pod = strstr(text, "webapp") != NULL && strstr(text, "labcluster") != NULL && strstr(text, "hpalab") != NULL;
        clock_sleep_until(clock_monotonic() + 20 * NANOSECONDS_PER_MILLISECOND);
    }
    test_child_end(child);
    if (!pod)
        fail_msg("only these were seen: %s", text);
    assert_true(test_no_leftovers(folder, 10));
    test_folder_remove(folder);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_processes_are_seen_while_they_run),
        cmocka_unit_test(test_killed_at_any_moment),
    };
    return cmocka_run_group_tests_name("killed driver", tests, NULL, NULL);
}
