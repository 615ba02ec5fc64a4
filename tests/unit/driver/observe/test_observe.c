/* The observer against a small API: what is reported, what is left out, gaps, samples, the ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "driver/observe/observe.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define JSON "application/json"
#define POD(name, uid) "{\"metadata\":{\"name\":\"" name "\",\"uid\":\"" uid "\",\"managedFields\":[{}]}}"
#define LIST(items) "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[" items "]}"
#define SAMPLES(created, time, cpu)                                                                                              \
    "{\"kind\":\"PodMetricsList\",\"items\":[{\"metadata\":{\"name\":\"a\",\"creationTimestamp\":\"" created                     \
    "\"},\"timestamp\":\"" time "\",\"window\":\"10s\",\"containers\":[{\"name\":\"c\",\"usage\":{\"cpu\":\"" cpu                \
    "\",\"memory\":\"1Ki\"}}]}]}"

struct lab {
    struct fake_server *server;
    char *folder;
    struct kube_client *client;
    const char *refused; /* a part of a path that gets 403; NULL = none */
    pthread_mutex_t mutex;
    int pod_lists;
    int polls;
    struct buffer pods;    /* "listed a, ..." */
    struct buffer samples; /* "sample 1n, failed: ..." */
    int others;            /* changes of other resources */
    int64_t last_arrival;
    bool disordered;
    bool with_managed_fields;
};

static int count(struct lab *lab, int *counter)
{
    (void)pthread_mutex_lock(&lab->mutex);
    int value = ++*counter;
    (void)pthread_mutex_unlock(&lab->mutex);
    return value;
}

static void answer_half(struct fake_connection *connection)
{
    fake_send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf");
    fake_close(connection);
}

static void answer_metrics(struct fake_connection *connection, int number)
{
    if (number <= 2)
        fake_answer(connection, 404, "text/plain", "", "404 page not found\n");
    else if (number == 3)
        fake_answer(connection, 200, JSON, "", SAMPLES("1", "t1", "1n"));
    else if (number == 4)
        fake_answer(connection, 200, JSON, "", SAMPLES("2", "t1", "1n"));
    else if (number == 5)
        fake_answer(connection, 200, JSON, "", SAMPLES("3", "t2", "2n"));
    else if (number == 6)
        answer_half(connection);
    else
        fake_answer(connection, 503, JSON, "", "{\"message\":\"away\",\"reason\":\"ServiceUnavailable\"}");
}

/* The first watch of pods changes one and expires; the list after it lacks one and has another one under an old name. */
static void answer_pods(struct fake_connection *connection, const char *path, struct lab *lab)
{
    if (strstr(path, "watch=1") == NULL) {
        int number = count(lab, &lab->pod_lists);
        fake_answer(connection, 200, JSON, "", number == 1 ? LIST(POD("a", "1") "," POD("b", "2")) : LIST(POD("a", "3")));
        return;
    }
    (void)pthread_mutex_lock(&lab->mutex);
    int lists = lab->pod_lists;
    (void)pthread_mutex_unlock(&lab->mutex);
    fake_answer_head(connection, JSON);
    if (lists == 1)
        fake_send(connection, "{\"type\":\"MODIFIED\",\"object\":" POD(
                                  "a", "1") "}\n"
                                            "{\"type\":\"ADDED\",\"object\":" POD(
                                                "c", "9") "}\n"
                                                          "{\"type\":\"DELETED\",\"object\":" POD(
                                                              "c", "9") "}\n"
                                                                        "{\"type\":\"ERROR\",\"object\":{\"code\":410,"
                                                                        "\"message\":\"too old\",\"reason\":\"Expired\"}}\n");
    else
        (void)fake_wait(connection, 60);
    fake_close(connection);
}

static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct lab *lab = context;
    if (lab->refused != NULL && strstr(request->path, lab->refused) != NULL) {
        fake_answer(connection, 403, JSON, "", "{\"message\":\"not for you\",\"reason\":\"Forbidden\"}");
    } else if (strcmp(request->path, "/apis/metrics.k8s.io/v1beta1/namespaces/x/pods") == 0) {
        answer_metrics(connection, count(lab, &lab->polls));
    } else if (strncmp(request->path, "/api/v1/namespaces/x/pods", 25) == 0) {
        answer_pods(connection, request->path, lab);
    } else if (strstr(request->path, "/namespaces/x/") == NULL) {
        fake_answer(connection, 404, "text/plain", "", "404 page not found\n");
    } else if (strstr(request->path, "watch=1") != NULL) {
        fake_answer_head(connection, JSON);
        (void)fake_wait(connection, 60);
        fake_close(connection);
    } else {
        fake_answer(connection, 200, JSON, "", LIST(POD("one", "1")));
    }
}

static const char *type_name(enum change_type type)
{
    static const char *const names[] = {
        [CHANGE_LISTED] = "listed", [CHANGE_ADDED] = "added", [CHANGE_MODIFIED] = "modified", [CHANGE_DELETED] = "deleted",
        [CHANGE_SAMPLE] = "sample", [CHANGE_GAP] = "gap",     [CHANGE_RESUMED] = "resumed"};
    return names[type];
}

static void append(struct buffer *text, const char *what, const char *detail)
{
    (void)buffer_append_format(text, "%s%s%s%s", text->length > 0 ? ", " : "", what, detail[0] != '\0' ? " " : "", detail);
}

