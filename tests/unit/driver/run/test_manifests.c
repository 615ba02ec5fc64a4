/*
 * Manifests as the driver reads them: files, folders, kustomizations. And those of the lessons: each variant is one folder, and
 * `kubectl apply -k` of it would apply what the driver does.
 */
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
#include <glob.h>

#include "common/buffer.h"
#include "common/memory.h"
#include "common/yaml.h"
#include "driver/run/manifests.h"
#include "tests/support/folder.h"

#define KUSTOMIZATION "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
#define RENDERED_MAXIMUM (4 * 1024 * 1024)

static char *folder;

static int open_folder(void **state)
{
    (void)state;
    folder = test_folder_create();
    return 0;
}

static int close_folder(void **state)
{
    (void)state;
    test_folder_remove(folder);
    free(folder);
    return 0;
}

static void write_file(const char *name, const char *text)
{
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
    test_folder_write_file(path, text);
}

static void write_object(const char *name, const char *object)
{
    AUTO_FREE char *text = memory_format("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n", object);
    write_file(name, text);
}

/* The names of the objects that a path of the folder holds, with commas; or the error, without the folder's name. */
static char *read_names(const char *name)
{
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    char *texts[] = {path};
    const struct text_list paths = {.count = 1, .texts = texts};
    AUTO_MANIFESTS struct manifests manifests = {0};
    struct error error = ERROR_NONE;
    struct buffer names;
    buffer_init(&names, 64 * 1024);
    if (manifests_read(&paths, &manifests, &error) < 0) {
        const char *start = strncmp(error.text, folder, strlen(folder)) == 0 ? error.text + strlen(folder) + 1 : error.text;
        buffer_append_text(&names, start);
    }
    for (size_t i = 0; i < manifests.count; i++)
        buffer_append_format(&names, "%s%s", i > 0 ? "," : "", json_text(json_get(manifests.objects[i], "metadata", "name"), ""));
    return buffer_steal(&names);
}

static void expect(const char *path, const char *wanted)
{
    AUTO_FREE char *names = read_names(path);
    assert_string_equal(names, wanted);
}

static void test_files_and_folders(void **state)
{
    (void)state;
    write_object("plain/b.yaml", "b");
    write_object("plain/a.yml", "a");
    write_file("plain/notes.txt", "no manifest");
    expect("plain", "a,b");
    expect("plain/b.yaml", "b");
    expect("none", "none: No such file or directory");
}

static void test_kustomizations(void **state)
{
    (void)state;
    write_object("base/z.yaml", "z");
    write_object("base/other.yaml", "not-named");
    write_file("base/kustomization.yaml", KUSTOMIZATION "resources: [z.yaml]\n");
    write_object("top/a.yaml", "a");
    write_object("top/plain/b.yaml", "b");
    write_file("top/kustomization.yml", KUSTOMIZATION "resources:\n  - ../base\n  - a.yaml\n  - plain\n");
    expect("top", "z,a,b");
    expect("top/plain", "b");
}

static void test_wrong_kustomizations(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"resources: [a.yaml]\nnamePrefix: x-\n",
         "k/kustomization.yaml:2:1: \"namePrefix\" is not understood here, only resources are"},
        {"kind: Kustomization\n", "k/kustomization.yaml:1:1: expected resources: 1 to 100 files or folders"},
        {"resources: []\n", "k/kustomization.yaml:1:12: expected resources: 1 to 100 files or folders"},
        {"resources: a.yaml\n", "k/kustomization.yaml:1:12: expected resources: 1 to 100 files or folders"},
        {"resources: [[a.yaml]]\n", "k/kustomization.yaml:1:13: expected a file or folder, as a path from here"},
        {"resources: [/etc]\n", "k/kustomization.yaml:1:13: expected a file or folder, as a path from here"},
        {"resources: ['https://example.com/x.yaml']\n",
         "k/kustomization.yaml:1:13: expected a file or folder, as a path from here"},
        {"- a\n", "k/kustomization.yaml:1:1: expected a Kustomization"},
        {"", "k/kustomization.yaml: expected one document"},
        {"resources: [../k]\n", NULL},
    };
    write_object("k/a.yaml", "a");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file("k/kustomization.yaml", cases[i].text);
        AUTO_FREE char *found = read_names("k");
        if (cases[i].wanted != NULL)
            assert_string_equal(found, cases[i].wanted);
        else
            assert_non_null(strstr(found, "kustomizations lead to each other in a circle"));
    }
}

/* ---- the lessons ---- */

/* What a command prints on both streams, and its end; the caller frees the text. */
static char *output_of(const char *command, int *code)
{
    struct buffer text;
    char block[4096];
    size_t count;
    buffer_init(&text, RENDERED_MAXIMUM);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): as people call it */
    assert_non_null(pipe);
    while ((count = fread(block, 1, sizeof block, pipe)) > 0)
        buffer_append(&text, block, count);
    *code = pclose(pipe);
    return buffer_steal(&text);
}

