#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "common/clock.h"
#include "driver/store/run_store.h"

#define SECOND NANOSECONDS_PER_SECOND

static const struct run_description DESCRIPTION = {
    .lesson_name = "store-test",
    .lesson_title = "A title with <tags> & \"quotes\"",
    .lesson_file = "lessons/store-test/lesson.yaml",
    .lesson_hash = "00ff",
    .lesson_text = "kind: Lesson\n",
    .explanation = "# Why\n",
    .cluster = "embedded",
    .cluster_version = "v1.36.0",
    .pace = "quick",
    .machine = "2 cores",
    .command = "hpalab run store-test",
    .started_wall = 1795000000 * SECOND,
};

static const char *const EXPECTATIONS[] = {"spikes.count > 0", "lost.count == 0"};

static const struct variant_description VARIANT = {
    .name = "first",
    .title = "",
    .hpa = "webapp",
    .spike_over = SECOND,
    .expectation_count = 2,
    .expectations = EXPECTATIONS,
    .load_duration = 38 * SECOND,
    .load_json = "[]",
    .started_wall = 1795000001 * SECOND,
};

static int make_folder(void **state)
{
    char pattern[] = "/tmp/hpalab-test-store-XXXXXX";
    if (mkdtemp(pattern) == NULL)
        return -1;
    *state = memory_copy_text(pattern);
    return 0;
}

static int remove_folder(void **state)
{
    AUTO_FREE char *folder = *state;
    AUTO_FREE char *command = memory_format("rm -rf -- '%s'", folder);
    return system(command);
}

static struct run_store *create(const char *folder)
{
    struct error error = ERROR_NONE;
    struct run_store *store = run_store_create(folder, &DESCRIPTION, &error);
    if (store == NULL)
        fail_msg("%s", error.text);
    return store;
}

static struct run_store *open_run(const char *path)
{
    struct error error = ERROR_NONE;
    struct run_store *store = run_store_open(path, &error);
    if (store == NULL)
        fail_msg("%s", error.text);
    return store;
}

static void write_second(struct run_store *store, int64_t second)
{
    struct load_tick tick = {.second = second,
                             .target_rate = 10.5,
                             .planned = 10,
                             .sent = 9,
                             .late = 1,
                             .dropped = 1,
                             .in_flight = 3,
                             .cpu = 0.25,
                             .phase = "peak",
                             .vus = 7,
                             .part = 3};
    struct load_row row = {.second = second,
                           .server = "pod-a",
                           .warmth = WARMTH_COLD,
                           .connections = 9,
                           .bytes_received = 900,
                           .bytes_sent = 90,
                           .request = "checkout",
                           .phase = "peak",
                           .check_count = 2,
                           .checks = {{.passes = 5, .fails = 4}, {.passes = UINT64_C(1) << 40}},
                           .first_sent = 1,
                           .last_sent = 2,
                           .last_connection = -1,
                           .part = 2};
    struct load_exemplar exemplar = {.reason = EXEMPLAR_LOST,
                                     .outcome = OUTCOME_RESET,
                                     .intended = second * SECOND + 1,
                                     .sent = second * SECOND + 2,
                                     .finished = second * SECOND + 3,
                                     .server = "pod-a",
                                     .request = "checkout",
                                     .phase = "peak",
                                     .server_age = -1,
                                     .new_connection = true,
                                     .part = 1};
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        row.outcomes[outcome] = (uint64_t)outcome + 1;
    histogram_record(&tick.lateness, 1000000);
    histogram_record(&row.response, 20000000);
    histogram_record(&row.response, 30000000);
    histogram_record(&row.service, 10000000);
    AUTO_JSON cJSON *object = cJSON_CreateObject();
    json_set_text(object, "kind", "Pod");
    struct change change = {.type = CHANGE_MODIFIED, .resource = "pods", .name = "pod-a", .object = object};
    struct error error = ERROR_NONE;
    if (run_store_add_row(store, "visitors", &row, &error) < 0 || run_store_add_tick(store, "visitors", &tick, &error) < 0 ||
        run_store_add_exemplar(store, "visitors", &exemplar, &error) < 0 ||
        run_store_add_change(store, second * SECOND - 5, &change, &error) < 0)
        fail_msg("%s", error.text);
    histogram_release(&tick.lateness);
    histogram_release(&row.response);
    histogram_release(&row.service);
}

struct seen {
    char order[64];
    size_t ticks, rows, exemplars, changes;
    int64_t last_second;
    bool good;
};

static void note_order(struct seen *seen, const char *letter)
{
    size_t length = strlen(seen->order);
    (void)snprintf(seen->order + length, sizeof seen->order - length, "%s", letter);
}

