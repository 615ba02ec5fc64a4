/* What would keep a lesson from working, from answers of the API as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/preflight/checks.h"
#include "tests/support/data.h"

#define SECOND NANOSECONDS_PER_SECOND
#define READY "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]"
#define NODE(name, cpu, images)                                                                                                  \
    "{\"metadata\":{\"name\":\"" name "\"},\"status\":{" READY ",\"allocatable\":{\"cpu\":\"" cpu "\"},\"images\":[" images "]}" \
    "}"
#define MASTER                                                                                                                   \
    "{\"metadata\":{\"name\":\"master\"},\"spec\":{\"taints\":[{\"key\":\"node-role.kubernetes.io/control-plane\",\"effect\":"   \
    "\"NoSchedule\"}]},\"status\":{" READY ",\"allocatable\":{\"cpu\":\"64\"},\"images\":[]}}"
#define IMAGE(name) "{\"names\":[\"" name "\"]}"
#define LIST(items) "{\"items\":[" items "]}"
#define LABELS(app) "\"metadata\":{\"labels\":{\"app\":\"" app "\"}}"
#define WORKLOAD(kind, name, app, replicas, containers)                                                                          \
    "{\"kind\":\"" kind "\",\"metadata\":{\"name\":\"" name "\"},\"spec\":{\"replicas\":" replicas                               \
    ",\"selector\":{\"matchLabels\":{\"app\":\"" app "\"}},\"template\":{" LABELS(app) ",\"spec\":{\"containers\":[" containers  \
                                                                                       "]}}}}"
#define CONTAINER(image, policy, cpu)                                                                                            \
    "{\"image\":\"" image "\",\"imagePullPolicy\":\"" policy "\",\"resources\":{\"requests\":{\"cpu\":\"" cpu "\"}}}"
#define WEB(replicas, cpu) WORKLOAD("Deployment", "web", "web", replicas, CONTAINER("web:1", "Never", cpu))
#define HPA(name, target, most)                                                                                                  \
    "{\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{\"name\":\"" name                                                       \
    "\"},\"spec\":{\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"" target "\"},\"maxReplicas\":" most "}}"

enum check { IMAGES, ROOM, SELECTORS };

static cJSON *parse(const char *text)
{
    struct error error = ERROR_NONE;
    cJSON *tree = json_parse(text, strlen(text), &error);
    if (tree == NULL)
        fail_msg("%s in %s", error.text, text);
    return tree;
}

/* One check of objects; expected: NULL = nothing is found, else what the only line begins with after its severity. first and
 * second: the lists that the check takes. */
static void expect(enum check check, const char *first, const char *second, const char *objects, const char *expected)
{
    AUTO_JSON cJSON *one = parse(first);
    AUTO_JSON cJSON *two = parse(second);
    AUTO_JSON cJSON *array = parse(objects);
    AUTO_OBSTACLES struct obstacles obstacles = {0};
    cJSON *pointers[8];
    struct preflight_variant variant = {.namespace = "x", .hpa = "", .objects = pointers};
    cJSON *object = NULL;
    cJSON_ArrayForEach (object, array)
        pointers[variant.object_count++] = object;
    if (check == IMAGES)
        check_images(one, &variant, &obstacles);
    else if (check == ROOM)
        check_room(one, two, &variant, &obstacles);
    else
        check_selectors(one, two, &variant, &obstacles);
    const char *text = obstacles.count > 0 ? obstacles.entries[0].text : "";
    if (obstacles.count != (expected != NULL) || (expected != NULL && strstr(text, expected + 2) != text))
        fail_msg("%zu obstacles: '%s', expected '%s'", obstacles.count, text, expected != NULL ? expected : "");
    if (expected != NULL)
        assert_int_equal(obstacles.entries[0].fatal, expected[0] == 'P');
}

static void test_images(void **state)
{
    (void)state;
    const char *has = LIST(NODE("a", "2", IMAGE("docker.io/library/web:1")) "," MASTER);
    const char *half = LIST(NODE("a", "2", IMAGE("docker.io/library/web:1")) "," NODE("b", "2", ""));
    expect(IMAGES, has, "[]", "[" WEB("1", "1") "]", NULL);
    expect(IMAGES, half, "[]", "[" WEB("1", "1") "]",
           "P:image web:1 is not on node b and is never pulled there (ErrImageNeverPull): build it");
#define USING(image, policy) "[" WORKLOAD("Deployment", "web", "web", "1", CONTAINER(image, policy, "1")) "]"
    expect(IMAGES, half, "[]", USING("web:1", "IfNotPresent"), NULL);
    expect(IMAGES, half, "[]", USING("web:2", "IfNotPresent"), "W:image web:2 is on no node and would be pulled from a public");
    expect(IMAGES, half, "[]", USING("web:2", ""), "W:image web:2 is on no node");
    expect(IMAGES, half, "[]", USING("registry.example:5000/web:2", "IfNotPresent"), NULL);
    expect(IMAGES, half, "[]", USING("web", ""), NULL);
    expect(IMAGES, half, "[]", USING("Web:!", ""), "P:image \"Web:!\": ");
}

