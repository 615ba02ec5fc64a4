#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/observe/observer.h"
#include "driver/observe/samples.h"

#define POLL_DEADLINE (5 * NANOSECONDS_PER_SECOND)

/* What the poller remembers of its last report. */
struct poll_state {
    char *digest;  /* NULL = the last poll failed or there was none */
    char *failure; /* NULL = the last poll was good or there was none */
    bool silent;   /* the last poll had no answer */
};

static void report_sample(struct observer *observer, const cJSON *list, const char *text)
{
    observer_report(observer,
                    (struct change){.type = CHANGE_SAMPLE, .resource = "podmetrics", .name = "", .object = list, .text = text});
}

static void poll_good(struct observer *observer, struct poll_state *state, cJSON *list)
{
    AUTO_FREE char *digest = samples_digest(list);
    bool same = state->digest != NULL && strcmp(state->digest, digest) == 0;
    if (!same)
        report_sample(observer, list, NULL);
    free(state->digest);
    free(state->failure);
    *state = (struct poll_state){.digest = steal_pointer(&digest), .silent = state->silent};
}

static void poll_bad(struct observer *observer, struct poll_state *state, const char *text)
{
    if (state->failure == NULL || strcmp(state->failure, text) != 0)
        report_sample(observer, NULL, text);
    free(state->digest);
    free(state->failure);
    *state = (struct poll_state){.failure = memory_copy_text(text), .silent = state->silent};
}

/* Where packets are lost, watches stand still for a minute before they break: polls tell sooner that nothing answers. */
static void note_silence(struct observer *observer, struct poll_state *state, bool silent, const char *text)
{
    if (silent != state->silent)
        observer_report(observer, (struct change){.type = silent ? CHANGE_GAP : CHANGE_RESUMED,
                                                  .resource = "podmetrics",
                                                  .name = "",
                                                  .text = silent ? text : NULL});
    state->silent = silent;
}

static void poll_once(struct observer *observer, struct poll_state *state)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {.code = 0};
    struct error error = ERROR_NONE;
    int result = kube_get_once(observer->options.client, observer->metrics_path, POLL_DEADLINE, &observer->stop, &answer, &error);
    note_silence(observer, state, answer.code == 0, error.text);
    if (result == 0 && !cJSON_IsArray(json_get(answer.body, "items")))
        result = error_set(&error, "the answer is no PodMetricsList");
    if (result == 0)
        poll_good(observer, state, answer.body);
    else
        poll_bad(observer, state, error.text);
}

void *observer_poll_metrics(void *context)
{
    struct observer *observer = context;
    struct poll_state state = {.digest = NULL};
    int64_t next = clock_monotonic();
    while (!atomic_load(&observer->stop)) {
        poll_once(observer, &state);
        int64_t now = clock_monotonic();
        for (next += observer->options.metrics_interval; next <= now;)
            next += observer->options.metrics_interval;
        (void)pthread_mutex_lock(&observer->mutex);
        while (!atomic_load(&observer->stop) && clock_monotonic() < next)
            observer_wait_until(observer, next);
        (void)pthread_mutex_unlock(&observer->mutex);
    }
    free(state.digest);
    free(state.failure);
    return NULL;
}
