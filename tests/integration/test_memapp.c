/*
 * memapp through its own interfaces and through what the kernel says of its memory.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "tests/support/folder.h"
#include "tests/support/webapp.h"

#define AUTO_MEMAPP CLEANUP(memapp_end)
#define AUTO_ANSWER CLEANUP(test_http_release)
#define POD_NAME "memapp-test-0"
#define FLAG_MAXIMUM 16
#define VALUE_SIZE 128
#define WAIT_SECONDS 20
#define LOOK (100 * NANOSECONDS_PER_MILLISECOND)
#define LONG "3600" /* a period that no test lives through */
#define KIB_A_MIB 1024
#define BYTES_A_MIB (1024.0 * 1024)
/* What memory may differ by from what was asked for (KiB): the heap, stacks, the libraries' pages; a sanitizer's more. */
#define SLACK (8 * KIB_A_MIB)

/* The thread sanitizer keeps notes on memory that is read or written, several times its size. */
#ifdef __SANITIZE_THREAD__
#define SKIP_WHERE_MEMORY_IS_NOTED() skip()
#else
#define SKIP_WHERE_MEMORY_IS_NOTED() ((void)0)
#endif

/* A memapp on an address and a port as webapps have them in tests, which is how it is asked. */
struct memapp {
    struct test_webapp front;
    char *folder;
    char *file; /* in the folder; not there at first */
};

static void memapp_end(struct memapp *memapp)
{
    test_webapp_end(&memapp->front);
    test_folder_remove(memapp->folder);
    free(memapp->folder);
    free(memapp->file);
}

static struct memapp memapp_prepare(void)
{
    struct memapp memapp = {.folder = test_folder_create()};
    memapp.file = memory_format("%s/data", memapp.folder);
    return memapp;
}

static char *memapp_program(void)
{
    const char *build = getenv("HPALAB_BUILD");
    return memory_format("%s/bin/memapp", build == NULL || build[0] == '\0' ? "build" : build);
}

/* Starts it by way of another program (NULL: itself), which is given before, and waits until it is ready. */
static void memapp_launch(struct memapp *memapp, const char *const *before, const char *period, const char *const *flags)
{
    AUTO_FREE char *program = memapp_program();
    const char *arguments[FLAG_MAXIMUM + 8];
    size_t count = 0;
    for (; before != NULL && before[count] != NULL; count++)
        arguments[count] = before[count];
    arguments[count++] = program;
    arguments[count++] = memapp->file;
    arguments[count++] = period;
    arguments[count++] = "--address";
    arguments[count++] = test_loopback_address(memapp->front.address);
    arguments[count++] = "--pod-name=" POD_NAME;
    for (size_t i = 0; flags != NULL && flags[i] != NULL; i++)
        arguments[count++] = flags[i];
    arguments[count] = NULL;
    memapp->front.child = test_child_start(arguments[0], arguments + 1, NULL);
    for (int64_t end = clock_monotonic() + WAIT_SECONDS * NANOSECONDS_PER_SECOND; clock_monotonic() < end;) {
        AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&memapp->front, "/readyz");
        if (answer.status == 200)
            return;
        clock_sleep_until(clock_monotonic() + LOOK);
    }
    AUTO_FREE char *errors = test_child_errors(memapp->front.child);
    fail_msg("memapp did not become ready: %s", errors);
}

#define memapp_start(memapp, period, ...) memapp_launch((memapp), NULL, (period), (const char *const[]){__VA_ARGS__, NULL})

static void put_size(const struct memapp *memapp, int mib, int status)
{
    AUTO_FREE char *path = memory_format("/size?mib=%d", mib);
    AUTO_ANSWER struct test_http_answer answer = test_webapp_ask(&memapp->front, "PUT", path);
    if (answer.status != status)
        fail_msg("PUT %s: %d, expected %d: %s", path, answer.status, status, answer.body.data);
}

static int64_t memory_kib(const struct memapp *memapp, const char *name)
{
    int64_t kib = test_process_status_number(test_child_pid(memapp->front.child), name);
    assert_true(kib >= 0);
    return kib;
}

