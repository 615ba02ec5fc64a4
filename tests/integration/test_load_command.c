/* hpalab load against a webapp: exit status, summary, files, thresholds, Ctrl-C; and against a server with TLS. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base64.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "tests/support/folder.h"
#include "tests/support/webapp.h"

#define WAIT 60.0 /* seconds; generous, for a busy machine */
#define SECOND NANOSECONDS_PER_SECOND
#define ARGUMENTS_MAXIMUM 40

struct fixture {
    struct test_webapp webapp;
    char *folder;
    char *url;
};

static int begin(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    fixture->webapp = test_webapp_run("--boot", "0s");
    fixture->folder = test_folder_create();
    fixture->url = memory_format("http://%s:%d/post/{1..10}", fixture->webapp.address, TEST_WEBAPP_PORT);
    *state = fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    test_webapp_end(&fixture->webapp);
    test_folder_remove(fixture->folder);
    free(fixture->folder);
    free(fixture->url);
    free(fixture);
    return 0;
}

/* `hpalab load` with the arguments, which end with NULL; NO_COLOR, TOKEN=sesame. */
static struct test_child *start_load(const char *const *arguments)
{
    static const char *const environment[] = {"NO_COLOR=1", "TOKEN=sesame", NULL};
    const char *all[ARGUMENTS_MAXIMUM] = {"load"};
    for (size_t i = 0; arguments[i] != NULL; i++)
        all[i + 1] = arguments[i];
    return test_child_start("hpalab", all, environment);
}

/* Runs it to its end; texts are what it wrote, which the caller frees. */
static int run_load(const char *const *arguments, char **output, char **errors)
{
    struct test_child *child = start_load(arguments);
    int status = test_child_wait(child, WAIT);
    *output = test_child_output(child);
    *errors = test_child_errors(child);
    test_child_end(child);
    return status;
}

#define RUN(output, errors, ...) run_load((const char *const[]){__VA_ARGS__, NULL}, output, errors)

static void assert_says(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is missing in: %s", words, text);
}

static cJSON *read_json(const char *path)
{
    AUTO_FREE char *text = test_folder_read_file(path);
    assert_non_null(text);
    cJSON *root = json_parse(text, strlen(text), NULL);
    assert_non_null(root);
    return root;
}

static void test_a_load_and_its_files(void **state)
{
    const struct fixture *fixture = *state;
    AUTO_FREE char *json = memory_format("%s/out.json", fixture->folder);
    AUTO_FREE char *csv = memory_format("%s/out.csv", fixture->folder);
    AUTO_FREE char *percentiles = memory_format("%s/out.hdr", fixture->folder);
    AUTO_FREE char *prometheus = memory_format("%s/out.prom", fixture->folder);
    AUTO_FREE char *output = NULL;
    AUTO_FREE char *errors = NULL;
    int status = RUN(&output, &errors, fixture->url, "--rate", "100", "--duration", "2s", "-H",
                     "Authorization: Bearer {env:TOKEN}", "--threshold", "http_req_failed:rate==0", "--threshold",
                     "http_reqs:count==200", "--out", json, "--out", csv, "--out", percentiles, "--out", prometheus);
    if (status != 0)
        fail_msg("exit status %d: %s%s", status, output, errors);
    assert_string_equal(errors, "");
    assert_says(output, "200 planned, 200 sent");
    assert_says(output, "200 ok; 0% failed");
    assert_says(output, "p(99.9)");
    assert_says(output, "pass    http_reqs:count==200");
    assert_null(strstr(output, "sesame"));
    assert_null(strchr(output, '\033'));
    AUTO_JSON cJSON *root = read_json(json);
    assert_int_equal(json_integer(json_get(root, "metrics", "http_reqs", "count"), 0), 200);
    assert_int_equal(json_integer(json_get(root, "metrics", "response_time", "count"), 0), 200);
    assert_int_equal(json_integer(json_get(root, "outcomes", "ok"), 0), 200);
    assert_string_equal(json_text(json_get(root, "verdict"), ""), "pass");
    AUTO_FREE char *seconds = test_folder_read_file(csv);
    assert_says(seconds, "\n1,100.000,100,");
    AUTO_FREE char *distribution = test_folder_read_file(percentiles);
    assert_says(distribution, "1.000000000000        200\n");
    AUTO_FREE char *exposition = test_folder_read_file(prometheus);
    assert_says(exposition, "\nk6_http_reqs_total 200\n");
}

