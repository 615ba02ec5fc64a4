/* The log of a container: lines, times, tails, following, the cap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "cluster/kubelet/container_log.h"
#include "common/clock.h"
#include "common/remove_folder.h"

#define WALL INT64_C(1795305600000000000) /* 2026-11-22T00:00:00Z */

struct fixture {
    char folder[64];
    struct container_log *log;
};

static int set_up(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    char path[96];
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/hpalab-log-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(path, sizeof path, "%s/0.log", fixture->folder);
    fixture->log = container_log_create(path, NULL);
    assert_non_null(fixture->log);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    container_log_destroy(fixture->log);
    assert_int_equal(rmdir(fixture->folder), 0); /* nothing is left in it */
    free(fixture);
    return 0;
}

static void append(struct fixture *fixture, const char *text, int64_t seconds)
{
    container_log_append(fixture->log, text, strlen(text), WALL + seconds * NANOSECONDS_PER_SECOND);
}

static uint64_t assert_read(struct fixture *fixture, struct log_request request, const char *wanted)
{
    struct buffer text;
    uint64_t next = 0;
    buffer_init(&text, 1 << 20);
    container_log_read(fixture->log, &request, &text, &next);
    assert_string_equal(text.data, wanted);
    buffer_release(&text);
    return next;
}

#define ALL .tail_lines = -1, .limit_bytes = -1

static void test_lines(void **state)
{
    append(*state, "one\ntw", 0);
    append(*state, "o\n\nlast", 1);
    assert_read(*state, (struct log_request){ALL}, "one\ntwo\n\n");
    container_log_finish(((struct fixture *)*state)->log, WALL);
    assert_read(*state, (struct log_request){ALL}, "one\ntwo\n\nlast\n");
    assert_read(*state, (struct log_request){.tail_lines = 2, .limit_bytes = -1}, "\nlast\n");
    assert_read(*state, (struct log_request){.tail_lines = 0, .limit_bytes = -1}, "");
    assert_read(*state, (struct log_request){.tail_lines = 9, .limit_bytes = -1}, "one\ntwo\n\nlast\n");
    assert_read(*state, (struct log_request){.tail_lines = -1, .limit_bytes = 5}, "one\nt");
}

static void test_times(void **state)
{
    append(*state, "a\n", 0);
    append(*state, "b\n", 5);
    assert_read(*state, (struct log_request){ALL, .timestamps = true},
                "2026-11-22T00:00:00.000000Z a\n2026-11-22T00:00:05.000000Z b\n");
    assert_read(*state, (struct log_request){ALL, .since_wall = WALL + 1}, "b\n");
}

static void test_following(void **state)
{
    append(*state, "a\n", 0);
    const uint64_t next = assert_read(*state, (struct log_request){ALL}, "a\n");
    assert_read(*state, (struct log_request){ALL, .offset = next}, "");
    append(*state, "b\n", 0);
    assert_read(*state, (struct log_request){ALL, .offset = next}, "b\n");
    assert_read(*state, (struct log_request){ALL, .offset = next + 1000}, "");
}

static void test_long_line_is_cut(void **state)
{
    AUTO_FREE char *text = memory_allocate(CONTAINER_LOG_LONGEST_LINE + 12, 1);
    memset(text, 'x', CONTAINER_LOG_LONGEST_LINE + 10);
    AUTO_FREE char *wanted = memory_format("%.*s\nxxxxxxxxxx\n", CONTAINER_LOG_LONGEST_LINE, text);
    text[CONTAINER_LOG_LONGEST_LINE + 10] = '\n';
    append(*state, text, 0);
    assert_read(*state, (struct log_request){ALL}, wanted);
}

static void test_size_is_capped(void **state)
{
    struct fixture *fixture = *state;
    char line[1001];
    memset(line, 'y', 999);
    line[999] = '\n';
    line[1000] = '\0';
    for (int i = 0; i < 30000; i++)
        append(fixture, line, 0);
    struct buffer text;
    uint64_t next = 0;
    const struct log_request request = {ALL};
    buffer_init(&text, 64 << 20);
    container_log_read(fixture->log, &request, &text, &next);
    assert_true(text.length > CONTAINER_LOG_MAXIMUM / 3);
    assert_true(text.length <= CONTAINER_LOG_MAXIMUM);
    assert_int_equal(next, 30000 * (1000 + 28));
    buffer_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_following, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_line_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_size_is_capped, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
