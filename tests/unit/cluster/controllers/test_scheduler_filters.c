/* What speaks against a node, one filter after the other, with its message. */
#include "tests/unit/cluster/controllers/scheduling.h"

#define ZONE(zone) "\"topology.kubernetes.io/zone\":\"" zone "\""
#define AFFINITY(kind, terms) "\"affinity\":{\"" kind "\":{\"requiredDuringSchedulingIgnoredDuringExecution\":" terms "}},"
#define NODE_TERMS(expressions) AFFINITY("nodeAffinity", "{\"nodeSelectorTerms\":[" expressions "]}")
#define WEB_SELECTOR "\"labelSelector\":{\"matchLabels\":{\"app\":\"web\"}}"
#define WEB_TERM(key) "[{\"topologyKey\":\"" key "\"," WEB_SELECTOR "}]"
#define WEB "\"app\":\"web\""

static void test_taints(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "\"taints\":[{\"key\":\"for\",\"value\":\"db\",\"effect\":\"NoSchedule\"}]");
    make_pod(fixture, "any", "1", "");
    make_pod(fixture, "other", "1", "\"tolerations\":[{\"key\":\"for\",\"value\":\"web\",\"effect\":\"NoSchedule\"}],");
    make_pod(fixture, "equal", "1", "\"tolerations\":[{\"key\":\"for\",\"operator\":\"Equal\",\"value\":\"db\"}],");
    make_pod(fixture, "all", "1", "\"tolerations\":[{\"operator\":\"Exists\"}],");
    fixture_settle(fixture);
    expect_message(fixture, "any", "0/1 nodes are available: 1 node(s) had untolerated taint(s)." DOES_NOT_HELP("1"));
    expect_node(fixture, "other", "");
    expect_node(fixture, "equal", "n1");
    expect_node(fixture, "all", "n1");
}

static void test_cordoned(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "\"unschedulable\":true");
    make_pod(fixture, "a", "1", "");
    make_pod(fixture, "b", "1", "\"tolerations\":[{\"key\":\"node.kubernetes.io/unschedulable\",\"operator\":\"Exists\"}],");
    fixture_settle(fixture);
    expect_message(fixture, "a", "0/1 nodes are available: 1 node(s) were unschedulable." DOES_NOT_HELP("1"));
    expect_node(fixture, "b", "n1");
    fixture_change(fixture, RESOURCE_NODES, "", "n1", SUBRESOURCE_NONE, "{\"spec\":{\"unschedulable\":false,\"taints\":[]}}");
    fixture_settle(fixture);
    expect_node(fixture, "a", "n1");
}

/* Each expression alone; the node has size=3, zone a, and the name n1. */
static void test_node_affinity_operators(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *affinity;
        bool fits;
    } cases[] = {
#define CASE(name, expression, fits) {name, NODE_TERMS("{\"matchExpressions\":[{" expression "}]}"), fits}
        CASE("in", "\"key\":\"size\",\"operator\":\"In\",\"values\":[\"2\",\"3\"]", true),
        CASE("in-other", "\"key\":\"size\",\"operator\":\"In\",\"values\":[\"2\"]", false),
        CASE("not-in", "\"key\":\"size\",\"operator\":\"NotIn\",\"values\":[\"3\"]", false),
        CASE("not-in-absent", "\"key\":\"color\",\"operator\":\"NotIn\",\"values\":[\"red\"]", true),
        CASE("exists", "\"key\":\"size\",\"operator\":\"Exists\"", true),
        CASE("exists-absent", "\"key\":\"color\",\"operator\":\"Exists\"", false),
        CASE("absent", "\"key\":\"color\",\"operator\":\"DoesNotExist\"", true),
        CASE("not-absent", "\"key\":\"size\",\"operator\":\"DoesNotExist\"", false),
        CASE("greater", "\"key\":\"size\",\"operator\":\"Gt\",\"values\":[\"2\"]", true),
        CASE("not-greater", "\"key\":\"size\",\"operator\":\"Gt\",\"values\":[\"3\"]", false),
        CASE("less", "\"key\":\"size\",\"operator\":\"Lt\",\"values\":[\"4\"]", true),
        CASE("not-a-number", "\"key\":\"topology.kubernetes.io/zone\",\"operator\":\"Lt\",\"values\":[\"4\"]", false),
#undef CASE
        {"second-term",
         NODE_TERMS(
             "{\"matchExpressions\":[{\"key\":\"color\",\"operator\":\"Exists\"}]},{\"matchExpressions\":[{\"key\":\"size\","
             "\"operator\":\"Exists\"}]}"),
         true},
    };
    make_node(fixture, "n1", "\"size\":\"3\"," ZONE("a"), "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        make_pod(fixture, cases[i].name, "1m", cases[i].affinity);
    fixture_settle(fixture);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_node(fixture, cases[i].name, cases[i].fits ? "n1" : "");
        if (!cases[i].fits)
            expect_message(fixture, cases[i].name,
                           "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector." DOES_NOT_HELP("1"));
    }
}

