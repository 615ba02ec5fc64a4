/* A pod's own folder: no path leads out of it, volumes are where they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/kubelet/pod_folder.h"
#include "common/remove_folder.h"

struct fixture {
    char path[64];
    int root;
};

static int set_up(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    snprintf(fixture->path, sizeof fixture->path, "/tmp/hpalab-pod-folder-XXXXXX");
    assert_non_null(mkdtemp(fixture->path));
    char root[96];
    snprintf(root, sizeof root, "%s/root", fixture->path);
    assert_int_equal(mkdir(root, 0755), 0);
    fixture->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    close(fixture->root);
    assert_int_equal(remove_folder(fixture->path, NULL), 0);
    free(fixture);
    return 0;
}

static bool exists(const struct fixture *fixture, const char *path)
{
    struct stat about;
    return fstatat(fixture->root, path, &about, AT_SYMLINK_NOFOLLOW) == 0;
}

static void assert_file(const struct fixture *fixture, const char *path, const char *wanted)
{
    char text[64] = "";
    const int file = openat(fixture->root, path, O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0);
    assert_true(read(file, text, sizeof text - 1) >= 0);
    close(file);
    assert_string_equal(text, wanted);
}

static void test_paths_stay_below(void **state)
{
    struct fixture *fixture = *state;
    static const char *const refused[] = {"..", "../x", "a/../../x", "/..", "a/.."};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(pod_folder_open(fixture->root, refused[i], NULL), -1);
    static const char *const good[] = {"", "/", ".", "/a//b/./c", "d/"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const int folder = pod_folder_open(fixture->root, good[i], NULL);
        assert_true(folder >= 0);
        close(folder);
    }
    assert_true(exists(fixture, "a/b/c"));
    assert_false(exists(fixture, "../x"));
}

static void test_links_are_not_followed(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(symlinkat("..", fixture->root, "up"), 0);
    assert_int_equal(symlinkat("../stolen", fixture->root, "file"), 0);
    assert_int_equal(pod_folder_open(fixture->root, "up/new", NULL), -1);
    assert_int_equal(pod_folder_write(fixture->root, "up/new", "x", 1, 0644, NULL), -1);
    assert_int_equal(pod_folder_write(fixture->root, "file", "x", 1, 0644, NULL), 0);
    assert_false(exists(fixture, "../stolen"));
    assert_file(fixture, "file", "x");
}

static cJSON *read_map(void *context, const char *name)
{
    (void)context;
    const char *text = "{\"data\":{\"one\":\"first\",\"two\":\"second\",\"..\":\"out\"}}";
    return strcmp(name, "map") == 0 ? json_parse(text, strlen(text), NULL) : NULL;
}

/* The claim "data" is bound; the context is the fixture. */
static char *find_claim(void *context, const char *claim, struct error *error)
{
    const struct fixture *fixture = context;
    if (strcmp(claim, "data") != 0) {
        (void)error_set(error, "PVC is not bound");
        return NULL;
    }
    char *path = memory_format("%s/volume", fixture->path);
    assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
    return path;
}

static int mount(struct fixture *fixture, const char *volumes, const char *mounts, struct error *error)
{
    const char *volume = NULL;
    AUTO_FREE char *text =
        memory_format("{\"spec\":{\"volumes\":[%s],\"containers\":[{\"volumeMounts\":[%s]}]}}", volumes, mounts);
    AUTO_JSON cJSON *pod = json_parse(text, strlen(text), NULL);
    assert_non_null(pod);
    const struct volume_source source = {.objects = {.pod = pod, .read_config_map = read_map, .context = fixture},
                                         .find_claim = find_claim};
    return pod_folder_mount(fixture->root, &source, &volume, error);
}

static void test_empty_dir_is_one_folder(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(mount(fixture, "{\"name\":\"v\",\"emptyDir\":{}}",
                           "{\"name\":\"v\",\"mountPath\":\"/data\"},{\"name\":\"v\",\"mountPath\":\"/x/y\"}", NULL),
                     0);
    assert_int_equal(pod_folder_write(fixture->root, "data/f", "shared", 6, 0644, NULL), 0);
    assert_file(fixture, "x/y/f", "shared");
    assert_int_equal(mount(fixture, "{\"name\":\"v\",\"emptyDir\":{}}",
                           "{\"name\":\"v\",\"mountPath\":\"/data\"},{\"name\":\"v\",\"mountPath\":\"/x/y\"}", NULL),
                     0);
}

static void test_config_map_items(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(mount(fixture,
                           "{\"name\":\"v\",\"configMap\":{\"name\":\"map\",\"items\":[{\"key\":\"one\",\"path\":\"deep/1\"},"
                           "{\"key\":\"two\",\"path\":\"2\"}]}}",
                           "{\"name\":\"v\",\"mountPath\":\"/c\"}", NULL),
                     0);
    assert_file(fixture, "c/deep/1", "first");
    assert_file(fixture, "c/2", "second");
    assert_false(exists(fixture, "c/one"));
}

static void test_config_map_escapes_are_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(
        mount(fixture, "{\"name\":\"v\",\"configMap\":{\"name\":\"map\"}}", "{\"name\":\"v\",\"mountPath\":\"/c\"}", NULL), -1);
    assert_int_equal(mount(fixture,
                           "{\"name\":\"v\",\"configMap\":{\"name\":\"map\",\"items\":[{\"key\":\"one\",\"path\":\"../../x\"}]}}",
                           "{\"name\":\"v\",\"mountPath\":\"/c\"}", NULL),
                     -1);
    assert_false(exists(fixture, "../x"));
}

