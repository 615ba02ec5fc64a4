#include <string.h>

#include "common/clock.h"
#include "driver/preflight/checks.h"
#include "driver/preflight/workload.h"

#define DEADLINE (10 * NANOSECONDS_PER_SECOND)
#define LOOK_PERIOD NANOSECONDS_PER_SECOND

/* What the HPAs of a variant take their metrics from. */
struct sources {
    bool resource, custom, external;
};

static void see_hpa(const cJSON *hpa, struct sources *sources)
{
    const cJSON *metrics = json_get(hpa, "spec", "metrics");
    const cJSON *metric = NULL;
    /* Without metrics Kubernetes takes CPU. */
    sources->resource = sources->resource || cJSON_GetArraySize(metrics) == 0;
    cJSON_ArrayForEach (metric, metrics) {
        const char *type = json_text(json_get(metric, "type"), "");
        sources->resource = sources->resource || strcmp(type, "Resource") == 0 || strcmp(type, "ContainerResource") == 0;
        sources->custom = sources->custom || strcmp(type, "Pods") == 0 || strcmp(type, "Object") == 0;
        sources->external = sources->external || strcmp(type, "External") == 0;
    }
}

static struct sources find_sources(const struct preflight_variant *variant, const cJSON *hpas)
{
    struct sources sources = {0};
    const cJSON *hpa = NULL;
    for (size_t i = 0; i < variant->object_count; i++) {
        if (strcmp(workload_kind(variant->objects[i]), "HorizontalPodAutoscaler") == 0)
            see_hpa(variant->objects[i], &sources);
    }
    cJSON_ArrayForEach (hpa, json_get(hpas, "items")) {
        if (strcmp(workload_name(hpa), variant->hpa) == 0)
            see_hpa(hpa, &sources);
    }
    return sources;
}

static int check_resource(const struct preflight_options *options, struct obstacles *obstacles, struct error *error)
{
    int64_t until = clock_monotonic() + options->patience;
    for (;;) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        int result =
            kube_get_once(options->client, "/apis/metrics.k8s.io/v1beta1/nodes", DEADLINE, options->stop, &answer, error);
        bool waits = answer.code == 503 || (result == 0 && cJSON_GetArraySize(json_get(answer.body, "items")) == 0);
        if (waits && clock_monotonic() + LOOK_PERIOD < until && !atomic_load(options->stop)) {
            clock_sleep_until(clock_monotonic() + LOOK_PERIOD);
            continue;
        }
        if (answer.code == 0)
            return -1;
        if (answer.code == 404)
            obstacles_add(
                obstacles, true,
                "the metrics API (metrics.k8s.io) is missing, so an HPA sees no CPU: install metrics-server (make kind-up "
                "does)");
        else if (answer.code >= 500)
            obstacles_add(
                obstacles, true,
                "the metrics API (metrics.k8s.io) does not answer (%d): see whether metrics-server is ready (kubectl -n "
                "kube-system get deployment metrics-server)",
                answer.code);
        else if (waits)
            obstacles_add(
                obstacles, true,
                "the metrics API (metrics.k8s.io) is empty: wait a minute, or read metrics-server's log (on kind it needs "
                "--kubelet-insecure-tls)");
        return 0;
    }
}

static int check_group(struct kube_client *client, const char *group, struct obstacles *obstacles, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    AUTO_FREE char *path = memory_format("/apis/%s", group);
    if (kube_request(client, "GET", path, NULL, NULL, DEADLINE, &answer, error) < 0 && answer.code == 0)
        return -1;
    if (answer.code == 404)
        obstacles_add(
            obstacles, true,
            "%s is missing, from which an HPA of this lesson takes its metric: install an adapter for it (prometheus-adapter, "
            "KEDA)",
            group);
    return 0;
}

int check_metrics(const struct preflight_options *options, const struct preflight_variant *variant, const cJSON *hpas,
                  struct obstacles *obstacles, struct error *error)
{
    struct sources sources = find_sources(variant, hpas);
    if (sources.resource && check_resource(options, obstacles, error) < 0)
        return -1;
    if (sources.custom && check_group(options->client, "custom.metrics.k8s.io", obstacles, error) < 0)
        return -1;
    return sources.external ? check_group(options->client, "external.metrics.k8s.io", obstacles, error) : 0;
}