/* A file on a disk or a file in memory: the kernel counts them apart. */
static int64_t shared_kib(const struct memapp *memapp)
{
    return memory_kib(memapp, "RssFile") + memory_kib(memapp, "RssShmem");
}

static void assert_near(int64_t kib, int64_t expected)
{
    if (kib < expected - SLACK || kib > expected + SLACK)
        fail_msg("%lld KiB are used, expected about %lld", (long long)kib, (long long)expected);
}

static double metric(const struct memapp *memapp, const char *name)
{
    return test_webapp_metric(&memapp->front, name);
}

static void wait_for_metric(const struct memapp *memapp, const char *name, double least, double most)
{
    double value = -1;
    for (int64_t end = clock_monotonic() + WAIT_SECONDS * NANOSECONDS_PER_SECOND; clock_monotonic() < end;) {
        value = metric(memapp, name);
        if (value >= least && value <= most)
            return;
        clock_sleep_until(clock_monotonic() + LOOK);
    }
    fail_msg("%s is %g, expected %g to %g", name, value, least, most);
}

/* Waits until the file was looked at twice more: the second look began after this call. */
static void wait_for_looks(const struct memapp *memapp)
{
    double looks = metric(memapp, "memapp_maps_total") + metric(memapp, "memapp_failures_total");
    for (int64_t end = clock_monotonic() + WAIT_SECONDS * NANOSECONDS_PER_SECOND; clock_monotonic() < end;) {
        if (metric(memapp, "memapp_maps_total") + metric(memapp, "memapp_failures_total") >= looks + 2)
            return;
        clock_sleep_until(clock_monotonic() + LOOK);
    }
    fail_msg("the file is not looked at any more");
}

static int log_lines(const struct memapp *memapp, const char *text)
{
    AUTO_FREE char *errors = test_child_errors(memapp->front.child);
    int count = 0;
    for (const char *at = errors; (at = strstr(at, text)) != NULL; at += strlen(text))
        count++;
    return count;
}

/* A file of zeros that takes its place in one step. */
static void replace_file(const struct memapp *memapp, double mib)
{
    AUTO_FREE char *beside = memory_format("%s/other", memapp->folder);
    test_folder_write_file(beside, "");
    assert_int_equal(truncate(beside, (off_t)(mib * BYTES_A_MIB)), 0);
    assert_int_equal(rename(beside, memapp->file), 0);
}

static void wrong_usage_ends_with_2(void **state)
{
    (void)state;
    static const char *const cases[][6] = {
        {"needs a file"},
        {"needs a file", "/tmp/none"},
        {"unexpected argument \"third\"", "/tmp/none", "1", "third"},
        {"unexpected argument \"-v\"", "-v", "/tmp/none", "1"},
        {"FILE is empty", "", "1"},
        {"SECONDS: \"0\"", "/tmp/none", "0"},
        {"unexpected argument \"-1\"", "/tmp/none", "-1"},
        {"SECONDS: \"1.5\"", "/tmp/none", "1.5"},
        {"SECONDS: \"86401\"", "/tmp/none", "86401"},
        {"SECONDS: \"99999999999999999999\"", "/tmp/none", "99999999999999999999"},
        {"--mode: \"file\"", "/tmp/none", "1", "--mode", "file"},
        {"--max: \"0\"", "/tmp/none", "1", "--max", "0"},
        {"--max: \"65537\"", "/tmp/none", "1", "--max=65537"},
        {"--port: \"65536\"", "/tmp/none", "1", "--port", "65536"},
        {"--address: \"localhost\"", "/tmp/none", "1", "--address", "localhost"},
        {"--pod-name: \"a b\"", "/tmp/none", "1", "--pod-name", "a b"},
        {"--port needs a value", "/tmp/none", "1", "--port"},
        {"unknown flag --nonsense", "/tmp/none", "1", "--nonsense", "1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_child *child = test_child_start("memapp", cases[i] + 1, NULL);
        int status = test_child_wait(child, WAIT_SECONDS);
        AUTO_FREE char *errors = test_child_errors(child);
        test_child_end(child);
        bool one_line = strchr(errors, '\n') == errors + strlen(errors) - 1;
        if (status != 2 || !one_line || strncmp(errors, "memapp: ", 8) != 0 || strstr(errors, cases[i][0]) == NULL)
            fail_msg("expected %s: exit %d, %s", cases[i][0], status, errors);
    }
}

static void variables_are_read(void **state)
{
    (void)state;
    static const char *const names[] = {"MEMAPP_MODE", "MEMAPP_MAX", "MEMAPP_ADDRESS", "MEMAPP_LISTEN_PORT"};
    struct test_child *help = test_child_run("memapp", "--help");
    assert_int_equal(test_child_wait(help, WAIT_SECONDS), 0);
    AUTO_FREE char *text = test_child_output(help);
    test_child_end(help);
    assert_non_null(strstr(text, "POD_NAME"));
    assert_non_null(strstr(text, "PUT  /size?mib=N"));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        AUTO_FREE char *variable = memory_format("%s=wrong", names[i]);
        const char *const environment[] = {variable, NULL};
        assert_non_null(strstr(text, names[i]));
        struct test_child *child = test_child_start("memapp", (const char *const[]){"/tmp/none", "1", NULL}, environment);
        assert_int_equal(test_child_wait(child, WAIT_SECONDS), 2);
        AUTO_FREE char *errors = test_child_errors(child);
        test_child_end(child);
        assert_non_null(strstr(errors, names[i]));
    }
}

