#include "driver/fleet/control.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#define TOKEN_HEADER "X-Hpalab-Token"
#define DEADLINE (5 * NANOSECONDS_PER_SECOND)
#define ROUND_TRIPS 5

static int call(const struct control *control, const char *pod, const char *method, const char *path, const char *body,
                struct kube_answer *answer, struct error *error)
{
    AUTO_FREE char *whole =
        memory_format("/api/v1/namespaces/%s/pods/%s:%u/proxy%s", control->namespace, pod, control->port, path);
    const struct kube_call call = {
        .method = method,
        .path = whole,
        .body_type = body != NULL ? "application/json" : NULL,
        .body = body,
        .header_name = TOKEN_HEADER,
        .header_value = control->token,
        .deadline = DEADLINE,
        .stop = control->stop,
        .once = true,
        .reads_generator = true,
    };
    if (kube_send(control->client, &call, answer, error) == 0)
        return 0;
    const char *told = json_text(json_get(answer->body, "error"), "");
    return told[0] != '\0' ? error_set(error, "%.400s (%d)", told, answer->code) : -1;
}

/* The answer's text; NULL when there is none. */
static char *text_of(const struct kube_answer *answer)
{
    return answer->body != NULL ? json_print(answer->body) : NULL;
}

static int tell(const struct control *control, const char *pod, const char *method, const char *path, const char *body,
                struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    return call(control, pod, method, path, body, &answer, error);
}

int control_plan(const struct control *control, const char *pod, const char *plan, struct error *error)
{
    return tell(control, pod, "PUT", "/v1/plan", plan, error);
}

int control_start(const struct control *control, const char *pod, const struct wire_start *start, struct error *error)
{
    AUTO_FREE char *body = wire_start_write(start);
    return tell(control, pod, "POST", "/v1/start", body, error);
}

int control_stop(const struct control *control, const char *pod, struct error *error)
{
    return tell(control, pod, "POST", "/v1/stop", "", error);
}

int control_status(const struct control *control, const char *pod, struct wire_status *status, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (call(control, pod, "GET", "/v1/status", NULL, &answer, error) < 0)
        return -1;
    AUTO_FREE char *text = text_of(&answer);
    if (text == NULL)
        return error_set(error, "the answer is no JSON");
    return wire_status_read(text, strlen(text), status, error);
}

static int check_results(const struct wire_results *results, uint64_t since, int64_t latest, struct error *error)
{
    if (results->next < since || (results->batch_count > 0 && results->batches[0].sequence < since))
        return error_set(error, "results: it tells again what it has told before");
    for (size_t i = 0; i < results->batch_count; i++)
        for (size_t j = 0; j < results->batches[i].tick_count; j++)
            if (results->batches[i].ticks[j].second > latest)
                return error_set(error, "results: it tells of a second that has not come yet");
    return 0;
}

int control_results(const struct control *control, const char *pod, uint64_t since, int64_t latest, size_t load_count,
                    struct wire_results *results, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    AUTO_FREE char *path = memory_format("/v1/results?since=%llu", (unsigned long long)since);
    if (call(control, pod, "GET", path, NULL, &answer, error) < 0)
        return -1;
    AUTO_FREE char *text = text_of(&answer);
    if (text == NULL)
        return error_set(error, "the answer is no JSON");
    if (wire_results_read(text, strlen(text), load_count, results, error) < 0)
        return -1;
    if (check_results(results, since, latest, error) == 0)
        return 0;
    wire_results_release(results);
    return -1;
}

int control_skew(const struct control *control, const char *pod, struct control_skew *skew, struct error *error)
{
    struct wire_status status = {0};
    for (int i = 0; i < ROUND_TRIPS; i++) {
        int64_t asked = clock_monotonic();
        int64_t wall = clock_wall();
        if (control_status(control, pod, &status, error) < 0)
            return -1;
        int64_t half = (clock_monotonic() - asked) / 2;
        if (i == 0 || half < skew->error)
            *skew = (struct control_skew){.ahead = status.now - (wall + half), .error = half};
    }
    return 0;
}
