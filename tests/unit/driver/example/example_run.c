#include "tests/unit/driver/example/example_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/store/run_store.h"
#include "tests/unit/driver/example/example_objects.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define LATER (INT64_MAX / 4) /* never, with room for sums */
#define MOST_PODS 6
#define ENTRIES 10
#define FULL_RATE 60.0
#define BOOT (6 * SECOND)
#define STARTED_WALL (INT64_C(1795312800) * SECOND)

enum probe { PROBE_NONE, PROBE_BOOT, PROBE_WARM };

static const struct {
    const char *name, *title;
    enum probe probe;
    const char *expectations[4];
} VARIANTS[] = {
    {"no-probe", "Without a probe", PROBE_NONE, {"spikes.booting.count > 0", "spikes.max > 4s"}},
    {"boot-probe",
     "Probe that waits for the boot",
     PROBE_BOOT,
     {"spikes.booting.count == 0", "lost.count == 0", "cold.count > 0"}},
    {"warm-probe",
     "Probe that also warms the cache",
     PROBE_WARM,
     {"lost.count == 0", "response_time: p(99)<1000", "spikes.count == 0", "cold.count == 0"}},
};

struct model_pod {
    char name[64];
    int64_t created, started, booted, ready, deleted, terminated, gone;
    int64_t entry_built[ENTRIES]; /* LATER = not yet */
    int answers;
    int64_t busy_until;
};

struct model {
    struct run_store *store;
    const struct example_options *options;
    enum probe probe;
    struct model_pod pods[MOST_PODS];
    int64_t load_end;
    int64_t started_wall;
    uint32_t random;
    struct load_row rows[MOST_PODS + 1][WARMTH_COUNT]; /* of the present second; the last pod = no answer */
};

static void must(int result, const struct error *error)
{
    if (result >= 0)
        return;
    fprintf(stderr, "example run: %s\n", error->text);
    exit(1);
}

static double random_share(struct model *model)
{
    model->random = model->random * 1664525U + 1013904223U;
    return (double)(model->random >> 8) / (double)(1U << 24);
}

static double rate_at(const struct model *model, double seconds)
{
    double end = (double)model->load_end / (double)SECOND;
    if (seconds < 8)
        return FULL_RATE * seconds / 8;
    if (seconds < end - 5)
        return FULL_RATE;
    return seconds < end ? FULL_RATE * (end - seconds) / 5 : 0;
}

/* One pod before the load, two more at 9.2 s, three more at 12.3 s; the youngest three go at 33.5 s. */
static void plan_pods(struct model *model, int variant)
{
    static const double created[MOST_PODS] = {-60, 9.25, 9.26, 12.35, 12.36, 12.38};
    for (int index = 0; index < MOST_PODS; index++) {
        struct model_pod *pod = &model->pods[index];
        snprintf(pod->name, sizeof pod->name, "webapp-7d9c5b%d-%c%dxk", variant, 'b' + index, index);
        pod->created = (int64_t)(created[index] * (double)SECOND);
        pod->started = pod->created + 180 * MILLISECOND + index * 30 * MILLISECOND;
        pod->booted = pod->started + BOOT + index * 20 * MILLISECOND;
        pod->ready = model->probe == PROBE_NONE
                         ? pod->started
                         : pod->booted + 400 * MILLISECOND + (model->probe == PROBE_WARM ? 1600 * MILLISECOND : 0);
        pod->deleted = index >= 3 ? 33500 * MILLISECOND + index * 10 * MILLISECOND : LATER;
        pod->terminated = index >= 3 ? pod->deleted + 1800 * MILLISECOND : LATER;
        pod->gone = index >= 3 ? pod->terminated + 300 * MILLISECOND : LATER;
        for (int entry = 0; entry < ENTRIES; entry++)
            pod->entry_built[entry] = index == 0 || model->probe == PROBE_WARM ? INT64_MIN : LATER;
    }
}

static void add_change(struct model *model, int64_t time, enum change_type type, const char *resource, const char *name,
                       cJSON *object)
{
    struct error error = ERROR_NONE;
    struct change change = {.type = type, .resource = resource, .name = name, .object = object};
    must(run_store_add_change(model->store, time, &change, &error), &error);
    cJSON_Delete(object);
}

