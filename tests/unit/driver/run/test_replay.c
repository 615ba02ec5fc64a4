/*
 * A recording of a real cluster, replayed by a server: the observer follows it as it follows a cluster, and run and report tell
 * the timeline that the recording has. The clock is the recording's: it stands still until what came at a moment was seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/analyze/analyze.h"
#include "driver/observe/observe.h"
#include "driver/record/recorder.h"
#include "driver/report/report.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"
#include "tests/support/wait.h"

#define FOLDER "tests/data/golden/scale-up-down"
#define LISTED_UNTIL "2026-11-22T02:02:37.400Z" /* what was there when the recording began */
#define LOAD_STARTED "2026-11-22T02:03:27Z"
#define LOAD_LASTED (100 * NANOSECONDS_PER_SECOND)
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define PATIENCE 60
#define MOST_LINES 512
#define FILE_MAXIMUM ((size_t)4 << 20)

struct line {
    int64_t time; /* wall */
    char *text;
};

/* One file of the recording. */
struct stream {
    const char *file;
    const char *resource;
    const char *list_kind; /* with its apiVersion */
    char *content;
    size_t count;
    struct line lines[MOST_LINES];
    size_t listed;   /* lines that the list holds */
    size_t released; /* lines that the server may have sent; guarded by the lab's mutex */
    size_t seen;     /* changes of the resource that have come; guarded so too */
};

enum { SAMPLES = 6, STREAMS };

struct lab {
    struct stream streams[STREAMS];
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool over;
    size_t polls; /* answered since the last sample was released */
    _Atomic int64_t now;
    struct recorder *recorder;
    struct run_figures *figures;
    char *folder;
};

static void load_stream(struct stream *stream)
{
    AUTO_FREE char *path = memory_format(FOLDER "/%s.jsonl.gz", stream->file);
    gzFile file = gzopen(path, "rb");
    assert_non_null(file);
    stream->content = memory_allocate(FILE_MAXIMUM, 1);
    int length = gzread(file, stream->content, FILE_MAXIMUM - 1);
    assert_true(length > 0);
    (void)gzclose(file);
    char *rest = stream->content;
    for (char *text = strsep(&rest, "\n"); text != NULL && *text != '\0'; text = strsep(&rest, "\n")) {
        AUTO_JSON cJSON *tree = json_parse(text, strlen(text), NULL);
        struct line *line = &stream->lines[stream->count++];
        assert_true(stream->count < MOST_LINES);
        line->text = text;
        assert_int_equal(clock_parse(json_text(json_get(tree, "t"), ""), &line->time, NULL), 0);
    }
}

/* ---- the server ---- */

static struct stream *find_stream(struct lab *lab, const char *path)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        const char *at = strstr(path, lab->streams[i].resource);
        if (at != NULL && at[-1] == '/')
            return &lab->streams[i];
    }
    return NULL;
}

static void answer_list(struct fake_connection *connection, const struct stream *stream)
{
    AUTO_JSON cJSON *list = json_parse(stream->list_kind, strlen(stream->list_kind), NULL);
    json_set_text(json_object_at(list, "metadata"), "resourceVersion", "1");
    cJSON *items = json_array_at(list, "items");
    for (size_t i = 0; i < stream->listed; i++) {
        AUTO_JSON cJSON *line = json_parse(stream->lines[i].text, strlen(stream->lines[i].text), NULL);
        cJSON_AddItemToArray(items, json_copy(json_get(line, "object")));
    }
    AUTO_FREE char *body = json_print(list);
    fake_answer(connection, 200, "application/json", "", body);
}

/* Waits until a line may be sent; false when the replay is over. */
static bool wait_for_line(struct lab *lab, const struct stream *stream, size_t index)
{
    (void)pthread_mutex_lock(&lab->mutex);
    while (!lab->over && (stream == NULL || index >= stream->released))
        (void)pthread_cond_wait(&lab->changed, &lab->mutex);
    bool go_on = !lab->over;
    (void)pthread_mutex_unlock(&lab->mutex);
    return go_on;
}

/* stream NULL: a resource of which nothing was recorded. */
static void answer_watch(struct fake_connection *connection, struct lab *lab, const struct stream *stream)
{
    fake_answer_head(connection, "application/json");
    for (size_t i = stream != NULL ? stream->listed : 0; wait_for_line(lab, stream, i); i++) {
        fake_send(connection, stream->lines[i].text);
        fake_send(connection, "\n");
    }
    fake_close(connection);
}

