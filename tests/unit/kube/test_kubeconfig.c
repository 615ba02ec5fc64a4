/* Kubeconfigs, good and bad, a row a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "kube/kube.h"
#include "kube/kubeconfig.h"
#include "tests/support/folder.h"

#define SECRET "s3cr3t-t0ken"
#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
#define CERTIFICATE_DATA "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1BQT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
#define KEY "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"

#define V1 "client.authentication.k8s.io/v1"
#define CONTEXT "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u, namespace: ns}}]\n"
#define CLUSTER "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443/'}}]\n"
#define USER "users: [{name: u, user: {token: " SECRET "}}]\n"
#define WITH_CLUSTER(fields) CONTEXT USER "clusters:\n- name: c\n  cluster: {" fields "}\n"
#define WITH_USER(fields) CONTEXT CLUSTER "users:\n- name: u\n  user: {" fields "}\n"

struct fixture {
    char *folder;
    char *path;
    struct kubeconfig config;
    struct error error;
};

static char *file(const struct fixture *fixture, const char *name, const char *text)
{
    char *path = memory_format("%s/%s", fixture->folder, name);
    if (text != NULL)
        test_folder_write_file(path, text);
    return path;
}

static void open_fixture(struct fixture *fixture)
{
    *fixture = (struct fixture){.folder = test_folder_create()};
    fixture->path = file(fixture, "config", NULL);
    free(file(fixture, "ca.pem", CERTIFICATE));
    free(file(fixture, "key.pem", KEY));
    free(file(fixture, "token", "\n" SECRET "\n"));
    free(file(fixture, "empty", "\n"));
    free(file(fixture, "broken", "two words"));
}

static int load(struct fixture *fixture, const char *text, const char *context)
{
    kubeconfig_release(&fixture->config);
    fixture->error = ERROR_NONE;
    test_folder_write_file(fixture->path, text);
    return kubeconfig_load(fixture->path, context, &fixture->config, &fixture->error);
}

static void close_fixture(struct fixture *fixture)
{
    kubeconfig_release(&fixture->config);
    test_folder_remove(fixture->folder);
    free(fixture->folder);
    free(fixture->path);
}

static void test_good(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture);
    if (load(&fixture, CONTEXT CLUSTER USER, NULL) < 0)
        fail_msg("%s", fixture.error.text);
    assert_string_equal(fixture.config.context, "a");
    assert_string_equal(fixture.config.namespace, "ns");
    assert_string_equal(fixture.config.server, "https://127.0.0.1:6443");
    assert_string_equal(fixture.config.token, SECRET);
    assert_false(fixture.config.insecure);
    assert_null(fixture.config.authority);

    assert_int_equal(load(&fixture,
                          WITH_CLUSTER("server: 'https://h/p/', certificate-authority: ca.pem, tls-server-name: n, "
                                       "proxy-url: 'socks5://127.0.0.1:1'"),
                          NULL),
                     0);
    assert_string_equal(fixture.config.server, "https://h/p");
    assert_string_equal(fixture.config.authority, CERTIFICATE);
    assert_string_equal(fixture.config.tls_server_name, "n");
    assert_string_equal(fixture.config.proxy_url, "socks5://127.0.0.1:1");

    assert_int_equal(load(&fixture, WITH_CLUSTER("server: 'https://h', certificate-authority-data: " CERTIFICATE_DATA), NULL), 0);
    assert_string_equal(fixture.config.authority, CERTIFICATE);
    assert_int_equal(load(&fixture, WITH_CLUSTER("server: 'https://h', insecure-skip-tls-verify: true"), NULL), 0);
    assert_true(fixture.config.insecure);

    assert_int_equal(load(&fixture, WITH_USER("client-certificate: ca.pem, client-key: key.pem"), NULL), 0);
    assert_string_equal(fixture.config.client_certificate, CERTIFICATE);
    assert_string_equal(fixture.config.client_key, KEY);
    assert_int_equal(load(&fixture, WITH_USER("tokenFile: token"), NULL), 0);
    AUTO_FREE char *token = kubeconfig_read_token(fixture.config.token_file, NULL);
    assert_string_equal(token, SECRET);
    assert_int_equal(load(&fixture, WITH_USER("username: me, password: '1'"), NULL), 0);
    assert_string_equal(fixture.config.password, "1");
    assert_int_equal(load(&fixture, "contexts: [{name: a, context: {cluster: c, user: u}}]\n" CLUSTER USER, "a"), 0);
    assert_string_equal(fixture.config.namespace, "default");
    close_fixture(&fixture);
}

static void test_servers_without_a_scheme(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture);
    assert_int_equal(load(&fixture, WITH_CLUSTER("server: '127.0.0.1:8080'"), NULL), 0);
    assert_string_equal(fixture.config.server, "http://127.0.0.1:8080");
    assert_int_equal(load(&fixture, WITH_CLUSTER("server: 'h:6443', certificate-authority: ca.pem"), NULL), 0);
    assert_string_equal(fixture.config.server, "https://h:6443");
    close_fixture(&fixture);
}

static void test_impersonation(void **state)
{
    (void)state;
    static const char *const expected[] = {"Impersonate-User: jane", "Impersonate-Uid: 7", "Impersonate-Group: dev",
                                           "Impersonate-Group: system:masters", "Impersonate-Extra-example.com%2Fscope: a b"};
    struct fixture fixture;
    open_fixture(&fixture);
    if (load(&fixture,
             WITH_USER("as: jane, as-uid: 7, as-groups: [dev, 'system:masters'], as-user-extra: {example.com/scope: [a b]}"),
             NULL) < 0)
        fail_msg("%s", fixture.error.text);
    assert_int_equal(fixture.config.header_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(fixture.config.headers[i], expected[i]);
    close_fixture(&fixture);
}

/* What kubectl 1.20 makes of a user when it writes the file. */
static void test_null_is_absent(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture);
    if (load(&fixture, WITH_USER("as-groups: null, as-user-extra: null, exec: null, token: x"), NULL) < 0)
        fail_msg("%s", fixture.error.text);
    assert_int_equal(fixture.config.header_count, 0);
    close_fixture(&fixture);
}