static struct pod_state pod_state(const struct model *model, const struct model_pod *pod, int64_t time)
{
    return (struct pod_state){.name = pod->name,
                              .probe = model->probe != PROBE_NONE,
                              .scheduled = time >= pod->created + 10 * MILLISECOND,
                              .running = time >= pod->started && time < pod->terminated,
                              .terminated = time >= pod->terminated,
                              .ready = time >= pod->ready && time < pod->terminated,
                              .deleting = time >= pod->deleted,
                              .created_wall = model->started_wall + pod->created,
                              .number = (int)(pod - model->pods)};
}

static void add_pod(struct model *model, const struct model_pod *pod, int64_t time, enum change_type type)
{
    struct pod_state state = pod_state(model, pod, time);
    add_change(model, time, type, "pods", pod->name, example_pod(&state));
}

static void add_slice(struct model *model, int64_t time)
{
    struct pod_state states[MOST_PODS];
    size_t count = 0;
    for (int index = 0; index < MOST_PODS; index++) {
        const struct model_pod *pod = &model->pods[index];
        if (time >= pod->started && time < pod->terminated)
            states[count++] = pod_state(model, pod, time);
    }
    add_change(model, time, CHANGE_MODIFIED, "endpointslices", "webapp-abc12", example_slice(states, count));
}

static void add_event(struct model *model, int64_t time, const char *kind, const char *name, const char *reason,
                      const char *message, const char *type)
{
    char event[128];
    snprintf(event, sizeof event, "%s.%s.%lld", name, reason, (long long)time);
    add_change(model, time, CHANGE_ADDED, "events", event, example_event(kind, name, reason, message, type));
}

static void add_pod_life(struct model *model, const struct model_pod *pod)
{
    char message[160];
    if (pod->created < 0) {
        add_pod(model, pod, -15 * SECOND, CHANGE_LISTED);
    } else {
        snprintf(message, sizeof message, "Successfully assigned default/%s to node1", pod->name);
        add_pod(model, pod, pod->created, CHANGE_ADDED);
        add_pod(model, pod, pod->created + 12 * MILLISECOND, CHANGE_MODIFIED);
        add_event(model, pod->created + 14 * MILLISECOND, "Pod", pod->name, "Scheduled", message, "Normal");
        add_event(model, pod->created + 90 * MILLISECOND, "Pod", pod->name, "Pulled",
                  "Container image \"hpalab:0.1.0\" already present on machine and can be accessed by the pod", "Normal");
        add_pod(model, pod, pod->started, CHANGE_MODIFIED);
        add_event(model, pod->started + 3 * MILLISECOND, "Pod", pod->name, "Started", "Container started", "Normal");
        add_slice(model, pod->started + 5 * MILLISECOND);
        if (model->probe != PROBE_NONE) {
            add_event(model, pod->started + SECOND, "Pod", pod->name, "Unhealthy",
                      "Readiness probe failed: Get \"http://127.64.0.3:8080/readyz\": context deadline exceeded", "Warning");
            add_pod(model, pod, pod->ready, CHANGE_MODIFIED);
            add_slice(model, pod->ready + 6 * MILLISECOND);
        }
    }
    if (pod->deleted == LATER)
        return;
    add_pod(model, pod, pod->deleted, CHANGE_MODIFIED);
    add_event(model, pod->deleted + 9 * MILLISECOND, "Pod", pod->name, "Killing", "Stopping container webapp", "Normal");
    add_slice(model, pod->deleted + 30 * MILLISECOND);
    add_pod(model, pod, pod->terminated, CHANGE_MODIFIED);
    add_slice(model, pod->terminated + 8 * MILLISECOND);
    add_pod(model, pod, pod->gone, CHANGE_DELETED);
}

static void add_hpa(struct model *model, int64_t time, enum change_type type, int current, int desired, int utilization,
                    const char *reason)
{
    struct hpa_state state = {.current = current, .desired = desired, .utilization = utilization, .reason = reason};
    add_change(model, time, type, "horizontalpodautoscalers", "webapp", example_hpa(&state));
}

