/*
 * An API server in the test's own process, on a slice of loopback addresses of its own, with a node that answers from
 * fixed values; and requests to it. Static functions, so that each test program includes them.
 */
#ifndef TESTS_UNIT_CLUSTER_API_SERVER_FIXTURE_H
#define TESTS_UNIT_CLUSTER_API_SERVER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/api/server.h"
#include "common/clock.h"
#include "common/file.h"
#include "tests/support/http.h"

struct fixture {
    struct address_slice *slice;
    struct credentials credentials;
    struct store *store;
    struct registry *registry;
    struct server *server;
    char folder[32];
    char *authority_file;
    char *authorization;
    bool metrics_down;
};

static int fixture_read_log(void *kubelet, const char *namespace, const char *pod, const struct log_request *request,
                            struct buffer *text, struct log_position *position, struct status *status)
{
    (void)kubelet;
    (void)status;
    if (request->offset == 0)
        buffer_append_format(text, "first line of %s/%s in %s, tail %ld\n", namespace, pod, request->container,
                             (long)request->tail_lines);
    if (position != NULL)
        *position = (struct log_position){.offset = request->offset + text->length, .ended = true};
    return 0;
}

/* One pod that exists and one that does not. */
static cJSON *fixture_pod_metrics(void *metrics, const char *namespace, struct status *status)
{
    static const char text[] =
        "[{\"metadata\":{\"name\":\"web\",\"namespace\":\"default\",\"creationTimestamp\":\"2026-11-22T01:00:26Z\"},"
        "\"timestamp\":\"2026-11-22T01:00:22Z\",\"window\":\"15.003s\",\"containers\":[{\"name\":\"web\",\"usage\":"
        "{\"cpu\":\"123988n\",\"memory\":\"404Ki\"}}]},{\"metadata\":{\"name\":\"gone\",\"namespace\":\"default\"}}]";
    const struct fixture *fixture = metrics;
    (void)namespace;
    if (!fixture->metrics_down)
        return json_parse(text, sizeof text - 1, NULL);
    status_set(status, 503, "ServiceUnavailable", "the server is currently unable to handle the request");
    return NULL;
}

/* One metric, "requests", of the pods a and b; with the label code=200. */
static cJSON *fixture_scraped(void *scraper, const char *namespace, const char *metric, const struct selector *labels)
{
    static const char values[] = "[{\"pod\":\"a\",\"milli\":1500,\"timestamp\":\"2026-11-22T01:00:22Z\",\"windowSeconds\":15},"
                                 "{\"pod\":\"b\",\"milli\":2000,\"timestamp\":\"2026-11-22T01:00:20Z\",\"windowSeconds\":15}]";
    static const char series[] = "{\"metadata\":{\"labels\":{\"code\":\"200\"}}}";
    AUTO_JSON cJSON *labelled = json_parse(series, sizeof series - 1, NULL);
    (void)scraper;
    if (strcmp(namespace, "default") != 0 || strcmp(metric, "requests") != 0)
        return NULL;
    return selector_matches(labels, labelled) ? json_parse(values, sizeof values - 1, NULL) : cJSON_CreateArray();
}

static cJSON *fixture_scraped_names(void *scraper)
{
    (void)scraper;
    return json_parse("[\"requests\"]", strlen("[\"requests\"]"), NULL);
}

static void fixture_create(struct fixture *fixture, enum resource_id resource, const char *namespace, const char *json)
{
    AUTO_STATUS struct status status = {0};
    cJSON *tree = json_parse(json, strlen(json), NULL);
    assert_non_null(tree);
    if (registry_create(fixture->registry, resource, namespace, tree, NULL, &status) != 0)
        fail_msg("%s: %s", json, status_message(&status));
}