static void test_room(void **state)
{
    (void)state;
    const char *nodes = LIST(NODE("a", "2", "") "," NODE("b", "1500m", "") "," MASTER);
    const char *none = LIST("");
    const char *some = LIST("{\"spec\":{\"nodeName\":\"a\",\"containers\":[" CONTAINER(
        "x", "", "1500m") "]},\"status\":{\"phase\":\"Running\"}},{\"spec\":{\"nodeName\":\"b\",\"containers\":"
                          "[" CONTAINER("x", "", "1") "]},"
                                                      "\"status\":{\"phase\":\"Succeeded\"}}");
    expect(ROOM, nodes, none, "[" WEB("1", "1") "]", NULL);
    expect(ROOM, nodes, none, "[" WEB("1", "2500m") "]",
           "P:Deployment \"web\" asks for 2.5 CPU a pod, and no node has more than 2 CPU left: make");
    expect(ROOM, nodes, some, "[" WEB("3", "1") "]",
           "P:the pods ask for 3 CPU at the start, and the nodes have 2 CPU left: remove");
    expect(ROOM, nodes, some, "[" WEB("1", "500m") "," HPA("web", "web", "4") "]", NULL);
    expect(ROOM, nodes, some, "[" WEB("1", "500m") "," HPA("web", "web", "6") "]",
           "W:HPA \"web\" may ask for 6 pods of 0.5 CPU, and the nodes have 2 CPU left for them: about 4 fit");
}

static void test_selectors(void **state)
{
    (void)state;
    const char *other = "[" WORKLOAD("Deployment", "api", "web", "1", "{}") "]";
    const char *owned =
        "[{\"kind\":\"ReplicaSet\",\"metadata\":{\"name\":\"web-1\",\"ownerReferences\":[{}]},\"spec\":{\"template\":{" LABELS(
            "web") ",\"spec\":{\"containers\":[{}]}}}}]";
    const char *hpas = LIST(HPA("web", "web", "4") "," HPA("z", "web", "4"));
    expect(SELECTORS, LIST(""), "[]", "[" WEB("1", "1") "," HPA("web", "web", "4") "]", NULL);
    expect(SELECTORS, LIST(""), owned, "[" WEB("1", "1") "," HPA("web", "web", "4") "]", NULL);
    expect(
        SELECTORS, LIST(""), other, "[" WEB("1", "1") "," HPA("web", "web", "4") "]",
        "P:HPA \"web\" would count the pods of Deployment \"api\" too, which the selector of Deployment \"web\" selects: give");
    expect(SELECTORS, LIST(""), "[]",
           "[" WEB("1", "1") "," HPA("web", "web", "4") "," WORKLOAD("StatefulSet", "db", "web", "1", "{}") "]",
           "P:HPA \"web\" would count the pods of StatefulSet \"db\" too");
    expect(SELECTORS, LIST(""), "[]",
           "[" WEB("1", "1") "," HPA("web", "web", "4") "," WORKLOAD("StatefulSet", "db", "db", "1", "{}") "]", NULL);
    expect(SELECTORS, hpas, "[]", "[" WEB("1", "1") "]", "P:HPAs \"web\" and \"z\" scale the same Deployment \"web\"");
}

static void check_clock(int64_t server, const char *renewed, const char *expected)
{
    int64_t now = 0;
    AUTO_OBSTACLES struct obstacles obstacles = {0};
    AUTO_FREE char *text = memory_format(
        LIST("{\"metadata\":{\"name\":\"a\"},\"spec\":{\"leaseDurationSeconds\":40,\"renewTime\":\"%s\"}}"), renewed);
    AUTO_JSON cJSON *leases = parse(text);
    assert_int_equal(clock_parse("2026-11-22T10:00:00Z", &now, NULL), 0);
    check_clocks(server != 0 ? now + server : 0, leases, now, &obstacles);
    assert_int_equal(obstacles.count, expected != NULL);
    if (expected != NULL && strstr(obstacles.entries[0].text, expected) == NULL)
        fail_msg("'%s'", obstacles.entries[0].text);
}

static void test_clocks(void **state)
{
    (void)state;
    const char *recent = "2026-11-22T09:59:52.123456Z";
    check_clock(0, recent, NULL);
    check_clock(-SECOND, recent, NULL);
    check_clock(90 * SECOND, recent, "the clock of the API server is 90 s ahead of this machine's: set the clocks by NTP");
    check_clock(-90 * SECOND, recent, "the clock of the API server is 90 s behind this machine's");
    check_clock(0, "2026-11-22T10:00:30.000000Z", "the clock of node a is at least 30 s ahead of this machine's");
    check_clock(0, "2026-11-22T09:58:00.000000Z", "node a last told 120 s ago that it lives");
    check_clock(0, "not a time", NULL);
}

/* What a real cluster of one node answers. */
static void test_real_answers(void **state)
{
    (void)state;
    AUTO_JSON cJSON *nodes_file = test_data_json("golden/lists/nodes.json");
    AUTO_JSON cJSON *pods_file = test_data_json("golden/lists/pods-v1.json");
    AUTO_JSON cJSON *hpas_file = test_data_json("golden/lists/horizontalpodautoscalers-v2.json");
    AUTO_JSON cJSON *web = parse(WORKLOAD("Deployment", "more", "more", "1", CONTAINER("lab/burn:1", "Never", "100m")));
    AUTO_JSON cJSON *missing = parse(WORKLOAD("Deployment", "missing", "m", "1", CONTAINER("lab/none:1", "Never", "100m")));
    cJSON *objects[] = {web, missing};
    const struct preflight_variant variant = {.namespace = "lab", .hpa = "", .object_count = 2, .objects = objects};
    const cJSON *nodes = json_get(nodes_file, "response", "body");
    AUTO_OBSTACLES struct obstacles obstacles = {0};
    check_room(nodes, json_get(pods_file, "response", "body"), &variant, &obstacles);
    check_selectors(json_get(hpas_file, "response", "body"), NULL, &variant, &obstacles);
    assert_int_equal(obstacles.count, 0);
    check_images(nodes, &variant, &obstacles);
    assert_int_equal(obstacles.count, 1);
    assert_non_null(strstr(obstacles.entries[0].text, "image lab/none:1 is not on node"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_images), cmocka_unit_test(test_room),         cmocka_unit_test(test_selectors),
        cmocka_unit_test(test_clocks), cmocka_unit_test(test_real_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
