/* Pods' metrics through real HTTP: a server that counts, a registry with its pods, and the values that are made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/metrics/scrape_target.h"
#include "cluster/metrics/scraped_pod.h"
#include "cluster/metrics/scraper.h"
#include "common/clock.h"
#include "tests/support/fake_server.h"

#define SECOND NANOSECONDS_PER_SECOND
#define PERIOD (100 * NANOSECONDS_PER_MILLISECOND)
#define PATIENCE (60 * SECOND)

static void take(struct scraped_pod *pod, const char *text, int64_t wall)
{
    scraped_pod_take(pod, text, strlen(text), 100, wall);
}

static void test_counters_are_rates(void **state)
{
    (void)state;
    struct scraped_pod *pod = scraped_pod_create("lab", "web", "u");
    take(pod, "a_total{code=\"200\"} 10\nb 1\n", 100 * SECOND);
    assert_true(scraped_pod_value(pod, "a_total", NULL).known);
    assert_false(scraped_pod_value(pod, "a_total", NULL).has_value);
    assert_true(scraped_pod_value(pod, "b", NULL).has_value);
    assert_false(scraped_pod_value(pod, "b", NULL).is_rate);
    take(pod, "a_total{code=\"200\"} 40\na_total{code=\"500\"} 7\nb 2\n", 110 * SECOND);
    assert_true(scraped_pod_value(pod, "a_total", NULL).value == 3.0); /* what is new has no rate yet */
    assert_true(scraped_pod_value(pod, "b", NULL).value == 2.0);
    take(pod, "a_total{code=\"200\"} 20\na_total{code=\"500\"} 27\n", 120 * SECOND);
    assert_true(scraped_pod_value(pod, "a_total", NULL).value == 4.0); /* 20 after a new start, and 20 */
    AUTO_SELECTOR struct selector *failures = selector_parse_labels("code=500", NULL);
    assert_true(scraped_pod_value(pod, "a_total", failures).value == 2.0);
    assert_false(scraped_pod_value(pod, "b", NULL).known);
    scraped_pod_destroy(pod);
}

static void test_a_missed_scrape(void **state)
{
    (void)state;
    struct scraped_pod *pod = scraped_pod_create("lab", "web", "u");
    take(pod, "a_total 10\n", 100 * SECOND);
    scraped_pod_miss(pod);
    assert_false(scraped_pod_value(pod, "a_total", NULL).has_value);
    take(pod, "a_total 50\n", 120 * SECOND);
    assert_true(scraped_pod_value(pod, "a_total", NULL).value == 2.0);
    scraped_pod_destroy(pod);
}

static void test_no_more_series_than_allowed(void **state)
{
    (void)state;
    struct scraped_pod *pod = scraped_pod_create("lab", "web", "u");
    const char text[] = "a 1\nb 1\nc 1\n";
    scraped_pod_take(pod, text, strlen(text), 2, 100 * SECOND);
    assert_int_equal(pod->count, 2);
    scraped_pod_destroy(pod);
}

static void expect_url(const char *annotations, const char *status, const char *wanted)
{
    AUTO_FREE char *text = memory_format("{\"metadata\":{\"annotations\":{%s}},\"spec\":{\"containers\":[{\"ports\":[{"
                                         "\"containerPort\":8080}]}]},\"status\":{%s}}",
                                         annotations, status);
    AUTO_JSON cJSON *pod = json_parse(text, strlen(text), NULL);
    assert_non_null(pod);
    AUTO_FREE char *url = scrape_target_url(pod);
    if (wanted == NULL)
        assert_null(url);
    else
        assert_string_equal(url, wanted);
}

#define SCRAPE "\"prometheus.io/scrape\":\"true\""
#define RUNNING "\"phase\":\"Running\",\"podIP\":\"127.64.0.3\""

static void test_targets(void **state)
{
    (void)state;
    expect_url(SCRAPE, RUNNING, "http://127.64.0.3:8080/metrics");
    expect_url(SCRAPE ",\"prometheus.io/port\":\"9100\",\"prometheus.io/path\":\"m?x=1\"", RUNNING,
               "http://127.64.0.3:9100/m?x=1");
    expect_url("", RUNNING, NULL);
    expect_url("\"prometheus.io/scrape\":\"false\"", RUNNING, NULL);
    expect_url(SCRAPE, "\"phase\":\"Pending\",\"podIP\":\"127.64.0.3\"", NULL);
    expect_url(SCRAPE, "\"phase\":\"Running\"", NULL);
    expect_url(SCRAPE, "\"phase\":\"Running\",\"podIP\":\"10.0.0.1\"", NULL);
    expect_url(SCRAPE ",\"prometheus.io/port\":\"0\"", RUNNING, NULL);
    expect_url(SCRAPE ",\"prometheus.io/port\":\"80a\"", RUNNING, NULL);
    expect_url(SCRAPE ",\"prometheus.io/path\":\"/a b\"", RUNNING, NULL);
}