static void test_node_affinity_by_name(void **state)
{
    struct fixture *fixture = *state;
    static const char affinity[] =
        NODE_TERMS("{\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":[\"n2\"]}]}");
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "a", "1", affinity);
    fixture_settle(fixture);
    expect_message(fixture, "a",
                   "0/1 nodes are available: 1 node(s) didn't satisfy plugin(s) [NodeAffinity]." DOES_NOT_HELP("1"));
    make_node(fixture, "n2", "", "");
    fixture_settle(fixture);
    expect_node(fixture, "a", "n2");
}

static void make_port_pod(struct fixture *fixture, const char *name)
{
    AUTO_FREE char *text = memory_format("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\"},\"spec\":{"
                                         "\"containers\":[{\"name\":\"c\",\"image\":"
                                         "\"i\",\"ports\":[{\"containerPort\":8080,\"hostPort\":8080}]}]}}",
                                         name);
    fixture_make(fixture, RESOURCE_PODS, "default", text);
}

static void test_host_ports(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    make_port_pod(fixture, "a");
    fixture_converge(fixture);
    make_port_pod(fixture, "b");
    fixture_settle(fixture);
    expect_message(fixture, "b",
                   "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports." NO_VICTIMS("1"));
}

static void test_extended_resources(void **state)
{
    struct fixture *fixture = *state;
    static const char pod[] = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\"},\"spec\":{\"containers\":[{"
                              "\"name\":\"c\",\"image\":\"i\",\"resources\":{\"limits\":{\"example.com/device\":\"1\"}}}]}}";
    AUTO_FREE char *first = memory_format(pod, "a");
    AUTO_FREE char *second = memory_format(pod, "b");
    make_node(fixture, "n1", "", "");
    make_node(fixture, "n2", "", "");
    fixture_change(fixture, RESOURCE_NODES, "", "n2", SUBRESOURCE_STATUS,
                   "{\"status\":{\"allocatable\":{\"example.com/device\":\"1\"}}}");
    fixture_make(fixture, RESOURCE_PODS, "default", first);
    fixture_settle(fixture);
    expect_node(fixture, "a", "n2");
    fixture_make(fixture, RESOURCE_PODS, "default", second);
    fixture_settle(fixture);
    expect_message(
        fixture, "b",
        "0/2 nodes are available: 2 Insufficient example.com/device. no new claims to deallocate, preemption: 0/2 nodes "
        "are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.");
}

static void test_pod_affinity(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", ZONE("a"), "");
    make_node(fixture, "n2", ZONE("b"), "");
    make_node(fixture, "n3", ZONE("b"), "");
    make_pod(fixture, "friend", "1", AFFINITY("podAffinity", WEB_TERM("topology.kubernetes.io/zone")));
    fixture_settle(fixture);
    expect_message(fixture, "friend", "0/3 nodes are available: 3 node(s) didn't match pod affinity rules." DOES_NOT_HELP("3"));
    make_labelled_pod(fixture, "web", WEB, "1", "\"nodeSelector\":{\"kubernetes.io/hostname\":\"n2\"},");
    fixture_converge(fixture);
    assert_true(strcmp(node_name_of(fixture, "friend"), "n2") == 0 || strcmp(node_name_of(fixture, "friend"), "n3") == 0);
    make_labelled_pod(
        fixture, "first", "\"app\":\"own\"", "1",
        AFFINITY("podAffinity",
                 "[{\"topologyKey\":\"kubernetes.io/hostname\",\"labelSelector\":{\"matchLabels\":{\"app\":\"own\"}}}]"));
    fixture_settle(fixture);
    assert_string_not_equal(node_name_of(fixture, "first"), "");
}

static void test_anti_affinity_both_ways(void **state)
{
    struct fixture *fixture = *state;
    static const char apart[] = AFFINITY("podAntiAffinity", WEB_TERM("kubernetes.io/hostname"));
    make_node(fixture, "n1", "", "");
    make_node(fixture, "n2", "", "");
    make_labelled_pod(fixture, "a", WEB, "1", apart);
    fixture_settle(fixture);
    make_labelled_pod(fixture, "b", WEB, "1", apart);
    fixture_settle(fixture);
    make_labelled_pod(fixture, "c", WEB, "1", apart);
    make_labelled_pod(fixture, "plain", WEB, "1", "");
    fixture_settle(fixture);
    assert_string_not_equal(node_name_of(fixture, "b"), "");
    AUTO_FREE char *first = memory_copy_text(node_name_of(fixture, "a"));
    assert_string_not_equal(node_name_of(fixture, "b"), first);
    expect_message(fixture, "c", "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules." NO_VICTIMS("2"));
    expect_message(fixture, "plain",
                   "0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules." NO_VICTIMS("2"));
}