static bool see_tick(void *context, const char *load, const struct load_tick *tick)
{
    struct seen *seen = context;
    note_order(seen, "t");
    seen->ticks++;
    seen->last_second = tick->second;
    seen->good = seen->good && strcmp(load, "visitors") == 0 && tick->target_rate == 10.5 && tick->planned == 10 &&
                 tick->sent == 9 && tick->late == 1 && tick->dropped == 1 && tick->in_flight == 3 && tick->cpu == 0.25 &&
                 strcmp(tick->phase, "peak") == 0 && tick->vus == 7 && tick->part == 3 && tick->lateness.total == 1 &&
                 tick->lateness.maximum == 1000000;
    return true;
}

static bool see_row(void *context, const char *load, const struct load_row *row)
{
    struct seen *seen = context;
    (void)load;
    note_order(seen, "r");
    seen->rows++;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        seen->good = seen->good && row->outcomes[outcome] == (uint64_t)outcome + 1;
    seen->good = seen->good && strcmp(row->server, "pod-a") == 0 && row->warmth == WARMTH_COLD && row->connections == 9 &&
                 row->bytes_received == 900 && row->bytes_sent == 90 && strcmp(row->request, "checkout") == 0 &&
                 strcmp(row->phase, "peak") == 0 && row->check_count == 2 && row->checks[0].passes == 5 &&
                 row->checks[0].fails == 4 && row->checks[1].passes == UINT64_C(1) << 40 && row->checks[1].fails == 0 &&
                 row->first_sent == 1 && row->last_sent == 2 && row->last_connection == -1 && row->part == 2 &&
                 row->response.total == 2 && row->response.maximum == 30000000 && row->service.total == 1;
    return true;
}

static bool see_exemplar(void *context, const char *load, const struct load_exemplar *exemplar)
{
    struct seen *seen = context;
    (void)load;
    note_order(seen, "e");
    seen->exemplars++;
    seen->good = seen->good && exemplar->reason == EXEMPLAR_LOST && exemplar->outcome == OUTCOME_RESET &&
                 strcmp(exemplar->request, "checkout") == 0 && strcmp(exemplar->phase, "peak") == 0 &&
                 exemplar->server_age == -1 && exemplar->sent == exemplar->intended + 1 &&
                 exemplar->finished == exemplar->intended + 2 && exemplar->new_connection && exemplar->part == 1;
    return true;
}

static bool see_change(void *context, int64_t time, const struct change *change)
{
    struct seen *seen = context;
    (void)time;
    note_order(seen, "c");
    seen->changes++;
    seen->good = seen->good && change->type == CHANGE_MODIFIED && strcmp(change->resource, "pods") == 0 && change->text == NULL &&
                 strcmp(json_text(json_get(change->object, "kind"), ""), "Pod") == 0;
    return true;
}

static struct seen visit(const struct run_store *store)
{
    struct seen seen = {.good = true, .last_second = -1};
    struct run_visitor visitor = {
        .context = &seen, .tick = see_tick, .row = see_row, .exemplar = see_exemplar, .change = see_change};
    struct error error = ERROR_NONE;
    if (run_store_visit(store, 0, &visitor, &error) < 0)
        fail_msg("%s", error.text);
    return seen;
}

static void test_what_is_written_is_read(void **state)
{
    AUTO_FREE char *folder = memory_format("%s/made/for it", (char *)*state);
    struct run_store *store = create(folder);
    struct error error = ERROR_NONE;
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), 0);
    for (int64_t second = 0; second < 3; second++)
        write_second(store, second);
    assert_int_equal(run_store_add_note(store, "the load generator was late", &error), 0);
    assert_int_equal(run_store_end_variant(store, "completed", &error), 0);
    assert_int_equal(run_store_finish(store, &error), 0);
    run_store_close(store);

    struct stat status;
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    AUTO_FREE char *file = memory_format("%s/run.db", folder);
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);

    store = open_run(file);
    const struct run_summary *summary = run_store_summary(store);
    assert_string_equal(summary->description.lesson_title, DESCRIPTION.lesson_title);
    assert_string_equal(summary->description.command, DESCRIPTION.command);
    assert_int_equal(summary->description.started_wall, DESCRIPTION.started_wall);
    assert_true(summary->complete);
    assert_int_equal(summary->variant_count, 1);
    assert_int_equal(summary->note_count, 1);
    assert_string_equal(summary->notes[0], "the load generator was late");
    const struct variant_summary *variant = run_store_variant(store, 0);
    assert_string_equal(variant->description.name, "first");
    assert_string_equal(variant->outcome, "completed");
    assert_int_equal(variant->description.expectation_count, 2);
    assert_string_equal(variant->description.expectations[1], "lost.count == 0");
    assert_int_equal(variant->description.spike_over, SECOND);
    assert_null(run_store_variant(store, 1));
    struct seen seen = visit(store);
    assert_true(seen.good);
    assert_string_equal(seen.order, "ctrectrectre");
    run_store_close(store);
}