/* What a ConfigMap has now; the context of the source. */
static cJSON *read_changing_map(void *context, const char *name)
{
    (void)name;
    return json_parse(context, strlen(context), NULL);
}

static int refresh(const struct fixture *fixture, const char *map)
{
    static const char text[] = "{\"spec\":{\"volumes\":[{\"name\":\"v\",\"configMap\":{\"name\":\"map\"}}],\"containers\":[{"
                               "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/c\"},"
                               "{\"name\":\"v\",\"mountPath\":\"/one\",\"subPath\":\"one\"}]}]}}";
    const char *volume = NULL;
    AUTO_JSON cJSON *pod = json_parse(text, sizeof text - 1, NULL);
    AUTO_FREE char *present = memory_copy_text(map);
    const struct volume_source source = {.objects = {.pod = pod, .read_config_map = read_changing_map, .context = present}};
    assert_true(pod_folder_has_objects(pod));
    if (!exists(fixture, "c"))
        return pod_folder_mount(fixture->root, &source, &volume, NULL);
    return pod_folder_refresh(fixture->root, &source, false, &volume, NULL);
}

static char *read_data_link(const struct fixture *fixture)
{
    char target[128] = "";
    assert_true(readlinkat(fixture->root, "c/..data", target, sizeof target - 1) > 0);
    return memory_format("c/%s", target);
}

static void test_volume_follows_its_config_map(void **state)
{
    const struct fixture *fixture = *state;
    assert_int_equal(refresh(fixture, "{\"data\":{\"one\":\"1\",\"two\":\"2\"}}"), 0);
    AUTO_FREE char *first = read_data_link(fixture);
    assert_file(fixture, "c/one", "1");
    assert_file(fixture, "one", "1");
    const int own = openat(fixture->root, "c/own", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(own >= 0);
    close(own);
    assert_int_equal(refresh(fixture, "{\"data\":{\"one\":\"1\",\"two\":\"2\"}}"), 0);
    AUTO_FREE char *same = read_data_link(fixture);
    assert_string_equal(same, first);
    assert_int_equal(refresh(fixture, "{\"data\":{\"one\":\"new\",\"three\":\"3\"}}"), 0);
    assert_file(fixture, "c/one", "new");
    assert_file(fixture, "c/three", "3");
    assert_file(fixture, "one", "1"); /* a subPath stays */
    assert_false(exists(fixture, "c/two"));
    assert_false(exists(fixture, first));
    assert_true(exists(fixture, "c/own"));
    assert_int_equal(refresh(fixture, "{\"data\":{\"..\":\"out\"}}"), -1);
    assert_file(fixture, "c/one", "new");
}

/* The pod may do what it likes in its folder: what it links there is not removed or written through. */
static void test_data_link_leads_nowhere_else(void **state)
{
    const struct fixture *fixture = *state;
    assert_int_equal(refresh(fixture, "{\"data\":{\"one\":\"1\"}}"), 0);
    assert_int_equal(mkdirat(fixture->root, "kept", 0755), 0);
    assert_int_equal(unlinkat(fixture->root, "c/..data", 0), 0);
    assert_int_equal(symlinkat("../kept/../kept/../kept/../kept/..", fixture->root, "c/..data"), 0);
    assert_int_equal(refresh(fixture, "{\"data\":{\"one\":\"2\"}}"), 0);
    assert_file(fixture, "c/one", "2");
    assert_true(exists(fixture, "kept"));
}

static void test_missing_config_map(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    const char *mounts = "{\"name\":\"v\",\"mountPath\":\"/c\"}";
    assert_int_equal(mount(fixture, "{\"name\":\"v\",\"configMap\":{\"name\":\"no\"}}", mounts, &error), -1);
    assert_string_equal(error.text, "configmap \"no\" not found");
    assert_int_equal(mount(fixture, "{\"name\":\"v\",\"configMap\":{\"name\":\"no\",\"optional\":true}}", mounts, NULL), 0);
    assert_true(exists(fixture, "c"));
    assert_int_equal(mount(fixture, "{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}", mounts, NULL), -1);
}

static void test_claim_is_a_link(void **state)
{
    struct fixture *fixture = *state;
    const char *volume = "{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}";
    const char *mounts = "{\"name\":\"v\",\"mountPath\":\"/data\"},{\"name\":\"v\",\"mountPath\":\"/x/part\","
                         "\"subPath\":\"a/b\"}";
    assert_int_equal(mount(fixture, volume, mounts, NULL), 0);
    assert_int_equal(mount(fixture, volume, mounts, NULL), 0);
    AUTO_CLOSE int file = openat(fixture->root, "x/part/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(file >= 0);
    assert_int_equal(write(file, "kept", 4), 4);
    assert_file(fixture, "data/a/b/f", "kept");
    assert_file(fixture, "../volume/a/b/f", "kept");
}

static void test_claims_that_cannot_be_mounted(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    const char *data = "{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}";
    assert_int_equal(mount(fixture, "{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"no\"}}",
                           "{\"name\":\"v\",\"mountPath\":\"/data\"}", &error),
                     -1);
    assert_string_equal(error.text, "PVC is not bound");
    assert_int_equal(mount(fixture, data, "{\"name\":\"v\",\"mountPath\":\"/d\",\"subPath\":\"../x\"}", NULL), -1);
    assert_int_equal(mkdirat(fixture->root, "taken", 0755), 0);
    assert_int_equal(mount(fixture, data, "{\"name\":\"v\",\"mountPath\":\"/taken\"}", NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_paths_stay_below, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_links_are_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_empty_dir_is_one_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_config_map_items, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_config_map_escapes_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_volume_follows_its_config_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_data_link_leads_nowhere_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_config_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_claim_is_a_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_claims_that_cannot_be_mounted, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
