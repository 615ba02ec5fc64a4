/* What the command line of hpalab load may say, and the one line that each mistake gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/cli/load_arguments.h"
#include "driver/cli/load_live.h"
#include "driver/cli/load_output.h"
#include "tests/support/folder.h"

#define SECOND NANOSECONDS_PER_SECOND
#define URL "http://127.0.0.1:8080/"

#define AUTO_ARGUMENTS CLEANUP(load_arguments_release)

static void read_right(const struct load_texts *texts, struct load_arguments *arguments)
{
    struct error error = ERROR_NONE;
    if (load_arguments_read(texts, arguments, &error) < 0)
        fail_msg("%s", error.text);
}

static void assert_wrong(const struct load_texts *texts, const char *words)
{
    AUTO_ARGUMENTS struct load_arguments arguments;
    struct error error = ERROR_NONE;
    assert_int_equal(load_arguments_read(texts, &arguments, &error), -1);
    if (strstr(error.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
    assert_null(strchr(error.text, '\n'));
}

static void assert_stage(const struct load_stage *stage, int64_t duration, double target)
{
    assert_int_equal(stage->duration, duration);
    assert_true(stage->target >= target && stage->target <= target);
}

static void test_a_constant_rate(void **state)
{
    (void)state;
    AUTO_ARGUMENTS struct load_arguments arguments;
    const struct load_texts texts = {.url = URL,
                                     .rate = "90/m",
                                     .duration = "1m30s",
                                     .pacing = "precise",
                                     .spacing = "poisson",
                                     .timeout = "250ms",
                                     .connections = "7",
                                     .threads = "3",
                                     .http = "2",
                                     .io = "epoll",
                                     .dns = "select=first,ttl=30s",
                                     .redirects = "10",
                                     .reuse = "never"};
    read_right(&texts, &arguments);
    const struct load_spec *spec = &arguments.spec;
    assert_int_equal(spec->executor, EXECUTOR_CONSTANT_ARRIVAL_RATE);
    assert_int_equal(spec->stage_count, 1);
    assert_stage(&spec->stages[0], 90 * SECOND, 1.5);
    assert_int_equal(load_spec_planned(spec), 135);
    assert_int_equal(spec->pacing, PACING_PRECISE);
    assert_int_equal(spec->spacing, SPACING_POISSON);
    assert_int_equal(spec->timeout, SECOND / 4);
    assert_int_equal(spec->maximum_connections, 7);
    assert_int_equal(spec->threads, 3);
    assert_int_equal(spec->http, HTTP_2);
    assert_int_equal(spec->io, IO_EPOLL);
    assert_int_equal(spec->dns.ttl, 30 * SECOND);
    assert_int_equal(spec->dns.select, DNS_FIRST);
    assert_int_equal(spec->redirects, 10);
    assert_int_equal(spec->reuse, REUSE_NEVER);
    assert_string_equal(spec->method, "GET");
}

static void test_connections_that_are_used_for_a_while(void **state)
{
    (void)state;
    AUTO_ARGUMENTS struct load_arguments counted;
    AUTO_ARGUMENTS struct load_arguments aged;
    AUTO_ARGUMENTS struct load_arguments kept;
    read_right(&(struct load_texts){.url = URL, .rate = "1", .duration = "1s", .reuse = "100"}, &counted);
    assert_int_equal(counted.spec.reuse, REUSE_LIMITED);
    assert_int_equal(counted.spec.reuse_requests, 100);
    assert_int_equal(counted.spec.reuse_age, 0);
    read_right(&(struct load_texts){.url = URL, .rate = "1", .duration = "1s", .reuse = "30s"}, &aged);
    assert_int_equal(aged.spec.reuse, REUSE_LIMITED);
    assert_int_equal(aged.spec.reuse_requests, 0);
    assert_int_equal(aged.spec.reuse_age, 30 * SECOND);
    read_right(&(struct load_texts){.url = URL, .rate = "1", .duration = "1s", .reuse = "keep"}, &kept);
    assert_int_equal(kept.spec.reuse, REUSE_KEEP);
}

static void test_stages_of_rates_and_of_users(void **state)
{
    (void)state;
    AUTO_ARGUMENTS struct load_arguments rates;
    AUTO_ARGUMENTS struct load_arguments users;
    read_right(&(struct load_texts){.url = URL, .rate = "10", .stages = "20s:100,1m:1000,500ms:0"}, &rates);
    assert_int_equal(rates.spec.executor, EXECUTOR_RAMPING_ARRIVAL_RATE);
    assert_true(rates.spec.start_rate >= 10 && rates.spec.start_rate <= 10);
    assert_int_equal(rates.spec.stage_count, 3);
    assert_stage(&rates.spec.stages[1], 60 * SECOND, 1000);
    read_right(&(struct load_texts){.url = URL, .vus = "0", .stages = "2s:5", .think_time = "100ms"}, &users);
    assert_int_equal(users.spec.executor, EXECUTOR_RAMPING_VUS);
    assert_int_equal(users.spec.think_time, SECOND / 10);
    assert_stage(&users.spec.stages[0], 2 * SECOND, 5);
}

static void test_virtual_users(void **state)
{
    (void)state;
    AUTO_ARGUMENTS struct load_arguments constant;
    AUTO_ARGUMENTS struct load_arguments counted;
    read_right(&(struct load_texts){.url = URL, .vus = "12", .duration = "5s"}, &constant);
    assert_int_equal(constant.spec.executor, EXECUTOR_CONSTANT_VUS);
    assert_int_equal(load_spec_most_vus(&constant.spec), 12);
    read_right(&(struct load_texts){.url = URL, .vus = "12", .iterations = "100"}, &counted);
    assert_int_equal(counted.spec.executor, EXECUTOR_SHARED_ITERATIONS);
    assert_int_equal(counted.spec.iterations, 100);
    assert_int_equal(load_spec_duration(&counted.spec), 600 * SECOND);
}

static void test_the_request(void **state)
{
    (void)state;
    AUTO_FREE char *folder = test_folder_create();
    AUTO_FREE char *secret = memory_format("%s/token", folder);
    AUTO_FREE char *body = memory_format("@%s/token", folder);
    AUTO_FREE char *from_file = memory_format("X-File: <{file:%s}>", secret);
    AUTO_ARGUMENTS struct load_arguments arguments;
    test_folder_write_file(secret, "open sesame\n");
    assert_int_equal(setenv("LOAD_TEST_TOKEN", "abc", 1), 0);
    const struct load_texts texts = {
        .url = URL,
        .rate = "1",
        .duration = "1s",
        .body = body,
        .headers = {.count = 3, .values = {"Authorization: Bearer {env:LOAD_TEST_TOKEN}", from_file, "X-Plain:{A} {env:"}}};
    read_right(&texts, &arguments);
    assert_string_equal(arguments.spec.method, "POST");
    assert_string_equal(arguments.spec.body, "open sesame\n");
    assert_int_equal(arguments.spec.header_count, 3);
    assert_string_equal(arguments.spec.headers[0].name, "Authorization");
    assert_string_equal(arguments.spec.headers[0].value, "Bearer abc");
    assert_string_equal(arguments.spec.headers[1].value, "<open sesame>");
    assert_string_equal(arguments.spec.headers[2].value, "{A} {env:");
    test_folder_remove(folder);
}

static void test_thresholds(void **state)
{
    (void)state;
    AUTO_ARGUMENTS struct load_arguments arguments;
    const struct load_texts texts = {.url = URL,
                                     .rate = "1",
                                     .duration = "1s",
                                     .abort_on_fail = 1,
                                     .delay_abort_eval = "5s",
                                     .thresholds = {.count = 2, .values = {"http_req_duration:p(99)<200", "http_reqs:count>1"}}};
    read_right(&texts, &arguments);
    assert_int_equal(arguments.threshold_count, 2);
    assert_true(arguments.abort_on_fail);
    assert_int_equal(arguments.delay_abort_eval, 5 * SECOND);
}

#define RATE .url = URL, .rate = "1", .duration = "1s"

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        struct load_texts texts;
        const char *words;
    } cases[] = {
        {{.rate = "1", .duration = "1s"}, "which URL?"},
        {{.url = "localhost", .rate = "1", .duration = "1s"}, "begins with http://"},
        {{.url = URL}, "how much? --rate R, --vus N or --stages"},
        {{.url = URL, .rate = "1"}, "--rate: for how long?"},
        {{.url = URL, .vus = "1"}, "--vus: for how long?"},
        {{.url = URL, .rate = "0", .duration = "1s"}, "--rate: expected requests/s above 0"},
        {{.url = URL, .rate = "-1", .duration = "1s"}, "--rate: expected requests/s from 0 to 100000"},
        {{.url = URL, .rate = "1000000", .duration = "1s"}, "not \"1000000\""},
        {{.url = URL, .rate = "nan", .duration = "1s"}, "not \"nan\""},
        {{.url = URL, .rate = "5/d", .duration = "1s"}, "not \"5/d\""},
        {{.url = URL, .rate = "1", .duration = "30"}, "--duration: expected a time from 1ms to 24h0m0s, such as 30s, not \"30\""},
        {{.url = URL, .rate = "1", .duration = "25h"}, "not \"25h\""},
        {{.url = URL, .rate = "1", .vus = "1", .duration = "1s"}, "a closed model has no --rate"},
        {{.url = URL, .vus = "0", .duration = "1s"}, "--vus: expected a whole number from 1 to 20000, not \"0\""},
        {{.url = URL, .vus = "1.5", .duration = "1s"}, "not \"1.5\""},
        {{.url = URL, .vus = "1", .iterations = "x"}, "--iterations: expected a whole number"},
        {{.url = URL, .stages = "20s:100", .duration = "1s"}, "--duration and --stages exclude each other"},
        {{.url = URL, .stages = "20s"}, "--stages: expected DURATION:TARGET, such as 20s:100, not \"20s\""},
        {{.url = URL, .stages = "20s:100,"}, "not \"\""},
        {{.url = URL, .stages = "20:100"}, "--stages: expected a time"},
        {{.url = URL, .vus = "1", .stages = "20s:0.5"}, "--stages: expected a whole number"},
        {{RATE, .think_time = "1s"}, "need --vus"},
        {{RATE, .pacing = "fast"}, "--pacing: expected frugal or precise, not \"fast\""},
        {{RATE, .reuse = "often"}, "or an age such as 30s, not \"often\""},
        {{RATE, .reuse = "0"}, "--reuse: expected a whole number from 1"},
        {{RATE, .reuse = "48h"}, "not \"48h\""},
        {{RATE, .threads = "0"}, "--threads: expected a whole number from 1 to 64, not \"0\""},
        {{RATE, .io = "select"}, "--io: expected auto, epoll or io_uring, not \"select\""},
        {{RATE, .dns = "ttl=0s"}, "--dns: expected a time from 1s to 24h"},
        {{RATE, .dns = "ttl=5m,select=last"}, "--dns: expected random, roundRobin or first, not \"last\""},
        {{RATE, .dns = "often"}, "--dns: expected ttl=TIME, select=WORD or both with a comma, not \"often\""},
        {{RATE, .http = "3"}, "--http: expected auto, 1.1 or 2, not \"3\""},
        {{RATE, .redirects = "-1"}, "--redirects: expected a whole number from 0 to 50, not \"-1\""},
        {{RATE, .server_name = "shop.test"}, "--server-name and --insecure are for https:// URLs"},
        {{.url = "https://h/", .rate = "1", .duration = "1s", .server_name = "10.0.0.1"},
         "--server-name: expected a host's name"},
        {{RATE, .spacing = "wide"}, "--spacing: expected uniform or poisson"},
        {{RATE, .method = "FETCH"}, "--method: expected GET"},
        {{RATE, .connections = "0"}, "--connections: expected a whole number from 1 to 20000"},
        {{RATE, .timeout = "0s"}, "--timeout: expected a time from 1ms"},
        {{RATE, .body = "@/nowhere/body"}, "--body: /nowhere/body: No such file"},
        {{RATE, .headers = {.count = 1, .values = {"no colon"}}}, "-H: expected \"Name: value\""},
        {{RATE, .headers = {.count = 1, .values = {"a b: c"}}}, "-H: expected \"Name: value\""},
        {{RATE, .headers = {.count = 1, .values = {"A: b\r\nC: d"}}}, "-H: A: expected one line"},
        {{RATE, .headers = {.count = 1, .values = {"content-length: 5"}}}, "follows from the body"},
        {{RATE, .headers = {.count = 1, .values = {"A: {env:LOAD_TEST_NOT_SET}"}}}, "LOAD_TEST_NOT_SET is not set"},
        {{RATE, .headers = {.count = 1, .values = {"A: {file:/nowhere/token}"}}}, "-H: A: /nowhere/token: No such file"},
        {{RATE, .insecure = 1}, "are for https:// URLs"},
        {{.url = "https://h/", .rate = "1", .duration = "1s", .ca_file = "/nowhere/ca"}, "--cacert: /nowhere/ca: No such file"},
        {{.url = "https://h/", .rate = "1", .duration = "1s", .key_file = "/dev/null"}, "--key: needs --cert"},
        {{RATE, .thresholds = {.count = 1, .values = {"p(99)<200"}}}, "--threshold: \"p(99)<200\": expected METRIC:AGGREGATE"},
        {{RATE, .abort_on_fail = 1}, "--abort-on-fail: needs a --threshold"},
        {{RATE, .delay_abort_eval = "1s"}, "--delay-abort-eval: needs --abort-on-fail"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_wrong(&cases[i].texts, cases[i].words);
}

/* A mistake about a secret does not tell the secret. */
static void test_a_secret_is_not_told(void **state)
{
    (void)state;
    AUTO_ARGUMENTS struct load_arguments arguments;
    struct error error = ERROR_NONE;
    assert_int_equal(setenv("LOAD_TEST_LINES", "sesame\nstreet", 1), 0);
    const struct load_texts texts = {RATE, .headers = {.count = 1, .values = {"A: {env:LOAD_TEST_LINES}"}}};
    assert_int_equal(load_arguments_read(&texts, &arguments, &error), -1);
    assert_string_equal(error.text, "-H: A: expected one line of text in LOAD_TEST_LINES");
}

