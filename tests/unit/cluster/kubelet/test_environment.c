/* Environment and arguments of a container: expansion, downward API, ConfigMaps, what is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/kubelet/environment.h"

static const char pod_text[] =
    "{\"metadata\":{\"name\":\"web-1\",\"namespace\":\"lab\",\"uid\":\"u-1\",\"labels\":{\"app\":\"web\",\"a.b/c\":\"deep\"},"
    "\"annotations\":{\"note\":\"hello\"}},\"spec\":{\"nodeName\":\"lab\",\"containers\":[]}}";

static cJSON *read_map(void *context, const char *name)
{
    (void)context;
    const char *text = "{\"data\":{\"KEY\":\"value\",\"OTHER\":\"more\",\"a=b\":\"no name\"}}";
    return strcmp(name, "settings") == 0 ? json_parse(text, strlen(text), NULL) : NULL;
}

static cJSON *list_services(void *context)
{
    (void)context;
    const char *text = "[{\"metadata\":{\"name\":\"my-app\"},\"spec\":{\"clusterIP\":\"127.96.0.9\",\"ports\":[{\"name\":\"http-"
                       "x\",\"port\":80},"
                       "{\"name\":\"dns\",\"port\":53,\"protocol\":\"UDP\"}]}},"
                       "{\"metadata\":{\"name\":\"headless\"},\"spec\":{\"clusterIP\":\"None\",\"ports\":[{\"port\":81}]}}]";
    return json_parse(text, strlen(text), NULL);
}

typedef cJSON *services_lister(void *context);

/* The environment of a container of this JSON; 0 or -1 with an error. */
static int make_beside(services_lister *services, const char *container_text, struct environment *environment,
                       struct error *error)
{
    AUTO_JSON cJSON *pod = json_parse(pod_text, strlen(pod_text), NULL);
    AUTO_JSON cJSON *container = json_parse(container_text, strlen(container_text), NULL);
    assert_non_null(container);
    const struct environment_source source = {.pod = pod,
                                              .container = container,
                                              .pod_address = "127.64.0.9",
                                              .host_address = "127.32.0.1",
                                              .node_millicores = 2000,
                                              .node_bytes = INT64_C(8) << 30,
                                              .read_config_map = read_map,
                                              .list_services = services};
    return environment_make(&source, environment, error);
}

static int make(const char *container_text, struct environment *environment, struct error *error)
{
    return make_beside(NULL, container_text, environment, error);
}

static void assert_variable(const char *variable_text, const char *value)
{
    struct environment environment;
    struct error error = ERROR_NONE;
    AUTO_FREE char *container =
        memory_format("{\"resources\":{\"limits\":{\"cpu\":\"1500m\",\"memory\":\"64Mi\"},\"requests\":{\"cpu\":\"100m\"}},"
                      "\"env\":[{\"name\":\"BEFORE\",\"value\":\"x\"},{\"name\":\"V\",%s}]}",
                      variable_text);
    if (make(container, &environment, &error) < 0)
        fail_msg("%s: %s", variable_text, error.text);
    const char *made = environment_get(&environment, "V");
    if (value == NULL)
        assert_null(made);
    else
        assert_string_equal(made, value);
    environment_release(&environment);
}

static void assert_refused(const char *container, const char *message)
{
    struct environment environment;
    struct error error = ERROR_NONE;
    assert_int_equal(make(container, &environment, &error), -1);
    assert_string_equal(error.text, message);
}

static void test_services_are_linked(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"MY_APP_SERVICE_HOST", "127.96.0.9"},     {"MY_APP_SERVICE_PORT", "80"},
        {"MY_APP_SERVICE_PORT_HTTP_X", "80"},      {"MY_APP_SERVICE_PORT_DNS", "53"},
        {"MY_APP_PORT", "tcp://127.96.0.9:80"},    {"MY_APP_PORT_80_TCP", "tcp://127.96.0.9:80"},
        {"MY_APP_PORT_80_TCP_PROTO", "tcp"},       {"MY_APP_PORT_80_TCP_PORT", "80"},
        {"MY_APP_PORT_53_UDP_ADDR", "127.96.0.9"}, {"MY_APP_PORT_53_UDP", "udp://127.96.0.9:53"},
        {"OWN", "http://127.96.0.9:80"},           {"MY_APP_SERVICE_PORT_SET", "mine"}};
    struct environment environment;
    struct error error = ERROR_NONE;
    assert_int_equal(
        make_beside(list_services,
                    "{\"env\":[{\"name\":\"OWN\",\"value\":\"http://$(MY_APP_SERVICE_HOST):$(MY_APP_SERVICE_PORT)\"},"
                    "{\"name\":\"MY_APP_SERVICE_PORT_SET\",\"value\":\"mine\"}]}",
                    &environment, &error),
        0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(environment_get(&environment, rows[i][0]), rows[i][1]);
    assert_null(environment_get(&environment, "HEADLESS_SERVICE_HOST"));
    environment_release(&environment);
}

static void test_services_are_not_linked_when_the_pod_says_so(void **state)
{
    (void)state;
    static const char text[] = "{\"metadata\":{\"name\":\"web-1\"},\"spec\":{\"enableServiceLinks\":false}}";
    AUTO_JSON cJSON *pod = json_parse(text, strlen(text), NULL);
    AUTO_JSON cJSON *container = cJSON_CreateObject();
    const struct environment_source source = {.pod = pod, .container = container, .list_services = list_services};
    struct environment environment;
    assert_int_equal(environment_make(&source, &environment, NULL), 0);
    assert_null(environment_get(&environment, "MY_APP_SERVICE_HOST"));
    environment_release(&environment);
}

