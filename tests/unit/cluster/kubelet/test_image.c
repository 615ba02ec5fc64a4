/* Which images are there, and the programs in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/kubelet/image.h"
#include "common/file.h"
#include "common/remove_folder.h"
#include "common/version.h"

static char folder[32];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/hpalab-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    AUTO_FREE char *image = memory_format("%s/docker.io,library,tool:1", folder);
    AUTO_FREE char *program = memory_format("%s/counter", image);
    AUTO_FREE char *empty = memory_format("%s/docker.io,library,empty:1", folder);
    assert_int_equal(mkdir(image, 0700), 0);
    assert_int_equal(mkdir(empty, 0700), 0);
    return file_write(program, "#!/bin/true\n", 12, 0755, NULL);
}

static int remove_folders(void **state)
{
    (void)state;
    return remove_folder(folder, NULL);
}

static void expect(const char *reference, enum image_presence presence, const char *name, const char *program)
{
    const struct image_source source = {.program_folder = "/programs", .image_folder = folder};
    struct image image;
    assert_int_equal(image_find(&source, reference, &image), presence);
    if (presence == IMAGE_PRESENT)
        assert_string_equal(image.name, name);
    if (program == NULL)
        assert_null(image.program);
    else
        assert_string_equal(image.program, program);
    image_release(&image);
}

static void test_find(void **state)
{
    (void)state;
    const char built_in[] = "docker.io/library/hpalab:" HPALAB_VERSION;
    expect("hpalab:" HPALAB_VERSION, IMAGE_PRESENT, built_in, "hpalab");
    expect(built_in, IMAGE_PRESENT, built_in, "hpalab");
    expect("tool:1", IMAGE_PRESENT, "docker.io/library/tool:1", "counter");
    expect("docker.io/tool:1", IMAGE_PRESENT, "docker.io/library/tool:1", "counter");
    expect("tool:2", IMAGE_ABSENT, NULL, NULL);
    expect("tool", IMAGE_ABSENT, NULL, NULL);
    expect("empty:1", IMAGE_ABSENT, NULL, NULL);
    expect("hpalab", IMAGE_ABSENT, NULL, NULL);
    expect("Tool:1", IMAGE_INVALID, NULL, NULL);
    expect("../tool:1", IMAGE_INVALID, NULL, NULL);
}

static void test_list(void **state)
{
    (void)state;
    const struct image_source source = {.program_folder = "/programs", .image_folder = folder};
    AUTO_JSON cJSON *list = image_list(&source);
    AUTO_FREE char *text = json_print(list);
    assert_string_equal(text, "[{\"names\":[\"docker.io/library/hpalab:" HPALAB_VERSION
                              "\"]},{\"names\":[\"docker.io/library/tool:1\"],\"sizeBytes\":12}]");
}

static void test_programs(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    AUTO_FREE char *image = memory_format("%s/docker.io,library,tool:1", folder);
    AUTO_FREE char *path = image_find_program(image, "counter", &error);
    assert_non_null(path);
    assert_null(image_find_program(image, "other", &error));
    assert_string_equal(error.text, "exec: \"other\": executable file not found in $PATH");
    assert_null(image_find_program(image, "../counter", &error));
    assert_int_equal(chmod(path, 0644), 0);
    assert_null(image_find_program(image, "counter", &error));
    assert_string_equal(error.text, "exec: \"counter\": permission denied");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_programs),
    };
    return cmocka_run_group_tests_name("cluster/kubelet/image", tests, make_folder, remove_folders);
}
