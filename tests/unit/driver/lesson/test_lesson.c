#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/analyze/expectation.h"
#include "driver/lesson/lesson.h"
#include "tests/support/folder.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static struct lesson *read_lesson(const char *path, const char *pace)
{
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_read(path, pace, expectation_check, &error);
    if (lesson == NULL)
        fail_msg("%s", error.text);
    return lesson;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static void test_head_and_variants(void **state)
{
    (void)state;
    struct lesson *lesson = read_lesson("tests/data/lessons/right", "quick");
    assert_string_equal(lesson->file, "tests/data/lessons/right/lesson.yaml");
    assert_string_equal(lesson->name, "every-field");
    assert_string_equal(lesson->title, "every-field");
    assert_string_equal(lesson->explanation, "How to read this.\n");
    assert_int_equal(strlen(lesson->hash), 64);
    assert_int_equal(lesson->variant_count, 2);
    const struct lesson_variant *one = &lesson->variants[0];
    assert_string_equal(one->name, "one");
    assert_string_equal(one->title, "with everything");
    assert_int_equal(one->manifests.count, 2);
    assert_true(ends_with(one->manifests.texts[0], "/manifests/webapp/base"));
    assert_true(ends_with(one->manifests.texts[1], "/tests/data/lessons/right/lesson.yaml"));
    assert_int_equal(one->expect.count, 2);
    assert_string_equal(one->expect.texts[1], "response_time: p(99)<1000");
    assert_int_equal(one->scale_count, 2);
    assert_string_equal(one->scale[0].namespace, "kube-system");
    assert_string_equal(one->scale[0].deployment, "metrics-server");
    assert_int_equal(one->scale[0].replicas, 0);
    assert_string_equal(one->scale[1].namespace, "default");
    assert_int_equal(one->scale[1].replicas, 3);
    assert_string_equal(lesson->variants[1].title, "");
    assert_int_equal(lesson->variants[1].scale_count + lesson->variants[1].expect.count, 0);
    lesson_destroy(lesson);
}

static void test_loads(void **state)
{
    (void)state;
    struct lesson *lesson = read_lesson("tests/data/lessons/right/lesson.yaml", "quick");
    assert_int_equal(lesson->load_count, 4);
    const struct load_spec *writers = &lesson->loads[0];
    assert_string_equal(writers->name, "writers");
    assert_int_equal(writers->executor, EXECUTOR_CONSTANT_ARRIVAL_RATE);
    assert_string_equal(writers->method, "POST");
    assert_string_equal(writers->url, "https://webapp/post/{5..6}");
    assert_string_equal(writers->body, "{\"text\": \"hello\"}");
    assert_int_equal(writers->header_count, 2);
    assert_string_equal(writers->headers[1].name, "X-Two");
    assert_string_equal(writers->headers[1].value, "two words");
    assert_int_equal(writers->timeout, 90 * SECOND);
    assert_int_equal(writers->reuse, REUSE_NEVER);
    assert_int_equal(writers->maximum_connections, 7);
    assert_string_equal(writers->pod_header, "P");
    assert_string_equal(writers->phase_header, "F");
    assert_string_equal(writers->age_header, "A");
    assert_true(writers->start_rate == 12.5 && writers->stages[0].target == 12.5);
    assert_int_equal(load_spec_duration(writers), 1500 * MILLISECOND);
    assert_int_equal(load_spec_planned(writers), 19);

    const struct load_spec *readers = &lesson->loads[1];
    assert_int_equal(readers->executor, EXECUTOR_RAMPING_ARRIVAL_RATE);
    assert_string_equal(readers->method, "GET");
    assert_null(readers->body);
    assert_int_equal(readers->timeout, 60 * SECOND);
    assert_int_equal(readers->reuse, REUSE_KEEP);
    assert_int_equal(readers->maximum_connections, 2000);
    assert_string_equal(readers->pod_header, "X-Pod-Name");
    assert_true(readers->start_rate == 0);
    assert_int_equal(readers->stage_count, 2);
    assert_int_equal(lesson_load_duration(lesson), 90 * SECOND);
    assert_non_null(lesson->warm_up);
    assert_true(lesson->warm_up->start_rate == 2.5);
    lesson_destroy(lesson);
}

static void assert_json(const cJSON *tree, const char *expected)
{
    AUTO_FREE char *text = json_print(tree);
    assert_string_equal(text, expected);
}

static void test_generators(void **state)
{
    (void)state;
    struct lesson *lesson = read_lesson("tests/data/lessons/right", "quick");
    const struct fleet_spec *one = &lesson->variants[0].generators;
    assert_int_equal(one->parallelism, 3);
    assert_int_equal(one->weight_count, 3);
    assert_int_equal(one->weights[2], 34);
    assert_true(one->separate && one->keep_job && one->kind == FLEET_JOB && one->where == FLEET_CLUSTER);
    assert_int_equal(one->port, 9000);
    assert_int_equal(one->ttl, 60 * SECOND);
    assert_string_equal(one->image, "example.com/hpalab:1");
    assert_string_equal(one->pull_policy, "Never");
    assert_string_equal(one->service_account, "runner");
    assert_string_equal(one->priority_class, "low");
    assert_json(one->resources, "{\"requests\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"},\"limits\":{\"cpu\":\"1\"}}");
    assert_json(one->labels, "{\"team\":\"load\",\"number\":\"1\"}");
    assert_json(one->annotations, "{\"note\":\"true\"}");
    assert_int_equal(cJSON_GetArraySize(one->env), 2);
    assert_json(one->node_selector, "{\"disk\":\"fast\"}");
    assert_json(one->affinity, "{\"podAntiAffinity\":{}}");
    assert_json(one->tolerations, "[{\"key\":\"spot\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}]");
    assert_int_equal(cJSON_GetArraySize(one->spread), 1);

    const struct fleet_spec *two = &lesson->variants[1].generators;
    assert_int_equal(two->parallelism, 2);
    assert_int_equal(two->weight_count, 0);
    assert_true(!two->separate && two->where == FLEET_AUTO && two->keep_job);
    assert_string_equal(two->image, "example.com/hpalab:1");

    const struct lesson_step *kill = &lesson->steps[2];
    assert_int_equal(kill->action, ACTION_KILL);
    assert_int_equal(kill->generator, 2);
    assert_false(lesson_step_is_of(kill, &lesson->variants[0]));
    assert_true(lesson_step_is_of(kill, &lesson->variants[1]));
    assert_true(lesson_step_is_of(&lesson->steps[0], &lesson->variants[0]));
    lesson_destroy(lesson);
}

