#include "driver/lesson/read_requests.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "driver/lesson/read_request.h"
#include "driver/load/limits.h"
#include "driver/load/request_mix.h"

size_t lesson_load_request_fields(const struct yaml_node *node, const char *fields[LOAD_REQUEST_FIELDS_MAXIMUM])
{
    static const char *const of_one[] = {"url",      "query",   "method", "headers", "body",
                                         "bodyFile", "timeout", "checks", "tags",    "data"};
    static const char *const of_several[] = {"url", "headers", "timeout", "checks", "tags", "data", "requests", "choice"};
    bool several = yaml_get(node, "requests") != NULL;
    size_t count = several ? sizeof of_several / sizeof *of_several : sizeof of_one / sizeof *of_one;
    memcpy(fields, several ? of_several : of_one, count * sizeof *fields);
    return count;
}

static bool has_header(const struct request_spec *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return true;
    return false;
}

/* What the load says of all its requests is there in each, unless that says otherwise. */
static int inherit(const struct field_reader *reader, const struct yaml_node *node, const struct load_spec *load,
                   struct request_spec *request)
{
    size_t own = request->header_count;
    if (request->header_count + load->header_count > LOAD_MOST_HEADERS ||
        request->check_count + load->check_count > LOAD_MOST_CHECKS)
        return field_error(reader, node, "requests: expected at most %d headers and %d checks, with those of the load",
                           LOAD_MOST_HEADERS, LOAD_MOST_CHECKS);
    request->headers = memory_resize(request->headers, own + load->header_count + 1, sizeof *request->headers);
    for (size_t i = 0; i < load->header_count; i++)
        if (!has_header(request, load->headers[i].name))
            request->headers[request->header_count++] =
                (struct load_header){memory_copy_text(load->headers[i].name), memory_copy_text(load->headers[i].value)};
    request->checks = memory_resize(request->checks, request->check_count + load->check_count + 1, sizeof *request->checks);
    for (size_t i = 0; i < load->check_count; i++)
        request->checks[request->check_count++] =
            (struct load_check){memory_copy_text(load->checks[i].name), memory_copy_text(load->checks[i].text)};
    return 0;
}

static int read_named_request(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request)
{
    static const char *const known[] = {"name", "weight",   "url",     "query",  "method", "headers",
                                        "body", "bodyFile", "timeout", "checks", "tags",   NULL};
    int weight = 1;
    request->timeout = reader->load->timeout;
    if (field_mapping(reader->fields, node, "request", known) < 0 ||
        field_text(reader->fields, node, "name", true, &request->name) < 0 ||
        field_integer(reader->fields, node, "weight", false, 1, LOAD_MOST_REQUEST_WEIGHT, &weight) < 0)
        return -1;
    request->weight = (uint32_t)weight;
    if (strlen(request->name) >= LOAD_NAME_SIZE || strpbrk(request->name, "{},\r\n") != NULL)
        return field_error(reader->fields, yaml_get(node, "name"),
                           "name: expected a text of less than %d characters without braces and commas, not \"%.60s\"",
                           LOAD_NAME_SIZE, request->name);
    return lesson_read_request(reader, node, request) < 0 ? -1 : inherit(reader->fields, node, reader->load, request);
}

