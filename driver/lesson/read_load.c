#include "driver/lesson/read_load.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/lesson/read_executor.h"
#include "driver/lesson/read_requests.h"
#include "driver/lesson/read_sending.h"
#include "driver/load/limits.h"

#define HIGHEST_TOTAL 1e6 /* millicores or MiB */
#define DEFAULT_PORT 8080 /* of the demo apps */
#define MOST_LABELS 20

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
    return lesson_read_stages(reader, node, HIGHEST_TOTAL, spec);
}

static int read_http(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const common[] = {"name", "type", "executor", "phase", "answerHeaders", LESSON_SENDING_FIELDS};
    size_t count = sizeof common / sizeof common[0];
    const char *known[sizeof common / sizeof common[0] + LOAD_REQUEST_FIELDS_MAXIMUM + EXECUTOR_FIELDS_MAXIMUM];
    memcpy(known, common, sizeof common);
    count += lesson_load_request_fields(node, known + count);
    if (lesson_read_executor(reader, node, spec, known + count) < 0 || field_mapping(reader, node, "load", known) < 0 ||
        lesson_read_requests(reader, node, spec) < 0 || read_answer_headers(reader, node, spec) < 0 ||
        lesson_read_sending(reader, node, spec) < 0 || lesson_read_schedule(reader, node, spec) < 0)
        return -1;
    if (load_executor_is_closed(spec->executor))
        spec->maximum_connections = (int)load_spec_most_vus(spec);
    return lesson_check_requests(reader, node, spec);
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
