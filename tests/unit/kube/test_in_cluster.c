/* How a program in a pod finds its cluster: environment and the files of its service account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "kube/in_cluster.h"
#include "kube/kubeconfig.h"
#include "tests/support/folder.h"

#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"

struct fixture {
    char *folder;
    char *before; /* the working directory of the other tests */
};

static void write_part(const char *name, const char *text)
{
    AUTO_FREE char *path = memory_format("var/run/secrets/kubernetes.io/serviceaccount/%s", name);
    test_folder_write_file(path, text);
}

static int set_up(void **state)
{
    static const char *const folders[] = {"var", "var/run", "var/run/secrets", "var/run/secrets/kubernetes.io",
                                          "var/run/secrets/kubernetes.io/serviceaccount"};
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    fixture->folder = test_folder_create();
    fixture->before = getcwd(NULL, 0);
    assert_int_equal(chdir(fixture->folder), 0);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        assert_int_equal(mkdir(folders[i], 0700), 0);
    write_part("token", "abc.def\n");
    write_part("ca.crt", CERTIFICATE);
    write_part("namespace", "team\n");
    unsetenv("KUBECONFIG");
    setenv("HOME", fixture->folder, 1);
    setenv("KUBERNETES_SERVICE_HOST", "127.32.0.1", 1);
    setenv("KUBERNETES_SERVICE_PORT", "6443", 1);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(chdir(fixture->before), 0);
    test_folder_remove(fixture->folder);
    free(fixture->folder);
    free(fixture->before);
    free(fixture);
    return 0;
}

static void test_files_of_the_pod(void **state)
{
    const struct fixture *fixture = *state;
    CLEANUP(kubeconfig_release) struct kubeconfig config = {0};
    struct error error = ERROR_NONE;
    if (kubeconfig_load(NULL, NULL, &config, &error) != 0)
        fail_msg("%s", error.text);
    AUTO_FREE char *root = realpath(fixture->folder, NULL);
    AUTO_FREE char *token = memory_format("%s/var/run/secrets/kubernetes.io/serviceaccount/token", root);
    assert_string_equal(config.server, "https://127.32.0.1:6443");
    assert_string_equal(config.namespace, "team");
    assert_string_equal(config.token_file, token);
    assert_string_equal(config.authority, CERTIFICATE);
    assert_null(config.token);
}

static void test_address_of_six_parts(void **state)
{
    (void)state;
    CLEANUP(kubeconfig_release) struct kubeconfig config = {0};
    setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
    assert_int_equal(kubeconfig_load(NULL, NULL, &config, NULL), 0);
    assert_string_equal(config.server, "https://[fd00::1]:6443");
}

static void test_a_kubeconfig_comes_first(void **state)
{
    (void)state;
    CLEANUP(kubeconfig_release) struct kubeconfig config = {0};
    struct error error = ERROR_NONE;
    setenv("KUBECONFIG", "nowhere", 1);
    assert_int_equal(kubeconfig_load(NULL, NULL, &config, &error), -1);
    assert_non_null(strstr(error.text, "nowhere"));
}

static void test_outside_of_a_pod(void **state)
{
    (void)state;
    CLEANUP(kubeconfig_release) struct kubeconfig config = {0};
    unsetenv("KUBERNETES_SERVICE_PORT");
    assert_false(in_cluster());
    assert_int_equal(kubeconfig_load(NULL, NULL, &config, NULL), -1);
    assert_int_equal(in_cluster_load(&config, NULL), -1);
}

static void check_refused(const char *part)
{
    CLEANUP(kubeconfig_release) struct kubeconfig config = {0};
    struct error error = ERROR_NONE;
    assert_int_equal(kubeconfig_load(NULL, NULL, &config, &error), -1);
    if (strstr(error.text, part) == NULL)
        fail_msg("%s, expected %s", error.text, part);
    assert_null(strstr(error.text, "two words"));
}

static void test_broken_files(void **state)
{
    (void)state;
    write_part("token", "two words");
    check_refused("token: the file holds characters that no token has");
    write_part("token", "abc");
    write_part("ca.crt", "nothing");
    check_refused("ca.crt: no certificate in it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_of_the_pod, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_address_of_six_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_kubeconfig_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_outside_of_a_pod, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_broken_files, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
