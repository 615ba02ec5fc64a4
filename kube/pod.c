#include "kube/pod.h"

#include <string.h>

bool pod_takes_work(const cJSON *pod)
{
    const cJSON *condition = NULL;
    bool ready = false;
    cJSON_ArrayForEach (condition, json_get(pod, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), "Ready") == 0)
            ready = strcmp(json_text(json_get(condition, "status"), ""), "True") == 0;
    }
    return ready && json_text(json_get(pod, "status", "podIP"), "")[0] != '\0' &&
           json_get(pod, "metadata", "deletionTimestamp") == NULL;
}