static void test_program(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture);
    if (load(&fixture,
             CONTEXT "clusters:\n- name: c\n  cluster:\n    server: https://h\n    certificate-authority: ca.pem\n"
                     "    tls-server-name: n\n    extensions:\n    - name: client.authentication.k8s.io/exec\n"
                     "      extension: {audience: x}\n"
                     "users:\n- name: u\n  user:\n    exec: {command: bin/login, args: [--cluster, 7], apiVersion: " V1 "beta1,"
                     " env: [{name: A, value: b}], provideClusterInfo: true, installHint: get it}\n",
             NULL) < 0)
        fail_msg("%s", fixture.error.text);
    const struct exec_plugin *plugin = fixture.config.exec;
    AUTO_FREE char *command = memory_format("%s/bin/login", fixture.folder);
    assert_string_equal(plugin->command, command);
    assert_string_equal(plugin->arguments[0], command);
    assert_string_equal(plugin->arguments[2], "7");
    assert_null(plugin->arguments[3]);
    assert_string_equal(plugin->environment[0], "A=b");
    assert_string_equal(plugin->install_hint, "get it");
    assert_int_equal(plugin->interactive_mode, EXEC_IF_AVAILABLE);
    assert_string_equal(plugin->cluster,
                        "{\"server\":\"https://h\",\"tls-server-name\":\"n\",\"certificate-authority-data\":\"" CERTIFICATE_DATA
                        "\",\"config\":{\"audience\":\"x\"}}");
    close_fixture(&fixture);
}

struct row {
    const char *text;
    const char *expected; /* in the error, after the path */
};

