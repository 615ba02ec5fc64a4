/* Lists and watches against a server that follows a script: resuming, relisting, gaps and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "kube/follow.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define JSON "application/json"
#define LIST(version, items)                                                                                                     \
    "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"" version "\"},\"items\":[" items "]}"
#define POD(name, version) "{\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version "\"}}"
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define GONE EVENT("ERROR", "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"too old resource version\"}")

enum way { ANSWER, STREAM, STREAM_AND_STAY, RESET, RAW };

/* What the server does with the next request. */
struct step {
    const char *expected_path; /* a part of it */
    enum way way;
    int code;
    const char *body;
};

static const struct follow_timing quick = {
    .list_deadline = 10 * NANOSECONDS_PER_SECOND,
    .watch_timeout = 60 * NANOSECONDS_PER_SECOND,
    .watch_grace = 10 * NANOSECONDS_PER_SECOND,
    .back_off_first = 5 * NANOSECONDS_PER_MILLISECOND,
    .back_off_most = 20 * NANOSECONDS_PER_MILLISECOND,
};

struct script {
    const struct step *steps;
    int count;
    char unexpected[256]; /* the first request that was not as expected */
    atomic_bool stop;
    struct buffer seen;  /* "listed a, all, added b, gap: why, ..." */
    const char *stop_at; /* what the seen text ends with when the test is over */
};

static void play(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct script *script = context;
    if (request->number > script->count) {
        (void)fake_wait(connection, 60);
        fake_close(connection);
        return;
    }
    const struct step *step = &script->steps[request->number - 1];
    bool wants_watch = strstr(step->expected_path, "watch=1") != NULL;
    if (strstr(request->path, step->expected_path) == NULL || (strstr(request->path, "watch=1") != NULL) != wants_watch)
        (void)snprintf(script->unexpected, sizeof script->unexpected, "request %d is %.200s", request->number, request->path);
    switch (step->way) {
    case ANSWER:
        fake_answer(connection, step->code, JSON, "", step->body);
        return;
    case STREAM:
    case STREAM_AND_STAY:
        fake_answer_head(connection, JSON);
        fake_send(connection, step->body);
        if (step->way == STREAM_AND_STAY)
            (void)fake_wait(connection, 60);
        break;
    case RESET:
        fake_reset(connection);
        break;
    case RAW:
        fake_send(connection, step->body);
        break;
    }
    fake_close(connection);
}

static void see(enum kube_event_type type, const cJSON *object, const char *text, void *context)
{
    static const char *const names[] = {
        [KUBE_LISTED] = "listed",  [KUBE_ADDED] = "added", [KUBE_MODIFIED] = "modified", [KUBE_DELETED] = "deleted",
        [KUBE_LISTED_ALL] = "all", [KUBE_GAP] = "gap",     [KUBE_RESUMED] = "resumed"};
    struct script *script = context;
    const char *detail = text != NULL ? "" : json_text(json_get(object, "metadata", "name"), "");
    (void)buffer_append_format(&script->seen, "%s%s%s%s", script->seen.length > 0 ? ", " : "", names[type],
                               detail[0] != '\0' ? " " : "", detail);
    if (type == KUBE_LISTED)
        assert_string_equal(json_text(json_get(object, "kind"), ""), "Pod");
    assert_int_equal(type == KUBE_GAP, text != NULL);
    size_t tail = strlen(script->stop_at);
    if (script->seen.length >= tail && strcmp(script->seen.data + script->seen.length - tail, script->stop_at) == 0)
        atomic_store(&script->stop, true);
}

/* Follows until the script's events were seen; the result of following. */
static int follow(struct script *script, const struct follow_timing *timing, struct error *error)
{
    buffer_init(&script->seen, 1 << 20);
    struct fake_server *server = fake_server_start(play, script);
    char *folder = test_folder_create();
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(server));
    AUTO_FREE char *path = fake_kubeconfig(folder, url, "t0ken-1234");
    struct kube_client *client = kube_open(path, NULL, error);
    assert_non_null(client);
    kube_set_limit(client, 0);
    int result = follow_collection(client, "/api/v1/namespaces/x/pods", NULL, timing, see, script, &script->stop, error);
    kube_close(client);
    fake_server_stop(server);
    test_folder_remove(folder);
    free(folder);
    if (script->unexpected[0] != '\0')
        fail_msg("%s", script->unexpected);
    return result;
}