static void a_taken_port_ends_with_1(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    memapp_start(&memapp, LONG, "--max=64");
    struct test_child *second = test_child_run("memapp", memapp.file, LONG, "--address", memapp.front.address);
    assert_int_equal(test_child_wait(second, WAIT_SECONDS), 1);
    AUTO_FREE char *errors = test_child_errors(second);
    test_child_end(second);
    assert_non_null(strstr(errors, "memapp: cannot take"));
}

struct expectation {
    const char *method;
    const char *path;
    int status;
    const char *allow;
};

static const struct expectation expectations[] = {
    {"GET", "/readyz", 200, ""},
    {"HEAD", "/readyz", 200, ""},
    {"GET", "/livez", 200, ""},
    {"GET", "/metrics", 200, ""},
    {"PUT", "/size?mib=0", 200, ""},
    {"PUT", "/size?mib=64", 200, ""},
    {"PUT", "/size?mib=65", 400, ""},
    {"PUT", "/size?mib=-1", 400, ""},
    {"PUT", "/size?mib=1.5", 400, ""},
    {"PUT", "/size?mib=99999999999999999999", 400, ""},
    {"PUT", "/size?mib=", 400, ""},
    {"PUT", "/size?mib", 400, ""},
    {"PUT", "/size", 400, ""},
    {"PUT", "/size?mib=1&mib=2", 400, ""},
    {"PUT", "/size?mib=1&kib=2", 400, ""},
    {"PUT", "/size?a=1&b=1&c=1&d=1&e=1&mib=1", 400, ""},
    {"GET", "/", 404, ""},
    {"GET", "/size/", 404, ""},
    {"PUT", "/nowhere", 404, ""},
    {"GET", "/size?mib=1", 405, "PUT"},
    {"POST", "/size?mib=1", 405, "PUT"},
    {"DELETE", "/livez", 405, "GET, HEAD"},
    {"GE", "/metrics", 405, "GET, HEAD"},
};

static void assert_answer(const struct test_http_answer *answer, const char *allow)
{
    char value[VALUE_SIZE];
    assert_string_equal(test_http_header(answer, "X-Pod-Name", value, sizeof value), POD_NAME);
    assert_string_equal(test_http_header(answer, "Allow", value, sizeof value), allow);
    if (answer->status < 400)
        return;
    assert_string_equal(test_http_header(answer, "Content-Type", value, sizeof value), "application/json");
    AUTO_JSON cJSON *body = json_parse(answer->body.data, answer->body.length, NULL);
    assert_true(strlen(json_text(json_get(body, "error"), "")) > 0);
}

static void answers_each_path(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    memapp_start(&memapp, LONG, "--max=64");
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const struct expectation *expected = &expectations[i];
        AUTO_ANSWER struct test_http_answer answer = test_webapp_ask(&memapp.front, expected->method, expected->path);
        if (answer.status != expected->status)
            fail_msg("%s %s: %d, expected %d", expected->method, expected->path, answer.status, expected->status);
        assert_answer(&answer, expected->allow);
    }
    assert_true(metric(&memapp, "memapp_mapped_bytes") == 64 * BYTES_A_MIB);
}