static void add_scaling(struct model *model)
{
    static const char *const above = "New size: %d; reason: cpu resource utilization (percentage of request) above target";
    static const struct {
        double time;
        int current, desired, utilization;
    } steps[] = {{-2, 1, 1, 1},    {1, 1, 1, 7},     {4, 1, 1, 31},    {7, 1, 1, 52},    {9.2, 1, 3, 128}, {12.3, 3, 6, 118},
                 {15.3, 6, 6, 61}, {18.3, 6, 6, 47}, {24.3, 6, 6, 49}, {33.4, 6, 3, 24}, {36.4, 3, 3, 38}};
    add_hpa(model, -15 * SECOND, CHANGE_LISTED, 1, 0, -1, "");
    add_hpa(model, -5 * SECOND, CHANGE_MODIFIED, 1, 0, -1, "FailedGetResourceMetric");
    add_change(model, -15 * SECOND, CHANGE_LISTED, "deployments", "webapp", example_deployment(1));
    for (size_t index = 0; index < sizeof steps / sizeof *steps; index++) {
        int64_t time = (int64_t)(steps[index].time * (double)SECOND);
        char message[160];
        add_hpa(model, time, CHANGE_MODIFIED, steps[index].current, steps[index].desired, steps[index].utilization, "");
        if (steps[index].desired == steps[index].current)
            continue;
        if (steps[index].desired > steps[index].current)
            snprintf(message, sizeof message, "New size: %d; reason: %s", steps[index].desired, strstr(above, "cpu"));
        else
            snprintf(message, sizeof message, "New size: %d; reason: All metrics below target", steps[index].desired);
        add_event(model, time + MILLISECOND, "HorizontalPodAutoscaler", "webapp", "SuccessfulRescale", message, "Normal");
        add_change(model, time + 2 * MILLISECOND, CHANGE_MODIFIED, "deployments", "webapp",
                   example_deployment(steps[index].desired));
    }
}

static void add_usage(struct model *model)
{
    for (int64_t end = 2; end * SECOND < model->load_end; end += 3) {
        struct usage_item items[MOST_PODS];
        size_t count = 0;
        double seconds = (double)end - 1.5;
        for (int index = 0; index < MOST_PODS; index++) {
            const struct model_pod *pod = &model->pods[index];
            if (pod->booted + 3 * SECOND > end * SECOND || pod->deleted < end * SECOND)
                continue;
            items[count++] = (struct usage_item){.pod = pod->name, .millicores = 4 * rate_at(model, seconds) + 0.5};
        }
        for (size_t index = 0; index < count; index++)
            items[index].millicores /= (double)count;
        add_change(model, end * SECOND + 700 * MILLISECOND, CHANGE_SAMPLE, "podmetrics", "",
                   example_usage(model->started_wall + end * SECOND, 3, items, count));
    }
}

static int pick_pod(struct model *model, int64_t time)
{
    int candidates[MOST_PODS];
    int count = 0;
    for (int index = 0; index < MOST_PODS; index++) {
        /* The proxy follows the endpoints up to a second late. */
        if (time >= model->pods[index].ready + 200 * MILLISECOND && time < model->pods[index].deleted + 600 * MILLISECOND)
            candidates[count++] = index;
    }
    return count > 0 ? candidates[(int)(random_share(model) * count)] : MOST_PODS;
}

/* What a request meets: it fills in the exemplar. */
static void answer(struct model *model, int pod_index, int64_t number, struct load_exemplar *request)
{
    request->sent = request->intended + (int64_t)(random_share(model) * 200000);
    if (pod_index == MOST_PODS) {
        request->outcome = OUTCOME_REFUSED;
        request->finished = request->sent + MILLISECOND;
        return;
    }
    struct model_pod *pod = &model->pods[pod_index];
    int entry = (int)(number % ENTRIES);
    if (request->sent > pod->deleted && model->probe == PROBE_NONE && random_share(model) < 0.3) {
        request->outcome = OUTCOME_RESET;
        request->finished = request->sent + 2 * MILLISECOND;
        return;
    }
    int64_t begins = request->sent > pod->booted ? request->sent : pod->booted;
    bool cold = false;
    for (int other = 0; other < ENTRIES; other++)
        cold = cold || pod->entry_built[other] > begins;
    int64_t cost = 4 * MILLISECOND + (int64_t)(random_share(model) * 3 * (double)MILLISECOND);
    if (pod->entry_built[entry] == LATER) {
        pod->busy_until = (pod->busy_until > begins ? pod->busy_until : begins) + 150 * MILLISECOND;
        pod->entry_built[entry] = pod->busy_until;
    }
    if (pod->entry_built[entry] > begins)
        begins = pod->entry_built[entry];
    request->finished = begins + cost;
    request->server_age = request->finished - pod->started;
    request->warmth = cold ? WARMTH_COLD : WARMTH_WARM;
    snprintf(request->server, sizeof request->server, "%s", pod->name);
    pod->answers++;
}