static void answer_samples(struct fake_connection *connection, struct lab *lab)
{
    const struct stream *stream = &lab->streams[SAMPLES];
    (void)pthread_mutex_lock(&lab->mutex);
    const struct line *line = &stream->lines[stream->released > 0 ? stream->released - 1 : 0];
    (void)pthread_mutex_unlock(&lab->mutex);
    AUTO_JSON cJSON *tree = json_parse(line->text, strlen(line->text), NULL);
    AUTO_FREE char *body = json_print(json_get(tree, "metrics"));
    fake_answer(connection, 200, "application/json", "", body);
    (void)pthread_mutex_lock(&lab->mutex);
    lab->polls++;
    (void)pthread_cond_broadcast(&lab->changed);
    (void)pthread_mutex_unlock(&lab->mutex);
}

static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct lab *lab = context;
    if (strstr(request->path, "metrics.k8s.io") != NULL) {
        answer_samples(connection, lab);
        return;
    }
    struct stream *stream = find_stream(lab, request->path);
    if (strstr(request->path, "watch=1") != NULL)
        answer_watch(connection, lab, stream);
    else if (stream != NULL)
        answer_list(connection, stream);
    else
        fake_answer(connection, 200, "application/json", "", "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
}

/* ---- the observer ---- */

static int64_t recorded_now(void *context)
{
    struct lab *lab = context;
    return atomic_load(&lab->now);
}

static void see(void *context, const struct change *change)
{
    struct lab *lab = context;
    recorder_change(lab->recorder, change);
    (void)pthread_mutex_lock(&lab->mutex);
    for (size_t i = 0; i < SAMPLES; i++) {
        if (strcmp(lab->streams[i].resource, change->resource) == 0)
            lab->streams[i].seen++;
    }
    (void)pthread_cond_broadcast(&lab->changed);
    (void)pthread_mutex_unlock(&lab->mutex);
}

/* With the mutex held: waits for what a release leads to. Two answers to polls: the first of them was seen when the second is
 * asked for. */
static void wait_until_seen(struct lab *lab, const struct stream *stream)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE;
    bool samples = stream == &lab->streams[SAMPLES];
    while (samples ? lab->polls < 3 : stream->seen < stream->released) {
        if (pthread_cond_timedwait(&lab->changed, &lab->mutex, &until) != 0)
            fail_msg("%s: %zu of %zu were seen", stream->resource, stream->seen, stream->released);
    }
}

/* The stream whose next line is the earliest; NULL = none is left. */
static struct stream *next_stream(struct lab *lab)
{
    struct stream *next = NULL;
    for (size_t i = 0; i < STREAMS; i++) {
        struct stream *stream = &lab->streams[i];
        if (stream->released < stream->count &&
            (next == NULL || stream->lines[stream->released].time < next->lines[next->released].time))
            next = stream;
    }
    return next;
}

static void replay(struct lab *lab)
{
    for (struct stream *stream = next_stream(lab); stream != NULL; stream = next_stream(lab)) {
        (void)pthread_mutex_lock(&lab->mutex);
        atomic_store(&lab->now, stream->lines[stream->released].time);
        stream->released++;
        lab->polls = 0;
        (void)pthread_cond_broadcast(&lab->changed);
        wait_until_seen(lab, stream);
        (void)pthread_mutex_unlock(&lab->mutex);
    }
}

static void finish(struct lab *lab)
{
    (void)pthread_mutex_lock(&lab->mutex);
    lab->over = true;
    (void)pthread_cond_broadcast(&lab->changed);
    (void)pthread_mutex_unlock(&lab->mutex);
}