static void test_values(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"\"value\":\"plain\"", "plain"},
        {"\"value\":\"$(BEFORE)y\"", "xy"},
        {"\"value\":\"$$(BEFORE)\"", "$(BEFORE)"},
        {"\"value\":\"$(MISSING)\"", "$(MISSING)"},
        {"\"value\":\"$(V)\"", "$(V)"},
        {"\"value\":\"$(BEFORE\"", "$(BEFORE"},
        {"\"value\":\"a$\"", "a$"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}}", "web-1"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.namespace\"}}", "lab"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.uid\"}}", "u-1"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['app']\"}}", "web"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['a.b/c']\"}}", "deep"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['none']\"}}", ""},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.annotations['note']\"}}", "hello"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"spec.nodeName\"}}", "lab"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}", "127.64.0.9"},
        {"\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.hostIP\"}}", "127.32.0.1"},
        {"\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"limits.cpu\"}}", "2"},
        {"\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"limits.cpu\",\"divisor\":\"1m\"}}", "1500"},
        {"\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"limits.memory\"}}", "67108864"},
        {"\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"limits.memory\",\"divisor\":\"1Mi\"}}", "64"},
        {"\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"requests.cpu\",\"divisor\":\"1m\"}}", "100"},
        {"\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"requests.memory\"}}", "0"},
        {"\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"settings\",\"key\":\"KEY\"}}", "value"},
        {"\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"settings\",\"key\":\"NO\",\"optional\":true}}", NULL},
        {"\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"none\",\"key\":\"KEY\",\"optional\":true}}", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_variable(rows[i][0], rows[i][1]);
}

static void test_missing_things(void **state)
{
    (void)state;
    assert_refused("{\"env\":[{\"name\":\"V\",\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"none\",\"key\":\"k\"}}}]}",
                   "configmap \"none\" not found");
    assert_refused("{\"env\":[{\"name\":\"V\",\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"settings\",\"key\":\"k\"}}}]}",
                   "couldn't find key k in ConfigMap lab/settings");
    assert_refused("{\"envFrom\":[{\"configMapRef\":{\"name\":\"none\"}}]}", "configmap \"none\" not found");
    assert_refused("{\"env\":[{\"name\":\"V\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"spec.x\"}}}]}",
                   "unsupported fieldPath: spec.x");
    assert_refused("{\"env\":[{\"name\":\"a=b\",\"value\":\"x\"}]}", "\"a=b\" is no name of an environment variable");
}

static void test_whole_map(void **state)
{
    (void)state;
    struct environment environment;
    assert_int_equal(make("{\"envFrom\":[{\"prefix\":\"P_\",\"configMapRef\":{\"name\":\"settings\"}}],"
                          "\"env\":[{\"name\":\"P_OTHER\",\"value\":\"$(P_KEY)!\"}]}",
                          &environment, NULL),
                     0);
    assert_string_equal(environment_get(&environment, "P_KEY"), "value");
    assert_string_equal(environment_get(&environment, "P_OTHER"), "value!");
    assert_null(environment_get(&environment, "P_a"));
    environment_release(&environment);
}

static void test_nothing_is_inherited(void **state)
{
    (void)state;
    struct environment environment;
    setenv("LEAK", "secret", 1);
    assert_int_equal(make("{}", &environment, NULL), 0);
    assert_int_equal(environment.count, 2);
    assert_string_equal(environment_get(&environment, "HOSTNAME"), "web-1");
    assert_non_null(environment_get(&environment, "PATH"));
    environment_release(&environment);
}

static void test_growth_is_bounded(void **state)
{
    (void)state;
    struct environment environment = {0};
    AUTO_FREE char *block = memory_allocate(1001, 1);
    memset(block, 'x', 1000);
    environment_set(&environment, "A", block);
    AUTO_FREE char *text = memory_allocate(5 * 300 + 1, 1);
    for (int i = 0; i < 300; i++)
        memcpy(text + (size_t)i * 4, "$(A)", 5);
    assert_null(environment_expand(&environment, text));
    environment_release(&environment);
}

static void test_arguments(void **state)
{
    (void)state;
    struct environment environment = {0};
    struct error error = ERROR_NONE;
    const char *text = "{\"command\":[\"webapp\",\"--port\"],\"args\":[\"$(PORT)\",\"$$x\"]}";
    AUTO_JSON cJSON *container = json_parse(text, strlen(text), NULL);
    AUTO_JSON cJSON *empty = cJSON_CreateObject();
    environment_set(&environment, "PORT", "8080");
    char **arguments = environment_arguments(&environment, container, NULL, &error);
    assert_non_null(arguments);
    assert_string_equal(arguments[0], "webapp");
    assert_string_equal(arguments[2], "8080");
    assert_string_equal(arguments[3], "$x");
    assert_null(arguments[4]);
    environment_free_arguments(arguments);
    assert_null(environment_arguments(&environment, empty, NULL, &error));
    environment_release(&environment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_services_are_linked),
        cmocka_unit_test(test_services_are_not_linked_when_the_pod_says_so),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_missing_things),
        cmocka_unit_test(test_whole_map),
        cmocka_unit_test(test_nothing_is_inherited),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_growth_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