static void test_quick_pace_takes_the_values_of_spec(void **state)
{
    (void)state;
    struct lesson *lesson = read_lesson("tests/data/lessons/right", "quick");
    assert_string_equal(lesson->watch_hpa, "webapp");
    assert_int_equal(lesson->start, START_READY);
    assert_int_equal(lesson->start_timeout, 45 * SECOND);
    assert_int_equal(lesson->settle, SETTLE_MIN_REPLICAS);
    assert_int_equal(lesson->settle_time, 400 * SECOND);
    assert_int_equal(lesson->spike_over, 250 * MILLISECOND);
    lesson_destroy(lesson);
}

static void test_the_other_pace_replaces_what_it_names(void **state)
{
    (void)state;
    struct lesson *lesson = read_lesson("tests/data/lessons/right", "kubernetes");
    assert_int_equal(lesson->variant_count, 1);
    assert_string_equal(lesson->variants[0].name, "slow");
    assert_int_equal(lesson->load_count, 1);
    assert_int_equal(lesson_load_duration(lesson), 7200 * SECOND);
    assert_string_equal(lesson->warm_up->name, "slow-up");
    assert_string_equal(lesson->watch_hpa, "other");
    assert_int_equal(lesson->start, START_METRICS);
    assert_int_equal(lesson->start_timeout, 180 * SECOND);
    assert_int_equal(lesson->settle, SETTLE_NONE);
    assert_int_equal(lesson->spike_over, 2 * SECOND);
    lesson_destroy(lesson);
}