static void assert_output(const char *path, const char *words)
{
    struct error error = ERROR_NONE;
    const struct cli_list list = {.count = 1, .values = {path}};
    assert_int_equal(load_outputs_check(&list, &error), words == NULL ? 0 : -1);
    if (words != NULL && strstr(error.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static void test_outputs_are_checked(void **state)
{
    (void)state;
    AUTO_FREE char *folder = test_folder_create();
    AUTO_FREE char *right = memory_format("%s/a.b.json", folder);
    AUTO_FREE char *nowhere = memory_format("%s/nowhere/a.csv", folder);
    AUTO_FREE char *named_folder = memory_format("%s/a.b.json/c.hdr", folder);
    assert_output(right, NULL);
    assert_output(nowhere, "the folder cannot be written to: No such file");
    assert_output("result.xml", "ends with .json, .csv, .hdr or .prom");
    assert_output("json", "ends with");
    assert_output(".json", "ends with");
    test_folder_write_file(right, "old");
    assert_output(right, NULL);
    assert_output(named_folder, "a.b.json is no folder");
    test_folder_remove(folder);
}

static void test_the_live_line_fits_eighty_columns(void **state)
{
    (void)state;
    char text[LOAD_LIVE_SIZE];
    struct load_second second = {.sent = 100000, .in_flight = 20000};
    for (int i = 1; i <= 1000; i++)
        histogram_record(&second.response, i * INT64_C(12345678));
    const struct load_total total = {
        .second_count = 1, .seconds = &second, .outcomes = {[OUTCOME_DROPPED] = 123456789, [OUTCOME_RESET] = 123456}};
    assert_string_equal(load_live_text(&total, 61 * SECOND, 3600 * SECOND, text),
                        "1:01/60:00  100k/s  p50 6.18 s  p99 12.2 s  open 20000  lost 123k  dropped 123M");
    assert_in_range(strlen(text), 1, 79);
    histogram_release(&second.response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_constant_rate),
        cmocka_unit_test(test_connections_that_are_used_for_a_while),
        cmocka_unit_test(test_stages_of_rates_and_of_users),
        cmocka_unit_test(test_virtual_users),
        cmocka_unit_test(test_the_request),
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_a_secret_is_not_told),
        cmocka_unit_test(test_outputs_are_checked),
        cmocka_unit_test(test_the_live_line_fits_eighty_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
