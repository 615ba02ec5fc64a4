#include "driver/wire/wire_spec.h"

#include <math.h>
#include <string.h>

#include "driver/load/limits.h"
#include "driver/load/request_mix.h"
#include "driver/wire/wire_tables.h"

#define TEXT_MAXIMUM (8.0 * 1024 * 1024)
#define NAME_MAXIMUM 4096.0
#define VALUE_MAXIMUM 65536.0
#define MOST_LABELS 20

static const char *type_word(unsigned type)
{
    return load_type_name((enum load_type)type);
}

static const char *executor_word(unsigned executor)
{
    return load_executor_name((enum load_executor)executor);
}

static const char *spacing_word(unsigned spacing)
{
    return spacing == SPACING_UNIFORM ? "uniform" : "poisson";
}

static const char *pacing_word(unsigned pacing)
{
    return pacing == PACING_FRUGAL ? "frugal" : "precise";
}

static const char *reuse_word(unsigned reuse)
{
    static const char *const words[] = {[REUSE_KEEP] = "keep", [REUSE_NEVER] = "never", [REUSE_LIMITED] = "limited"};
    return words[reuse];
}

static const char *choice_word(unsigned choice)
{
    return choice == CHOICE_ROUND_ROBIN ? "round-robin" : "random";
}

static const char *row_order_word(unsigned order)
{
    static const char *const words[] = {
        [ROWS_ROUND_ROBIN] = "round-robin", [ROWS_ITERATION] = "iteration", [ROWS_RANDOM] = "random"};
    return words[order];
}

static const char *io_word(unsigned io)
{
    return load_io_name((enum load_io)io);
}

static const char *http_word(unsigned http)
{
    return load_http_name((enum load_http)http);
}

static const struct wire_field stage_fields[] = {
    {WIRE_MEMBER(struct load_stage, duration, true, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct load_stage, target, true, WIRE_DECIMAL), .maximum = 1e9},
    {WIRE_MEMBER(struct load_stage, phase, false, WIRE_TEXT_OR_NULL), .maximum = LOAD_NAME_SIZE - 1},
};
static const struct wire_table stage_table = WIRE_TABLE(struct load_stage, stage_fields);

static const struct wire_field header_fields[] = {
    {WIRE_MEMBER(struct load_header, name, true, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_header, value, true, WIRE_TEXT), .maximum = VALUE_MAXIMUM},
};
static const struct wire_table header_table = WIRE_TABLE(struct load_header, header_fields);

static const struct wire_field tls_fields[] = {
    {WIRE_MEMBER(struct load_tls, ca_file, false, WIRE_TEXT_OR_NULL), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_tls, certificate_file, false, WIRE_TEXT_OR_NULL), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_tls, key_file, false, WIRE_TEXT_OR_NULL), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_tls, server_name, false, WIRE_TEXT_OR_NULL), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_tls, insecure, false, WIRE_BOOLEAN)},
};
static const struct wire_table tls_table = WIRE_TABLE(struct load_tls, tls_fields);

static const struct wire_field label_fields[] = {
    {WIRE_MEMBER(struct load_label, key, true, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_label, value, true, WIRE_TEXT), .maximum = NAME_MAXIMUM},
};
static const struct wire_table label_table = WIRE_TABLE(struct load_label, label_fields);

static const struct wire_field check_fields[] = {
    {WIRE_MEMBER(struct load_check, name, true, WIRE_TEXT), .maximum = LOAD_CHECK_TEXT_SIZE - 1},
    {WIRE_MEMBER(struct load_check, text, true, WIRE_TEXT), .maximum = LOAD_CHECK_TEXT_SIZE - 1},
};
static const struct wire_table check_table = WIRE_TABLE(struct load_check, check_fields);

/* The members that a request of a mix and a load of one request have alike. */
#define REQUEST_FIELDS(type)                                                                                                     \
    {WIRE_MEMBER(type, headers, false, WIRE_ARRAY), .maximum = LOAD_MOST_HEADERS, .count_offset = offsetof(type, header_count),  \
     .table = &header_table},                                                                                                    \
        {WIRE_MEMBER(type, body, false, WIRE_BYTES), .maximum = TEXT_MAXIMUM, .count_offset = offsetof(type, body_length)},      \
        {WIRE_MEMBER(type, timeout, false, WIRE_WHOLE), .minimum = LOAD_SHORTEST_TIMEOUT,                                        \
         .maximum = (double)LOAD_LONGEST_TIMEOUT},                                                                               \
        {WIRE_MEMBER(type, checks, false, WIRE_ARRAY), .maximum = LOAD_MOST_CHECKS, .count_offset = offsetof(type, check_count), \
         .table = &check_table},                                                                                                 \
    {                                                                                                                            \
        WIRE_MEMBER(type, tags, false, WIRE_ARRAY), .maximum = MOST_LABELS, .count_offset = offsetof(type, tag_count),           \
                                                    .table = &label_table                                                        \
    }