static void test_defaults(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/lesson.yaml", folder);
    test_folder_write_file(path,
                           "apiVersion: hpalab/v1\nkind: Lesson\nmetadata: {name: least}\nspec:\n"
                           "  variants: [{name: v, manifests: [lesson.yaml]}]\n"
                           "  load: [{name: l, executor: constant-arrival-rate, url: 'http://h/', rate: 0, duration: 1s}]\n");
    struct lesson *lesson = read_lesson(folder, "quick");
    assert_string_equal(lesson->explanation, "");
    assert_string_equal(lesson->watch_hpa, "");
    assert_null(lesson->warm_up);
    assert_int_equal(lesson->start, START_METRICS);
    assert_int_equal(lesson->start_timeout, 90 * SECOND);
    assert_int_equal(lesson->settle, SETTLE_NONE);
    assert_int_equal(lesson->spike_over, SECOND);
    assert_int_equal(load_spec_planned(&lesson->loads[0]), 0);
    lesson_destroy(lesson);
    test_folder_remove(folder);
    free(folder);
}

/* The hash is that of the text alone, whatever the file is called. */
static void test_executors_of_a_closed_model(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/lesson.yaml", folder);
    test_folder_write_file(path,
                           "apiVersion: hpalab/v1\nkind: Lesson\nmetadata: {name: closed}\nspec:\n"
                           "  variants: [{name: v, manifests: [lesson.yaml]}]\n"
                           "  load:\n"
                           "    - {name: a, executor: constant-vus, url: 'http://h/', vus: 20, duration: 4s, thinkTime: 1s}\n"
                           "    - {name: b, executor: ramping-vus, url: 'http://h/', stages: [{duration: 5s, target: 9}]}\n"
                           "    - {name: c, executor: shared-iterations, url: 'http://h/', vus: 3, iterations: 70}\n"
                           "    - {name: d, executor: per-vu-iterations, url: 'http://h/', maxDuration: 30s}\n"
                           "    - {name: e, executor: constant-arrival-rate, url: 'http://h/', rate: 10, duration: 3s,\n"
                           "       spacing: poisson, seed: 5, pacing: precise,\n"
                           "       connections: {reuse: {requests: 100, age: 20s}}}\n"
                           "    - {name: f, executor: constant-arrival-rate, url: 'https://h/', rate: 10, duration: 3s,\n"
                           "       threads: 2, http: 2, redirects: 10,\n"
                           "       tls: {ca: lesson.yaml, certificate: /c.pem, key: /k.pem, serverName: shop.test}}\n");
    struct lesson *lesson = read_lesson(folder, "quick");
    const struct load_spec *loads = lesson->loads;
    assert_int_equal(lesson->load_count, 6);
    assert_int_equal(loads[5].threads, 2);
    assert_int_equal(loads[5].http, HTTP_2);
    assert_int_equal(loads[5].redirects, 10);
    assert_string_equal(loads[5].tls.ca_file, path);
    assert_string_equal(loads[5].tls.certificate_file, "/c.pem");
    assert_string_equal(loads[5].tls.key_file, "/k.pem");
    assert_string_equal(loads[5].tls.server_name, "shop.test");
    assert_false(loads[5].tls.insecure);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(load_executor_is_closed(loads[i].executor), i < 4);
    assert_int_equal(loads[0].think_time, SECOND);
    assert_int_equal(load_spec_most_vus(&loads[0]), 20);
    assert_int_equal(loads[0].maximum_connections, 20);
    assert_int_equal(loads[0].pacing, PACING_FRUGAL);
    assert_true(loads[1].start_rate == 1);
    assert_int_equal(load_spec_most_vus(&loads[1]), 9);
    assert_int_equal(loads[2].iterations, 70);
    assert_int_equal(load_spec_duration(&loads[2]), 600 * SECOND);
    assert_int_equal(loads[3].iterations, 1);
    assert_int_equal(load_spec_most_vus(&loads[3]), 1);
    assert_int_equal(load_spec_duration(&loads[3]), 30 * SECOND);
    assert_int_equal(loads[4].spacing, SPACING_POISSON);
    assert_int_equal(loads[4].seed, 5);
    assert_int_equal(loads[4].pacing, PACING_PRECISE);
    assert_int_equal(loads[4].reuse, REUSE_LIMITED);
    assert_int_equal(loads[4].reuse_requests, 100);
    assert_int_equal(loads[4].reuse_age, 20 * SECOND);
    assert_int_equal(loads[4].maximum_connections, 2000);
    lesson_destroy(lesson);
    test_folder_remove(folder);
    free(folder);
}

