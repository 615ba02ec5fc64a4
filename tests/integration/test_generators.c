/*
 * Generators in pods of a cluster of three nodes: apart from each other, while the API is away, for a driver that does not reach
 * the Service, and after a driver that was killed.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/memory.h"
#include "tests/integration/shared_cluster.h"
#include "tests/support/folder.h"
#include "tests/support/forwarder.h"
#include "tests/support/wait.h"

#define SECOND NANOSECONDS_PER_SECOND
#define APART "tests/data/lessons/generators/apart.yaml"
#define CROWDED "tests/data/lessons/generators/crowded.yaml"
#define SPREAD "tests/data/lessons/generators/spread.yaml"
#define UNREACHED "tests/data/lessons/generators/unreached.yaml"
#define GENERATORS 3
#define AWAY (3 * SECOND)
#define PATIENCE 60 /* seconds against hanging */
#define CONTROL_PORT 8089

/* Of Landlock, which older headers do not know. */
#define CONNECT_TCP (UINT64_C(1) << 1)
#define RULE_PORT 2
#define ABI_WITH_PORTS 4

struct lab {
    struct shared_cluster cluster;
    cJSON *orphans;             /* generators whose driver was killed */
    struct test_child *crowded; /* a run that waits in vain, beside another one */
};

static cJSON *report_of(const struct shared_cluster *cluster, const char *run)
{
    AUTO_ENDED struct test_ended report = shared_cluster_run(cluster, "own", "report", run, "--format", "json");
    shared_cluster_assert_ended(&report, 0, "");
    cJSON *document = json_parse(report.output, strlen(report.output), NULL);
    assert_non_null(document);
    return document;
}

static const cJSON *variant_of(const cJSON *report)
{
    return cJSON_GetArrayItem(json_get(report, "variants"), 0);
}

/* How many different texts the objects of a list have at a key. */
static size_t count_different(const cJSON *list, const char *where, const char *key)
{
    size_t count = 0;
    const cJSON *object = NULL;
    cJSON_ArrayForEach (object, list) {
        const char *text = json_text(json_get(where != NULL ? json_get(object, where) : object, key), "");
        const cJSON *earlier = list->child;
        while (earlier != object &&
               strcmp(json_text(json_get(where != NULL ? json_get(earlier, where) : earlier, key), ""), text) != 0)
            earlier = earlier->next;
        count += earlier == object && text[0] != '\0';
    }
    return count;
}

static bool has_written(const struct test_child *child, const char *part)
{
    AUTO_FREE char *output = test_child_output(child);
    return strstr(output, part) != NULL;
}

/* Until some of it has been sent. */
static void wait_for_load(const struct test_child *child)
{
    if (!test_wait_until(has_written(child, "one: 0:00 of"), PATIENCE)) {
        AUTO_FREE char *output = test_child_output(child);
        AUTO_FREE char *errors = test_child_errors(child);
        fail_msg("the load never began: %s%s", output, errors);
    }
    clock_sleep_until(clock_monotonic() + SECOND);
}

static void begin_crowded(struct lab *lab)
{
    AUTO_FREE char *run = memory_format("%s/crowded", lab->cluster.folder);
    const char *const arguments[] = {"run", CROWDED, "--target", "hpalab", "--out", run, "--yes", NULL};
    lab->crowded = shared_cluster_begin(&lab->cluster, "own", arguments);
}

/* The load goes on, what was kept meanwhile is read afterwards, and the gap is told. */
static void test_apart_and_the_api_goes_away(void **state)
{
    struct lab *lab = *state;
    const struct shared_cluster *cluster = &lab->cluster;
    begin_crowded(lab);
    AUTO_FREE char *run = memory_format("%s/apart", cluster->folder);
    AUTO_FREE char *config = memory_format("%s/through", cluster->folder);
    struct test_forwarder *forwarder = test_forwarder_before(cluster->kubeconfig, config);
    const char *const arguments[] = {"run", APART, "--target", "hpalab", "--out", run, "--yes", NULL};
    struct test_child *child = shared_cluster_begin(cluster, "through", arguments);
    wait_for_load(child);
    test_forwarder_leave(forwarder);
    clock_sleep_until(clock_monotonic() + AWAY);
    test_forwarder_return(forwarder);
    AUTO_ENDED struct test_ended ended = test_child_finish(child, PATIENCE);
    shared_cluster_assert_ended(&ended, 0, "the API was away from ");
    test_forwarder_stop(forwarder);
    AUTO_JSON cJSON *report = report_of(cluster, run);
    const cJSON *variant = variant_of(report);
    assert_int_equal(count_different(json_get(variant, "generators"), NULL, "node"), GENERATORS);
    assert_int_equal(json_integer(json_get(variant, "requests", "sent"), 0), 180);
    assert_int_equal(json_integer(json_get(variant, "observation_gaps"), 0), 1);
    assert_string_equal(json_text(json_get(variant, "outcome"), ""), "completed");
}

/* The node selector leaves one node, and two generators may not be on one. */
static void test_no_node_for_the_second_one(void **state)
{
    struct lab *lab = *state;
    AUTO_ENDED struct test_ended ended = test_child_finish(lab->crowded, PATIENCE);
    lab->crowded = NULL;
    shared_cluster_assert_ended(&ended, 1, "generator 2 of 2 (pod generators-");
    shared_cluster_assert_ended(
        &ended, 1,
        ") is not there: Pending: 0/3 nodes are available: 1 node(s) didn't match pod anti-affinity rules, "
        "2 node(s) didn't match Pod's node affinity/selector.");
}

struct fenced {
    const struct shared_cluster *cluster;
    const char *run;
    int port; /* the only one that may be connected to */
    struct test_ended ended;
};