static const struct wire_field request_fields[] = {
    {WIRE_MEMBER(struct request_spec, name, true, WIRE_TEXT), .maximum = LOAD_NAME_SIZE - 1},
    {WIRE_MEMBER(struct request_spec, weight, true, WIRE_WHOLE), .maximum = LOAD_MOST_REQUEST_WEIGHT},
    {WIRE_MEMBER(struct request_spec, method, true, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct request_spec, url, true, WIRE_TEXT), .maximum = VALUE_MAXIMUM},
    REQUEST_FIELDS(struct request_spec),
};

static void prepare_request(void *zeroed)
{
    struct request_spec *request = zeroed;
    request->timeout = LOAD_DEFAULT_TIMEOUT;
}

static const struct wire_table request_table = {.fields = request_fields,
                                                .field_count = sizeof request_fields / sizeof *request_fields,
                                                .size = sizeof(struct request_spec),
                                                .prepare = prepare_request};

static const char *dns_select_word(unsigned select)
{
    return load_dns_select_name((enum load_dns_select)select);
}

static const struct wire_field dns_fields[] = {
    {WIRE_MEMBER(struct load_dns, ttl, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct load_dns, select, false, WIRE_CHOICE), .maximum = DNS_FIRST, .word = dns_select_word},
};
static const struct wire_table dns_table = WIRE_TABLE(struct load_dns, dns_fields);

static const struct wire_field spec_fields[] = {
    {WIRE_MEMBER(struct load_spec, name, false, WIRE_TEXT_OR_NULL), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, type, false, WIRE_CHOICE), .maximum = LOAD_MEMORY, .word = type_word},
    {WIRE_MEMBER(struct load_spec, executor, true, WIRE_CHOICE), .maximum = EXECUTOR_PER_VU_ITERATIONS, .word = executor_word},
    {WIRE_MEMBER(struct load_spec, start_rate, false, WIRE_DECIMAL), .maximum = 1e9},
    {WIRE_MEMBER(struct load_spec, stages, true, WIRE_ARRAY), .minimum = 1, .maximum = LOAD_MOST_STAGES,
     .count_offset = offsetof(struct load_spec, stage_count), .table = &stage_table},
    {WIRE_MEMBER(struct load_spec, iterations, false, WIRE_WHOLE), .maximum = LOAD_MOST_ITERATIONS},
    {WIRE_MEMBER(struct load_spec, think_time, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct load_spec, think_time_most, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct load_spec, spacing, false, WIRE_CHOICE), .maximum = SPACING_POISSON, .word = spacing_word},
    {WIRE_MEMBER(struct load_spec, seed, false, WIRE_WHOLE), .maximum = WIRE_MOST_WHOLE},
    {WIRE_MEMBER(struct load_spec, pacing, false, WIRE_CHOICE), .maximum = PACING_PRECISE, .word = pacing_word},
    {WIRE_MEMBER(struct load_spec, method, false, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, url, true, WIRE_TEXT), .maximum = VALUE_MAXIMUM},
    REQUEST_FIELDS(struct load_spec),
    {WIRE_MEMBER(struct load_spec, requests, false, WIRE_ARRAY), .maximum = LOAD_MOST_REQUESTS,
     .count_offset = offsetof(struct load_spec, request_count), .table = &request_table},
    {WIRE_MEMBER(struct load_spec, choice, false, WIRE_CHOICE), .maximum = CHOICE_RANDOM, .word = choice_word},
    {WIRE_MEMBER(struct load_spec, csv, false, WIRE_TEXT_OR_NULL), .maximum = TEXT_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, row_order, false, WIRE_CHOICE), .maximum = ROWS_RANDOM, .word = row_order_word},
    {WIRE_MEMBER(struct load_spec, reuse, false, WIRE_CHOICE), .maximum = REUSE_LIMITED, .word = reuse_word},
    {WIRE_MEMBER(struct load_spec, reuse_requests, false, WIRE_WHOLE), .maximum = LOAD_MOST_REUSES},
    {WIRE_MEMBER(struct load_spec, reuse_age, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct load_spec, maximum_connections, false, WIRE_WHOLE), .maximum = LOAD_MOST_CONNECTIONS},
    {WIRE_MEMBER(struct load_spec, http, false, WIRE_CHOICE), .maximum = HTTP_2, .word = http_word},
    {WIRE_MEMBER(struct load_spec, dns, false, WIRE_OBJECT), .table = &dns_table},
    {WIRE_MEMBER(struct load_spec, io, false, WIRE_CHOICE), .maximum = IO_URING, .word = io_word},
    {WIRE_MEMBER(struct load_spec, redirects, false, WIRE_WHOLE), .maximum = LOAD_MOST_REDIRECTS},
    {WIRE_MEMBER(struct load_spec, threads, false, WIRE_WHOLE), .maximum = LOAD_MOST_THREADS},
    {WIRE_MEMBER(struct load_spec, pod_header, false, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, phase_header, false, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, age_header, false, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, tls, false, WIRE_OBJECT), .table = &tls_table},
    {WIRE_MEMBER(struct load_spec, labels, false, WIRE_ARRAY), .maximum = MOST_LABELS,
     .count_offset = offsetof(struct load_spec, label_count), .table = &label_table},
    {WIRE_MEMBER(struct load_spec, port, false, WIRE_WHOLE), .maximum = UINT16_MAX},
};