static void test_thresholds_decide_the_exit_status(void **state)
{
    const struct fixture *fixture = *state;
    AUTO_FREE char *output = NULL;
    AUTO_FREE char *errors = NULL;
    AUTO_FREE char *json = memory_format("%s/none.json", fixture->folder);
    AUTO_FREE char *missing = memory_format("http://%s:%d/none", fixture->webapp.address, TEST_WEBAPP_PORT);
    assert_int_equal(RUN(&output, &errors, missing, "--rate", "20", "--duration", "1s", "--threshold", "http_req_failed:rate<1%"),
                     99);
    assert_says(output, "fail    http_req_failed:rate<1%");
    assert_says(output, "404: 20");
    free(output);
    free(errors);
    assert_int_equal(
        RUN(&output, &errors, missing, "--rate", "20", "--duration", "1s", "--threshold", "response_time:p(99)<1", "--out", json),
        99);
    assert_says(output, "no data response_time:p(99)<1");
    AUTO_JSON cJSON *root = read_json(json);
    assert_string_equal(json_text(json_get(root, "verdict"), ""), "no data");
    assert_true(cJSON_IsNull(json_get(root, "metrics", "response_time", "thresholds", "p(99)<1", "ok")));
}

static void test_a_failed_threshold_ends_the_load(void **state)
{
    const struct fixture *fixture = *state;
    AUTO_FREE char *output = NULL;
    AUTO_FREE char *errors = NULL;
    assert_int_equal(RUN(&output, &errors, fixture->url, "--vus", "1", "--think-time", "10ms", "--duration", "10m",
                         "--abort-on-fail", "--threshold", "http_reqs:count<1"),
                     99);
    assert_says(output, "Ended by a threshold after");
}

static void test_interrupted(void **state)
{
    const struct fixture *fixture = *state;
    const char *const arguments[] = {fixture->url, "--rate", "50", "--duration", "10m", NULL};
    struct test_child *child = start_load(arguments);
    int64_t deadline = clock_monotonic() + (int64_t)WAIT * SECOND;
    bool live = false;
    while (!live && clock_monotonic() < deadline) {
        AUTO_FREE char *so_far = test_child_output(child);
        live = strstr(so_far, "/10:00  ") != NULL;
        clock_sleep_until(clock_monotonic() + SECOND / 10);
    }
    assert_true(live);
    test_child_signal(child, SIGINT);
    assert_int_equal(test_child_wait(child, WAIT), 130);
    AUTO_FREE char *output = test_child_output(child);
    assert_says(output, "Ended early after");
    assert_says(output, "of 30,000 requests had come due");
    assert_says(output, "response time");
    test_child_end(child);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    char address[TEST_LOOPBACK_TEXT_SIZE];
    AUTO_FREE char *output = NULL;
    AUTO_FREE char *errors = NULL;
    AUTO_FREE char *url = memory_format("http://%s:9/", test_loopback_address(address));
    assert_int_equal(RUN(&output, &errors, url, "--vus", "2", "--iterations", "4"), 0);
    assert_says(output, "0 ok, 4 refused; 100% failed");
}

static void assert_told(const char *const *arguments, int status, const char *words)
{
    AUTO_FREE char *output = NULL;
    AUTO_FREE char *errors = NULL;
    assert_int_equal(run_load(arguments, &output, &errors), status);
    assert_string_equal(output, "");
    assert_says(errors, words);
    assert_ptr_equal(strchr(errors, '\n'), errors + strlen(errors) - 1);
}