/* Whether this thread and what it starts may connect to that port alone from now on. */
static bool fence(int port)
{
    const struct {
        uint64_t files, ports;
    } rules = {.ports = CONNECT_TCP};
    const struct {
        uint64_t access, port;
    } door = {.access = CONNECT_TCP, .port = (uint64_t)port};
    AUTO_CLOSE int set = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    return set >= 0 && syscall(SYS_landlock_add_rule, set, RULE_PORT, &door, 0) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_landlock_restrict_self, set, 0) == 0;
}

static void *run_fenced(void *context)
{
    struct fenced *fenced = context;
    if (fence(fenced->port))
        fenced->ended =
            shared_cluster_run(fenced->cluster, "own", "run", UNREACHED, "--target", "hpalab", "--out", fenced->run, "--yes");
    return NULL;
}

/* Nothing but the API can be reached from the driver: one generator in a pod sends the load, and the report says so. */
static void test_from_a_pod_when_the_service_is_out_of_reach(void **state)
{
    const struct shared_cluster *cluster = &((struct lab *)*state)->cluster;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < ABI_WITH_PORTS)
        skip();
    AUTO_FREE char *run = memory_format("%s/unreached", cluster->folder);
    AUTO_FREE char *config = test_folder_read_file(cluster->kubeconfig);
    struct fenced fenced = {.cluster = cluster, .run = run};
    const char *server = strstr(config, "https://");
    assert_non_null(server);
    assert_int_equal(sscanf(server, "https://%*[0-9.]:%d", &fenced.port), 1);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_fenced, &fenced), 0);
    (void)pthread_join(thread, NULL);
    assert_non_null(fenced.ended.output);
    AUTO_ENDED struct test_ended ended = fenced.ended;
    shared_cluster_assert_ended(&ended, 0, "one: starting the generators");
    AUTO_JSON cJSON *report = report_of(cluster, run);
    const char *note = json_text(cJSON_GetArrayItem(json_get(report, "run", "notes"), 0), "");
    assert_non_null(strstr(note, ":8080) does not answer from here; the load came from a pod"));
    const cJSON *generators = json_get(variant_of(report), "generators");
    assert_int_equal(cJSON_GetArraySize(generators), 1);
    assert_int_equal(json_integer(json_get(cJSON_GetArrayItem(generators, 0), "ok"), 0), 60);
}

static cJSON *generator_pods(const struct shared_cluster *cluster)
{
    struct kube_answer answer = {0};
    struct error error = ERROR_NONE;
    if (kube_request(cluster->administrator, "GET", "/api/v1/pods?labelSelector=app.kubernetes.io%2Fcomponent%3Dgenerator", NULL,
                     NULL, SHARED_CLUSTER_DEADLINE, &answer, &error) < 0)
        fail_msg("%s", error.text);
    return answer.body;
}

static bool listens(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(CONTROL_PORT)};
    AUTO_CLOSE int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
    return connect(descriptor, (const struct sockaddr *)&to, sizeof to) == 0;
}

/* How many of the pods' generators can be connected to. */
static size_t count_listening(const cJSON *pods)
{
    size_t count = 0;
    const cJSON *pod = NULL;
    cJSON_ArrayForEach (pod, json_get(pods, "items"))
        count += listens(json_text(json_get(pod, "status", "podIP"), ""));
    return count;
}

/* They are spread as the lesson says, and go on without the driver. What is told to end keeps its results for a while, during
 * which the other tests run. */
static void test_the_driver_is_killed(void **state)
{
    struct lab *lab = *state;
    const struct shared_cluster *cluster = &lab->cluster;
    AUTO_FREE char *run = memory_format("%s/spread", cluster->folder);
    const char *const arguments[] = {"run", SPREAD, "--target", "hpalab", "--out", run, "--yes", NULL};
    struct test_child *child = shared_cluster_begin(cluster, "own", arguments);
    wait_for_load(child);
    test_child_signal(child, SIGKILL);
    AUTO_ENDED struct test_ended killed = test_child_finish(child, PATIENCE);
    assert_int_equal(killed.code, -SIGKILL);
    lab->orphans = generator_pods(cluster);
    assert_int_equal(count_different(json_get(lab->orphans, "items"), "spec", "nodeName"), GENERATORS);
    assert_int_equal(count_listening(lab->orphans), GENERATORS);
    AUTO_ENDED struct test_ended cleaned = shared_cluster_run(cluster, "own", "clean", "--yes");
    shared_cluster_assert_ended(&cleaned, 0, "removed namespace hpalab-spread-one");
}

static void test_nothing_is_left_of_the_killed_one(void **state)
{
    const struct lab *lab = *state;
    assert_non_null(lab->orphans);
    assert_true(test_wait_until(count_listening(lab->orphans) == 0, PATIENCE));
    assert_true(test_wait_until(({
                                    AUTO_JSON cJSON *left = generator_pods(&lab->cluster);
                                    cJSON_GetArraySize(json_get(left, "items")) == 0;
                                }),
                                PATIENCE));
}

static int set_up(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    shared_cluster_up(&lab->cluster, "3");
    *state = lab;
    return 0;
}

static int tear_down(void **state)
{
    struct lab *lab = *state;
    test_child_end(lab->crowded);
    cJSON_Delete(lab->orphans);
    shared_cluster_down(&lab->cluster);
    free(lab);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_driver_is_killed),
        cmocka_unit_test(test_apart_and_the_api_goes_away),
        cmocka_unit_test(test_no_node_for_the_second_one),
        cmocka_unit_test(test_from_a_pod_when_the_service_is_out_of_reach),
        cmocka_unit_test(test_nothing_is_left_of_the_killed_one),
    };
    return cmocka_run_group_tests_name("generators", tests, set_up, tear_down);
}
