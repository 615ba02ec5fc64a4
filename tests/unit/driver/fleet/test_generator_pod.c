/* What a Pod object says of a generator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/fleet/generator_pod.h"

struct sample {
    const char *more; /* of metadata, behind the name */
    const char *status;
    enum generator_pod_state state;
    const char *reason;
};

static const struct sample samples[] = {
    {"", "{\"phase\":\"Pending\"}", GENERATOR_POD_WAITING, "not ready yet"},
    {"",
     "{\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"Unschedulable\","
     "\"message\":\"0/1 nodes are available: 1 Insufficient cpu.\"}]}",
     GENERATOR_POD_UNSCHEDULABLE, "Pending: 0/1 nodes are available: 1 Insufficient cpu."},
    {"",
     "{\"phase\":\"Pending\",\"containerStatuses\":[{\"restartCount\":0,\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\","
     "\"message\":\"Back-off pulling image\"}}}]}",
     GENERATOR_POD_STUCK, "ImagePullBackOff: Back-off pulling image"},
    {"", "{\"phase\":\"Pending\",\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":\"ContainerCreating\"}}}]}",
     GENERATOR_POD_WAITING, "not ready yet: ContainerCreating"},
    {"",
     "{\"phase\":\"Running\",\"podIP\":\"10.0.0.1\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],"
     "\"containerStatuses\":[{\"state\":{\"running\":{}}}]}",
     GENERATOR_POD_READY, ""},
    {"",
     "{\"phase\":\"Failed\",\"containerStatuses\":[{\"state\":{\"terminated\":{\"reason\":\"OOMKilled\",\"exitCode\":137}}}]}",
     GENERATOR_POD_ENDED, "OOMKilled: exit status 137"},
    {"",
     "{\"phase\":\"Failed\",\"containerStatuses\":[{\"state\":{\"terminated\":{\"reason\":\"Error\",\"exitCode\":2,"
     "\"message\":\"no such port\\nand more\"}}}]}",
     GENERATOR_POD_ENDED, "Error: exit status 2, no such port"},
    {"", "{\"phase\":\"Failed\",\"reason\":\"Evicted\",\"message\":\"The node was low on resource: memory.\"}",
     GENERATOR_POD_ENDED, "Evicted: The node was low on resource: memory."},
    {"",
     "{\"phase\":\"Running\",\"containerStatuses\":[{\"restartCount\":3,\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}"
     ","
     "\"lastState\":{\"terminated\":{\"reason\":\"OOMKilled\",\"exitCode\":137}}}]}",
     GENERATOR_POD_STUCK, "OOMKilled: exit status 137"},
    {",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"",
     "{\"phase\":\"Running\",\"podIP\":\"10.0.0.1\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}",
     GENERATOR_POD_LEAVING, "its pod was deleted"},
    {",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"",
     "{\"phase\":\"Running\",\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"True\","
     "\"reason\":\"PreemptionByScheduler\",\"message\":\"preempted\"}]}",
     GENERATOR_POD_LEAVING, "PreemptionByScheduler: preempted"},
};

static struct generator_pod read_pod(const char *text)
{
    struct error error = ERROR_NONE;
    struct generator_pod pod;
    AUTO_JSON cJSON *tree = json_parse(text, strlen(text), &error);
    assert_non_null(tree);
    generator_pod_read(tree, &pod);
    return pod;
}

static void test_states_and_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        AUTO_FREE char *text = memory_format("{\"metadata\":{\"name\":\"g\"%s},\"spec\":{\"nodeName\":\"lab\"},\"status\":%s}",
                                             samples[i].more, samples[i].status);
        struct generator_pod pod = read_pod(text);
        assert_string_equal(pod.reason, samples[i].reason);
        assert_int_equal(pod.state, samples[i].state);
        assert_string_equal(pod.node, "lab");
    }
}

static void test_the_index(void **state)
{
    (void)state;
    assert_int_equal(
        read_pod("{\"metadata\":{\"labels\":{\"batch.kubernetes.io/job-completion-index\":\"3\"}},\"status\":{}}").index, 3);
    assert_int_equal(
        read_pod("{\"metadata\":{\"annotations\":{\"batch.kubernetes.io/job-completion-index\":\"0\"}},\"status\":{}}").index, 0);
    assert_int_equal(read_pod("{\"metadata\":{},\"status\":{}}").index, -1);
    assert_int_equal(read_pod("[]").state, GENERATOR_POD_WAITING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states_and_reasons),
        cmocka_unit_test(test_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
