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
#include "tests/support/wait.h"

#define LESSON "tests/data/lessons/small/long.yaml"
#define ROUNDS 9
#define COUNTED_ROUNDS 2 /* the last ones, killed when answers have been committed */
#define SHORTEST_LIFE (100 * NANOSECONDS_PER_MILLISECOND)
#define LONGEST_LIFE (2500 * NANOSECONDS_PER_MILLISECOND)
#define LONGEST_FURTHER_LIFE NANOSECONDS_PER_SECOND
#define PATIENCE 60.0

/* What `hpalab report` says of a run; -1 when it has no variant that began, else the requests answered. */
static double answered(const char *run, bool *complete)
{
    struct test_child *child = test_child_run("hpalab", "report", run, "--format", "json");
    int code = test_child_wait(child, PATIENCE);
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

static double answered_so_far(const char *run)
{
    AUTO_FREE char *database = memory_format("%s/run.db", run);
    bool complete = true;
    return access(database, R_OK) == 0 ? answered(run, &complete) : -1;
}

/* Begins a run and kills it after its life, which is that from its beginning or from its first committed answers. */
static void kill_once(const char *folder, int round, int64_t life, bool counted)
{
    AUTO_FREE char *run = memory_format("%s/%d", folder, round);
    AUTO_FREE char *state = memory_format("XDG_STATE_HOME=%s/state", folder);
    const char *const environment[] = {state, NULL};
    struct test_child *child = test_child_start("hpalab", (const char *const[]){"run", LESSON, "--out", run, NULL}, environment);
    if (counted && !test_wait_until(answered_so_far(run) > 0, PATIENCE))
        fail_msg("round %d: no answer was committed", round);
    clock_sleep_until(clock_monotonic() + life);
    double before = answered_so_far(run);
    assert_int_equal(test_child_wait(child, 0), TEST_CHILD_RUNNING);
    test_child_signal(child, SIGKILL);
    assert_int_equal(test_child_wait(child, PATIENCE), -SIGKILL);
    test_child_end(child);
    if (!test_no_leftovers(folder, PATIENCE))
        fail_msg("round %d (killed after %.2f s) left something behind", round, (double)life / 1e9);
    AUTO_FREE char *cluster = memory_format("%s/cluster", run);
    assert_int_equal(access(cluster, F_OK), -1);
    if (before < 0)
        return;
    bool complete = true;
    double after = answered(run, &complete);
    if (after < before)
        fail_msg("round %d: %.0f requests were committed, %.0f are left", round, before, after);
    assert_false(complete);
}

static void test_killed_at_any_moment(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    unsigned short seed[3] = {(unsigned short)time(NULL), (unsigned short)getpid(), 7};
    print_message("# seed %d %d\n", seed[0], seed[1]);
    for (int round = 0; round < ROUNDS; round++) {
        bool counted = round >= ROUNDS - COUNTED_ROUNDS;
        int64_t shortest = counted ? 0 : SHORTEST_LIFE;
        int64_t longest = counted ? LONGEST_FURTHER_LIFE : LONGEST_LIFE;
        kill_once(folder, round, shortest + (int64_t)(erand48(seed) * (double)(longest - shortest)), counted);
    }
    test_folder_remove(folder);
    free(folder);
}

/* Whether the driver, the cluster and a pod are among the processes that carry the mark. */
static bool are_seen(const char *mark, char *text, size_t size)
{
    (void)test_leftovers(mark, text, size);
    return strstr(text, "webapp") != NULL && strstr(text, "labcluster") != NULL && strstr(text, "hpalab") != NULL;
}

/* What the other test relies on: while a run goes on its processes can be told. */
static void test_processes_are_seen_while_they_run(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *run = memory_format("%s/seen", folder);
    struct test_child *child = test_child_run("hpalab", "run", LESSON, "--out", run);
    char text[512];
    bool pod = test_wait_until(are_seen(folder, text, sizeof text), PATIENCE);
    test_child_end(child);
    if (!pod)
        fail_msg("only these were seen: %s", text);
    assert_true(test_no_leftovers(folder, PATIENCE));
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