static void observe(struct lab *lab, int64_t load_started)
{
    struct error error = ERROR_NONE;
    struct fake_server *server = fake_server_start(serve, lab);
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(server));
    AUTO_FREE char *config = fake_kubeconfig(lab->folder, url, NULL);
    struct kube_client *client = kube_open(config, NULL, &error);
    assert_non_null(client);
    kube_set_limit(client, 0);
    const struct observe_options options = {.client = client,
                                            .namespace = "default",
                                            .metrics_interval = MILLISECOND,
                                            .context = lab,
                                            .now = recorded_now,
                                            .change = see};
    struct observer *observer = observe_start(&options, PATIENCE * NANOSECONDS_PER_SECOND, &error);
    if (observer == NULL)
        fail_msg("%s", error.text);
    const struct variant_description variant = {.name = "replayed",
                                                .title = "",
                                                .hpa = "web",
                                                .load_duration = LOAD_LASTED,
                                                .load_json = "[]",
                                                .started_wall = load_started};
    assert_int_equal(recorder_begin(lab->recorder, &variant, load_started, &error), 0);
    replay(lab);
    finish(lab);
    observe_stop(observer);
    kube_close(client);
    fake_server_stop(server);
}

static int set_up(void **state)
{
    static const struct stream streams[STREAMS] = {
        {.file = "hpa.watch",
         .resource = "horizontalpodautoscalers",
         .list_kind = "{\"kind\":\"HorizontalPodAutoscalerList\",\"apiVersion\":\"autoscaling/v2\"}"},
        {.file = "pods.watch", .resource = "pods", .list_kind = "{\"kind\":\"PodList\",\"apiVersion\":\"v1\"}"},
        {.file = "endpointslices.watch",
         .resource = "endpointslices",
         .list_kind = "{\"kind\":\"EndpointSliceList\",\"apiVersion\":\"discovery.k8s.io/v1\"}"},
        {.file = "events.watch", .resource = "events", .list_kind = "{\"kind\":\"EventList\",\"apiVersion\":\"v1\"}"},
        {.file = "deployments.watch",
         .resource = "deployments",
         .list_kind = "{\"kind\":\"DeploymentList\",\"apiVersion\":\"apps/v1\"}"},
        {.file = "replicasets.watch",
         .resource = "replicasets",
         .list_kind = "{\"kind\":\"ReplicaSetList\",\"apiVersion\":\"apps/v1\"}"},
        [SAMPLES] = {.file = "podmetrics", .resource = "podmetrics"},
    };
    struct lab *lab = memory_allocate(1, sizeof *lab);
    struct error error = ERROR_NONE;
    int64_t listed_until = 0;
    int64_t load_started = 0;
    lab->folder = test_folder_create();
    (void)pthread_mutex_init(&lab->mutex, NULL);
    (void)pthread_cond_init(&lab->changed, NULL);
    assert_int_equal(clock_parse(LISTED_UNTIL, &listed_until, NULL), 0);
    assert_int_equal(clock_parse(LOAD_STARTED, &load_started, NULL), 0);
    atomic_store(&lab->now, listed_until);
    for (size_t i = 0; i < STREAMS; i++) {
        struct stream *stream = &lab->streams[i];
        *stream = streams[i];
        load_stream(stream);
        while (i != SAMPLES && stream->listed < stream->count && stream->lines[stream->listed].time < listed_until)
            stream->listed++;
        stream->released = stream->listed;
    }
    AUTO_FREE char *folder = memory_format("%s/run", lab->folder);
    const struct run_description description = {
        .lesson_name = "replayed", .lesson_title = "A recording", .cluster = "recorded", .cluster_version = "v1.36.2"};
    struct run_store *store = run_store_create(folder, &description, &error);
    if (store == NULL)
        fail_msg("%s", error.text);
    lab->recorder = recorder_create(store, "web", NANOSECONDS_PER_SECOND);
    observe(lab, load_started);
    assert_int_equal(recorder_finish(lab->recorder, "completed", &error), 0);
    recorder_destroy(lab->recorder);
    assert_int_equal(run_store_finish(store, &error), 0);
    run_store_close(store);
    store = run_store_open(folder, &error);
    assert_non_null(store);
    lab->figures = analyze_run(store, &error);
    assert_non_null(lab->figures);
    run_store_close(store);
    *state = lab;
    return 0;
}

static int tear_down(void **state)
{
    struct lab *lab = *state;
    run_figures_destroy(lab->figures);
    for (size_t i = 0; i < STREAMS; i++)
        free(lab->streams[i].content);
    (void)pthread_cond_destroy(&lab->changed);
    (void)pthread_mutex_destroy(&lab->mutex);
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab);
    return 0;
}

static const struct variant_figures *figures_of(void **state)
{
    const struct lab *lab = *state;
    return &lab->figures->variants[0];
}