static void count_request(struct model *model, int pod_index, const struct load_exemplar *request)
{
    struct load_row *row = &model->rows[request->outcome == OUTCOME_OK ? pod_index : MOST_PODS][request->warmth];
    row->outcomes[request->outcome]++;
    row->connections++;
    row->bytes_received += request->outcome == OUTCOME_OK ? 640 : 0;
    row->first_sent = row->first_sent < 0 ? request->sent : row->first_sent;
    row->last_sent = row->last_connection = request->sent;
    if (request->outcome != OUTCOME_OK)
        return;
    histogram_record(&row->response, request->finished - request->intended);
    histogram_record(&row->service, request->finished - request->sent);
}

static void send_request(struct model *model, int64_t number, int64_t intended)
{
    struct load_exemplar request = {.reason = EXEMPLAR_FIRST,
                                    .outcome = OUTCOME_OK,
                                    .http_status = 200,
                                    .intended = intended,
                                    .server_age = -1,
                                    .new_connection = true};
    int pod = pick_pod(model, intended);
    answer(model, pod, number, &request);
    count_request(model, pod, &request);
    bool slow = request.finished - request.intended > SECOND;
    bool first = request.outcome == OUTCOME_OK && model->pods[pod].answers <= 10;
    if (request.outcome != OUTCOME_OK)
        request.http_status = 0;
    if (!slow && !first && request.outcome == OUTCOME_OK)
        return;
    request.reason = request.outcome != OUTCOME_OK ? EXEMPLAR_LOST : slow ? EXEMPLAR_SLOW : EXEMPLAR_FIRST;
    struct error error = ERROR_NONE;
    must(run_store_add_exemplar(model->store, "visitors", &request, &error), &error);
}

static void clear_row(struct load_row *row)
{
    histogram_release(&row->response);
    histogram_release(&row->service);
    *row = (struct load_row){.first_sent = -1, .last_sent = -1, .last_connection = -1};
}

static void flush_rows(struct model *model, int64_t second)
{
    struct error error = ERROR_NONE;
    for (int pod = 0; pod <= MOST_PODS; pod++) {
        for (int warmth = 0; warmth < WARMTH_COUNT; warmth++) {
            struct load_row *row = &model->rows[pod][warmth];
            row->second = second;
            row->warmth = (enum load_warmth)warmth;
            snprintf(row->server, sizeof row->server, "%s", pod < MOST_PODS ? model->pods[pod].name : "");
            if (row->first_sent >= 0)
                must(run_store_add_row(model->store, "visitors", row, &error), &error);
            clear_row(row);
        }
    }
}

static void run_load(struct model *model)
{
    double due = 0;
    int64_t number = 0;
    for (int pod = 0; pod <= MOST_PODS; pod++) {
        for (int warmth = 0; warmth < WARMTH_COUNT; warmth++)
            clear_row(&model->rows[pod][warmth]);
    }
    for (int64_t second = 0; second * SECOND < model->load_end; second++) {
        struct load_tick tick = {.second = second, .target_rate = rate_at(model, (double)second + 0.5), .cpu = 0.04};
        due += tick.target_rate;
        int64_t count = (int64_t)due - number;
        for (int64_t index = 0; index < count; index++)
            send_request(model, number++, second * SECOND + index * SECOND / count);
        tick.planned = tick.sent = (uint64_t)count;
        for (int64_t index = 0; index < count; index++)
            histogram_record(&tick.lateness, 300000);
        struct error error = ERROR_NONE;
        must(run_store_add_tick(model->store, "visitors", &tick, &error), &error);
        histogram_release(&tick.lateness);
        flush_rows(model, second);
    }
}