static int read_list(const struct request_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    const struct yaml_node *list = NULL;
    if (field_member(reader->fields, node, "requests", YAML_SEQUENCE, true, &list) < 0)
        return -1;
    if (list->count == 0 || list->count > LOAD_MOST_REQUESTS)
        return field_error(reader->fields, list, "requests: expected 1 to %d", LOAD_MOST_REQUESTS);
    spec->requests = memory_allocate(list->count, sizeof *spec->requests);
    for (size_t i = 0; i < list->count; i++) {
        struct request_spec *request = &spec->requests[spec->request_count++];
        if (read_named_request(reader, list->values[i], request) < 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            if (strcmp(spec->requests[j].name, request->name) == 0)
                return field_error(reader->fields, yaml_get(list->values[i], "name"), "name: another request is called \"%.60s\"",
                                   request->name);
    }
    free(spec->url);
    spec->url = memory_copy_text(spec->requests[0].url);
    return 0;
}

/* The load's own members, as those of its only request or what all of them have. */
static void take_over(struct load_spec *spec, struct request_spec *request)
{
    free(spec->method);
    spec->method = request->method != NULL ? steal_pointer(&request->method) : memory_copy_text("GET");
    spec->url = steal_pointer(&request->url);
    spec->headers = steal_pointer(&request->headers);
    spec->header_count = request->header_count;
    spec->body = steal_pointer(&request->body);
    spec->body_length = request->body_length;
    spec->checks = steal_pointer(&request->checks);
    spec->check_count = request->check_count;
    spec->tags = steal_pointer(&request->tags);
    spec->tag_count = request->tag_count;
    spec->timeout = request->timeout;
    request->header_count = request->check_count = request->tag_count = 0;
}

static int read_several(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *common,
                        struct load_spec *spec)
{
    static const char *const choices[] = {"round-robin", "random", NULL};
    int choice = 0;
    if (field_word(reader->fields, node, "choice", false, choices, &choice) < 0 ||
        (yaml_get(node, "url") != NULL && lesson_read_url(reader, node, &common->url) < 0) ||
        lesson_read_headers(reader, node, common) < 0 || lesson_read_tags(reader, node, common) < 0 ||
        lesson_read_checks(reader, node, common) < 0 ||
        field_duration(reader->fields, node, "timeout", false, LOAD_SHORTEST_TIMEOUT, LOAD_LONGEST_TIMEOUT, &common->timeout) < 0)
        return -1;
    spec->choice = (enum load_choice)choice;
    take_over(spec, common);
    const struct request_reader of_list = {.fields = reader->fields, .data = reader->data, .load = spec};
    return read_list(&of_list, node, spec);
}

/* data: {file: users.csv, rows: round-robin} */
static int read_data(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec,
                     struct load_data *data)
{
    static const char *const known[] = {"file", "rows", NULL};
    static const char *const orders[] = {"round-robin", "iteration", "random", NULL};
    const struct yaml_node *member = NULL;
    const struct yaml_node *file = NULL;
    struct error reason = ERROR_NONE;
    size_t length = 0;
    int order = 0;
    if (field_member(reader, node, "data", YAML_MAPPING, false, &member) < 0)
        return -1;
    if (member == NULL)
        return 0;
    if (field_mapping(reader, member, "data", known) < 0 || field_word(reader, member, "rows", false, orders, &order) < 0 ||
        field_member(reader, member, "file", YAML_SCALAR, true, &file) < 0)
        return -1;
    spec->row_order = (enum load_row_order)order;
    spec->csv = lesson_read_file(reader, file, "file", LOAD_MOST_DATA, &length);
    if (spec->csv == NULL)
        return -1;
    if (load_data_parse(spec->csv, length, data, &reason) < 0)
        return field_error(reader, file, "file: %s: %s", file->text, reason.text);
    return 0;
}

int lesson_read_requests(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    struct load_data data = {.row_count = 0};
    struct request_spec request = {.timeout = spec->timeout};
    const struct request_reader of_load = {.fields = reader, .data = &data};
    int result = read_data(reader, node, spec, &data);
    if (result == 0 && yaml_get(node, "requests") != NULL)
        result = read_several(&of_load, node, &request, spec);
    else if (result == 0 && (result = lesson_read_request(&of_load, node, &request)) == 0)
        take_over(spec, &request);
    request_spec_release(&request);
    load_data_release(&data);
    return result;
}

int lesson_check_requests(const struct field_reader *reader, const struct yaml_node *node, const struct load_spec *spec)
{
    struct error reason = ERROR_NONE;
    struct request_mix mix;
    if (request_mix_create(spec, &mix, &reason) < 0)
        return field_error(reader, node, "load: %s", reason.text);
    request_mix_release(&mix);
    return 0;
}
