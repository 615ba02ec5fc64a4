#include "driver/ramp/ramp_step.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/calls.h"
#include "kube/pod.h"
#include "kube/transport.h"

#define MERGE_PATCH "application/merge-patch+json"
#define MOST_PODS 1000

int64_t ramp_next_size(int64_t size, int64_t add, int64_t maximum)
{
    int64_t next = size + add;
    next = next < maximum ? next : maximum;
    return next > 0 ? next : 0;
}

static int64_t time_left(int64_t deadline)
{
    int64_t left = deadline - clock_monotonic();
    return left > 0 ? left : 0;
}

static int read_size(const cJSON *config_map, const char *key, int64_t *value, struct error *error)
{
    const char *text = json_text(json_get(config_map, "data", key), NULL);
    if (text == NULL)
        return error_set(error, "key \"%s\" is missing", key);
    size_t length = strlen(text);
    *value = length > 0 && length <= 10 && strspn(text, "0123456789") == length ? strtoll(text, NULL, 10) : -1;
    if (*value < 0 || *value > RAMP_MAXIMUM)
        return error_set(error, "key \"%s\": expected a whole number of MiB from 0 to %" PRId64 ", not \"%.40s\"", key,
                         RAMP_MAXIMUM, text);
    return 0;
}

static char *config_map_path(const struct ramp_options *options)
{
    return memory_format("/api/v1/namespaces/%s/configmaps/%s", options->namespace, options->config_map);
}

/* Fills in the sizes; version is that of the ConfigMap that was read. */
static int read_config_map(const struct ramp_options *options, int64_t deadline, struct ramp_result *result, char **version,
                           struct error *error)
{
    AUTO_FREE char *path = config_map_path(options);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_request(options->client, "GET", path, NULL, NULL, time_left(deadline), &answer, error) < 0)
        return -1;
    if (read_size(answer.body, "size", &result->before, error) < 0 || read_size(answer.body, "max", &result->maximum, error) < 0)
        return error_context(error, "ConfigMap \"%s\"", options->config_map);
    result->size = ramp_next_size(result->before, options->add, result->maximum);
    *version = memory_copy_text(json_text(json_get(answer.body, "metadata", "resourceVersion"), ""));
    return 0;
}

static int list_pods(const struct ramp_options *options, int64_t deadline, struct ramp_result *result, struct error *error)
{
    AUTO_FREE char *selector = transport_escape(options->selector);
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/%s/pods?labelSelector=%s", options->namespace, selector);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_request(options->client, "GET", path, NULL, NULL, time_left(deadline), &answer, error) < 0)
        return -1;
    const cJSON *items = json_get(answer.body, "items");
    int found = cJSON_GetArraySize(items);
    result->pods = memory_allocate((size_t)found + 1, sizeof *result->pods);
    const cJSON *pod = NULL;
    cJSON_ArrayForEach (pod, items) {
        if (!pod_takes_work(pod))
            continue;
        if (result->pod_count == MOST_PODS)
            return error_set(error, "more than %d pods match %s", MOST_PODS, options->selector);
        result->pods[result->pod_count++] = (struct ramp_pod){
            .name = memory_copy_text(json_text(json_get(pod, "metadata", "name"), "")),
            .address = memory_copy_text(json_text(json_get(pod, "status", "podIP"), "")),
        };
    }
    if (result->pod_count == 0) {
        (void)error_set(error, "no pod that matches %s is ready (%d found): there is nobody to tell", options->selector, found);
        return -1;
    }
    return 0;
}

static int tell_pods(const struct ramp_options *options, int64_t deadline, struct ramp_result *result, struct error *error)
{
    size_t count = result->pod_count;
    AUTO_FREE char *path = memory_format("/size?mib=%" PRId64, result->part);
    AUTO_FREE struct call *calls = memory_allocate(count, sizeof *calls);
    AUTO_FREE char **urls = memory_allocate(count, sizeof *urls);
    for (size_t i = 0; i < count; i++) {
        urls[i] = calls_url(result->pods[i].address, options->port, path);
        calls[i] = (struct call){.method = "PUT", .url = urls[i]};
    }
    size_t failed = calls_perform(calls, count, deadline, NULL);
    for (size_t i = 0; i < count; i++) {
        result->pods[i].problem = calls[i].problem;
        free(urls[i]);
    }
    if (failed == 0)
        return 0;
    return error_set(error,
                     "%zu of %zu pods did not take their part; size stays %" PRId64 ", so that the next try repeats this step",
                     failed, count, result->before);
}

static int keep_size(const struct ramp_options *options, int64_t deadline, const struct ramp_result *result, const char *version,
                     struct error *error)
{
    AUTO_JSON cJSON *patch = cJSON_CreateObject();
    AUTO_FREE char *size = memory_format("%" PRId64, result->size);
    json_set_text(json_object_at(patch, "metadata"), "resourceVersion", version);
    json_set_text(json_object_at(patch, "data"), "size", size);
    AUTO_FREE char *body = json_print(patch);
    AUTO_FREE char *path = config_map_path(options);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_request(options->client, "PATCH", path, MERGE_PATCH, body, time_left(deadline), &answer, error) == 0)
        return 0;
    if (answer.code == 409)
        return error_set(error, "ConfigMap \"%s\" was changed meanwhile; its size stays as it was set", options->config_map);
    return error_context(error, "the pods hold their parts, but ConfigMap \"%s\" could not be patched", options->config_map);
}

int ramp_step(const struct ramp_options *options, struct ramp_result *result, struct error *error)
{
    int64_t deadline = clock_monotonic() + options->deadline;
    AUTO_FREE char *version = NULL;
    if (read_config_map(options, deadline, result, &version, error) < 0 || list_pods(options, deadline, result, error) < 0)
        return -1;
    result->part = result->size / (int64_t)result->pod_count;
    if (tell_pods(options, deadline, result, error) < 0)
        return -1;
    return keep_size(options, deadline, result, version, error);
}

void ramp_result_release(struct ramp_result *result)
{
    for (size_t i = 0; i < result->pod_count; i++) {
        free(result->pods[i].name);
        free(result->pods[i].address);
    }
    free(result->pods);
    *result = (struct ramp_result){0};
}