static void prepare_spec(void *spec)
{
    load_spec_init(spec);
}

const struct wire_table wire_spec_table = {.fields = spec_fields,
                                           .field_count = sizeof spec_fields / sizeof *spec_fields,
                                           .size = sizeof(struct load_spec),
                                           .prepare = prepare_spec};

static bool is_whole_number_of_vus(double number)
{
    return number == floor(number) && number >= 0 && number <= LOAD_MOST_VUS;
}

static int check_rates(const struct load_spec *spec, struct error *error)
{
    bool closed = load_executor_is_closed(spec->executor);
    bool ramp = spec->executor == EXECUTOR_RAMPING_ARRIVAL_RATE || spec->executor == EXECUTOR_RAMPING_VUS;
    for (size_t i = 0; i <= spec->stage_count; i++) {
        double rate = i == 0 ? spec->start_rate : spec->stages[i - 1].target;
        if (closed ? !is_whole_number_of_vus(rate) : rate > LOAD_HIGHEST_RATE)
            return closed ? error_set(error, "stages: expected whole numbers of VUs up to %d, not %g", LOAD_MOST_VUS, rate)
                          : error_set(error, "stages: expected at most %g requests/s, not %g", LOAD_HIGHEST_RATE, rate);
    }
    if (!ramp && (spec->stage_count != 1 || spec->stages[0].target != spec->start_rate))
        return error_set(error, "stages: expected one, whose target is start_rate, of %s", load_executor_name(spec->executor));
    if (closed && load_spec_most_vus(spec) == 0)
        return error_set(error, "stages: there are no VUs");
    if (load_spec_duration(spec) <= 0 || load_spec_duration(spec) > LOAD_LONGEST_STAGE * 7)
        return error_set(error, "stages: expected up to seven days in all");
    return 0;
}

static int check_headers(const struct request_spec *request, struct error *error)
{
    if (!load_header_name_is_valid(request->method))
        return error_set(error, "method: \"%.40s\" is no method", request->method);
    for (size_t i = 0; i < request->header_count; i++) {
        if (!load_header_name_is_valid(request->headers[i].name))
            return error_set(error, "headers[%zu]: \"%.60s\" is no header name", i, request->headers[i].name);
        if (strpbrk(request->headers[i].value, "\r\n") != NULL)
            return error_set(error, "headers[%zu]: expected one line of text", i);
    }
    return 0;
}

static int check_texts(const struct load_spec *spec, struct error *error)
{
    struct request_mix mix;
    if (request_mix_create(spec, &mix, error) < 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < mix.count && result == 0; i++)
        result = check_headers(&mix.requests[i].spec, error);
    request_mix_release(&mix);
    return result;
}

int wire_spec_check(const struct load_spec *spec, struct error *error)
{
    if (spec->type != LOAD_HTTP)
        return error_set(error, "type: a generator sends requests, not loads on %s", load_type_name(spec->type));
    if (spec->maximum_connections < 1)
        return error_set(error, "maximum_connections: expected at least 1");
    if (spec->tls.server_name != NULL && !load_server_name_is_valid(spec->tls.server_name))
        return error_set(error, "tls.server_name: \"%.60s\" is no host's name", spec->tls.server_name);
    return check_rates(spec, error) < 0 ? -1 : check_texts(spec, error);
}
