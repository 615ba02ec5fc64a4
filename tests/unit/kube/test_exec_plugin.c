/* Programs that hand out credentials: what they are told, what they may print, and how they fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "kube/exec_plugin.h"
#include "tests/support/folder.h"

#define V1 "client.authentication.k8s.io/v1"
#define SECOND NANOSECONDS_PER_SECOND
#define CREDENTIAL(status) "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":" status "}"
#define CERTIFICATE "-----BEGIN CERTIFICATE-----"
#define KEY "-----BEGIN PRIVATE KEY-----"

struct fixture {
    char *folder;
    char *command;
    struct exec_plugin plugin;
    struct exec_credential credential;
    struct error error;
};

static void open_fixture(struct fixture *fixture, const char *script)
{
    static char *nothing[] = {NULL};
    *fixture = (struct fixture){.folder = test_folder_create()};
    fixture->command = memory_format("%s/login", fixture->folder);
    AUTO_FREE char *text = memory_format("#!/bin/sh\n%s\n", script);
    test_folder_write_file(fixture->command, text);
    assert_int_equal(chmod(fixture->command, 0700), 0);
    fixture->plugin = (struct exec_plugin){.command = fixture->command,
                                           .arguments = (char *[]){NULL},
                                           .environment = nothing,
                                           .api_version = (char *)(uintptr_t)V1,
                                           .interactive_mode = EXEC_NEVER};
}

static int run(struct fixture *fixture, int64_t deadline)
{
    static char *arguments[] = {NULL, NULL, NULL};
    arguments[0] = fixture->plugin.command;
    arguments[1] = (char *)(uintptr_t) "one two";
    fixture->plugin.arguments = arguments;
    return exec_plugin_run(&fixture->plugin, deadline, &fixture->credential, &fixture->error);
}

static void close_fixture(struct fixture *fixture)
{
    exec_credential_release(&fixture->credential);
    test_folder_remove(fixture->folder);
    free(fixture->folder);
    free(fixture->command);
}

static void test_what_it_is_told(void **state)
{
    (void)state;
    struct fixture fixture;
    char *environment[] = {(char *)(uintptr_t) "COLOUR=blue", NULL};
    open_fixture(&fixture, "printf '%s|%s|%s|%s' \"$KUBERNETES_EXEC_INFO\" \"$COLOUR\" \"$1\" \"$(cat)\" > $(dirname $0)/told\n"
                           "echo '" CREDENTIAL("{\"token\":\"abc\"}") "'");
    assert_int_equal(setenv("COLOUR", "red", 1), 0);
    assert_int_equal(setenv("KUBERNETES_EXEC_INFO", "old", 1), 0);
    fixture.plugin.environment = environment;
    fixture.plugin.cluster = (char *)(uintptr_t) "{\"server\":\"https://h\"}";
    if (run(&fixture, 30 * SECOND) < 0)
        fail_msg("%s", fixture.error.text);
    assert_string_equal(fixture.credential.token, "abc");
    assert_null(fixture.credential.certificate);
    assert_true(fixture.credential.expires == INT64_MAX);
    AUTO_FREE char *path = memory_format("%s/told", fixture.folder);
    AUTO_FREE char *told = file_read(path, 4096, NULL, NULL);
    assert_string_equal(told,
                        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"spec\":{\"interactive\":false,\"cluster\":"
                        "{\"server\":\"https://h\"}}}|blue|one two|");
    close_fixture(&fixture);
}

static void check_fails(const char *script, int64_t deadline, const char *part)
{
    struct fixture fixture;
    open_fixture(&fixture, script);
    assert_int_equal(run(&fixture, deadline), -1);
    if (strstr(fixture.error.text, part) == NULL)
        fail_msg("'%s', expected '%s' in it", fixture.error.text, part);
    assert_null(strstr(fixture.error.text, "s3cr3t"));
    close_fixture(&fixture);
}

static void test_failures(void **state)
{
    (void)state;
    check_fails("exit 3", 30 * SECOND, "login, which the kubeconfig names for credentials, ended with exit status 3");
    check_fails("kill -9 $$", 30 * SECOND, "was ended by signal 9");
    check_fails("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done", 60 * SECOND,
                "prints more than 1048576 bytes");
    check_fails("echo s3cr3t", 30 * SECOND, "printed no JSON");
    check_fails("true", 30 * SECOND, "printed no JSON");
}

static void test_deadline_ends_all_of_it(void **state)
{
    (void)state;
    int64_t start = clock_monotonic();
    check_fails("sleep 1000 & sleep 1000", SECOND / 2, "did not end in");
    check_fails("exec >&-; sleep 1000", SECOND / 2, "did not end in");
    assert_true(clock_monotonic() - start < 60 * SECOND);
}

static void test_program_that_is_not_there(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, "true");
    fixture.plugin.command = (char *)(uintptr_t) "no-such-program-of-hpalab";
    fixture.plugin.install_hint = (char *)(uintptr_t) "apt install login";
    assert_int_equal(run(&fixture, 30 * SECOND), -1);
    assert_string_equal(fixture.error.text,
                        "no-such-program-of-hpalab, which the kubeconfig names for credentials, cannot be run: "
                        "No such file or directory; apt install login");
    close_fixture(&fixture);
}

static void test_terminal_is_needed(void **state)
{
    (void)state;
    struct fixture fixture;
    if (isatty(STDIN_FILENO) == 1)
        skip();
    open_fixture(&fixture, "true");
    fixture.plugin.interactive_mode = EXEC_ALWAYS;
    assert_int_equal(run(&fixture, 30 * SECOND), -1);
    assert_non_null(strstr(fixture.error.text, "needs a terminal"));
    close_fixture(&fixture);
}

struct output {
    const char *text;
    const char *error; /* NULL = is taken */
};