static void caps_request_sizes(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    memapp_start(&memapp, LONG, "--max=64");
    char url[TEST_URL_SIZE];
    (void)test_webapp_url(&memapp.front, "/size?mib=1", url);
    AUTO_FREE char *large = memory_allocate(200001, 1);
    memset(large, 'a', 200000);
    AUTO_FREE char *long_header = memory_format("X-Long: %.9000s", large);
    const char *const headers[] = {long_header, NULL};
    const char *const chunked[] = {"Transfer-Encoding: chunked", "Expect:", NULL};
    const struct {
        struct test_http_request request;
        int status;
    } cases[] = {
        {{.method = "PUT", .url = url, .body = "a body that nobody reads"}, 200},
        {{.method = "PUT", .url = url, .body = large}, 413},
        {{.method = "PUT", .url = url, .body = large, .headers = chunked}, 413},
        {{.method = "PUT", .url = url, .headers = headers}, 431},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_ANSWER struct test_http_answer answer = {.status = 0};
        test_http_send(&cases[i].request, &answer);
        if (answer.status != cases[i].status)
            fail_msg("case %zu: %d, expected %d", i, answer.status, cases[i].status);
        assert_answer(&answer, "");
    }
}

/* The period is long: what is seen is what the PUT itself did. */
static void memory_follows_the_size(void **state)
{
    (void)state;
    SKIP_WHERE_MEMORY_IS_NOTED();
    static const char *const modes[] = {"private", "anonymous", "shared"};
    static const int sizes[] = {48, 96, 16, 0, 32};
    for (size_t mode = 0; mode < sizeof modes / sizeof modes[0]; mode++) {
        AUTO_MEMAPP struct memapp memapp = memapp_prepare();
        bool shared = strcmp(modes[mode], "shared") == 0;
        memapp_start(&memapp, LONG, "--mode", modes[mode]);
        int64_t anonymous_base = memory_kib(&memapp, "RssAnon");
        int64_t shared_base = shared_kib(&memapp);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            int64_t kib = (int64_t)sizes[i] * KIB_A_MIB;
            put_size(&memapp, sizes[i], 200);
            assert_near(memory_kib(&memapp, "RssAnon"), anonymous_base + (shared ? 0 : kib));
            assert_near(shared_kib(&memapp), shared_base + (shared ? kib : 0));
            assert_true(metric(&memapp, "memapp_mapped_bytes") == sizes[i] * BYTES_A_MIB);
            assert_true(metric(&memapp, "memapp_file_bytes") == sizes[i] * BYTES_A_MIB);
        }
        assert_true(metric(&memapp, "memapp_maps_total") == 4);     /* not for the size 0 */
        assert_true(metric(&memapp, "memapp_failures_total") == 1); /* no file at the start */
    }
}

static void a_large_file_is_capped(void **state)
{
    (void)state;
    SKIP_WHERE_MEMORY_IS_NOTED();
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    memapp_start(&memapp, "1", "--max=16");
    int64_t base = memory_kib(&memapp, "RssAnon");
    replace_file(&memapp, 64 * 1024);
    wait_for_metric(&memapp, "memapp_mapped_bytes", 16 * BYTES_A_MIB, 16 * BYTES_A_MIB);
    assert_true(metric(&memapp, "memapp_file_bytes") == 64 * 1024 * BYTES_A_MIB);
    assert_near(memory_kib(&memapp, "RssAnon"), base + 16 * KIB_A_MIB);
    assert_int_equal(log_lines(&memapp, "larger than the maximum"), 1);
}

