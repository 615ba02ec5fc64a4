/* Blame, episodes and totals of a small run, each figure worked out by hand from the requests written below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/analyze/analyze.h"
#include "driver/analyze/named_value.h"
#include "tests/unit/driver/example/example_objects.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define STARTED_WALL (INT64_C(1795312800) * NANOSECONDS_PER_SECOND)

static struct run_figures *figures;

/* Times in milliseconds after the load's start. */
struct request {
    enum load_outcome outcome;
    int64_t intended, finished;
    const char *server;
    int64_t age;
    enum load_warmth warmth;
    enum phase phase; /* expected */
    const char *pod;  /* expected */
};

static const struct request REQUESTS[] = {
    {OUTCOME_OK, 500, 510, "webapp-a", 60000, WARMTH_WARM, PHASE_COUNT, ""},              /* no spike */
    {OUTCOME_OK, 10500, 16500, "webapp-b", 6300, WARMTH_COLD, PHASE_BOOTING, "webapp-b"}, /* sent at the age of 0.3 s */
    {OUTCOME_OK, 18000, 19500, "webapp-b", 9300, WARMTH_COLD, PHASE_COLD, "webapp-b"},    /* at 7.8 s; they boot for 6.3 s */
    {OUTCOME_OK, 20000, 21200, "webapp-a", 90000, WARMTH_WARM, PHASE_WARM, "webapp-a"},   /* 2 s after the one before */
    {OUTCOME_OK, 30200, 31400, "webapp-b", 21200, WARMTH_WARM, PHASE_TERMINATING, "webapp-b"},
    {OUTCOME_RESET, 30600, 30610, "", -1, WARMTH_UNKNOWN, PHASE_TERMINATING, "webapp-b"},  /* b alone was terminating */
    {OUTCOME_STATUS, 33000, 33005, "webapp-x", 5, WARMTH_WARM, PHASE_UNKNOWN, "webapp-x"}, /* a pod that nobody saw */
    {OUTCOME_REFUSED, 41000, 41001, "", -1, WARMTH_UNKNOWN, PHASE_NO_ENDPOINT, ""},
    {OUTCOME_REFUSED, 43000, 43001, "", -1, WARMTH_UNKNOWN, PHASE_UNKNOWN, ""}, /* the API was away */
    {OUTCOME_REFUSED, 45000, 45001, "", -1, WARMTH_UNKNOWN, PHASE_NO_ENDPOINT, ""},
};
#define REQUEST_COUNT (sizeof REQUESTS / sizeof *REQUESTS)

static void add_change(struct run_store *store, int64_t time, enum change_type type, const char *resource, const char *name,
                       cJSON *object_take)
{
    AUTO_JSON cJSON *object = object_take;
    struct change change = {.type = type, .resource = resource, .name = name, .object = object};
    assert_int_equal(run_store_add_change(store, time * MILLISECOND, &change, NULL), 0);
}

static void add_pod(struct run_store *store, int64_t time, enum change_type type, const struct pod_state *state)
{
    add_change(store, time, type, "pods", state->name, example_pod(state));
}

static void add_pods(struct run_store *store)
{
    struct pod_state pods[2] = {{.name = "webapp-a",
                                 .number = 1,
                                 .scheduled = true,
                                 .running = true,
                                 .ready = true,
                                 .created_wall = STARTED_WALL - 60 * NANOSECONDS_PER_SECOND},
                                {.name = "webapp-b", .number = 2, .created_wall = STARTED_WALL}};
    add_pod(store, -1000, CHANGE_LISTED, &pods[0]);
    add_change(store, -1000, CHANGE_LISTED, "endpointslices", "webapp-1", example_slice(pods, 1));
    add_pod(store, 10000, CHANGE_ADDED, &pods[1]);
    pods[1].scheduled = pods[1].running = pods[1].ready = true;
    add_pod(store, 10200, CHANGE_MODIFIED, &pods[1]);
    add_change(store, 10210, CHANGE_MODIFIED, "endpointslices", "webapp-1", example_slice(pods, 2));
    pods[1].deleting = true;
    add_pod(store, 30000, CHANGE_MODIFIED, &pods[1]);
    add_change(store, 30001, CHANGE_ADDED, "events", "killing",
               example_event("Pod", "webapp-b", "Killing", "Stopping container webapp", "Normal"));
    add_change(store, 30500, CHANGE_MODIFIED, "endpointslices", "webapp-1", example_slice(pods, 2));
    pods[1].terminated = true;
    pods[1].running = pods[1].ready = false;
    add_pod(store, 31500, CHANGE_MODIFIED, &pods[1]);
    add_pod(store, 31800, CHANGE_DELETED, &pods[1]);
    add_change(store, 40000, CHANGE_MODIFIED, "endpointslices", "webapp-1", example_slice(NULL, 0));
    add_change(store, 42500, CHANGE_GAP, "pods", "", NULL);
    add_change(store, 44000, CHANGE_RESUMED, "pods", "", NULL);
    add_change(store, 44000, CHANGE_LISTED, "endpointslices", "webapp-1", example_slice(NULL, 0));
}