static void check(const struct step *steps, int count, const char *expected)
{
    struct script script = {.steps = steps, .count = count, .stop_at = "end"};
    struct error error = ERROR_NONE;
    if (follow(&script, &quick, &error) < 0)
        fail_msg("%s", error.text);
    assert_string_equal(script.seen.data, expected);
    buffer_release(&script.seen);
}

#define CHECK(expected, ...)                                                                                                     \
    do {                                                                                                                         \
        const struct step steps_[] = {__VA_ARGS__};                                                                              \
        check(steps_, (int)(sizeof steps_ / sizeof steps_[0]), expected);                                                        \
    } while (0)

#define LAST EVENT("ADDED", POD("end", "99"))

static void test_list_and_watch(void **state)
{
    (void)state;
    CHECK("listed a, listed b, all, added c, modified c, deleted a, added end",
          {"/pods", ANSWER, 200, LIST("5", POD("a", "1") "," POD("b", "2"))},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=5", STREAM_AND_STAY, 0,
           EVENT("ADDED", POD("c", "6")) EVENT("MODIFIED", POD("c", "7")) EVENT("DELETED", POD("a", "8")) LAST});
}

static void test_watch_goes_on_where_it_ended(void **state)
{
    (void)state;
    CHECK("all, added a, added b, added end", {"/pods", ANSWER, 200, LIST("5", "")},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=5", STREAM, 0, EVENT("ADDED", POD("a", "6"))},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=6", STREAM, 0,
           EVENT("ADDED", POD("b", "7")) EVENT("BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"20\"}}")},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=20", ANSWER, 200, LAST});
}

static void test_one_broken_watch_is_no_gap(void **state)
{
    (void)state;
    CHECK("all, added a, added b, added end", {"/pods", ANSWER, 200, LIST("5", "")},
          {"watch=1", STREAM, 0, EVENT("ADDED", POD("a", "6")) "{\"type\":\"ADDED\",\"obj"},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=6", STREAM, 0,
           EVENT("ADDED", POD("b", "7")) "garbage\n"},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=7", STREAM_AND_STAY, 0, LAST});
}

static void test_server_that_is_away(void **state)
{
    (void)state;
    CHECK("listed a, all, gap, resumed, added b, added end", {"/pods", ANSWER, 200, LIST("5", POD("a", "1"))},
          {"watch=1", ANSWER, 503, "{}"}, {"watch=1", RESET, 0, ""}, {"watch=1", ANSWER, 503, "{}"}, {"watch=1", RAW, 0, ""},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=5", STREAM, 0, EVENT("ADDED", POD("b", "7"))},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=7", STREAM_AND_STAY, 0, LAST});
}

