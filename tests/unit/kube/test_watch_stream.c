/* Watch answers: the recorded streams of a real cluster in pieces of every size, and what is no stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "kube/watch_stream.h"
#include "tests/support/folder.h"

struct seen {
    int types[5];
    int lines;
    int malformed;
    int stop_after; /* 0 = never */
};

static bool take(void *context, const char *text, size_t length)
{
    struct seen *seen = context;
    struct watch_line line;
    struct error error = ERROR_NONE;
    if (watch_line_parse(text, length, &line, &error) == 0)
        seen->types[line.type]++;
    else
        seen->malformed++;
    watch_line_release(&line);
    return ++seen->lines != seen->stop_after;
}

static void feed_in_pieces(const char *text, size_t piece, struct seen *seen)
{
    struct watch_stream stream;
    watch_stream_init(&stream);
    size_t length = strlen(text);
    for (size_t at = 0; at < length; at += piece)
        assert_int_equal(watch_stream_feed(&stream, text + at, at + piece < length ? piece : length - at, take, seen, NULL), 0);
    assert_false(watch_stream_is_partial(&stream));
    watch_stream_release(&stream);
}

static void check_recording(const char *name, int added, int modified, int deleted)
{
    AUTO_FREE char *path = memory_format("tests/data/kube/%s.watch.jsonl", name);
    AUTO_FREE char *text = test_folder_read_file(path);
    assert_non_null(text);
    static const size_t pieces[] = {1, 7, 1000, 16384, SIZE_MAX / 2};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct seen seen = {.lines = 0};
        feed_in_pieces(text, pieces[i], &seen);
        assert_int_equal(seen.types[WATCH_TYPE_ADDED], added);
        assert_int_equal(seen.types[WATCH_TYPE_MODIFIED], modified);
        assert_int_equal(seen.types[WATCH_TYPE_DELETED], deleted);
        assert_int_equal(seen.malformed, 0);
    }
}

static void test_recordings(void **state)
{
    (void)state;
    check_recording("hpa", 1, 13, 0);
    check_recording("endpointslices", 2, 20, 0);
    check_recording("deployments", 1, 25, 0);
    check_recording("pods", 6, 34, 0);
}

static void test_partial_line(void **state)
{
    (void)state;
    struct watch_stream stream;
    struct seen seen = {.lines = 0};
    watch_stream_init(&stream);
    assert_int_equal(watch_stream_feed(&stream, "\r\n\n{\"ty", 7, take, &seen, NULL), 0);
    assert_true(watch_stream_is_partial(&stream));
    assert_int_equal(seen.lines, 0);
    assert_int_equal(watch_stream_feed(&stream, "pe\":\"BOOKMARK\",\"object\":{}}\r\n{", 30, take, &seen, NULL), 0);
    assert_int_equal(seen.types[WATCH_TYPE_BOOKMARK], 1);
    assert_true(watch_stream_is_partial(&stream));
    watch_stream_release(&stream);
}

static void test_stop_within(void **state)
{
    (void)state;
    struct watch_stream stream;
    struct seen seen = {.stop_after = 2};
    watch_stream_init(&stream);
    assert_int_equal(watch_stream_feed(&stream, "1\n2\n3\n", 6, take, &seen, NULL), -1);
    assert_int_equal(seen.lines, 2);
    watch_stream_release(&stream);
}

static void test_line_without_end(void **state)
{
    (void)state;
    struct watch_stream stream;
    struct seen seen = {.lines = 0};
    struct error error = ERROR_NONE;
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    watch_stream_init(&stream);
    size_t fed = 0;
    while (watch_stream_feed(&stream, block, sizeof block, take, &seen, &error) == 0)
        fed += sizeof block;
    assert_true(fed <= WATCH_MAXIMUM_LINE);
    assert_non_null(strstr(error.text, "longer than 16 MiB"));
    watch_stream_release(&stream);
}

static void test_malformed_lines(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "{",
        "null",
        "[]",
        "\"ADDED\"",
        "{}",
        "{\"type\":\"ADDED\"}",
        "{\"type\":\"ADDED\",\"object\":null}",
        "{\"type\":\"ADDED\",\"object\":[]}",
        "{\"type\":\"added\",\"object\":{}}",
        "{\"type\":7,\"object\":{}}",
        "{\"type\":\"ADDED\",\"object\":{}} trailing",
        "\xff\xfe\x00",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct watch_line line;
        struct error error = ERROR_NONE;
        if (watch_line_parse(lines[i], strlen(lines[i]), &line, &error) == 0)
            fail_msg("accepted: %s", lines[i]);
        assert_non_null(strstr(error.text, "a watch's event"));
        watch_line_release(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recordings),       cmocka_unit_test(test_partial_line),    cmocka_unit_test(test_stop_within),
        cmocka_unit_test(test_line_without_end), cmocka_unit_test(test_malformed_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