static const struct output outputs[] = {
    {CREDENTIAL("{\"token\":\"s3cr3t\",\"expirationTimestamp\":\"2030-01-01T00:00:00Z\"}"), NULL},
    {CREDENTIAL("{\"clientCertificateData\":\"" CERTIFICATE "\",\"clientKeyData\":\"" KEY "\"}"), NULL},
    {"[]", "printed no ExecCredential"},
    {"{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "beta1\",\"status\":{}}", "answers with apiVersion \"" V1 "beta1\""},
    {"{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\"}", "without a status"},
    {CREDENTIAL("{}"), "neither a token nor a client certificate"},
    {CREDENTIAL("{\"token\":7}"), "neither a token"},
    {CREDENTIAL("{\"token\":\"s3cr3t s3cr3t\"}"), "characters that no token has"},
    {CREDENTIAL("{\"token\":\"a\",\"expirationTimestamp\":\"tomorrow\"}"), "expirationTimestamp is no time"},
    {CREDENTIAL("{\"clientKeyData\":\"" KEY "\"}"), "but not both"},
    {CREDENTIAL("{\"clientCertificateData\":\"x\",\"clientKeyData\":\"s3cr3t\"}"), "no PEM"},
};

static void test_outputs(void **state)
{
    (void)state;
    const struct exec_plugin plugin = {.command = (char *)(uintptr_t) "login", .api_version = (char *)(uintptr_t)V1};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        struct error error = ERROR_NONE;
        CLEANUP(exec_credential_release) struct exec_credential credential;
        int result = exec_credential_parse(&plugin, outputs[i].text, strlen(outputs[i].text), &credential, &error);
        assert_int_equal(result, outputs[i].error == NULL ? 0 : -1);
        if (outputs[i].error != NULL && strstr(error.text, outputs[i].error) == NULL)
            fail_msg("row %zu: '%s'", i, error.text);
        assert_null(strstr(error.text, "s3cr3t"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_is_told),         cmocka_unit_test(test_failures),
        cmocka_unit_test(test_deadline_ends_all_of_it), cmocka_unit_test(test_program_that_is_not_there),
        cmocka_unit_test(test_terminal_is_needed),      cmocka_unit_test(test_outputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