static void test_answers_without_sense(void **state)
{
    (void)state;
    CHECK("listed a, all, gap, listed b, all, added end", {"/pods", ANSWER, 200, LIST("5", POD("a", "1"))},
          {"watch=1", STREAM, 0, "garbage\n"}, {"watch=1", ANSWER, 400, "{}"}, {"/pods", RAW, 0, ""},
          {"/pods", ANSWER, 500, "{\"message\":\"broken\"}"}, {"/pods", ANSWER, 200, "{\"items\":7}"},
          {"/pods", ANSWER, 403, "{}"}, {"/pods", ANSWER, 200, "{\"half\":"}, {"/pods", RAW, 0, "garbage"},
          {"/pods", ANSWER, 429, ""}, {"/pods", ANSWER, 200, LIST("9", POD("b", "7"))},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=9", STREAM_AND_STAY, 0, LAST});
}

/* A place that the server is not at yet: its data were restored from a copy. */
static void test_data_that_went_back(void **state)
{
    (void)state;
    CHECK("all, gap, listed b, all, added end", {"/pods", ANSWER, 200, LIST("5", "")},
          {"watch=1", ANSWER, 504,
           "{\"message\":\"Too "
           "large\",\"reason\":\"Timeout\",\"details\":{\"causes\":[{\"reason\":\"ResourceVersionTooLarge\"}]}}"},
          {"/pods", ANSWER, 200, LIST("3", POD("b", "3"))},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=3", STREAM_AND_STAY, 0, LAST});
}

static void test_expired(void **state)
{
    (void)state;
    CHECK("all, gap, listed a, all, gap, listed b, all, added end", {"/pods", ANSWER, 200, LIST("5", "")},
          {"watch=1", STREAM, 0, GONE}, {"/pods", ANSWER, 200, LIST("6", POD("a", "6"))},
          {"watch=1", ANSWER, 410, "{\"message\":\"too old\",\"reason\":\"Expired\",\"code\":410}"},
          {"/pods", ANSWER, 200, LIST("7", POD("b", "7"))},
          {"watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=7", STREAM_AND_STAY, 0, LAST});
}

static void test_silent_connection(void **state)
{
    (void)state;
    const struct step steps[] = {
        {"/pods", ANSWER, 200, LIST("5", "")},
        {"watch=1", STREAM_AND_STAY, 0, EVENT("ADDED", POD("a", "6"))},
        {"watch=1&allowWatchBookmarks=true&timeoutSeconds=0&resourceVersion=6", STREAM_AND_STAY, 0, LAST}};
    struct follow_timing timing = quick;
    timing.watch_timeout = 0;
    timing.watch_grace = 300 * NANOSECONDS_PER_MILLISECOND;
    struct script script = {.steps = steps, .count = 3, .stop_at = "end"};
    struct error error = ERROR_NONE;
    assert_int_equal(follow(&script, &timing, &error), 0);
    assert_string_equal(script.seen.data, "all, added a, added end");
    buffer_release(&script.seen);
}

static void check_fatal(int code)
{
    const struct step steps[] = {{"/pods", ANSWER, code, "{\"message\":\"no\",\"reason\":\"Forbidden\"}"}};
    struct script script = {.steps = steps, .count = 1, .stop_at = "end"};
    struct error error = ERROR_NONE;
    assert_int_equal(follow(&script, &quick, &error), -1);
    AUTO_FREE char *expected = memory_format("/api/v1/namespaces/x/pods: no (%d Forbidden)", code);
    assert_string_equal(error.text, expected);
    assert_string_equal(script.seen.data, "");
    buffer_release(&script.seen);
}

static void test_fatal(void **state)
{
    (void)state;
    check_fatal(401);
    check_fatal(403);
    check_fatal(404);
    check_fatal(400);
}

static void *stop_soon(void *context)
{
    clock_sleep_until(clock_monotonic() + 100 * NANOSECONDS_PER_MILLISECOND);
    atomic_store((atomic_bool *)context, true);
    return NULL;
}

static void test_stop_during_a_silent_watch(void **state)
{
    (void)state;
    const struct step steps[] = {{"/pods", ANSWER, 200, LIST("5", "")}};
    struct script script = {.steps = steps, .count = 1, .stop_at = "end"};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &script.stop), 0);
    int64_t start = clock_monotonic();
    assert_int_equal(follow(&script, &follow_timing_default, NULL), 0);
    /* Without looking at *stop it would take over a minute. */
    assert_true(clock_monotonic() - start < 10 * NANOSECONDS_PER_SECOND);
    (void)pthread_join(thread, NULL);
    buffer_release(&script.seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_and_watch),
        cmocka_unit_test(test_watch_goes_on_where_it_ended),
        cmocka_unit_test(test_one_broken_watch_is_no_gap),
        cmocka_unit_test(test_server_that_is_away),
        cmocka_unit_test(test_answers_without_sense),
        cmocka_unit_test(test_data_that_went_back),
        cmocka_unit_test(test_expired),
        cmocka_unit_test(test_silent_connection),
        cmocka_unit_test(test_fatal),
        cmocka_unit_test(test_stop_during_a_silent_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
