#include "driver/lesson/read_load.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/url.h"

#define LONGEST_STAGE (24 * 3600 * NANOSECONDS_PER_SECOND)
#define HIGHEST_RATE 100000.0
#define HIGHEST_TOTAL 1e6 /* millicores or MiB */
#define DEFAULT_PORT 8080 /* of the demo apps */
#define MOST_LABELS 20
#define MOST_STAGES 1000
#define MOST_HEADERS 100
#define MOST_CONNECTIONS 20000
#define LONGEST_TIMEOUT (3600 * NANOSECONDS_PER_SECOND)
#define SHORTEST_TIMEOUT NANOSECONDS_PER_MILLISECOND

static int read_stage(const struct field_reader *reader, const struct yaml_node *node, double highest, struct load_stage *stage)
{
    static const char *const known[] = {"duration", "target", NULL};
    if (field_mapping(reader, node, "stage", known) < 0)
        return -1;
    if (field_duration(reader, node, "duration", true, NANOSECONDS_PER_MILLISECOND, LONGEST_STAGE, &stage->duration) < 0)
        return -1;
    return field_number(reader, node, "target", true, 0, highest, &stage->target);
}

static int read_stages(const struct field_reader *reader, const struct yaml_node *node, double highest, struct load_spec *spec)
{
    const struct yaml_node *stages = NULL;
    if (field_member(reader, node, "stages", YAML_SEQUENCE, true, &stages) < 0)
        return -1;
    if (stages->count == 0 || stages->count > MOST_STAGES)
        return field_error(reader, stages, "stages: expected 1 to %d stages, not %zu", MOST_STAGES, stages->count);
    spec->stages = memory_allocate(stages->count, sizeof *spec->stages);
    spec->stage_count = stages->count;
    for (size_t i = 0; i < stages->count; i++)
        if (read_stage(reader, stages->values[i], highest, &spec->stages[i]) < 0)
            return -1;
    return 0;
}

static int read_ramp(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    if (read_stages(reader, node, HIGHEST_RATE, spec) < 0)
        return -1;
    return field_number(reader, node, "startRate", false, 0, HIGHEST_RATE, &spec->start_rate);
}

static int read_constant(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    spec->stages = memory_allocate(1, sizeof *spec->stages);
    spec->stage_count = 1;
    if (field_number(reader, node, "rate", true, 0, HIGHEST_RATE, &spec->start_rate) < 0)
        return -1;
    spec->stages[0].target = spec->start_rate;
    return field_duration(reader, node, "duration", true, NANOSECONDS_PER_MILLISECOND, LONGEST_STAGE, &spec->stages[0].duration);
}

static int read_connections(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const known[] = {"reuse", "max", NULL};
    static const char *const words[] = {"keep", "never", NULL};
    const struct yaml_node *connections = NULL;
    if (field_member(reader, node, "connections", YAML_MAPPING, false, &connections) < 0)
        return -1;
    if (connections == NULL)
        return 0;
    int reuse = (int)spec->reuse;
    if (field_mapping(reader, connections, "connections", known) < 0 ||
        field_word(reader, connections, "reuse", false, words, &reuse) < 0)
        return -1;
    spec->reuse = (enum load_reuse)reuse;
    return field_integer(reader, connections, "max", false, 1, MOST_CONNECTIONS, &spec->maximum_connections);
}

static bool is_token(const char *text)
{
    return text[0] != '\0' &&
           text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")] == '\0';
}

static int read_headers(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    const struct yaml_node *headers = NULL;
    if (field_member(reader, node, "headers", YAML_MAPPING, false, &headers) < 0)
        return -1;
    if (headers == NULL)
        return 0;
    if (headers->count > MOST_HEADERS)
        return field_error(reader, headers, "headers: expected at most %d", MOST_HEADERS);
    spec->headers = memory_allocate(headers->count, sizeof *spec->headers);
    for (size_t i = 0; i < headers->count; i++) {
        const struct yaml_node *value = headers->values[i];
        if (!is_token(headers->keys[i]->text))
            return field_error(reader, headers->keys[i], "headers: \"%.60s\" is no header name", headers->keys[i]->text);
        if (value->kind != YAML_SCALAR || strpbrk(value->text, "\r\n") != NULL)
            return field_error(reader, value, "headers: expected one line of text");
        spec->headers[i] = (struct load_header){memory_copy_text(headers->keys[i]->text), memory_copy_text(value->text)};
        spec->header_count++;
    }
    return 0;
}