static void test_hash(void **state)
{
    (void)state;
    struct lesson *one = read_lesson("tests/data/lessons/right", "quick");
    struct lesson *two = read_lesson("tests/data/lessons/right/lesson.yaml", "kubernetes");
    assert_string_equal(one->hash, two->hash);
    assert_int_equal(strspn(one->hash, "0123456789abcdef"), 64);
    struct lesson *other = read_lesson("lessons/readiness-probe", "quick");
    assert_string_not_equal(one->hash, other->hash);
    lesson_destroy(one);
    lesson_destroy(two);
    lesson_destroy(other);
}

struct lesson_row {
    const char *path;
    size_t variants;
};

static void test_the_lessons_of_the_project(void **state)
{
    (void)state;
    static const struct lesson_row rows[] = {
        {"lessons/readiness-probe", 3}, {"lessons/first-scale-up", 3}, {"lessons/scale-down-drain", 4}};
    static const char *const paces[] = {"quick", "kubernetes"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t pace = 0; pace < 2; pace++) {
            struct lesson *lesson = read_lesson(rows[i].path, paces[pace]);
            assert_int_equal(lesson->variant_count, rows[i].variants);
            assert_string_equal(lesson->name, rows[i].path + strlen("lessons/"));
            assert_string_equal(lesson->watch_hpa, "webapp");
            assert_true(lesson->explanation[0] != '\0');
            for (size_t at = 0; at < lesson->variant_count; at++)
                assert_true(lesson->variants[at].expect.count > 0);
            assert_true(lesson_load_duration(lesson) <= (pace == 0 ? 60 : 240) * SECOND);
            lesson_destroy(lesson);
        }
    }
}

static void test_loads_on_resources(void **state)
{
    (void)state;
    struct lesson *lesson = read_lesson("tests/data/lessons/right", "quick");
    const struct load_spec *memory = &lesson->loads[2];
    assert_int_equal(memory->type, LOAD_MEMORY);
    assert_int_equal(memory->label_count, 2);
    assert_string_equal(memory->labels[1].key, "tier");
    assert_string_equal(memory->labels[1].value, "one");
    assert_int_equal(memory->port, 9090);
    assert_int_equal(load_spec_planned(memory), 0);
    assert_true(load_spec_rate_at(memory, 0) == 50 && load_spec_rate_at(memory, 10 * SECOND) == 155);
    const struct load_spec *cpu = &lesson->loads[3];
    assert_int_equal(cpu->type, LOAD_CPU);
    assert_int_equal(cpu->port, 8080);
    assert_int_equal(cpu->stage_count, 2);
    lesson_destroy(lesson);
}

static void test_steps(void **state)
{
    (void)state;
    struct lesson *lesson = read_lesson("tests/data/lessons/right", "quick");
    assert_int_equal(lesson->duration, 90 * SECOND);
    assert_int_equal(lesson_load_duration(lesson), 90 * SECOND);
    assert_int_equal(lesson->step_count, 3);
    assert_int_equal(lesson->steps[0].at, 0);
    assert_int_equal(lesson->steps[0].action, ACTION_APPLY);
    assert_int_equal(lesson->steps[0].manifests.count, 1);
    assert_true(ends_with(lesson->steps[0].manifests.texts[0], "/manifests/webapp/base"));
    const struct lesson_step *patch = &lesson->steps[1];
    assert_int_equal(patch->at, 60 * SECOND);
    assert_int_equal(patch->action, ACTION_PATCH);
    assert_string_equal(patch->api_version, "v1");
    assert_string_equal(patch->kind, "ConfigMap");
    assert_string_equal(patch->name, "app");
    assert_string_equal(patch->merge, "{\"data\":{\"size\":\"0\"}}");
    lesson_destroy(lesson);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head_and_variants),
        cmocka_unit_test(test_loads),
        cmocka_unit_test(test_generators),
        cmocka_unit_test(test_loads_on_resources),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_quick_pace_takes_the_values_of_spec),
        cmocka_unit_test(test_the_other_pace_replaces_what_it_names),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_executors_of_a_closed_model),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_the_lessons_of_the_project),
    };
    return cmocka_run_group_tests_name("lesson", tests, NULL, NULL);
}