#define TOLD(status, words, ...) assert_told((const char *const[]){__VA_ARGS__, NULL}, status, words)

static void test_mistakes_are_told_before_anything_is_sent(void **state)
{
    const struct fixture *fixture = *state;
    TOLD(2, "which URL?", "--rate", "1");
    TOLD(2, "unknown option \"--rte\"", fixture->url, "--rte", "1");
    TOLD(2, "unknown option \"-r\"", fixture->url, "-r", "1");
    TOLD(2, "--rate needs a value", fixture->url, "--rate");
    TOLD(2, "--rate: for how long?", fixture->url, "--rate", "1");
    TOLD(2, "--out: /nowhere/x.json: the folder", fixture->url, "--rate", "1", "--duration", "1s", "--out", "/nowhere/x.json");
    TOLD(1, "cannot find the host \"nobody.invalid\"", "http://nobody.invalid/", "--rate", "1", "--duration", "1s");
}

/* The value behind "key: " in a kubeconfig; the caller frees it. */
static char *kubeconfig_value(const char *kubeconfig, const char *key)
{
    AUTO_FREE char *text = test_folder_read_file(kubeconfig);
    assert_non_null(text);
    const char *value = strstr(text, key);
    assert_non_null(value);
    value += strlen(key);
    value += strspn(value, "\"");
    return memory_copy_bytes(value, strcspn(value, "\"\n"));
}

/* A labcluster, for its certificate that no system trusts; what it was started with is in its folder. */
static struct test_child *start_tls_server(const char *folder, const char *kubeconfig)
{
    int64_t deadline = clock_monotonic() + (int64_t)WAIT * SECOND;
    struct test_child *server = test_child_run("labcluster", "--folder", folder, "--pace", "quick");
    while (access(kubeconfig, R_OK) != 0) {
        if (clock_monotonic() > deadline)
            fail_msg("labcluster did not get ready: %s", test_child_errors(server));
        clock_sleep_until(clock_monotonic() + SECOND / 50);
    }
    return server;
}

static void assert_outcome(const char *const *arguments, const char *words)
{
    AUTO_FREE char *output = NULL;
    AUTO_FREE char *errors = NULL;
    int status = run_load(arguments, &output, &errors);
    if (status != 0)
        fail_msg("exit status %d: %s%s", status, output, errors);
    assert_says(output, words);
}

#define OUTCOME(words, ...) assert_outcome((const char *const[]){__VA_ARGS__, NULL}, words)

static void test_tls(void **state)
{
    const struct fixture *fixture = *state;
    AUTO_FREE char *folder = memory_format("%s/cluster", fixture->folder);
    AUTO_FREE char *kubeconfig = memory_format("%s/kubeconfig", folder);
    struct test_child *server = start_tls_server(folder, kubeconfig);
    AUTO_FREE char *address = kubeconfig_value(kubeconfig, "server: ");
    AUTO_FREE char *authority = kubeconfig_value(kubeconfig, "certificate-authority-data: ");
    AUTO_FREE char *certificate = base64_decode(authority, NULL, NULL);
    AUTO_FREE char *file = memory_format("%s/ca.pem", fixture->folder);
    AUTO_FREE char *url = memory_format("%s/livez", address);
    assert_non_null(certificate);
    test_folder_write_file(file, certificate);
    OUTCOME("20 ok; 0% failed", url, "--rate", "20", "--duration", "1s", "--cacert", file);
    OUTCOME("20 ok; 0% failed", url, "--rate", "20", "--duration", "1s", "--insecure");
    OUTCOME("0 ok, 20 refused", url, "--rate", "20", "--duration", "1s");
    test_child_signal(server, SIGTERM);
    assert_int_equal(test_child_wait(server, WAIT), 0);
    test_child_end(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_load_and_its_files),
        cmocka_unit_test(test_thresholds_decide_the_exit_status),
        cmocka_unit_test(test_a_failed_threshold_ends_the_load),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_mistakes_are_told_before_anything_is_sent),
        cmocka_unit_test(test_tls),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