/* Milliseconds after the load's start at which the recording has it (LOAD_STARTED is 02:03:27.000). */
static void test_decisions(void **state)
{
    static const struct {
        int64_t time;
        int from, to;
    } expected[] = {{9921, 1, 5}, {24986, 5, 6}, {160112, 6, 2}, {175146, 2, 1}};
    const struct variant_figures *variant = figures_of(state);
    assert_int_equal(variant->gap_count, 0);
    assert_int_equal(variant->decision_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(variant->decisions[i].time, expected[i].time * MILLISECOND);
        assert_int_equal(variant->decisions[i].from, expected[i].from);
        assert_int_equal(variant->decisions[i].to, expected[i].to);
    }
}

/* The moment at which a number of pods was first there (or ready) after another moment, in milliseconds. */
static int64_t reached(const struct variant_figures *variant, bool ready, int pods, int64_t after)
{
    for (size_t i = 0; i < variant->replica_step_count; i++) {
        const struct replica_step *step = &variant->replica_steps[i];
        if (step->time > after * MILLISECOND && (ready ? step->ready : step->current) == pods)
            return step->time / MILLISECOND;
    }
    fail_msg("there are never %d %s pods after %lld ms", pods, ready ? "ready" : "existing", (long long)after);
    return 0;
}

/* Each number of pods, when the recording shows the last of them made or ended, and ready. */
static void test_replicas_with_their_delays(void **state)
{
    const struct variant_figures *variant = figures_of(state);
    assert_int_equal(variant->replicas_maximum, 6);
    assert_int_equal(variant->replicas_final, 1);
    assert_int_equal(variant->pods_created, 5);
    assert_int_equal(variant->pods_removed, 5);
    assert_int_equal(reached(variant, false, 5, 0), 9999);      /* decided at 9921 */
    assert_int_equal(reached(variant, true, 5, 0), 17846);      /* 7.8 s later */
    assert_int_equal(reached(variant, false, 6, 17846), 24985); /* decided at 24986, seen a millisecond before */
    assert_int_equal(reached(variant, true, 6, 17846), 31760);
    assert_int_equal(reached(variant, false, 2, 31760), 160165);  /* decided at 160112 */
    assert_int_equal(reached(variant, false, 1, 160165), 175153); /* decided at 175146 */
    for (size_t i = 0; i < variant->replica_step_count; i++) {
        int pods = variant->replica_steps[i].current;
        assert_in_range(pods, 1, 6);
    }
}

static void test_samples(void **state)
{
    const struct variant_figures *variant = figures_of(state);
    const struct metric_figures *metric = &variant->metric;
    assert_true(variant->usage_count > 20);
    assert_true(metric->maximum == 368 && metric->target == 50);
    assert_int_equal(variant->stages[STAGE_READYING].count, 5);
    assert_int_equal(variant->stages[STAGE_READYING].p50, 6289 * MILLISECOND);
}

static void assert_report(const struct lab *lab, enum report_format format, const char *const *parts)
{
    struct error error = ERROR_NONE;
    const struct report_options options = {.columns = 100, .command = "hpalab report"};
    AUTO_BUFFER struct buffer output;
    buffer_init(&output, (size_t)64 << 20);
    if (report_write(format, lab->figures, &options, &output, &error) < 0)
        fail_msg("%s", error.text);
    for (; *parts != NULL; parts++) {
        if (strstr(output.data, *parts) == NULL)
            fail_msg("\"%s\" is not in the report: %.2000s", *parts, output.data);
    }
}

static void test_report(void **state)
{
    static const char *const in_json[] = {"{\"time_s\":9.921,\"from\":1,\"to\":5",
                                          "{\"time_s\":24.986,\"from\":5,\"to\":6",
                                          "{\"time_s\":160.112,\"from\":6,\"to\":2",
                                          "{\"time_s\":175.146,\"from\":2,\"to\":1",
                                          "SuccessfulRescale",
                                          NULL};
    static const char *const in_html[] = {"<!doctype html>", "\"time_s\":160.112", "web-56bbf97f6d-4jn8b", "A recording", NULL};
    static const char *const in_text[] = {"A recording", "Most pods", "ready pods, 0 to 6", "recorded v1.36.2", NULL};
    assert_report(*state, REPORT_JSON, in_json);
    assert_report(*state, REPORT_HTML, in_html);
    assert_report(*state, REPORT_TEXT, in_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_replicas_with_their_delays),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_report),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