static char *render(const char *path)
{
    AUTO_FREE char *command = memory_format("\"${KUBECTL:-kubectl}\" kustomize %s 2>&1", path);
    int code;
    char *text = output_of(command, &code);
    if (code != 0)
        fail_msg("%s: %s", command, text);
    return text;
}

/* From 1.21 on it takes folders as resources; Debian's is 1.20. */
static bool kubectl_takes_folders(void)
{
    int code;
    AUTO_FREE char *text = output_of("\"${KUBECTL:-kubectl}\" version --client -o json 2>/dev/null", &code);
    const char *minor = strstr(text, "\"minor\": \"");
    return minor != NULL && strtol(minor + strlen("\"minor\": \""), NULL, 10) >= 21;
}

static bool is_same_object(const cJSON *left, const cJSON *right)
{
    return strcmp(json_text(json_get(left, "kind"), ""), json_text(json_get(right, "kind"), "")) == 0 &&
           strcmp(json_text(json_get(left, "metadata", "name"), ""), json_text(json_get(right, "metadata", "name"), "")) == 0;
}

static void expect_same_as_kubectl(const char *path, const struct manifests *manifests)
{
    AUTO_FREE char *text = render(path);
    AUTO_YAML struct yaml_documents documents = {0};
    struct error error = ERROR_NONE;
    if (yaml_parse(path, text, strlen(text), &documents, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(documents.count, manifests->count);
    for (size_t i = 0; i < documents.count; i++) {
        AUTO_JSON cJSON *rendered = yaml_to_json(documents.roots[i]);
        size_t match = 0;
        while (match < manifests->count && !is_same_object(rendered, manifests->objects[match]))
            match++;
        if (match == manifests->count || !json_equal(rendered, manifests->objects[match]))
            fail_msg("%s: %s \"%s\" is another for kubectl", path, json_text(json_get(rendered, "kind"), ""),
                     json_text(json_get(rendered, "metadata", "name"), ""));
    }
}

static void check_folders(const char *lesson, const struct text_list *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        AUTO_FREE char *kustomization = memory_format("%s/kustomization.yaml", paths->texts[i]);
        if (access(kustomization, R_OK) != 0)
            fail_msg("%s: %s cannot be given to kubectl apply -k: it has no kustomization.yaml", lesson, paths->texts[i]);
    }
}

static void check_lesson(const char *path)
{
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_read(path, "quick", NULL, &error);
    if (lesson == NULL) {
        fail_msg("%s", error.text);
        return;
    }
    for (size_t i = 0; i < lesson->variant_count; i++) {
        if (lesson->variants[i].manifests.count > 1)
            fail_msg("%s: variant %s has more than one folder", path, lesson->variants[i].name);
        check_folders(path, &lesson->variants[i].manifests);
    }
    for (size_t i = 0; i < lesson->step_count; i++)
        check_folders(path, &lesson->steps[i].manifests);
    lesson_destroy(lesson);
}

/* Each folder for kubectl apply -k, whoever uses it. */
static void test_same_as_kubectl(void **state)
{
    (void)state;
    glob_t files = {0};
    if (!kubectl_takes_folders())
        skip();
    assert_int_equal(glob("manifests/*/kustomization.yaml", 0, NULL, &files) & ~GLOB_NOMATCH, 0);
    assert_int_equal(glob("manifests/*/*/kustomization.yaml", GLOB_APPEND, NULL, &files), 0);
    assert_true(files.gl_pathc >= 30);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        AUTO_FREE char *path = memory_copy_bytes(files.gl_pathv[i], strlen(files.gl_pathv[i]) - strlen("/kustomization.yaml"));
        char *texts[] = {path};
        const struct text_list paths = {.count = 1, .texts = texts};
        AUTO_MANIFESTS struct manifests manifests = {0};
        struct error error = ERROR_NONE;
        if (manifests_read(&paths, &manifests, &error) < 0)
            fail_msg("%s", error.text);
        expect_same_as_kubectl(path, &manifests);
    }
    globfree(&files);
}

static void test_lessons(void **state)
{
    (void)state;
    glob_t lessons;
    assert_int_equal(glob("lessons/*/lesson.yaml", 0, NULL, &lessons), 0);
    assert_true(lessons.gl_pathc >= 9);
    for (size_t i = 0; i < lessons.gl_pathc; i++)
        check_lesson(lessons.gl_pathv[i]);
    globfree(&lessons);
}

#define FOLDER_TEST(function) cmocka_unit_test_setup_teardown(function, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {FOLDER_TEST(test_files_and_folders), FOLDER_TEST(test_kustomizations),
                                       FOLDER_TEST(test_wrong_kustomizations), cmocka_unit_test(test_same_as_kubectl),
                                       cmocka_unit_test(test_lessons)};
    return cmocka_run_group_tests_name("driver/run/manifests", tests, NULL, NULL);
}