static void answer_metrics(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)context;
    if (strcmp(request->path, "/bad") == 0) {
        fake_answer(connection, 500, "text/plain", "", "good 1\n");
        return;
    }
    if (strcmp(request->path, "/endless") == 0) {
        fake_answer_head(connection, "text/plain");
        AUTO_FREE char *line = memory_allocate(65537, 1);
        memset(line, '\n', 65536);
        for (int i = 0; i <= SCRAPER_LONGEST_BODY / 65536; i++)
            fake_send(connection, line);
        fake_close(connection);
        return;
    }
    AUTO_FREE char *text =
        memory_format("# TYPE served_total counter\nserved_total %d\n# TYPE depth gauge\ndepth 2.5\n", request->number * 100);
    fake_answer(connection, 200, "text/plain", "", text);
}

static void make_pod(struct registry *registry, const char *name, int port, const char *path)
{
    AUTO_STATUS struct status status = {0};
    AUTO_FREE char *text = memory_format(
        "{\"metadata\":{\"name\":\"%s\",\"annotations\":{\"prometheus.io/scrape\":\"true\",\"prometheus.io/port\":\"%d\","
        "\"prometheus.io/path\":\"%s\"}},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"a:1\"}]}}",
        name, port, path);
    assert_int_equal(registry_create(registry, RESOURCE_PODS, "default", json_parse(text, strlen(text), NULL), NULL, &status), 0);
    const char running[] = "{\"status\":{\"phase\":\"Running\",\"podIP\":\"127.0.0.1\"}}";
    AUTO_JSON cJSON *patch = json_parse(running, strlen(running), NULL);
    assert_int_equal(
        registry_patch(registry, RESOURCE_PODS, "default", name, SUBRESOURCE_STATUS, PATCH_MERGE, patch, NULL, &status), 0);
}

/* The milli-units of the pod's metric; waits for it. */
static int64_t wait_for_value(struct scraper *scraper, const char *pod, const char *metric)
{
    for (const int64_t end = clock_monotonic() + PATIENCE; clock_monotonic() < end;) {
        AUTO_JSON cJSON *values = scraper_values(scraper, "default", metric, NULL);
        const cJSON *value;
        cJSON_ArrayForEach (value, values) {
            if (strcmp(json_text(json_get(value, "pod"), ""), pod) == 0)
                return json_integer(json_get(value, "milli"), 0);
        }
        clock_sleep_until(clock_monotonic() + PERIOD / 5);
    }
    fail_msg("%s has no value of %s", pod, metric);
    return 0;
}

static void test_through_http(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct store *store = store_create();
    struct address_slice *slice = address_slice_claim(NULL);
    struct registry *registry = registry_open(store, slice);
    const char namespace[] = "{\"metadata\":{\"name\":\"default\"}}";
    assert_int_equal(
        registry_create(registry, RESOURCE_NAMESPACES, "", json_parse(namespace, strlen(namespace), NULL), NULL, NULL), 0);
    struct fake_server *server = fake_server_start(answer_metrics, NULL);
    make_pod(registry, "good", fake_server_port(server), "/metrics");
    make_pod(registry, "bad", fake_server_port(server), "/bad");
    make_pod(registry, "endless", fake_server_port(server), "/endless");
    make_pod(registry, "refused", 1, "/metrics");
    struct scraper *scraper = scraper_start(registry, PERIOD, &error);
    assert_non_null(scraper);
    assert_int_equal(wait_for_value(scraper, "good", "depth"), 2500);
    assert_true(wait_for_value(scraper, "good", "served_total") > 0);
    AUTO_JSON cJSON *names = scraper_names(scraper);
    AUTO_FREE char *text = json_print(names);
    assert_string_equal(text, "[\"depth\",\"served_total\"]");
    AUTO_JSON cJSON *values = scraper_values(scraper, "default", "depth", NULL);
    assert_int_equal(cJSON_GetArraySize(values), 1);
    assert_null(scraper_values(scraper, "other", "depth", NULL));
    scraper_stop(scraper);
    fake_server_stop(server);
    registry_close(registry);
    store_destroy(store);
    address_slice_release(slice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters_are_rates),
        cmocka_unit_test(test_a_missed_scrape),
        cmocka_unit_test(test_no_more_series_than_allowed),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_through_http),
    };
    return cmocka_run_group_tests_name("cluster/metrics/scraper", tests, NULL, NULL);
}
