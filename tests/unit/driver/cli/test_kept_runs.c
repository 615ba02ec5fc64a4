/* Which runs still keep what they changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/cli/kept_runs.h"
#include "tests/support/folder.h"

#define MOST_SEEN 4

struct seen {
    size_t count;
    char texts[MOST_SEEN][100];
};

static void see(void *context, const struct kept_run *run)
{
    struct seen *seen = context;
    assert_true(seen->count < MOST_SEEN);
    (void)snprintf(seen->texts[seen->count++], sizeof seen->texts[0], "%s %s %s %zu", run->folder, run->context,
                   run->is_own_cluster ? "own" : "shared", run->count);
}

/* A run on a cluster that has kept so many objects and let go of some of them. */
static void make_run(const char *folder, const char *cluster, int kept, int let_go)
{
    const struct run_description description = {
        .lesson_name = "l",
        .lesson_title = "",
        .lesson_file = "l.yaml",
        .lesson_hash = "",
        .lesson_text = "",
        .explanation = "",
        .cluster = cluster,
        .cluster_version = "v1",
        .pace = "quick",
        .machine = "m",
        .command = "c",
        .started_wall = 1,
    };
    struct error error = ERROR_NONE;
    struct run_store *store = run_store_create(folder, &description, &error);
    if (store == NULL)
        fail_msg("%s", error.text);
    for (int i = 0; i < kept; i++) {
        struct kept_object object = {.path = "/apis/x", .original = "{}", .changed = "{\"a\":1}"};
        assert_int_equal(run_store_keep(store, &object, &error), 0);
        if (i < let_go)
            assert_int_equal(run_store_let_go(store, object.id, &error), 0);
    }
    run_store_close(store);
}

static void test_runs_that_keep_something(void **state)
{
    struct error error = ERROR_NONE;
    struct seen seen = {0};
    (void)state;
    assert_int_equal(kept_runs_visit(see, &seen, &error), 0); /* without runs/ */
    assert_int_equal(mkdir("runs", 0700), 0);
    make_run("runs/1-shared", "prod", 3, 1);
    make_run("runs/2-own", "embedded", 1, 0);
    make_run("runs/3-nothing", "prod", 0, 0);
    make_run("runs/4-put-back", "prod", 2, 2);
    assert_int_equal(mkdir("runs/5-no-run", 0700), 0);
    test_folder_write_file("runs/6-no-folder", "");
    assert_int_equal(kept_runs_visit(see, &seen, &error), 0);
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.texts[0], "runs/2-own embedded own 1");
    assert_string_equal(seen.texts[1], "runs/1-shared prod shared 2");
}

static int set_up(void **state)
{
    *state = test_folder_create();
    return chdir(*state);
}

static int tear_down(void **state)
{
    char *folder = *state;
    int result = chdir("/");
    test_folder_remove(folder);
    free(folder);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_that_keep_something),
    };
    return cmocka_run_group_tests_name("kept runs", tests, set_up, tear_down);
}