static int read_answer_headers(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const known[] = {"pod", "phase", "age", NULL};
    const struct yaml_node *names = NULL;
    if (field_member(reader, node, "answerHeaders", YAML_MAPPING, false, &names) < 0)
        return -1;
    if (names == NULL)
        return 0;
    if (field_mapping(reader, names, "answerHeaders", known) < 0 ||
        field_text(reader, names, "pod", false, &spec->pod_header) < 0 ||
        field_text(reader, names, "phase", false, &spec->phase_header) < 0 ||
        field_text(reader, names, "age", false, &spec->age_header) < 0)
        return -1;
    return 0;
}

static int read_url(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    struct error reason = ERROR_NONE;
    struct url_template url;
    if (field_text(reader, node, "url", true, &spec->url) < 0)
        return -1;
    if (url_template_parse(spec->url, &url, &reason) < 0)
        return field_error(reader, yaml_get(node, "url"), "url: %s", reason.text);
    url_template_release(&url);
    return 0;
}

static int read_request(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL};
    int method = 0;
    if (read_url(reader, node, spec) < 0 || field_word(reader, node, "method", false, methods, &method) < 0 ||
        field_text(reader, node, "body", false, &spec->body) < 0 ||
        field_duration(reader, node, "timeout", false, SHORTEST_TIMEOUT, LONGEST_TIMEOUT, &spec->timeout) < 0)
        return -1;
    free(spec->method);
    spec->method = memory_copy_text(methods[method]);
    return read_headers(reader, node, spec) < 0 || read_answer_headers(reader, node, spec) < 0 ||
                   read_connections(reader, node, spec) < 0
               ? -1
               : 0;
}

static int read_selector(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    const struct yaml_node *selector = NULL;
    if (field_member(reader, node, "selector", YAML_MAPPING, true, &selector) < 0)
        return -1;
    if (selector->count == 0 || selector->count > MOST_LABELS)
        return field_error(reader, selector, "selector: expected 1 to %d labels", MOST_LABELS);
    spec->labels = memory_allocate(selector->count, sizeof *spec->labels);
    for (size_t i = 0; i < selector->count; i++) {
        const struct yaml_node *value = selector->values[i];
        if (value->kind != YAML_SCALAR)
            return field_error(reader, value, "selector: expected the text of a label's value");
        spec->labels[i] = (struct load_label){memory_copy_text(selector->keys[i]->text), memory_copy_text(value->text)};
        spec->label_count++;
    }
    return 0;
}

/* A total in millicores or MiB, over stages. */
static int read_resource(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const known[] = {"name", "type", "selector", "port", "start", "stages", NULL};
    int port = DEFAULT_PORT;
    if (field_mapping(reader, node, "load", known) < 0 || read_selector(reader, node, spec) < 0 ||
        field_integer(reader, node, "port", false, 1, UINT16_MAX, &port) < 0 ||
        field_number(reader, node, "start", false, 0, HIGHEST_TOTAL, &spec->start_rate) < 0)
        return -1;
    spec->port = (uint16_t)port;
    return read_stages(reader, node, HIGHEST_TOTAL, spec);
}

static int read_http(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const ramping[] = {"name",    "type",          "executor",    "url",    "method",    "headers", "body",
                                          "timeout", "answerHeaders", "connections", "stages", "startRate", NULL};
    static const char *const constant[] = {"name",    "type",          "executor",    "url",  "method",   "headers", "body",
                                           "timeout", "answerHeaders", "connections", "rate", "duration", NULL};
    static const char *const executors[] = {"constant-arrival-rate", "ramping-arrival-rate", NULL};
    int executor = 0;
    if (field_word(reader, node, "executor", true, executors, &executor) < 0)
        return -1;
    spec->executor = (enum load_executor)executor;
    bool ramp = spec->executor == EXECUTOR_RAMPING_ARRIVAL_RATE;
    if (field_mapping(reader, node, "load", ramp ? ramping : constant) < 0 || read_request(reader, node, spec) < 0)
        return -1;
    return ramp ? read_ramp(reader, node, spec) : read_constant(reader, node, spec);
}

int lesson_read_load(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const types[] = {"http", "cpu", "memory", NULL};
    int type = LOAD_HTTP;
    if (node->kind != YAML_MAPPING)
        return field_error(reader, node, "load: expected a mapping (key: value)");
    if (field_text(reader, node, "name", true, &spec->name) < 0 || field_word(reader, node, "type", false, types, &type) < 0)
        return -1;
    spec->type = (enum load_type)type;
    return spec->type == LOAD_HTTP ? read_http(reader, node, spec) : read_resource(reader, node, spec);
}
