#include "tests/unit/driver/fleet/fake_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base64.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/schedule.h"
#include "driver/wire/wire_results.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define JSON "application/json"
#define LARGEST_ANSWER (1 << 20)

const char FAKE_READY[] =
    "{\"phase\":\"Running\",\"podIP\":\"10.0.0.1\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}";

const char FAKE_LEAVING[] = "leaving";

/* Whether the arrival of this number is the generator's at this moment, by its epochs. */
static bool owns(const struct wire_plan *plan, uint64_t number, int64_t moment)
{
    const struct wire_epoch *epoch = NULL;
    for (size_t i = 0; i < plan->epoch_count && plan->epochs[i].from <= moment; i++)
        epoch = &plan->epochs[i];
    if (epoch == NULL)
        return false;
    struct segment *segment = segment_create(epoch->index, epoch->count, epoch->weights, NULL);
    assert_non_null(segment);
    bool owned = segment_owns(segment, number);
    segment_destroy(segment);
    return owned;
}

static uint64_t arrivals_of(const struct fake_generator *generator, int64_t second)
{
    const struct wire_plan *plan = &generator->plan;
    struct schedule schedule;
    uint64_t number = 0;
    int64_t moment = 0;
    uint64_t count = 0;
    schedule_init(&schedule, &plan->loads[0].spec, NULL);
    while (schedule_next(&schedule, &number, &moment))
        if (moment / NANOSECONDS_PER_SECOND == second && owns(plan, number, moment))
            count++;
    return count;
}

static int64_t elapsed(const struct fake_generator *generator)
{
    return generator->at == 0 ? -1 : clock_wall() + generator->clock_ahead - generator->at;
}

static void append_batch(const struct fake_generator *generator, size_t sequence, struct buffer *text)
{
    int64_t second = generator->first + (int64_t)sequence + generator->invents;
    struct load_tick tick = {.second = second, .target_rate = load_spec_rate_at(&generator->plan.loads[0].spec, second)};
    tick.planned = tick.sent = arrivals_of(generator, second);
    struct load_row row = {.second = second, .first_sent = -1, .last_sent = -1, .last_connection = -1};
    row.outcomes[OUTCOME_OK] = tick.planned;
    const struct wire_batch batch = {.sequence = sequence, .tick_count = 1, .row_count = 1, .ticks = &tick, .rows = &row};
    assert_int_equal(wire_batch_write(&batch, text), 0);
}

static void answer_results(struct fake_connection *connection, struct fake_generator *generator, size_t since)
{
    AUTO_BUFFER struct buffer text;
    char *batches[FAKE_SECONDS] = {NULL};
    buffer_init(&text, LARGEST_ANSWER);
    int64_t now = elapsed(generator);
    int64_t end = load_spec_duration(&generator->plan.loads[0].spec);
    int64_t whole = (now < end ? now : end) / NANOSECONDS_PER_SECOND - generator->first;
    if (whole > (int64_t)generator->told && !generator->stops)
        generator->told = (size_t)whole;
    assert_true(generator->told < FAKE_SECONDS);
    for (size_t i = since; i < generator->told; i++) {
        struct buffer batch;
        buffer_init(&batch, LARGEST_ANSWER);
        append_batch(generator, i, &batch);
        batches[i - since] = buffer_steal(&batch);
    }
    const struct wire_results results = {
        .part = generator->plan.part, .next = generator->told, .complete = now >= end || generator->stops};
    size_t count = generator->told > since ? generator->told - since : 0;
    assert_int_equal(wire_results_write(&results, (const char *const *)batches, count, &text), 0);
    for (size_t i = 0; i < count; i++)
        free(batches[i]);
    fake_answer(connection, 200, JSON, "", text.data);
}

static void answer_status(struct fake_connection *connection, const struct fake_generator *generator)
{
    struct wire_status status = {.now = clock_wall() + generator->clock_ahead, .cpu = 0.25, .memory = 8 << 20};
    status.state = generator->stops ? WIRE_STOPPED : generator->at != 0 ? WIRE_RUNNING : WIRE_IDLE;
    if (generator->has_plan && elapsed(generator) >= load_spec_duration(&generator->plan.loads[0].spec))
        status.state = WIRE_FINISHED;
    (void)snprintf(status.limit, sizeof status.limit, "%s", generator->is_limit ? "generator" : "none");
    AUTO_FREE char *text = wire_status_write(&status);
    fake_answer(connection, 200, JSON, "", text);
}

/* As the real one: more epochs behind those that are known. */
static int take_plan(struct fake_generator *generator, const char *body)
{
    struct error error = ERROR_NONE;
    struct wire_plan plan = {0};
    if (wire_plan_read(body, strlen(body), &plan, &error) < 0) {
        wire_plan_release(&plan);
        return 409;
    }
    bool goes_on = generator->has_plan && strcmp(generator->plan.id, plan.id) == 0;
    for (size_t i = 0; goes_on && i < plan.epoch_count; i++) {
        bool is_known = i < generator->plan.epoch_count;
        if (is_known)
            assert_int_equal(plan.epochs[i].from, generator->plan.epochs[i].from);
        else
            assert_true(plan.epochs[i].from >= elapsed(generator) + WIRE_EPOCH_NOTICE);
    }
    if (!goes_on) {
        generator->at = 0;
        generator->told = 0;
    }
    wire_plan_release(&generator->plan);
    generator->plan = plan;
    generator->has_plan = true;
    return 200;
}

static int take_start(struct fake_generator *generator, const char *body)
{
    struct wire_start start;
    if (wire_start_read(body, strlen(body), &start, NULL) < 0 || strcmp(start.plan, generator->plan.id) != 0)
        return 400;
    generator->at = start.at;
    generator->first = elapsed(generator) > 0 ? elapsed(generator) / NANOSECONDS_PER_SECOND : 0;
    return 200;
}