static bool see_generator(void *context, const struct load_generator *generator)
{
    struct load_generator *seen = context;
    seen[generator->part] = *generator;
    return true;
}

/* What was known of a generator is replaced by what is known later. */
static void test_generators(void **state)
{
    struct run_store *store = create(*state);
    struct error error = ERROR_NONE;
    struct load_generator seen[3] = {{.part = 0}};
    struct load_generator first = {.part = 1,
                                   .pod = "generators-0",
                                   .node = "lab-1",
                                   .share = 0.25,
                                   .joined = SECOND,
                                   .clock_ahead = -7 * SECOND,
                                   .clock_error = 1000,
                                   .start_skew = -3,
                                   .cpu = 0.5,
                                   .memory = 1 << 20,
                                   .lost = LOAD_NEVER};
    struct load_generator second = {.part = 2, .lost = LOAD_NEVER};
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), 0);
    assert_int_equal(run_store_add_generator(store, &first, &error), 0);
    assert_int_equal(run_store_add_generator(store, &second, &error), 0);
    second = (struct load_generator){
        .part = 2, .lost = 5 * SECOND, .reason = "OOMKilled", .unsent = 12, .unknown = 3, .unsent_share = 0.125};
    assert_int_equal(run_store_add_generator(store, &second, &error), 0);
    assert_int_equal(run_store_end_variant(store, "completed", &error), 0);
    run_store_close(store);
    store = open_run(*state);
    const struct run_visitor visitor = {.context = seen, .generator = see_generator};
    assert_int_equal(run_store_visit(store, 0, &visitor, &error), 0);
    run_store_close(store);
    assert_string_equal(seen[1].pod, "generators-0");
    assert_string_equal(seen[1].node, "lab-1");
    assert_true(seen[1].share == 0.25 && seen[1].joined == SECOND && seen[1].clock_ahead == -7 * SECOND);
    assert_true(seen[1].clock_error == 1000 && seen[1].start_skew == -3 && seen[1].cpu == 0.5);
    assert_true(seen[1].memory == 1 << 20 && seen[1].lost == LOAD_NEVER && seen[1].reason[0] == '\0');
    assert_string_equal(seen[2].reason, "OOMKilled");
    assert_true(seen[2].lost == 5 * SECOND && seen[2].unsent == 12 && seen[2].unknown == 3 && seen[2].unsent_share == 0.125);
}

static bool stop_at_first(void *context, const char *load, const struct load_tick *tick)
{
    (void)load;
    (void)tick;
    (*(int *)context)++;
    return false;
}

static void test_a_visitor_ends_the_visit(void **state)
{
    struct run_store *store = create(*state);
    struct error error = ERROR_NONE;
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), 0);
    write_second(store, 0);
    write_second(store, 1);
    run_store_close(store);
    store = open_run(*state);
    int calls = 0;
    struct run_visitor visitor = {.context = &calls, .tick = stop_at_first};
    assert_int_equal(run_store_visit(store, 0, &visitor, &error), 0);
    assert_int_equal(calls, 1);
    assert_int_equal(run_store_visit(store, 1, &visitor, &error), -1);
    assert_non_null(strstr(error.text, "there is no variant 2"));
    run_store_close(store);
}

static void test_a_run_is_read_while_it_is_written(void **state)
{
    struct run_store *writer = create(*state);
    struct error error = ERROR_NONE;
    assert_int_equal(run_store_begin_variant(writer, &VARIANT, &error), 0);
    write_second(writer, 0);
    assert_int_equal(run_store_commit(writer, &error), 0);
    write_second(writer, 1);
    struct run_store *reader = open_run(*state);
    assert_false(run_store_summary(reader)->complete);
    assert_string_equal(run_store_variant(reader, 0)->outcome, "");
    assert_int_equal(run_store_commit(writer, &error), 0);
    assert_int_equal(visit(reader).ticks, 1);
    run_store_close(reader);
    run_store_close(writer);
}