static const struct row bad[] = {
    {"", "current-context: is not set"},
    {"[]", ":1: a kubeconfig is a mapping"},
    {"a: 1\n---\nb: 2\n", "one YAML document"},
    {"contexts: [", ":"},
    {"current-context: [a]\n", ":1: current-context: text"},
    {"current-context: x\ncontexts: [{name: a, context: {cluster: c}}, {name: b}]\n", "none named \"x\" (there are: a, b)"},
    {"current-context: x\n", "contexts: there is none named \"x\" (the list is empty)"},
    {"current-context: x\ncontexts: {}\n", ":2: contexts: a list is expected"},
    {"current-context: x\ncontexts:\n- {}\n", ":3: contexts[0].name: text"},
    {"current-context: a\ncontexts: [{name: a}]\n", ":2: contexts[\"a\"].context: a mapping"},
    {"current-context: a\ncontexts: [{name: a, context: {user: u}}]\n", "contexts[\"a\"].context.cluster: is missing"},
    {CONTEXT USER, "clusters: there is none named \"c\""},
    {CONTEXT CLUSTER, "users: there is none named \"u\""},
    {WITH_CLUSTER(""), ":6: clusters[\"c\"].cluster.server: is missing"},
    {WITH_CLUSTER("server: [1]"), ":6: clusters[\"c\"].cluster.server: text"},
    {WITH_CLUSTER("server: 'ftp://h'"), "cluster.server: \"ftp://h\": the scheme is not supported"},
    {WITH_CLUSTER("server: 'https://'"), "cluster.server: \"https://\": no URL"},
    {WITH_CLUSTER("server: 'https://u:" SECRET "@h'"), "cluster.server: \"...\": a user does not belong"},
    {WITH_CLUSTER("server: 'https://h?x=1'"), "query or fragment"},
    {WITH_CLUSTER("server: 'https://h', proxy-url: 'x y'"), "cluster.proxy-url: "},
    {WITH_CLUSTER("server: 'https://h', certificate-authority: nope.pem"), "nope.pem: No such file"},
    {WITH_CLUSTER("server: 'https://h', certificate-authority: token"), "certificate-authority: no PEM"},
    {WITH_CLUSTER("server: 'https://h', certificate-authority: ."), "Is a directory"},
    {WITH_CLUSTER("server: 'https://h', certificate-authority-data: '%%%'"), "certificate-authority-data: not base64"},
    {WITH_CLUSTER("server: 'https://h', insecure-skip-tls-verify: maybe"), "true or false is expected, not \"maybe\""},
    {WITH_CLUSTER("server: 'https://h', insecure-skip-tls-verify: true, certificate-authority: ca.pem"),
     "insecure-skip-tls-verify: cannot be true"},
    {WITH_USER("auth-provider: {}"), "auth-provider: is not supported"},
    {WITH_USER("exec: x"), ":6: users[\"u\"].user.exec: a mapping"},
    {WITH_USER("exec: {apiVersion: " V1 ", interactiveMode: Never}"), "users[\"u\"].user.exec.command: is missing"},
    {WITH_USER("exec: {command: x}"), "users[\"u\"].user.exec.apiVersion: is missing"},
    {WITH_USER("exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}"),
     "v1alpha1\": expected client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1"},
    {WITH_USER("exec: {command: x, apiVersion: " V1 "}"), "user.exec.interactiveMode: is missing (Never,"},
    {WITH_USER("exec: {command: x, apiVersion: " V1 ", interactiveMode: often}"), "interactiveMode: \"often\": expected Never"},
    {WITH_USER("exec: {command: x, args: y}"), "user.exec.args: a list"},
    {WITH_USER("exec: {command: x, args: [[]]}"), "user.exec.args: a list of texts"},
    {WITH_USER("exec: {command: x, env: [{name: ''}]}"), "user.exec.env: entry 0: a name and a value"},
    {WITH_USER("exec: {command: x, apiVersion: " V1 ", interactiveMode: Never, provideClusterInfo: x}"),
     "provideClusterInfo: true or false"},
    {WITH_USER("as-groups: [a]"), "user.as: is missing beside"},
    {WITH_USER("as: a, as-groups: a"), "user.as-groups: a list"},
    {WITH_USER("as: a, as-user-extra: {k: v}"), "user.as-user-extra: a mapping of lists"},
    {WITH_USER("as: \"a\\nb\""), "user.as: holds characters"},
    {WITH_USER("password: x"), "user.username: is missing"},
    {WITH_USER("username: x, token: y"), "user.username: cannot be given beside a token"},
    {WITH_USER("client-certificate: ca.pem, client-certificate-data: " CERTIFICATE_DATA ", client-key: key.pem"),
     "client-certificate-data: is given beside client-certificate"},
    {CONTEXT CLUSTER "users: [{name: u, user: {}}, {name: u, user: {}}]\n", ":4: users[1].name: there is another \"u\""},
    {WITH_USER("token: 'two words'"), "user.token: holds characters"},
    {WITH_USER("token: \"a\\r\\nX: y\""), "user.token: holds characters"},
    {WITH_USER("tokenFile: nope"), "user.tokenFile: "},
    {WITH_USER("tokenFile: empty"), "holds no token"},
    {WITH_USER("tokenFile: broken"), "characters that no token has"},
    {WITH_USER("client-certificate: ca.pem"), "client-key: is missing"},
    {WITH_USER("client-key: key.pem"), "client-certificate: is missing"},
    {WITH_USER("client-certificate: ca.pem, client-key: ca.pem"), "client-key: no PEM"},
};