static void write_variant(struct run_store *store, int index, const struct example_options *options)
{
    struct error error = ERROR_NONE;
    struct model model = {.store = store, .options = options, .probe = VARIANTS[index].probe, .random = 20261122};
    model.load_end = options->minutes > 0 ? options->minutes * 60 * SECOND : 38 * SECOND;
    model.started_wall = STARTED_WALL + index * 90 * SECOND;
    size_t expectations = 0;
    while (expectations < 4 && VARIANTS[index].expectations[expectations] != NULL)
        expectations++;
    struct variant_description description = {
        .name = options->hostile_text && index == 0 ? "</script><img src=x onerror=alert(1)>" : VARIANTS[index].name,
        .title = options->hostile_text && index == 1 ? "\"><b onmouseover='alert(2)'>&amp;" : VARIANTS[index].title,
        .hpa = "webapp",
        .spike_over = SECOND,
        .expectation_count = expectations,
        .expectations = VARIANTS[index].expectations,
        .load_duration = model.load_end,
        .load_json = "[{\"name\":\"visitors\",\"url\":\"http://webapp:8080/post/"
                     "{1..10}\",\"start_rate\":0,\"stages\":[{\"duration_s\":8,\"target\":60}]}]",
        .started_wall = model.started_wall};
    plan_pods(&model, index);
    must(run_store_begin_variant(store, &description, &error), &error);
    if (options->bare)
        must(run_store_end_variant(store, "nothing was recorded", &error), &error);
    if (options->bare)
        return;
    add_scaling(&model);
    add_change(&model, -15 * SECOND, CHANGE_LISTED, "endpointslices", "webapp-abc12", example_slice(NULL, 0));
    add_slice(&model, -10 * SECOND);
    for (int pod = 0; pod < MOST_PODS; pod++)
        add_pod_life(&model, &model.pods[pod]);
    add_usage(&model);
    run_load(&model);
    if (!options->killed || index < 2)
        must(run_store_end_variant(store, "completed", &error), &error);
}

static const char EXPLANATION[] =
    "# What a readiness probe saves\n\n"
    "A pod without a *readiness probe* counts as ready as soon as its container runs. The Service sends it requests while the "
    "program "
    "still boots, and **they wait until it is up**.\n\n"
    "With a probe (`readinessProbe`) the pod joins the endpoints when it says so itself.\n\n"
    "## What to try next\n\n- `hpalab run readiness-probe --pace kubernetes`\n- make the boot longer: `BOOT_SECONDS=12`\n\n"
    "```\nkubectl get hpa webapp --watch\n```\n";

static const char HOSTILE_EXPLANATION[] = "</script><script>alert(3)</script>\n\n[click](javascript:alert(4)) <img src=x "
                                          "onerror=alert(5)>\n\n`<b>`\n\n    code & more\n";

void example_run_write(const char *folder, const struct example_options *options)
{
    struct error error = ERROR_NONE;
    struct run_description description = {.lesson_name = "readiness-probe",
                                          .lesson_title = options->hostile_text ? "<script>alert(\"title\")</script>"
                                                                                : "What a readiness probe saves",
                                          .lesson_file = "lessons/readiness-probe/lesson.yaml",
                                          .lesson_hash = "3f1c9a5e0b7d42f6a8c1e2d3b4a5968778695a4b3c2d1e0f3f1c9a5e0b7d42f6",
                                          .lesson_text = "apiVersion: hpalab/v1\nkind: Lesson\n",
                                          .explanation = options->hostile_text ? HOSTILE_EXPLANATION : EXPLANATION,
                                          .cluster = "test data",
                                          .cluster_version = "v1.36.0",
                                          .pace = "quick",
                                          .machine = "no machine: made by a model for tests",
                                          .command = "hpalab run lessons/readiness-probe",
                                          .started_wall = STARTED_WALL - 20 * SECOND};
    struct run_store *store = run_store_create(folder, &description, &error);
    must(store == NULL ? -1 : 0, &error);
    must(run_store_add_note(store, "This run is test data: a model wrote it, nothing was measured.", &error), &error);
    for (int index = 0; index < 3 && !options->empty; index++)
        write_variant(store, index, options);
    if (!options->killed)
        must(run_store_finish(store, &error), &error);
    run_store_close(store);
}
