/* The folders of volumes: where they are, that they go, and nothing else with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "cluster/kubelet/volume.h"
#include "common/remove_folder.h"

struct fixture {
    char path[64];
    struct store *store;
};

static int set_up(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    snprintf(fixture->path, sizeof fixture->path, "/tmp/hpalab-volume-XXXXXX");
    assert_non_null(mkdtemp(fixture->path));
    fixture->store = store_create();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    store_destroy(fixture->store);
    assert_int_equal(remove_folder(fixture->path, NULL), 0);
    free(fixture);
    return 0;
}

static void put_claim(struct fixture *fixture, const char *phase, const char *volume)
{
    AUTO_FREE char *text = memory_format("{\"metadata\":{\"name\":\"data\",\"namespace\":\"default\",\"uid\":\"u\","
                                         "\"resourceVersion\":\"0\"},\"spec\":{\"volumeName\":\"%s\"},\"status\":{\"phase\":"
                                         "\"%s\"}}",
                                         volume, phase);
    object_release(store_put(fixture->store, RESOURCE_PERSISTENTVOLUMECLAIMS, json_parse(text, strlen(text), NULL), 0));
}

static char *folder(const struct fixture *fixture, struct error *error)
{
    return volume_folder_of_claim(fixture->store, fixture->path, "default", "data", error);
}

static void test_life_of_a_folder(void **state)
{
    struct fixture *fixture = *state;
    put_claim(fixture, "Bound", "pvc-1");
    AUTO_FREE char *path = folder(fixture, NULL);
    assert_non_null(path);
    AUTO_FREE char *file = memory_format("%s/file", path);
    FILE *stream = fopen(file, "w");
    assert_non_null(stream);
    assert_int_equal(fclose(stream), 0);
    AUTO_FREE char *again = folder(fixture, NULL);
    assert_string_equal(again, path);
    assert_int_equal(access(file, F_OK), 0);
    assert_int_equal(volume_folder_remove(fixture->path, "pvc-1", NULL), 0);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(volume_folder_remove(fixture->path, "pvc-1", NULL), 0);
}

static void test_no_folder(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    assert_null(folder(fixture, &error));
    assert_string_equal(error.text, "failed to fetch PVC from API server: persistentvolumeclaims \"data\" not found");
    put_claim(fixture, "Pending", "");
    assert_null(folder(fixture, &error));
    assert_string_equal(error.text, "PVC is not bound");
}

static void test_names_do_not_lead_elsewhere(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"..", "a/b", "", "."};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(volume_folder_remove(fixture->path, names[i], NULL), -1);
    put_claim(fixture, "Bound", "../elsewhere");
    assert_null(folder(fixture, NULL));
    assert_int_equal(access(fixture->path, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_life_of_a_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names_do_not_lead_elsewhere, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
