/* The log subresource of pods: once, or followed until the container ends. */
#include <stdlib.h>
#include <string.h>

#include "cluster/api/front.h"
#include "common/clock.h"

#define LOG_MAXIMUM (32 * 1024 * 1024)
#define FOLLOW_PERIOD (200 * NANOSECONDS_PER_MILLISECOND)

struct log_stream {
    struct front *front;
    char *namespace;
    char *pod;
    char *container;
    char *pod_uid;
    struct log_request request;
    struct log_position position;
    struct buffer pending; /* the first part, read before the answer began */
};

static void release(void *context)
{
    struct log_stream *stream = context;
    free(stream->namespace);
    free(stream->pod);
    free(stream->container);
    free(stream->pod_uid);
    buffer_release(&stream->pending);
    free(stream);
}

static const cJSON *find_named(const cJSON *array, const char *name)
{
    const cJSON *element;
    cJSON_ArrayForEach (element, array) {
        if (strcmp(json_text(json_get(element, "name"), ""), name) == 0)
            return element;
    }
    return NULL;
}

/* Another pod may have taken the name. */
static bool is_there(const struct log_stream *stream)
{
    AUTO_OBJECT struct object *pod =
        store_get(registry_store(stream->front->registry), RESOURCE_PODS, stream->namespace, stream->pod);
    return pod != NULL && strcmp(object_uid(pod), stream->pod_uid) == 0;
}

static int step(void *context, struct buffer *text, struct stream_wait *wait)
{
    struct log_stream *stream = context;
    if (stream->pending.length > 0) {
        buffer_append(text, stream->pending.data, stream->pending.length);
        buffer_release(&stream->pending);
        buffer_init(&stream->pending, LOG_MAXIMUM);
        return 1;
    }
    AUTO_STATUS struct status status = {0};
    const struct node_interface *node = &stream->front->node;
    stream->request.offset = stream->position.offset;
    if (!is_there(stream) ||
        node->read_log(node->kubelet, stream->namespace, stream->pod, &stream->request, text, &stream->position, &status) != 0)
        return 0;
    wait->deadline = clock_monotonic() + FOLLOW_PERIOD;
    return text->length > 0 || !stream->position.ended ? 1 : 0;
}

static int read_since(const struct http_request *request, int64_t *since, struct status *status)
{
    int64_t seconds = 0;
    struct error error = ERROR_NONE;
    const char *time = http_request_parameter(request, "sinceTime");
    if (http_request_integer(request, "sinceSeconds", &seconds) != 0 || seconds < 0 || seconds > INT32_MAX)
        return status_set(status, 400, "BadRequest", "sinceSeconds is no number of seconds");
    if (seconds > 0)
        *since = clock_wall() - seconds * NANOSECONDS_PER_SECOND;
    if (time != NULL && time[0] != '\0' && clock_parse(time, since, &error) != 0)
        return status_set(status, 400, "BadRequest", "sinceTime: %s", error.text);
    return 0;
}

static int read_options(const struct http_request *request, struct log_request *options, struct status *status)
{
    *options = (struct log_request){.tail_lines = -1, .limit_bytes = -1};
    if (http_request_integer(request, "tailLines", &options->tail_lines) != 0 ||
        http_request_integer(request, "limitBytes", &options->limit_bytes) != 0)
        return status_set(status, 400, "BadRequest", "tailLines and limitBytes are numbers");
    options->previous = http_request_flag(request, "previous");
    options->timestamps = http_request_flag(request, "timestamps");
    return read_since(request, &options->since_wall, status);
}

static void append_names(struct buffer *text, const cJSON *containers)
{
    const cJSON *container;
    cJSON_ArrayForEach (container, containers) {
        if (text->length > 0)
            buffer_append_character(text, ' ');
        buffer_append_text(text, json_text(json_get(container, "name"), ""));
    }
}

/* The container that is meant; NULL with a 400 Status. The text belongs to the pod. */
static const char *choose_container(const cJSON *pod, const char *name, const char *wanted, struct status *status)
{
    const cJSON *containers = json_get(pod, "spec", "containers");
    const cJSON *found;
    if (wanted != NULL && wanted[0] != '\0') {
        found = find_named(containers, wanted);
        if (found == NULL)
            found = find_named(json_get(pod, "spec", "initContainers"), wanted);
        if (found == NULL)
            status_set(status, 400, "BadRequest", "container %.253s is not valid for pod %s", wanted, name);
        return found != NULL ? json_text(json_get(found, "name"), "") : NULL;
    }
    if (cJSON_GetArraySize(containers) == 1)
        return json_text(json_get(containers->child, "name"), "");
    AUTO_BUFFER struct buffer names;
    buffer_init(&names, 64 * 1024);
    append_names(&names, containers);
    status_set(status, 400, "BadRequest", "a container name must be specified for pod %s, choose one of: [%s]", name, names.data);
    return NULL;
}

static void follow(struct front *front, const struct object *pod, const struct log_request *options,
                   const struct log_position *position, struct answer *answer)
{
    struct log_stream *stream = memory_allocate(1, sizeof *stream);
    stream->front = front;
    stream->namespace = memory_copy_text(object_namespace(pod));
    stream->pod = memory_copy_text(object_name(pod));
    stream->pod_uid = memory_copy_text(object_uid(pod));
    stream->container = memory_copy_text(options->container);
    stream->position = *position;
    stream->request = (struct log_request){.container = stream->container,
                                           .tail_lines = -1,
                                           .limit_bytes = -1,
                                           .timestamps = options->timestamps,
                                           .instance = stream->position.instance};
    stream->pending = answer->body;
    buffer_init(&answer->body, ANSWER_MAXIMUM);
    answer->stream = (struct stream){.context = stream, .step = step, .release = release};
}

void log_read(struct front *front, const char *namespace, const char *name, const struct http_request *request,
              struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    struct log_request options;
    struct log_position position = {0};
    AUTO_OBJECT struct object *pod = store_get(registry_store(front->registry), RESOURCE_PODS, namespace, name);
    if (pod == NULL || front->node.read_log == NULL) {
        status_set(&status, 404, "NotFound", "pods \"%s\" not found", name);
        status_set_details(&status, name, "", "pods");
        answer_status(answer, &status);
        return;
    }
    if (read_options(request, &options, &status) == 0)
        options.container = choose_container(object_tree(pod), name, http_request_parameter(request, "container"), &status);
    if (status.code == 0)
        front->node.read_log(front->node.kubelet, namespace, name, &options, &answer->body, &position, &status);
    if (status.code != 0) {
        answer_status(answer, &status);
        return;
    }
    answer->content_type = "text/plain";
    if (http_request_flag(request, "follow"))
        follow(front, pod, &options, &position, answer);
}