static void a_file_that_changes_in_place_is_followed(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    replace_file(&memapp, 64);
    memapp_start(&memapp, "1", "--max=128");
    int64_t full = memory_kib(&memapp, "RssAnon");
    assert_int_equal(truncate(memapp.file, 5000), 0);
    wait_for_metric(&memapp, "memapp_mapped_bytes", 5000, 5000);
    assert_true(memory_kib(&memapp, "RssAnon") < full - 64 * KIB_A_MIB + SLACK);
    assert_int_equal(truncate(memapp.file, (off_t)(80 * BYTES_A_MIB)), 0);
    wait_for_metric(&memapp, "memapp_mapped_bytes", 80 * BYTES_A_MIB, 80 * BYTES_A_MIB);
    assert_int_equal(truncate(memapp.file, 0), 0);
    wait_for_metric(&memapp, "memapp_mapped_bytes", 0, 0);
    assert_int_equal(log_lines(&memapp, "is empty"), 1);
}

/* The file is cut while its pages are being touched, or a moment before or after. */
static void a_file_cut_while_it_is_touched_does_no_harm(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    char url[TEST_URL_SIZE];
    memapp_start(&memapp, LONG, "--max=64", "--mode=shared");
    (void)test_webapp_url(&memapp.front, "/size?mib=64", url);
    put_size(&memapp, 1, 200);
    for (int round = 0; round < 12; round++) {
        struct test_http_pending *pending = test_http_begin(&(struct test_http_request){.method = "PUT", .url = url});
        clock_sleep_until(clock_monotonic() + round * 3 * NANOSECONDS_PER_MILLISECOND);
        assert_int_equal(truncate(memapp.file, 1), 0);
        AUTO_ANSWER struct test_http_answer answer = {.status = 0};
        test_http_finish(pending, &answer);
        if (answer.status != 200 && (answer.status != 500 || strstr(answer.body.data, "shrank") == NULL))
            fail_msg("PUT /size: %d %s", answer.status, answer.body.data);
    }
    put_size(&memapp, 8, 200);
}

static void a_replaced_file_is_seen(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    replace_file(&memapp, 8);
    memapp_start(&memapp, "1", "--max=64");
    replace_file(&memapp, 24);
    wait_for_metric(&memapp, "memapp_mapped_bytes", 24 * BYTES_A_MIB, 24 * BYTES_A_MIB);
    assert_int_equal(log_lines(&memapp, "was replaced"), 0);
    replace_file(&memapp, 24);
    wait_for_looks(&memapp);
    assert_int_equal(log_lines(&memapp, "was replaced"), 1);
}

static void what_is_no_file_is_named_once(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    replace_file(&memapp, 32);
    memapp_start(&memapp, "1", "--max=64");
    int64_t full = memory_kib(&memapp, "RssAnon");
    assert_int_equal(unlink(memapp.file), 0);
    wait_for_metric(&memapp, "memapp_failures_total", 2, 1e9);
    assert_true(memory_kib(&memapp, "RssAnon") < full - 32 * KIB_A_MIB + SLACK);
    assert_true(metric(&memapp, "memapp_mapped_bytes") == 0);
    assert_int_equal(log_lines(&memapp, "No such file or directory"), 1);
    assert_int_equal(mkfifo(memapp.file, 0600), 0);
    wait_for_looks(&memapp);
    assert_int_equal(log_lines(&memapp, "is no regular file"), 1);
    assert_int_equal(unlink(memapp.file), 0);
    assert_int_equal(mkdir(memapp.file, 0700), 0);
    wait_for_looks(&memapp);
    put_size(&memapp, 8, 500);
    AUTO_FREE char *beside = memory_format("%s.tmp", memapp.file);
    assert_int_not_equal(access(beside, F_OK), 0);
    assert_int_equal(rmdir(memapp.file), 0);
    put_size(&memapp, 8, 200);
    assert_true(metric(&memapp, "memapp_mapped_bytes") == 8 * BYTES_A_MIB);
}

/* Root may read everything unless it has lost the right to. */
static void a_file_without_permission_is_named_once(void **state)
{
    (void)state;
    static const char *const setpriv[] = {"/usr/bin/setpriv", "--bounding-set=-dac_override,-dac_read_search", NULL};
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    replace_file(&memapp, 8);
    assert_int_equal(chmod(memapp.file, 0), 0);
    memapp_launch(&memapp, geteuid() == 0 ? setpriv : NULL, "1", NULL);
    wait_for_looks(&memapp);
    assert_int_equal(log_lines(&memapp, "Permission denied"), 1);
    assert_int_equal(chmod(memapp.file, 0600), 0);
    wait_for_metric(&memapp, "memapp_mapped_bytes", 8 * BYTES_A_MIB, 8 * BYTES_A_MIB);
}

