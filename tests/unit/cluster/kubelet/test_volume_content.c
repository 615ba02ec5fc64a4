/* Files of secret, projected and downwardAPI volumes: content, modes, what is missing, tokens made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/kubelet/pod_folder.h"
#include "tests/support/folder.h"

struct fixture {
    char *folder;
    int root;
    int tokens; /* made so far */
    bool no_tokens;
    struct error error;
};

static int set_up(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    fixture->folder = test_folder_create();
    fixture->root = open(fixture->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fixture->root >= 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    close(fixture->root);
    test_folder_remove(fixture->folder);
    free(fixture->folder);
    free(fixture);
    return 0;
}

static cJSON *read_object(const char *text, bool known)
{
    return known ? json_parse(text, strlen(text), NULL) : NULL;
}

static cJSON *read_map(void *context, const char *name)
{
    (void)context;
    return read_object("{\"data\":{\"ca.crt\":\"CA\"},\"binaryData\":{\"raw\":\"AAE=\"}}", strcmp(name, "map") == 0);
}

static cJSON *read_secret(void *context, const char *name)
{
    (void)context;
    return read_object("{\"data\":{\"password\":\"c2VzYW1l\",\"user\":\"YWxp\"}}", strcmp(name, "s") == 0);
}

static char *make_token(void *context, const cJSON *projection, struct error *error)
{
    struct fixture *fixture = context;
    (void)projection;
    if (!fixture->no_tokens)
        return memory_format("token-%d", ++fixture->tokens);
    (void)error_set(error, "serviceaccounts \"app\" not found");
    return NULL;
}

typedef int mounter(int root, const struct volume_source *source, const char **volume, struct error *error);

static int mount_with(struct fixture *fixture, mounter *mount, const char *volume, const char *mount_members)
{
    const char *name = NULL;
    AUTO_FREE char *text = memory_format(
        "{\"metadata\":{\"namespace\":\"team\",\"labels\":{\"a\":\"1\",\"b\":\"x\\\"y\"}},\"spec\":{\"volumes\":[{\"name\":\"v\","
        "%s}],\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"cpu\":\"1500m\"}},\"volumeMounts\":[{\"name\":\"v\","
        "\"mountPath\":\"/m\"%s}]}]}}",
        volume, mount_members);
    AUTO_JSON cJSON *pod = json_parse(text, strlen(text), NULL);
    assert_non_null(pod);
    const struct volume_source source = {
        .objects = {.pod = pod, .read_config_map = read_map, .read_secret = read_secret, .context = fixture},
        .make_token = make_token};
    fixture->error = ERROR_NONE;
    return mount(fixture->root, &source, &name, &fixture->error);
}

static void check_file(const struct fixture *fixture, const char *name, const char *wanted, mode_t mode)
{
    struct stat about;
    AUTO_FREE char *path = memory_format("%s/m/%s", fixture->folder, name);
    if (stat(path, &about) != 0)
        fail_msg("%s is missing", name);
    assert_int_equal(about.st_mode & 0777, mode);
    AUTO_FREE char *text = test_folder_read_file(path);
    assert_string_equal(text, wanted);
}

static void test_secret(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(mount_with(fixture, pod_folder_mount, "\"secret\":{\"secretName\":\"s\",\"defaultMode\":420}", ""), 0);
    check_file(fixture, "password", "sesame", 0600);
    check_file(fixture, "user", "ali", 0600);
}

static void test_items_and_modes(void **state)
{
    struct fixture *fixture = *state;
    const char *volume = "\"secret\":{\"secretName\":\"s\",\"items\":[{\"key\":\"user\",\"path\":\"deep/name\",\"mode\":292}]}";
    assert_int_equal(mount_with(fixture, pod_folder_mount, volume, ""), 0);
    check_file(fixture, "deep/name", "ali", 0400);
    assert_int_not_equal(faccessat(fixture->root, "m/password", F_OK, 0), 0);
    /* again: a file that cannot be written is replaced */
    assert_int_equal(mount_with(fixture, pod_folder_mount, volume, ""), 0);
    assert_int_equal(mount_with(fixture, pod_folder_mount, "\"configMap\":{\"name\":\"map\",\"defaultMode\":493}", ""), 0);
    check_file(fixture, "ca.crt", "CA", 0755);
    struct stat about;
    assert_int_equal(fstatat(fixture->root, "m/raw", &about, 0), 0);
    assert_int_equal(about.st_size, 2);
}

static void test_one_file_of_a_secret(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(mount_with(fixture, pod_folder_mount, "\"secret\":{\"secretName\":\"s\"}", ",\"subPath\":\"password\""), 0);
    AUTO_FREE char *path = memory_format("%s/m", fixture->folder);
    AUTO_FREE char *text = test_folder_read_file(path);
    assert_string_equal(text, "sesame");
}

static void check_missing(struct fixture *fixture, const char *volume, const char *message)
{
    assert_int_equal(mount_with(fixture, pod_folder_mount, volume, ""), -1);
    assert_string_equal(fixture->error.text, message);
}

static void test_what_is_missing(void **state)
{
    struct fixture *fixture = *state;
    check_missing(fixture, "\"secret\":{\"secretName\":\"no\"}", "secret \"no\" not found");
    check_missing(fixture, "\"secret\":{\"secretName\":\"s\",\"items\":[{\"key\":\"k\",\"path\":\"p\"}]}",
                  "references non-existent secret key: k");
    check_missing(fixture, "\"projected\":{\"sources\":[{\"configMap\":{\"name\":\"no\"}}]}", "configmap \"no\" not found");
    assert_int_equal(mount_with(fixture, pod_folder_mount,
                                "\"projected\":{\"sources\":[{\"secret\":{\"name\":\"no\",\"optional\":true}}]}", ""),
                     0);
    fixture->no_tokens = true;
    check_missing(fixture, "\"projected\":{\"sources\":[{\"serviceAccountToken\":{\"path\":\"token\"}}]}",
                  "failed to fetch token: serviceaccounts \"app\" not found");
}

static void test_downward(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(mount_with(fixture, pod_folder_mount,
                                "\"downwardAPI\":{\"items\":[{\"path\":\"labels\",\"fieldRef\":{\"fieldPath\":"
                                "\"metadata.labels\"}},{\"path\":\"cpu\",\"resourceFieldRef\":{\"containerName\":\"c\","
                                "\"resource\":\"limits.cpu\",\"divisor\":\"1m\"}}]}",
                                ""),
                     0);
    check_file(fixture, "labels", "a=\"1\"\nb=\"x\\\"y\"", 0644);
    check_file(fixture, "cpu", "1500", 0644);
}

static int renew_tokens(int root, const struct volume_source *source, const char **volume, struct error *error)
{
    return pod_folder_refresh(root, source, true, volume, error);
}

static void test_tokens_are_made_anew(void **state)
{
    struct fixture *fixture = *state;
    const char *volume = "\"projected\":{\"sources\":[{\"serviceAccountToken\":{\"path\":\"token\",\"expirationSeconds\":600}},"
                         "{\"configMap\":{\"name\":\"map\",\"items\":[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]}},"
                         "{\"downwardAPI\":{\"items\":[{\"path\":\"namespace\",\"fieldRef\":{\"fieldPath\":"
                         "\"metadata.namespace\"}}]}}]}";
    assert_int_equal(mount_with(fixture, pod_folder_mount, volume, ""), 0);
    check_file(fixture, "token", "token-1", 0600);
    check_file(fixture, "ca.crt", "CA", 0644);
    check_file(fixture, "namespace", "team", 0644);
    assert_int_equal(mount_with(fixture, renew_tokens, volume, ""), 0);
    check_file(fixture, "token", "token-2", 0600);
    fixture->no_tokens = true;
    assert_int_equal(mount_with(fixture, renew_tokens, volume, ""), -1);
    check_file(fixture, "token", "token-2", 0600); /* the old one stays */
    assert_int_equal(mount_with(fixture, renew_tokens, "\"secret\":{\"secretName\":\"no\"}", ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_secret, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_items_and_modes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_file_of_a_secret, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_downward, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tokens_are_made_anew, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