static void test_affinity_in_other_namespaces(void **state)
{
    struct fixture *fixture = *state;
    static const char term[] = "[{\"topologyKey\":\"kubernetes.io/hostname\"," WEB_SELECTOR
                               ",\"namespaceSelector\":{\"matchLabels\":{\"team\":\"x\"}}}]";
    AUTO_FREE char *spec =
        memory_format("\"affinity\":{\"podAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":%s}},", term);
    make_node(fixture, "n1", "", "");
    make_labelled_pod(fixture, "web", WEB, "1", "");
    make_pod(fixture, "a", "1", spec);
    fixture_settle(fixture);
    expect_node(fixture, "a", "");
    fixture_change(fixture, RESOURCE_NAMESPACES, "", "default", SUBRESOURCE_NONE, "{\"metadata\":{\"labels\":{\"team\":\"x\"}}}");
    fixture_settle(fixture);
    expect_node(fixture, "a", "n1");
}

#define SPREAD(key, more)                                                                                                        \
    "\"topologySpreadConstraints\":[{\"maxSkew\":1,\"topologyKey\":\"" key "\",\"whenUnsatisfiable\":\"DoNotSchedule\"," more    \
    "\"labelSelector\":{\"matchLabels\":{\"app\":\"web\"}}}],"

static void test_spread(void **state)
{
    struct fixture *fixture = *state;
    static const char by_zone[] = SPREAD("topology.kubernetes.io/zone", "");
    make_node(fixture, "n1", ZONE("a"), "");
    make_node(fixture, "n2", ZONE("b"), "\"unschedulable\":true");
    make_node(fixture, "n3", "", "");
    make_labelled_pod(fixture, "a", WEB, "1", by_zone);
    fixture_settle(fixture);
    expect_node(fixture, "a", "n1");
    make_labelled_pod(fixture, "b", WEB, "1", by_zone);
    fixture_settle(fixture);
    expect_message(
        fixture, "b",
        "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod "
        "topology spread constraints (missing required label), 1 node(s) were unschedulable. no new claims to "
        "deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption "
        "is not helpful for scheduling.");
    fixture_change(fixture, RESOURCE_NODES, "", "n2", SUBRESOURCE_NONE, "{\"spec\":{\"unschedulable\":false,\"taints\":[]}}");
    fixture_settle(fixture);
    expect_node(fixture, "b", "n2");
}

static void test_spread_policies_and_domains(void **state)
{
    struct fixture *fixture = *state;
    static const char honored[] = SPREAD("topology.kubernetes.io/zone", "\"nodeTaintsPolicy\":\"Honor\",");
    static const char domains[] = SPREAD("topology.kubernetes.io/zone", "\"minDomains\":3,");
    make_node(fixture, "n1", ZONE("a"), "");
    make_node(fixture, "n2", ZONE("b"), "\"taints\":[{\"key\":\"x\",\"effect\":\"NoSchedule\"}]");
    make_labelled_pod(fixture, "a", WEB, "1", honored);
    fixture_settle(fixture);
    make_labelled_pod(fixture, "b", WEB, "1", honored);
    make_labelled_pod(fixture, "c", WEB, "1", domains);
    fixture_settle(fixture);
    expect_node(fixture, "a", "n1");
    expect_node(fixture, "b", "n1");
    expect_node(fixture, "c", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {FIXTURE_TEST(test_taints),
                                       FIXTURE_TEST(test_cordoned),
                                       FIXTURE_TEST(test_node_affinity_operators),
                                       FIXTURE_TEST(test_node_affinity_by_name),
                                       FIXTURE_TEST(test_host_ports),
                                       FIXTURE_TEST(test_extended_resources),
                                       FIXTURE_TEST(test_pod_affinity),
                                       FIXTURE_TEST(test_anti_affinity_both_ways),
                                       FIXTURE_TEST(test_affinity_in_other_namespaces),
                                       FIXTURE_TEST(test_spread),
                                       FIXTURE_TEST(test_spread_policies_and_domains)};
    return cmocka_run_group_tests_name("cluster/controllers/scheduler_filters", tests, NULL, NULL);
}