static int fixture_open(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    *state = fixture;
    fixture->slice = address_slice_claim(NULL);
    assert_non_null(fixture->slice);
    const char *address = address_of_server(fixture->slice);
    assert_int_equal(credentials_make(address, clock_wall(), &fixture->credentials, NULL), 0);
    fixture->store = store_create();
    fixture->registry = registry_open(fixture->store, fixture->slice);
    struct server_options options = {.address = address,
                                     .registry = fixture->registry,
                                     .credentials = &fixture->credentials,
                                     .node = {.read_log = fixture_read_log,
                                              .metrics = fixture,
                                              .pod_metrics = fixture_pod_metrics,
                                              .scraped_values = fixture_scraped,
                                              .scraped_names = fixture_scraped_names}};
    fixture->server = server_start(&options, NULL);
    assert_non_null(fixture->server);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/hpalab-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->authority_file = memory_format("%s/ca.pem", fixture->folder);
    const char *authority = fixture->credentials.authority_certificate;
    assert_int_equal(file_write(fixture->authority_file, authority, strlen(authority), 0600, NULL), 0);
    fixture->authorization = memory_format("Authorization: Bearer %s", fixture->credentials.token);
    fixture_create(fixture, RESOURCE_NAMESPACES, "", "{\"metadata\":{\"name\":\"default\"}}");
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    server_stop(fixture->server);
    registry_close(fixture->registry);
    store_destroy(fixture->store);
    credentials_release(&fixture->credentials);
    address_slice_release(fixture->slice);
    unlink(fixture->authority_file);
    rmdir(fixture->folder);
    free(fixture->authority_file);
    free(fixture->authorization);
    free(fixture);
    return 0;
}

/* What to ask; the texts are borrowed. Headers: Accept and Content-Type with their values, or NULL. */
struct ask {
    const char *method;
    const char *path;
    const char *accept;
    const char *content_type;
    const char *body;
    bool anonymous;
    double timeout;
};

struct ask_texts {
    char *url;
    char *accept;
    char *content_type;
    const char *headers[4];
};

static struct test_http_request ask_request(const struct fixture *fixture, const struct ask *ask, struct ask_texts *texts)
{
    size_t count = 0;
    memset(texts, 0, sizeof *texts);
    texts->url = memory_format("https://%s:%u%s", address_of_server(fixture->slice), server_port(fixture->server), ask->path);
    if (!ask->anonymous)
        texts->headers[count++] = fixture->authorization;
    if (ask->accept != NULL)
        texts->headers[count++] = texts->accept = memory_format("Accept: %s", ask->accept);
    if (ask->content_type != NULL)
        texts->headers[count++] = texts->content_type = memory_format("Content-Type: %s", ask->content_type);
    return (struct test_http_request){.method = ask->method,
                                      .url = texts->url,
                                      .headers = texts->headers,
                                      .body = ask->body,
                                      .timeout = ask->timeout > 0 ? ask->timeout : 20,
                                      .ca_file = fixture->authority_file};
}

static void ask_release(struct ask_texts *texts)
{
    free(texts->url);
    free(texts->accept);
    free(texts->content_type);
}

/* Sends and hands out the answer's JSON (NULL when it is none); code may be NULL. */
static cJSON *fixture_ask(const struct fixture *fixture, const struct ask *ask, int *code)
{
    struct ask_texts texts;
    struct test_http_answer answer;
    struct test_http_request request = ask_request(fixture, ask, &texts);
    test_http_send(&request, &answer);
    cJSON *tree = answer.body.length > 0 ? json_parse(answer.body.data, answer.body.length, NULL) : NULL;
    if (code != NULL)
        *code = answer.status;
    test_http_release(&answer);
    ask_release(&texts);
    return tree;
}

static inline cJSON *fixture_get(const struct fixture *fixture, const char *path, int *code)
{
    return fixture_ask(fixture, &(struct ask){.path = path}, code);
}

/* Sends and hands out the answer's JSON; fails the test when the answer has another code. type and body may be NULL. */
static inline cJSON *fixture_expect(const struct fixture *fixture, const char *method, const char *path, const char *type,
                                    const char *body, int wanted)
{
    int code;
    cJSON *tree = fixture_ask(fixture, &(struct ask){.method = method, .path = path, .content_type = type, .body = body}, &code);
    AUTO_FREE char *text = json_print(tree);
    if (code != wanted)
        fail_msg("%s %s: %d %s", method, path, code, text);
    return tree;
}

/* The same for an answer whose JSON does not matter. */
static inline void fixture_check(const struct fixture *fixture, const char *method, const char *path, const char *type,
                                 const char *body, int wanted)
{
    cJSON_Delete(fixture_expect(fixture, method, path, type, body, wanted));
}

#endif