static void a_file_that_cannot_be_written_is_500(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    memapp_start(&memapp, LONG, "--max=64");
    assert_int_equal(rmdir(memapp.folder), 0);
    put_size(&memapp, 8, 500);
    assert_int_equal(mkdir(memapp.folder, 0700), 0);
    put_size(&memapp, 8, 200);
}

static int open_descriptors(const struct memapp *memapp)
{
    AUTO_FREE char *path = memory_format("/proc/%d/fd", (int)test_child_pid(memapp->front.child));
    DIR *folder = opendir(path);
    int count = 0;
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

/* The number of descriptors comes and goes with connections that are being closed. */
static void no_descriptor_is_left_open(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    memapp_start(&memapp, LONG, "--max=64");
    put_size(&memapp, 1, 200);
    int before = open_descriptors(&memapp);
    for (int i = 0; i < 40; i++)
        put_size(&memapp, i % 3, 200);
    assert_int_equal(unlink(memapp.file), 0);
    int after = open_descriptors(&memapp);
    if (after > before + 4)
        fail_msg("%d descriptors are open, before it were %d", after, before);
}

static void sigterm_ends_it_at_once(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        AUTO_MEMAPP struct memapp memapp = memapp_prepare();
        memapp_start(&memapp, LONG, "--max=64");
        put_size(&memapp, 32, 200);
        test_child_signal(memapp.front.child, signals[i]);
        assert_int_equal(test_child_wait(memapp.front.child, WAIT_SECONDS), 0);
    }
}

static void sigterm_waits_for_no_resize(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    char url[TEST_URL_SIZE];
    memapp_start(&memapp, LONG, "--max=256");
    struct test_http_pending *pending = test_http_begin(
        &(struct test_http_request){.method = "PUT", .url = test_webapp_url(&memapp.front, "/size?mib=256", url)});
    clock_sleep_until(clock_monotonic() + 20 * NANOSECONDS_PER_MILLISECOND);
    test_child_signal(memapp.front.child, SIGTERM);
    AUTO_ANSWER struct test_http_answer answer = {.status = 0};
    test_http_finish(pending, &answer);
    assert_int_equal(test_child_wait(memapp.front.child, WAIT_SECONDS), 0);
}

static void holding_costs_nothing(void **state)
{
    (void)state;
    AUTO_MEMAPP struct memapp memapp = memapp_prepare();
    memapp_start(&memapp, LONG, "--max=64");
    put_size(&memapp, 64, 200);
    int64_t before = test_process_cpu(test_child_pid(memapp.front.child));
    clock_sleep_until(clock_monotonic() + NANOSECONDS_PER_SECOND);
    int64_t used = test_process_cpu(test_child_pid(memapp.front.child)) - before;
    if (used > 10 * NANOSECONDS_PER_MILLISECOND)
        fail_msg("%lld ns of CPU were used in a second of holding", (long long)used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_usage_ends_with_2),
        cmocka_unit_test(variables_are_read),
        cmocka_unit_test(a_taken_port_ends_with_1),
        cmocka_unit_test(answers_each_path),
        cmocka_unit_test(caps_request_sizes),
        cmocka_unit_test(memory_follows_the_size),
        cmocka_unit_test(a_large_file_is_capped),
        cmocka_unit_test(a_file_that_changes_in_place_is_followed),
        cmocka_unit_test(a_file_cut_while_it_is_touched_does_no_harm),
        cmocka_unit_test(a_replaced_file_is_seen),
        cmocka_unit_test(what_is_no_file_is_named_once),
        cmocka_unit_test(a_file_without_permission_is_named_once),
        cmocka_unit_test(a_file_that_cannot_be_written_is_500),
        cmocka_unit_test(no_descriptor_is_left_open),
        cmocka_unit_test(sigterm_ends_it_at_once),
        cmocka_unit_test(sigterm_waits_for_no_resize),
        cmocka_unit_test(holding_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