static void test_writing_in_the_wrong_order_is_an_error(void **state)
{
    struct run_store *store = create(*state);
    struct error error = ERROR_NONE;
    struct load_tick tick = {.second = 0};
    assert_int_equal(run_store_add_tick(store, "visitors", &tick, &error), -1);
    assert_non_null(strstr(error.text, "no variant was begun"));
    assert_null(run_store_create(*state, &DESCRIPTION, &error));
    assert_non_null(strstr(error.text, "there is a run already"));
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), 0);
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), -1);
    run_store_close(store);
    store = open_run(*state);
    assert_int_equal(run_store_add_note(store, "no", &error), -1);
    assert_non_null(strstr(error.text, "opened for reading"));
    run_store_close(store);
}

static void expect_refused(const char *path, const char *words)
{
    struct error error = ERROR_NONE;
    assert_null(run_store_open(path, &error));
    if (strstr(error.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
    assert_null(strchr(error.text, '\n'));
}

static void execute(const char *folder, const char *sql)
{
    AUTO_FREE char *file = memory_format("%s/run.db", folder);
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(file, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
}

static void overwrite(const char *folder, long offset, const char *bytes, size_t length)
{
    AUTO_FREE char *file = memory_format("%s/run.db", folder);
    FILE *stream = fopen(file, "r+");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, length, stream), length);
    fclose(stream);
}

static bool see_only_part(void *context, const char *load, const struct load_tick *tick)
{
    (void)load;
    *(bool *)context = tick->part == 0 && tick->planned == 10;
    return true;
}

/* A run as it was written before there were several generators (format 2). */
static void test_a_run_of_one_generator(void **state)
{
    struct run_store *store = create(*state);
    struct error error = ERROR_NONE;
    bool good = false;
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), 0);
    write_second(store, 0);
    assert_int_equal(run_store_end_variant(store, "completed", &error), 0);
    assert_int_equal(run_store_finish(store, &error), 0);
    run_store_close(store);
    execute(*state, "DROP TABLE generator; PRAGMA user_version = 2;"
                    "ALTER TABLE tick DROP COLUMN part; ALTER TABLE tick DROP COLUMN phase; ALTER TABLE tick DROP COLUMN vus;"
                    "ALTER TABLE row DROP COLUMN part; ALTER TABLE row DROP COLUMN request; ALTER TABLE row DROP COLUMN phase;"
                    "ALTER TABLE row DROP COLUMN bytes_sent; ALTER TABLE row DROP COLUMN checks;"
                    "ALTER TABLE exemplar DROP COLUMN part; ALTER TABLE exemplar DROP COLUMN request;"
                    "ALTER TABLE exemplar DROP COLUMN phase;");
    store = open_run(*state);
    const struct run_visitor visitor = {.context = &good, .tick = see_only_part, .generator = see_generator};
    assert_int_equal(run_store_visit(store, 0, &visitor, &error), 0);
    assert_true(good);
    run_store_close(store);
}

static void test_what_is_no_run_is_refused(void **state)
{
    AUTO_FREE char *file = memory_format("%s/run.db", (char *)*state);
    expect_refused(*state, "there is no run here");
    expect_refused(file, "No such file");
    FILE *stream = fopen(file, "w");
    fputs("this is only text, long enough to be looked at as a header of something", stream);
    fclose(stream);
    expect_refused(*state, "file is not a database");
    unlink(file);
    execute(*state, "CREATE TABLE other(a)");
    expect_refused(*state, "this is no run of hpalab");
}

static void test_newer_runs_are_refused(void **state)
{
    run_store_close(create(*state));
    execute(*state, "PRAGMA user_version = 5");
    expect_refused(*state, "made by a newer hpalab");
}

static void test_damage_is_one_clear_error(void **state)
{
    struct run_store *store = create(*state);
    struct error error = ERROR_NONE;
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), 0);
    for (int64_t second = 0; second < 200; second++)
        write_second(store, second);
    run_store_close(store);
    char garbage[8192];
    memset(garbage, 0x5a, sizeof garbage);
    overwrite(*state, 3 * 4096, garbage, sizeof garbage);
    expect_refused(*state, "damaged");
}

static void test_a_bad_value_is_one_clear_error(void **state)
{
    struct run_store *store = create(*state);
    struct error error = ERROR_NONE;
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), 0);
    write_second(store, 0);
    run_store_close(store);
    execute(*state, "UPDATE row SET response = x'ffffffffffffffffffffff'");
    store = open_run(*state);
    struct seen seen = {.good = true};
    struct run_visitor visitor = {.context = &seen, .row = see_row};
    assert_int_equal(run_store_visit(store, 0, &visitor, &error), -1);
    assert_non_null(strstr(error.text, "the run is damaged"));
    run_store_close(store);
    execute(*state, "UPDATE object SET json = '{\"a\":'");
    store = open_run(*state);
    visitor = (struct run_visitor){.context = &seen, .change = see_change};
    assert_int_equal(run_store_visit(store, 0, &visitor, &error), -1);
    assert_non_null(strstr(error.text, "the run is damaged"));
    run_store_close(store);
}