static void add_request(struct run_store *store, const struct request *request)
{
    struct load_row row = {
        .second = request->intended / 1000, .warmth = request->warmth, .first_sent = request->intended * MILLISECOND};
    struct load_exemplar exemplar = {.reason = request->outcome == OUTCOME_OK ? EXEMPLAR_SLOW : EXEMPLAR_LOST,
                                     .outcome = request->outcome,
                                     .intended = request->intended * MILLISECOND,
                                     .sent = request->intended * MILLISECOND,
                                     .finished = request->finished * MILLISECOND,
                                     .server_age = request->age < 0 ? -1 : request->age * MILLISECOND,
                                     .warmth = request->warmth};
    snprintf(row.server, sizeof row.server, "%s", request->server);
    snprintf(exemplar.server, sizeof exemplar.server, "%s", request->server);
    row.last_sent = row.last_connection = row.first_sent;
    row.outcomes[request->outcome] = 1;
    if (request->outcome == OUTCOME_OK)
        histogram_record(&row.response, (request->finished - request->intended) * MILLISECOND);
    assert_int_equal(run_store_add_row(store, "visitors", &row, NULL), 0);
    assert_int_equal(run_store_add_exemplar(store, "visitors", &exemplar, NULL), 0);
    histogram_release(&row.response);
}

static void write_run(const char *folder)
{
    struct error error = ERROR_NONE;
    struct run_description run = {.lesson_name = "spikes"};
    struct variant_description variant = {
        .name = "only", .spike_over = NANOSECONDS_PER_SECOND, .load_json = "[]", .started_wall = STARTED_WALL};
    struct run_store *store = run_store_create(folder, &run, &error);
    assert_non_null(store);
    assert_int_equal(run_store_begin_variant(store, &variant, &error), 0);
    add_pods(store);
    for (size_t index = 0; index < REQUEST_COUNT; index++)
        add_request(store, &REQUESTS[index]);
    /* Two more were lost and three dropped without being kept singly. */
    struct load_row row = {.second = 41, .first_sent = -1, .last_sent = -1, .last_connection = -1};
    row.outcomes[OUTCOME_TIMEOUT] = 2;
    row.outcomes[OUTCOME_DROPPED] = 3;
    row.outcomes[OUTCOME_ABORTED] = 4;
    assert_int_equal(run_store_add_row(store, "visitors", &row, &error), 0);
    assert_int_equal(run_store_end_variant(store, "completed", &error), 0);
    run_store_close(store);
}

static int analyze(void **state)
{
    (void)state;
    char folder[] = "/tmp/hpalab-test-spikes-XXXXXX";
    if (mkdtemp(folder) == NULL)
        return -1;
    write_run(folder);
    struct run_store *store = run_store_open(folder, NULL);
    figures = store != NULL ? analyze_run(store, NULL) : NULL;
    run_store_close(store);
    AUTO_FREE char *command = memory_format("rm -rf -- '%s'", folder);
    return figures != NULL && system(command) == 0 ? 0 : -1;
}

static int release(void **state)
{
    (void)state;
    run_figures_destroy(figures);
    return 0;
}

static void test_totals(void **state)
{
    (void)state;
    const struct variant_figures *variant = &figures->variants[0];
    assert_int_equal(variant->outcomes[OUTCOME_OK], 5);
    assert_int_equal(variant->lost, 7);
    assert_int_equal(variant->requests, 12);
    assert_int_equal(variant->outcomes[OUTCOME_DROPPED], 3);
    assert_int_equal(variant->cold, 2);
    assert_int_equal(variant->spikes_slow, 4);
    assert_int_equal(variant->spike_worst, 6000 * MILLISECOND);
    assert_int_equal(variant->response.maximum, 6000 * MILLISECOND);
    assert_int_equal(variant->response.minimum, 10 * MILLISECOND);
    assert_int_equal(variant->second_count, 46);
    assert_int_equal(variant->seconds[41].lost, 3);
    assert_int_equal(variant->seconds[30].done, 1);
    assert_int_equal(variant->seconds[5].p50, FIGURES_NEVER);
}

