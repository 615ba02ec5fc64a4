#include "cluster/controllers/taints.h"

#include <string.h>

static const char *text_of(const cJSON *object, const char *member)
{
    return json_text(json_get(object, member), "");
}

/* An empty key (with Exists) and an empty effect stand for all of them. */
bool toleration_matches(const cJSON *toleration, const cJSON *taint)
{
    const char *effect = text_of(toleration, "effect");
    const char *key = text_of(toleration, "key");
    const char *relation = text_of(toleration, "operator");
    if (effect[0] != '\0' && strcmp(effect, text_of(taint, "effect")) != 0)
        return false;
    if (key[0] != '\0' && strcmp(key, text_of(taint, "key")) != 0)
        return false;
    if (strcmp(relation, "Exists") == 0)
        return true;
    return (relation[0] == '\0' || strcmp(relation, "Equal") == 0) &&
           strcmp(text_of(toleration, "value"), text_of(taint, "value")) == 0;
}

bool pod_tolerates(const cJSON *pod, const cJSON *taint)
{
    const cJSON *toleration = NULL;
    cJSON_ArrayForEach (toleration, json_get(pod, "spec", "tolerations")) {
        if (toleration_matches(toleration, taint))
            return true;
    }
    return false;
}

bool taint_has_effect(const cJSON *taint, const char *effect)
{
    return strcmp(text_of(taint, "effect"), effect) == 0;
}

const cJSON *untolerated_taint(const cJSON *node, const cJSON *pod)
{
    const cJSON *taint = NULL;
    cJSON_ArrayForEach (taint, json_get(node, "spec", "taints")) {
        bool keeps_away = taint_has_effect(taint, "NoSchedule") || taint_has_effect(taint, "NoExecute");
        if (keeps_away && !pod_tolerates(pod, taint))
            return taint;
    }
    return NULL;
}
