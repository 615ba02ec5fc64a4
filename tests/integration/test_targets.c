/*
 * The same lesson on the embedded cluster, which the driver starts and ends, and on a cluster that was there before and is
 * only a context of the kubeconfig: the reports have the same sections, and the cluster is left as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/json.h"
#include "common/memory.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/wait.h"

#define LESSON "tests/data/lessons/small"
#define PATIENCE 60.0
#define LONGEST_RUN 200.0
#define REQUEST_DEADLINE (20 * NANOSECONDS_PER_SECOND)

struct lab {
    char *folder;
    char *embedded_run;
    char *context_run;
    char *kubeconfig;
    char *namespaces_before; /* of the cluster that is a context, and after the run on it */
    char *namespaces_after;
};

static struct test_child *start_cluster(struct lab *lab)
{
    AUTO_FREE char *cluster = memory_format("%s/cluster", lab->folder);
    struct test_child *child = test_child_run("labcluster", "--folder", cluster, "--pace", "quick");
    lab->kubeconfig = memory_format("%s/kubeconfig", cluster);
    assert_true(test_wait_until(access(lab->kubeconfig, R_OK) == 0, PATIENCE));
    return child;
}

/* The names of the namespaces, a line each. */
static char *namespaces(const struct lab *lab)
{
    struct error error = ERROR_NONE;
    struct kube_client *client = kube_open(lab->kubeconfig, NULL, &error);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    AUTO_BUFFER struct buffer names = {0};
    const cJSON *item = NULL;
    if (client == NULL)
        fail_msg("%s", error.text);
    assert_int_equal(kube_request(client, "GET", "/api/v1/namespaces", NULL, NULL, REQUEST_DEADLINE, &answer, &error), 0);
    buffer_init(&names, 4096);
    cJSON_ArrayForEach (item, json_get(answer.body, "items"))
        (void)buffer_append_format(&names, "%s\n", json_text(json_get(item, "metadata", "name"), ""));
    kube_close(client);
    return buffer_steal(&names);
}

static void wait_for_run(struct test_child *child)
{
    const int code = test_child_wait(child, LONGEST_RUN);
    AUTO_FREE char *errors = test_child_errors(child);
    if (code != 0)
        fail_msg("the run ended with %d: %s", code, errors);
    test_child_end(child);
}

/* Both at the same time. */
static int run_on_both(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->folder = test_folder_create();
    lab->embedded_run = memory_format("%s/embedded", lab->folder);
    lab->context_run = memory_format("%s/context", lab->folder);
    struct test_child *cluster = start_cluster(lab);
    lab->namespaces_before = namespaces(lab);
    AUTO_FREE char *variable = memory_format("KUBECONFIG=%s", lab->kubeconfig);
    struct test_child *embedded = test_child_run("hpalab", "run", LESSON, "--out", lab->embedded_run);
    struct test_child *context = test_child_start(
        "hpalab",
        (const char *const[]){"run", LESSON, "--target", "hpalab", "--pace", "quick", "--yes", "--out", lab->context_run, NULL},
        (const char *const[]){variable, NULL});
    wait_for_run(embedded);
    wait_for_run(context);
    lab->namespaces_after = namespaces(lab);
    test_child_end(cluster);
    *state = lab;
    return 0;
}

static int forget(void **state)
{
    struct lab *lab = *state;
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab->embedded_run);
    free(lab->context_run);
    free(lab->kubeconfig);
    free(lab->namespaces_before);
    free(lab->namespaces_after);
    free(lab);
    return 0;
}

static char *report(const char *run, const char *format)
{
    struct test_child *child = test_child_run("hpalab", "report", run, "--format", format);
    assert_int_equal(test_child_wait(child, PATIENCE), 0);
    char *text = test_child_output(child);
    test_child_end(child);
    return text;
}

/* The same members in the same order, all the way down; of lists, which may be of any length, the first element. */
static void assert_same_shape(const cJSON *left, const cJSON *right, const char *path)
{
    if (cJSON_IsObject(left) != cJSON_IsObject(right) || cJSON_IsArray(left) != cJSON_IsArray(right))
        fail_msg("%s is of two types", path);
    if (cJSON_IsArray(left)) {
        if (left->child != NULL && right->child != NULL)
            assert_same_shape(left->child, right->child, path);
        return;
    }
    const cJSON *of_left = left->child;
    const cJSON *of_right = right->child;
    for (; of_left != NULL && of_right != NULL; of_left = of_left->next, of_right = of_right->next) {
        AUTO_FREE char *below = memory_format("%s.%s", path, of_left->string);
        if (strcmp(of_left->string, of_right->string) != 0)
            fail_msg("%s on one, %s.%s on the other", below, path, of_right->string);
        assert_same_shape(of_left, of_right, below);
    }
    if (of_left != NULL || of_right != NULL)
        fail_msg("%s.%s is on one alone", path, of_left != NULL ? of_left->string : of_right->string);
}

static void test_the_same_members(void **state)
{
    struct lab *lab = *state;
    struct error error = ERROR_NONE;
    AUTO_FREE char *embedded = report(lab->embedded_run, "json");
    AUTO_FREE char *context = report(lab->context_run, "json");
    AUTO_JSON cJSON *left = json_parse(embedded, strlen(embedded), &error);
    AUTO_JSON cJSON *right = json_parse(context, strlen(context), &error);
    assert_non_null(left);
    assert_non_null(right);
    assert_same_shape(left, right, "");
    assert_string_equal(json_text(json_get(left, "run", "cluster"), ""), "embedded");
    assert_string_equal(json_text(json_get(right, "run", "cluster"), ""), "hpalab");
}

/* What stands between "<hN" and "</h", one behind the other. */
static char *headings(const char *html)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, 65536);
    for (const char *at = strstr(html, "<h"); at != NULL; at = strstr(at + 2, "<h")) {
        const char *end = strstr(at, "</h");
        if (at[2] < '1' || at[2] > '6' || end == NULL)
            continue;
        (void)buffer_append_format(&text, "%.*s\n", (int)(end - at), at);
    }
    return buffer_steal(&text);
}

static void test_the_same_headings(void **state)
{
    struct lab *lab = *state;
    AUTO_FREE char *embedded = report(lab->embedded_run, "html");
    AUTO_FREE char *context = report(lab->context_run, "html");
    AUTO_FREE char *left = headings(embedded);
    AUTO_FREE char *right = headings(context);
    assert_non_null(strstr(left, "Timeline"));
    assert_string_equal(left, right);
}

static void test_the_cluster_is_left_as_it_was(void **state)
{
    const struct lab *lab = *state;
    assert_non_null(strstr(lab->namespaces_before, "kube-system\n"));
    assert_string_equal(lab->namespaces_before, lab->namespaces_after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_members),
        cmocka_unit_test(test_the_same_headings),
        cmocka_unit_test(test_the_cluster_is_left_as_it_was),
    };
    return cmocka_run_group_tests(tests, run_on_both, forget);
}