/* Runs the reader as somebody who may read the folder but not write to it. */
static int read_as_stranger(const char *folder)
{
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(90);
        struct run_store *store = run_store_open(folder, NULL);
        if (store == NULL)
            _exit(91);
        int ticks = (int)visit(store).ticks;
        run_store_close(store);
        _exit(ticks);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_read_only_folders_are_read(void **state)
{
    AUTO_FREE char *folder = memory_format("%s/run", (char *)*state);
    AUTO_FREE char *copy = memory_format("%s/copy", (char *)*state);
    struct run_store *store = create(folder);
    struct error error = ERROR_NONE;
    assert_int_equal(run_store_begin_variant(store, &VARIANT, &error), 0);
    write_second(store, 0);
    write_second(store, 1);
    assert_int_equal(run_store_commit(store, &error), 0);
    AUTO_FREE char *command =
        memory_format("mkdir '%s' && cp '%s'/run.db '%s'/run.db-wal '%s' && chmod 755 '%s' && chmod 555 '%s' && chmod 444 '%s'/*",
                      copy, folder, folder, copy, (char *)*state, copy, copy);
    assert_int_equal(system(command), 0);
    assert_int_equal(read_as_stranger(copy), 2);
    run_store_close(store);
    AUTO_FREE char *again =
        memory_format("chmod 755 '%s' && rm -f '%s'/* && cp '%s'/run.db '%s' && chmod 444 '%s'/* && chmod 555 '%s'", copy, copy,
                      folder, copy, copy, copy);
    assert_int_equal(system(again), 0);
    assert_int_equal(read_as_stranger(copy), 2);
    AUTO_FREE char *unlock = memory_format("chmod 755 '%s'", copy);
    assert_int_equal(system(unlock), 0);
}

/* Writes second after second and tells through the pipe how many were committed, until it is killed. */
static void write_until_killed(const char *folder, int pipe_end)
{
    struct run_store *store = run_store_create(folder, &DESCRIPTION, NULL);
    if (store == NULL || run_store_begin_variant(store, &VARIANT, NULL) < 0)
        _exit(1);
    for (int64_t second = 0;; second++) {
        write_second(store, second);
        if (run_store_commit(store, NULL) < 0 || write(pipe_end, &second, sizeof second) != sizeof second)
            _exit(1);
    }
}

static int64_t run_and_kill(const char *folder, int64_t after_second)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        write_until_killed(folder, ends[1]);
    }
    close(ends[1]);
    int64_t committed = -1;
    int64_t second;
    while (read(ends[0], &second, sizeof second) == sizeof second) {
        committed = second;
        if (second == after_second) {
            usleep((useconds_t)(rand() % 2000));
            kill(child, SIGKILL);
        }
    }
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return committed;
}

static void test_what_was_committed_outlives_a_kill(void **state)
{
    srand(20261122);
    for (int round = 0; round < 20; round++) {
        AUTO_FREE char *folder = memory_format("%s/run-%d", (char *)*state, round);
        int64_t committed = run_and_kill(folder, rand() % 60);
        struct run_store *store = open_run(folder);
        struct seen seen = visit(store);
        assert_true(seen.good);
        assert_true(seen.last_second >= committed);
        assert_int_equal(seen.ticks, seen.last_second + 1);
        assert_int_equal(seen.rows, seen.ticks);
        assert_int_equal(seen.changes, seen.ticks);
        assert_false(run_store_summary(store)->complete);
        run_store_close(store);
    }
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_generators),
        IN_FOLDER(test_a_run_of_one_generator),
        IN_FOLDER(test_what_is_written_is_read),
        IN_FOLDER(test_a_visitor_ends_the_visit),
        IN_FOLDER(test_a_run_is_read_while_it_is_written),
        IN_FOLDER(test_writing_in_the_wrong_order_is_an_error),
        IN_FOLDER(test_what_is_no_run_is_refused),
        IN_FOLDER(test_newer_runs_are_refused),
        IN_FOLDER(test_damage_is_one_clear_error),
        IN_FOLDER(test_a_bad_value_is_one_clear_error),
        IN_FOLDER(test_read_only_folders_are_read),
        IN_FOLDER(test_what_was_committed_outlives_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