static void serve_generator(struct fake_connection *connection, const struct fake_request *request,
                            struct fake_generator *generator)
{
    const char *path = strstr(request->path, "/proxy") + strlen("/proxy");
    int code = 200;
    if (generator->dead) {
        fake_answer(connection, 503, "text/plain", "", "no route to it\n");
        return;
    }
    if (strcmp(path, "/v1/status") == 0) {
        answer_status(connection, generator);
        return;
    }
    if (strncmp(path, "/v1/results?since=", 18) == 0 && generator->has_plan) {
        answer_results(connection, generator, strtoul(path + 18, NULL, 10));
        return;
    }
    if (strcmp(path, "/v1/plan") == 0)
        code = take_plan(generator, request->body);
    else if (strcmp(path, "/v1/start") == 0)
        code = take_start(generator, request->body);
    else if (strcmp(path, "/v1/stop") == 0)
        generator->stops = true;
    else
        code = 409;
    fake_answer(connection, code, JSON, "", code == 200 ? "{}" : "{\"error\":\"not in this state\"}");
}

/* The token that every request to a generator carries. */
static bool has_token(const struct fake_cluster *cluster, const struct fake_request *request)
{
    AUTO_JSON cJSON *secret = json_parse(cluster->secret, strlen(cluster->secret), NULL);
    AUTO_FREE char *token = base64_decode(json_text(json_get(secret, "data", "token"), ""), NULL, NULL);
    AUTO_FREE char *line = memory_format("X-Hpalab-Token: %s\r\n", token);
    return strlen(token) >= 32 && strstr(request->headers, line) != NULL;
}

static void keep(char **kept, const char *text)
{
    free(*kept);
    *kept = memory_copy_text(text);
}

/* Names are metadata of the Job as it was posted, with a uid. */
static void serve_object(struct fake_cluster *cluster, struct fake_connection *connection, const struct fake_request *request)
{
    if (strcmp(request->method, "DELETE") == 0) {
        cluster->deleted++;
    } else if (strcmp(request->method, "PATCH") == 0) {
        keep(&cluster->patch, request->body);
    } else if (strstr(request->path, "/secrets") != NULL) {
        keep(&cluster->secret, request->body);
    } else {
        AUTO_JSON cJSON *made = json_parse(request->body, strlen(request->body), NULL);
        keep(&cluster->job, request->body);
        json_set_text(json_object_at(made, "metadata"), "uid", "uid-of-the-owner");
        AUTO_FREE char *text = json_print(made);
        fake_answer(connection, 201, JSON, "", text);
        return;
    }
    fake_answer(connection, 200, JSON, "", "{}");
}

static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct fake_cluster *cluster = context;
    const char *pod = strstr(request->path, "/pods/generator-");
    (void)pthread_mutex_lock(&cluster->lock);
    if (pod != NULL && strstr(pod, ":8089/proxy/") != NULL) {
        size_t index = strtoul(pod + strlen("/pods/generator-"), NULL, 10);
        cluster->unauthorised += !has_token(cluster, request);
        serve_generator(connection, request, &cluster->generators[index % FAKE_GENERATORS]);
    } else {
        serve_object(cluster, connection, request);
    }
    (void)pthread_mutex_unlock(&cluster->lock);
}

void fake_cluster_start(struct fake_cluster *cluster)
{
    *cluster = (struct fake_cluster){.folder = test_folder_create()};
    (void)pthread_mutex_init(&cluster->lock, NULL);
    cluster->server = fake_server_start(serve, cluster);
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(cluster->server));
    AUTO_FREE char *path = fake_kubeconfig(cluster->folder, url, "t0ken-1234");
    cluster->client = kube_open(path, NULL, NULL);
    assert_non_null(cluster->client);
}

void fake_cluster_stop(struct fake_cluster *cluster)
{
    kube_close(cluster->client);
    fake_server_stop(cluster->server);
    for (size_t i = 0; i < FAKE_GENERATORS; i++)
        wire_plan_release(&cluster->generators[i].plan);
    test_folder_remove(cluster->folder);
    (void)pthread_mutex_destroy(&cluster->lock);
    free(cluster->folder);
    free(cluster->job);
    free(cluster->secret);
    free(cluster->patch);
}

char *fake_cluster_fleet(struct fake_cluster *cluster)
{
    AUTO_JSON cJSON *job = json_parse(cluster->job, strlen(cluster->job), NULL);
    return memory_copy_text(json_text(json_get(job, "metadata", "labels", "hpalab/fleet"), ""));
}

void fake_cluster_show(struct fake_cluster *cluster, struct fleet *fleet, size_t index, enum change_type type, const char *status)
{
    AUTO_FREE char *fleet_id = fake_cluster_fleet(cluster);
    bool is_leaving = status == FAKE_LEAVING;
    AUTO_FREE char *text =
        memory_format("{\"metadata\":{\"name\":\"generator-%zu\",\"uid\":\"uid-%zu\",%s\"labels\":{\"hpalab/fleet\":\"%s\","
                      "\"batch.kubernetes.io/job-completion-index\":\"%zu\"}},\"spec\":{\"nodeName\":\"lab\"},\"status\":%s}",
                      index, index, is_leaving ? "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"," : "", fleet_id, index,
                      is_leaving ? FAKE_READY : status);
    AUTO_JSON cJSON *pod = json_parse(text, strlen(text), NULL);
    assert_non_null(pod);
    const struct change change = {.arrival = clock_monotonic(), .type = type, .resource = "pods", .name = "", .object = pod};
    fleet_see(fleet, &change);
}
