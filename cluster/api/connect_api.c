/*
 * exec, attach and portforward of pods: not served. Pods are processes of this machine, so that whoever asks can do
 * the same without the API; the refusal says how.
 */
#include <string.h>

#include "cluster/api/front.h"

static const struct {
    const char *subresource;
    const char *advice; /* what follows "this cluster's pods are processes of this machine: " */
} refusals[] = {
    {"exec", "run the command here instead of in the pod"},
    {"attach", "read what it prints with kubectl logs -f"},
    {"portforward", "connect to the pod's own address and port instead"},
};

bool connect_is_refused(const char *subresource)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (strcmp(refusals[i].subresource, subresource) == 0)
            return true;
    return false;
}

static const char *advice_on(const char *subresource)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (strcmp(refusals[i].subresource, subresource) == 0)
            return refusals[i].advice;
    return "";
}

void connect_refuse(struct front *front, const char *namespace, const char *name, const char *subresource, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *pod = store_get(registry_store(front->registry), RESOURCE_PODS, namespace, name);
    if (pod == NULL) {
        (void)status_set(&status, 404, "NotFound", "pods \"%s\" not found", name);
        status_set_details(&status, name, "", "pods");
        answer_status(answer, &status);
        return;
    }
    const char *address = json_text(json_get(object_tree(pod), "status", "podIP"), "none yet");
    (void)status_set(&status, 405, "MethodNotAllowed",
                     "%s is not served: this cluster's pods are processes of this machine; %s (the address of pod %s is %s)",
                     subresource, advice_on(subresource), name, address);
    status_set_details(&status, name, "", "pods");
    answer_status(answer, &status);
}