static void test_bad(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (load(&fixture, bad[i].text, NULL) == 0)
            fail_msg("row %zu was accepted:\n%s", i, bad[i].text);
        const char *text = fixture.error.text;
        if (strstr(text, bad[i].expected) == NULL || strncmp(text, fixture.path, strlen(fixture.path)) != 0)
            fail_msg("row %zu: '%s', expected '%s' in it", i, text, bad[i].expected);
        assert_null(strstr(text, SECRET));
    }
    close_fixture(&fixture);
}

static void test_files_are_merged(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture);
    AUTO_FREE char *first =
        file(&fixture, "first", "current-context: a\nclusters: [{name: c, cluster: {server: 'http://first'}}]\n");
    AUTO_FREE char *second = file(&fixture, "second", "current-context: b\ncontexts: null\n" CLUSTER USER);
    AUTO_FREE char *third = file(&fixture, "third", "contexts: [{name: a, context: {cluster: c, user: u}}]\n" USER);
    AUTO_FREE char *list = memory_format("%s:%s/none::%s:%s", first, fixture.folder, second, third);
    assert_int_equal(setenv("KUBECONFIG", list, 1), 0);
    if (kubeconfig_load(NULL, NULL, &fixture.config, &fixture.error) < 0)
        fail_msg("%s", fixture.error.text);
    assert_string_equal(fixture.config.context, "a");
    assert_string_equal(fixture.config.server, "http://first");
    assert_string_equal(fixture.config.namespace, "default");
    assert_string_equal(fixture.config.token, SECRET);
    close_fixture(&fixture);
    (void)unsetenv("KUBECONFIG");
}

static void test_nothing_there(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture);
    assert_int_equal(setenv("KUBECONFIG", "/nonexistent/a:/nonexistent/b", 1), 0);
    assert_null(kube_open(NULL, NULL, &fixture.error));
    assert_non_null(strstr(fixture.error.text, "KUBECONFIG=/nonexistent/a:/nonexistent/b: no such file"));
    (void)unsetenv("KUBECONFIG");
    assert_int_equal(setenv("HOME", fixture.folder, 1), 0);
    assert_null(kube_open(NULL, NULL, &fixture.error));
    assert_non_null(strstr(fixture.error.text, "/.kube/config does not exist"));
    assert_null(kube_open("/nonexistent/c", NULL, &fixture.error));
    assert_string_equal(fixture.error.text, "/nonexistent/c: No such file or directory");
    close_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_servers_without_a_scheme),
        cmocka_unit_test(test_impersonation),
        cmocka_unit_test(test_null_is_absent),
        cmocka_unit_test(test_program),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_files_are_merged),
        cmocka_unit_test(test_nothing_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
