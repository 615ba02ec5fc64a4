/* The subresource proxy of pods and Services: what is asked is passed on to the pod's own server, and its answer back. */
#include <stdlib.h>
#include <string.h>

#include "cluster/api/forward.h"
#include "cluster/api/front.h"
#include "cluster/api/proxy_target.h"

/* api v1 namespaces NAMESPACE pods NAME proxy */
#define PROXY_SEGMENTS 7

bool proxy_is_meant(const struct http_request *request)
{
    char *const *segments = request->segments;
    return request->segment_count >= PROXY_SEGMENTS && strcmp(segments[0], "api") == 0 && strcmp(segments[1], "v1") == 0 &&
           strcmp(segments[2], "namespaces") == 0 && (strcmp(segments[4], "pods") == 0 || strcmp(segments[4], "services") == 0) &&
           strcmp(segments[6], "proxy") == 0;
}

static bool is_method_served(const char *method)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(method, methods[i]) == 0)
            return true;
    return false;
}

/* So that the links of a page, which are relative to its folder, stay below the proxy. */
static void redirect_to_folder(const struct http_request *request, struct answer *answer)
{
    AUTO_FREE char *location =
        memory_format("%s/%s%s", request->path, request->query != NULL ? "?" : "", request->query != NULL ? request->query : "");
    answer_text(answer, 301, "");
    answer->headers = cJSON_CreateObject();
    json_set_text(answer->headers, "Location", location);
}

static int step(void *context, struct buffer *bytes, struct stream_wait *wait)
{
    (void)wait;
    return forward_read(context, bytes);
}

static void release(void *context)
{
    forward_destroy(context);
}

static void pass_on(struct front *front, const struct proxy_target *target, const struct http_request *request,
                    struct answer *answer)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *address = memory_format("%s:%s", target->host, target->port);
    AUTO_FREE char *url =
        memory_format("%s://%s%s%s%s", target->scheme, address, http_request_path_after(request, PROXY_SEGMENTS),
                      request->query != NULL ? "?" : "", request->query != NULL ? request->query : "");
    const struct forward_options options = {
        .url = url, .target = address, .request = request, .stop_descriptor = front->stop_descriptor};
    struct forward *forward = forward_send(&options, &error);
    if (forward == NULL) {
        AUTO_FREE char *message = memory_format("error trying to reach service: %s", error.text);
        answer_error(answer, 503, "ServiceUnavailable", message);
        return;
    }
    answer->code = forward_code(forward);
    answer->headers = forward_take_headers(forward);
    if (!forward_is_complete(forward)) {
        answer->stream = (struct stream){.context = forward, .step = step, .release = release};
        return;
    }
    (void)forward_read(forward, &answer->body);
    forward_destroy(forward);
}

bool proxy_answer(struct front *front, const struct http_request *request, struct answer *answer)
{
    AUTO_PROXY_TARGET struct proxy_target target = {0};
    AUTO_STATUS struct status status = {0};
    struct store *store = registry_store(front->registry);
    if (!proxy_is_meant(request))
        return false;
    const char *namespace = request->segments[3];
    const char *id = request->segments[5];
    const bool pod = strcmp(request->segments[4], "pods") == 0;
    if (!is_method_served(request->method))
        answer_method_not_allowed(answer);
    else if ((pod ? proxy_target_of_pod : proxy_target_of_service)(store, namespace, id, &target, &status) != 0)
        answer_status(answer, &status);
    else if (http_request_path_after(request, PROXY_SEGMENTS)[0] == '\0')
        redirect_to_folder(request, answer);
    else
        pass_on(front, &target, request, answer);
    return true;
}
