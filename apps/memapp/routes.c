#include "apps/memapp/routes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"

#define BYTES_A_MIB (INT64_C(1) << 20)
#define READ_METHODS "GET, HEAD"

typedef void route_handler(const struct pod *pod, const struct request_line *request, struct answer *answer);

struct route {
    const char *path;
    const char *allow; /* methods: READ_METHODS or one */
    route_handler *handle;
};

void answer_init(struct answer *answer)
{
    *answer = (struct answer){.code = 200, .type = "application/json"};
    buffer_init(&answer->body, ANSWER_MAXIMUM);
}

void answer_release(struct answer *answer)
{
    buffer_release(&answer->body);
}

void answer_error(struct answer *answer, unsigned code, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    AUTO_JSON cJSON *body = cJSON_CreateObject();
    json_set_text(body, "error", text);
    AUTO_FREE char *printed = json_print(body);
    answer->code = code;
    answer->type = "application/json";
    buffer_clear(&answer->body);
    buffer_append_format(&answer->body, "%s\n", printed);
}

/* The size asked for; -1 with the 400 filled in when the query is not mib=N alone, with N in range. */
static int64_t read_mib(const struct request_line *request, int64_t maximum, struct answer *answer)
{
    for (size_t i = 0; i < request->parameter_count; i++) {
        if (strcmp(request->parameters[i].name, "mib") != 0) {
            answer_error(answer, 400, "unknown parameter \"%.40s\"", request->parameters[i].name);
            return -1;
        }
    }
    if (request->parameter_count > 1) {
        answer_error(answer, 400, "parameter \"mib\" is given twice");
        return -1;
    }
    const char *text = request->parameter_count == 1 ? request->parameters[0].value : NULL;
    size_t length = text == NULL ? 0 : strlen(text);
    bool digits = length > 0 && length <= 9 && strspn(text, "0123456789") == length;
    int64_t mib = digits ? strtoll(text, NULL, 10) : -1;
    if (mib >= 0 && mib <= maximum)
        return mib;
    answer_error(answer, 400, "parameter \"mib\" must be a whole number from 0 to %lld", (long long)maximum);
    return -1;
}

static void answer_size(const struct pod *pod, const struct request_line *request, struct answer *answer)
{
    struct holder_state state;
    struct error error = ERROR_NONE;
    int64_t mib = read_mib(request, pod->maximum_mib, answer);
    if (mib < 0)
        return;
    if (holder_resize(pod->holder, mib * BYTES_A_MIB, &state, &error) < 0)
        answer_error(answer, 500, "%s", error.text);
    else
        buffer_append_format(&answer->body, "{\"mib\": %" PRId64 ", \"fileBytes\": %" PRId64 ", \"mappedBytes\": %" PRId64 "}\n",
                             mib, state.file_bytes, state.mapped_bytes);
}

static void answer_ready(const struct pod *pod, const struct request_line *request, struct answer *answer)
{
    struct holder_state state;
    (void)request;
    holder_read(pod->holder, &state);
    if (state.looked)
        buffer_append_text(&answer->body, "{\"status\": \"ready\"}\n");
    else
        answer_error(answer, 503, "the file was not looked at yet");
}

static void answer_live(const struct pod *pod, const struct request_line *request, struct answer *answer)
{
    (void)pod;
    (void)request;
    buffer_append_text(&answer->body, "{\"status\": \"alive\"}\n");
}

static void print_head(struct buffer *text, const char *name, const char *type, const char *help)
{
    buffer_append_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void answer_metrics(const struct pod *pod, const struct request_line *request, struct answer *answer)
{
    struct holder_state state;
    struct buffer *text = &answer->body;
    (void)request;
    holder_read(pod->holder, &state);
    answer->type = "text/plain; version=0.0.4; charset=utf-8";
    print_head(text, "memapp_mapped_bytes", "gauge", "Bytes of the file that the last look mapped and touched.");
    buffer_append_format(text, "memapp_mapped_bytes %" PRId64 "\n", state.mapped_bytes);
    print_head(text, "memapp_file_bytes", "gauge", "Size of the file at the last look.");
    buffer_append_format(text, "memapp_file_bytes %" PRId64 "\n", state.file_bytes);
    print_head(text, "memapp_maps_total", "counter", "Looks that mapped something.");
    buffer_append_format(text, "memapp_maps_total %" PRIu64 "\n", state.maps);
    print_head(text, "memapp_failures_total", "counter", "Looks at a file that could not be opened, mapped or touched.");
    buffer_append_format(text, "memapp_failures_total %" PRIu64 "\n", state.failures);
    print_head(text, "process_cpu_seconds_total", "counter", "CPU time used by the process, user and system.");
    buffer_append_format(text, "process_cpu_seconds_total %.6f\n", (double)clock_process_cpu() / (double)NANOSECONDS_PER_SECOND);
}

static const struct route routes[] = {
    {"/size", "PUT", answer_size},
    {"/readyz", READ_METHODS, answer_ready},
    {"/livez", READ_METHODS, answer_live},
    {"/metrics", READ_METHODS, answer_metrics},
};

static const struct route *find_route(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(path, routes[i].path) == 0)
            return &routes[i];
    return NULL;
}

static bool method_allowed(const char *method, const struct route *route)
{
    if (strcmp(route->allow, READ_METHODS) == 0)
        return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    return strcmp(method, route->allow) == 0;
}

void routes_answer(const struct pod *pod, const struct request_line *request, struct answer *answer)
{
    const struct route *route = find_route(request->path);
    if (route == NULL) {
        answer_error(answer, 404, "no such path");
    } else if (!method_allowed(request->method, route)) {
        answer_error(answer, 405, "method not allowed; use %s", route->allow);
        answer->allow = route->allow;
    } else {
        route->handle(pod, request, answer);
    }
}
