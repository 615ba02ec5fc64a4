#include "driver/wire/wire_spec.h"

#include <math.h>
#include <string.h>

#include "driver/load/limits.h"
#include "driver/load/url.h"
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

static const struct wire_field stage_fields[] = {
    {WIRE_MEMBER(struct load_stage, duration, true, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct load_stage, target, true, WIRE_DECIMAL), .maximum = 1e9},
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
    {WIRE_MEMBER(struct load_tls, insecure, false, WIRE_BOOLEAN)},
};
static const struct wire_table tls_table = WIRE_TABLE(struct load_tls, tls_fields);

static const struct wire_field label_fields[] = {
    {WIRE_MEMBER(struct load_label, key, true, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_label, value, true, WIRE_TEXT), .maximum = NAME_MAXIMUM},
};
static const struct wire_table label_table = WIRE_TABLE(struct load_label, label_fields);

static const struct wire_field spec_fields[] = {
    {WIRE_MEMBER(struct load_spec, name, false, WIRE_TEXT_OR_NULL), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, type, false, WIRE_CHOICE), .maximum = LOAD_MEMORY, .word = type_word},
    {WIRE_MEMBER(struct load_spec, executor, true, WIRE_CHOICE), .maximum = EXECUTOR_PER_VU_ITERATIONS, .word = executor_word},
    {WIRE_MEMBER(struct load_spec, start_rate, false, WIRE_DECIMAL), .maximum = 1e9},
    {WIRE_MEMBER(struct load_spec, stages, true, WIRE_ARRAY), .minimum = 1, .maximum = LOAD_MOST_STAGES,
     .count_offset = offsetof(struct load_spec, stage_count), .table = &stage_table},
    {WIRE_MEMBER(struct load_spec, iterations, false, WIRE_WHOLE), .maximum = LOAD_MOST_ITERATIONS},
    {WIRE_MEMBER(struct load_spec, think_time, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct load_spec, spacing, false, WIRE_CHOICE), .maximum = SPACING_POISSON, .word = spacing_word},
    {WIRE_MEMBER(struct load_spec, seed, false, WIRE_WHOLE), .maximum = WIRE_MOST_WHOLE},
    {WIRE_MEMBER(struct load_spec, pacing, false, WIRE_CHOICE), .maximum = PACING_PRECISE, .word = pacing_word},
    {WIRE_MEMBER(struct load_spec, method, false, WIRE_TEXT), .maximum = NAME_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, url, true, WIRE_TEXT), .maximum = VALUE_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, headers, false, WIRE_ARRAY), .maximum = LOAD_MOST_HEADERS,
     .count_offset = offsetof(struct load_spec, header_count), .table = &header_table},
    {WIRE_MEMBER(struct load_spec, body, false, WIRE_TEXT_OR_NULL), .maximum = TEXT_MAXIMUM},
    {WIRE_MEMBER(struct load_spec, timeout, false, WIRE_WHOLE), .minimum = LOAD_SHORTEST_TIMEOUT,
     .maximum = (double)LOAD_LONGEST_TIMEOUT},
    {WIRE_MEMBER(struct load_spec, reuse, false, WIRE_CHOICE), .maximum = REUSE_LIMITED, .word = reuse_word},
    {WIRE_MEMBER(struct load_spec, reuse_requests, false, WIRE_WHOLE), .maximum = LOAD_MOST_REUSES},
    {WIRE_MEMBER(struct load_spec, reuse_age, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct load_spec, maximum_connections, false, WIRE_WHOLE), .maximum = LOAD_MOST_CONNECTIONS},
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

static int check_texts(const struct load_spec *spec, struct error *error)
{
    struct url_template url;
    if (url_template_parse(spec->url, &url, error) < 0)
        return error_context(error, "url");
    url_template_release(&url);
    if (!load_header_name_is_valid(spec->method))
        return error_set(error, "method: \"%.40s\" is no method", spec->method);
    for (size_t i = 0; i < spec->header_count; i++) {
        if (!load_header_name_is_valid(spec->headers[i].name))
            return error_set(error, "headers[%zu]: \"%.60s\" is no header name", i, spec->headers[i].name);
        if (strpbrk(spec->headers[i].value, "\r\n") != NULL)
            return error_set(error, "headers[%zu]: expected one line of text", i);
    }
    return 0;
}

int wire_spec_check(const struct load_spec *spec, struct error *error)
{
    if (spec->type != LOAD_HTTP)
        return error_set(error, "type: a generator sends requests, not loads on %s", load_type_name(spec->type));
    if (spec->maximum_connections < 1)
        return error_set(error, "maximum_connections: expected at least 1");
    return check_rates(spec, error) < 0 ? -1 : check_texts(spec, error);
}