static void test_blame(void **state)
{
    (void)state;
    const struct variant_figures *variant = &figures->variants[0];
    assert_int_equal(variant->spike_count, REQUEST_COUNT - 1);
    for (size_t index = 1; index < REQUEST_COUNT; index++) {
        const struct spike *spike = &variant->spikes[index - 1];
        if (spike->phase != REQUESTS[index].phase)
            fail_msg("request %zu: %s", index, phase_name(spike->phase));
        assert_string_equal(spike->pod, REQUESTS[index].pod);
        assert_int_equal(spike->time, REQUESTS[index].intended * MILLISECOND);
        assert_int_equal(spike->inferred, *REQUESTS[index].server == '\0');
    }
}

static void test_phases(void **state)
{
    (void)state;
    const struct phase_figures *phases = figures->variants[0].phases;
    static const uint64_t spikes[PHASE_COUNT] = {1, 1, 1, 2, 0, 2, 4};
    static const uint64_t lost[PHASE_COUNT] = {0, 0, 0, 1, 0, 2, 4};
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        assert_int_equal(phases[phase].spikes, spikes[phase]);
        assert_int_equal(phases[phase].lost, lost[phase]);
    }
    assert_int_equal(phases[PHASE_COLD].worst, 1500 * MILLISECOND);
}

static void test_episodes(void **state)
{
    (void)state;
    const struct variant_figures *variant = &figures->variants[0];
    assert_int_equal(variant->episode_count, 8);
    const struct episode *episode = &variant->episodes[3];
    assert_int_equal(episode->start, 30200 * MILLISECOND);
    assert_int_equal(episode->end, 31400 * MILLISECOND);
    assert_int_equal(episode->count, 2);
    assert_int_equal(episode->lost, 1);
    assert_int_equal(episode->pod_count, 1);
    assert_int_equal(episode->worst, 1200 * MILLISECOND);
    assert_int_equal(episode->phase, PHASE_TERMINATING);
    assert_string_equal(episode->cause, "Killing pod/webapp-b: Stopping container webapp");
    assert_int_equal(variant->episodes[0].cause_time, FIGURES_NEVER);
    assert_int_equal(variant->spikes[4].episode, 3);
}

static void test_pod_lives(void **state)
{
    (void)state;
    const struct variant_figures *variant = &figures->variants[0];
    assert_int_equal(variant->pod_count, 2);
    const struct pod_figures *pod = &variant->pods[1];
    assert_int_equal(pod->started, 10200 * MILLISECOND);
    /* The fleet boots for 6.3 s, which is just when the first answer came. */
    assert_int_equal(pod->booted, 16500 * MILLISECOND);
    assert_int_equal(pod->first_sent, 10500 * MILLISECOND);
    assert_int_equal(pod->first_answer, 16500 * MILLISECOND);
    /* The last cold answer belongs to second 18. */
    assert_int_equal(pod->warm, 19000 * MILLISECOND);
    assert_int_equal(pod->removed, 30500 * MILLISECOND);
    assert_int_equal(pod->last_connection, 30200 * MILLISECOND);
    assert_int_equal(pod->answers, 3);
    assert_int_equal(pod->cold_answers, 2);
    assert_int_equal(pod->spikes, 4);
    assert_int_equal(pod->lost, 1);
    assert_int_equal(variant->scale_down_count, 1);
    assert_int_equal(variant->scale_downs[0].lost[GAP_REMOVED], 1);
    assert_int_equal(variant->scale_downs[0].lost[GAP_LISTED], 0);
}

static void test_verdict(void **state)
{
    (void)state;
    assert_string_equal(figures->verdict, "4 requests waited up to 6 s while 1 new pod booted and 7 were lost.");
}

static void test_first_and_later_answers(void **state)
{
    (void)state;
    const struct variant_figures *variant = &figures->variants[0];
    static const struct {
        const char *pod;
        int64_t first, later;
    } expected[] = {{"webapp-a", 10, 1200}, {"webapp-b", 6000, 1200}};
    for (size_t index = 0; index < 2; index++) {
        const struct pod_figures *pod = &variant->pods[index];
        assert_string_equal(pod->name, expected[index].pod);
        assert_int_equal(pod->first_response, expected[index].first * MILLISECOND);
        assert_int_equal(pod->later_response, expected[index].later * MILLISECOND);
    }
    struct named_value value;
    assert_int_equal(named_value("first_response.min", variant, &value), 0);
    assert_true(value.kind == VALUE_TIME && value.number == 10.0 * MILLISECOND);
    assert_int_equal(named_value("first_response.max", variant, &value), 0);
    assert_true(value.number == 6000.0 * MILLISECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_and_later_answers),
                                       cmocka_unit_test(test_totals),
                                       cmocka_unit_test(test_blame),
                                       cmocka_unit_test(test_phases),
                                       cmocka_unit_test(test_episodes),
                                       cmocka_unit_test(test_pod_lives),
                                       cmocka_unit_test(test_verdict)};
    return cmocka_run_group_tests(tests, analyze, release);
}
