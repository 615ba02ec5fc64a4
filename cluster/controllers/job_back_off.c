#include "cluster/controllers/job_back_off.h"

#include "cluster/controllers/pod.h"
#include "common/clock.h"

static int64_t time_at(const cJSON *node)
{
    int64_t wall = 0;
    return clock_parse(json_text(node, ""), &wall, NULL) == 0 ? wall : 0;
}

int64_t job_pod_finish_time(const cJSON *pod, int64_t wall)
{
    int64_t latest = 0;
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(pod, "status", "containerStatuses")) {
        int64_t finished = time_at(json_get(container, "state", "terminated", "finishedAt"));
        latest = finished > latest ? finished : latest;
    }
    if (latest == 0 && !pod_is_ready(pod))
        latest = pod_ready_transition(pod);
    if (latest == 0)
        latest = time_at(json_get(pod, "metadata", "deletionTimestamp"));
    return latest == 0 || latest > wall ? wall : latest;
}

void job_back_off_count(struct job_back_off *back_off, bool succeeded, int64_t finished)
{
    if (succeeded) {
        *back_off = (struct job_back_off){0};
        return;
    }
    back_off->failures++;
    back_off->last = finished > back_off->last ? finished : back_off->last;
}

int64_t job_back_off_remaining(int64_t failures, int64_t last, int64_t base, int64_t maximum, int64_t wall)
{
    int64_t delay = base;
    if (failures == 0)
        return 0;
    for (int64_t i = 1; i < failures && delay < maximum; i++)
        delay *= 2;
    delay = delay < maximum ? delay : maximum;
    int64_t elapsed = wall > last ? wall - last : 0;
    return delay > elapsed ? delay - elapsed : 0;
}