static void see(void *context, const struct change *change)
{
    struct lab *lab = context;
    (void)pthread_mutex_lock(&lab->mutex);
    lab->disordered = lab->disordered || change->arrival < lab->last_arrival;
    lab->last_arrival = change->arrival;
    lab->with_managed_fields = lab->with_managed_fields || json_get(change->object, "metadata", "managedFields") != NULL;
    if (strcmp(change->resource, "pods") == 0)
        append(&lab->pods, type_name(change->type), change->name);
    else if (change->type == CHANGE_SAMPLE && change->object == NULL)
        append(&lab->samples, "failed", strstr(change->text, "connection lost") != NULL ? "" : change->text);
    else if (strcmp(change->resource, "podmetrics") == 0 && change->type != CHANGE_SAMPLE)
        append(&lab->samples, type_name(change->type), "");
    else if (change->type == CHANGE_SAMPLE)
        append(&lab->samples, "sample",
               json_text(json_get(cJSON_GetArrayItem(
                                      json_get(cJSON_GetArrayItem(json_get(change->object, "items"), 0), "containers"), 0),
                                  "usage", "cpu"),
                         ""));
    else
        lab->others++;
    (void)pthread_mutex_unlock(&lab->mutex);
}

static void open_lab(struct lab *lab, const char *refused)
{
    *lab = (struct lab){.folder = test_folder_create(), .refused = refused};
    (void)pthread_mutex_init(&lab->mutex, NULL);
    buffer_init(&lab->pods, 1 << 20);
    buffer_init(&lab->samples, 1 << 20);
    lab->server = fake_server_start(serve, lab);
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(lab->server));
    AUTO_FREE char *path = fake_kubeconfig(lab->folder, url, NULL);
    lab->client = kube_open(path, NULL, NULL);
    assert_non_null(lab->client);
    kube_set_limit(lab->client, 0);
}

static void close_lab(struct lab *lab)
{
    kube_close(lab->client);
    fake_server_stop(lab->server);
    test_folder_remove(lab->folder);
    free(lab->folder);
    buffer_release(&lab->pods);
    buffer_release(&lab->samples);
    (void)pthread_mutex_destroy(&lab->mutex);
}

/* Waits until a text has come, for many seconds more than it takes. */
static void wait_for(struct lab *lab, const struct buffer *text, const char *end)
{
    for (int i = 0; i < 1000; i++) {
        (void)pthread_mutex_lock(&lab->mutex);
        bool there = strstr(text->data, end) != NULL;
        (void)pthread_mutex_unlock(&lab->mutex);
        if (there)
            return;
        clock_sleep_until(clock_monotonic() + 20 * NANOSECONDS_PER_MILLISECOND);
    }
    fail_msg("'%s' does not come in '%s'", end, text->data);
}

static struct observe_options options_for(struct lab *lab)
{
    return (struct observe_options){.client = lab->client,
                                    .namespace = "x",
                                    .metrics_interval = 20 * NANOSECONDS_PER_MILLISECOND,
                                    .context = lab,
                                    .change = see};
}

static void test_changes(void **state)
{
    (void)state;
    struct lab lab;
    struct error error = ERROR_NONE;
    open_lab(&lab, NULL);
    struct observe_options options = options_for(&lab);
    struct observer *observer = observe_start(&options, 20 * NANOSECONDS_PER_SECOND, &error);
    if (observer == NULL)
        fail_msg("%s", error.text);
    wait_for(&lab, &lab.pods, "deleted b");
    wait_for(&lab, &lab.samples, "away");
    observe_stop(observer);
    assert_string_equal(lab.pods.data,
                        "listed a, listed b, modified a, added c, deleted c, gap, deleted a, listed a, deleted b, resumed");
    assert_string_equal(
        lab.samples.data,
        "failed 404 page not found (404), sample 1n, sample 2n, gap, failed, resumed, failed away (503 ServiceUnavailable)");
    assert_int_equal(lab.others, 8);
    assert_false(lab.disordered);
    assert_false(lab.with_managed_fields);
    close_lab(&lab);
}

static void test_refused(void **state)
{
    (void)state;
    struct lab lab;
    struct error error = ERROR_NONE;
    open_lab(&lab, "/replicasets");
    struct observe_options options = options_for(&lab);
    assert_null(observe_start(&options, 60 * NANOSECONDS_PER_SECOND, &error));
    assert_string_equal(error.text, "/apis/apps/v1/namespaces/x/replicasets: not for you (403 Forbidden)");
    options.namespace = "../x";
    assert_null(observe_start(&options, NANOSECONDS_PER_SECOND, &error));
    assert_non_null(strstr(error.text, "is no name of a namespace"));
    close_lab(&lab);
}

static void answer_500(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_answer(connection, 500, JSON, "", "{\"message\":\"broken\"}");
}

static void test_deadline(void **state)
{
    (void)state;
    struct lab lab;
    struct error error = ERROR_NONE;
    open_lab(&lab, NULL);
    fake_server_stop(lab.server);
    kube_close(lab.client);
    lab.server = fake_server_start(answer_500, NULL);
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(lab.server));
    AUTO_FREE char *path = fake_kubeconfig(lab.folder, url, NULL);
    lab.client = kube_open(path, NULL, NULL);
    struct observe_options options = options_for(&lab);
    assert_null(observe_start(&options, NANOSECONDS_PER_SECOND, &error));
    assert_string_equal(error.text, "horizontalpodautoscalers could not be listed in time: broken (500)");
    close_lab(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
