#include "driver/load/spec.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/limits.h"
#include "driver/load/schedule.h"

#define DEFAULT_MAXIMUM_CONNECTIONS 2000

const char *load_type_name(enum load_type type)
{
    static const char *const names[] = {[LOAD_HTTP] = "http", [LOAD_CPU] = "cpu", [LOAD_MEMORY] = "memory"};
    return names[type];
}

const char *load_type_unit(enum load_type type)
{
    static const char *const units[] = {[LOAD_HTTP] = "requests/s", [LOAD_CPU] = "millicores", [LOAD_MEMORY] = "MiB"};
    return units[type];
}

const char *load_executor_name(enum load_executor executor)
{
    static const char *const names[] = {
        [EXECUTOR_CONSTANT_ARRIVAL_RATE] = "constant-arrival-rate",
        [EXECUTOR_RAMPING_ARRIVAL_RATE] = "ramping-arrival-rate",
        [EXECUTOR_CONSTANT_VUS] = "constant-vus",
        [EXECUTOR_RAMPING_VUS] = "ramping-vus",
        [EXECUTOR_SHARED_ITERATIONS] = "shared-iterations",
        [EXECUTOR_PER_VU_ITERATIONS] = "per-vu-iterations",
    };
    return names[executor];
}

bool load_executor_is_closed(enum load_executor executor)
{
    return executor != EXECUTOR_CONSTANT_ARRIVAL_RATE && executor != EXECUTOR_RAMPING_ARRIVAL_RATE;
}

bool load_server_name_is_valid(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length < 254 && strspn(name, "0123456789.") < length && name[0] != '.' && name[0] != '-' &&
           name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._")] == '\0';
}

const char *load_dns_select_name(enum load_dns_select select)
{
    static const char *const names[] = {[DNS_RANDOM] = "random", [DNS_ROUND_ROBIN] = "roundRobin", [DNS_FIRST] = "first"};
    return names[select];
}

const char *const load_pacing_words[] = {[PACING_FRUGAL] = "frugal", [PACING_PRECISE] = "precise", NULL};
const char *const load_io_words[] = {[IO_AUTOMATIC] = "auto", [IO_EPOLL] = "epoll", [IO_URING] = "io_uring", NULL};
const char *const load_http_words[] = {[HTTP_AS_AGREED] = "auto", [HTTP_1_1] = "1.1", [HTTP_2] = "2", NULL};

const char *load_io_name(enum load_io io)
{
    return load_io_words[io];
}

const char *load_http_name(enum load_http http)
{
    return load_http_words[http];
}

void load_spec_init(struct load_spec *spec)
{
    *spec = (struct load_spec){
        .executor = EXECUTOR_CONSTANT_ARRIVAL_RATE,
        .method = memory_copy_text("GET"),
        .timeout = LOAD_DEFAULT_TIMEOUT,
        .reuse = REUSE_KEEP,
        .dns = {.ttl = LOAD_DNS_TTL},
        .seed = 1,
        .maximum_connections = DEFAULT_MAXIMUM_CONNECTIONS,
        .pod_header = memory_copy_text("X-Pod-Name"),
        .phase_header = memory_copy_text("X-Pod-Phase"),
        .age_header = memory_copy_text("X-Pod-Age"),
    };
}

void load_spec_release(struct load_spec *spec)
{
    for (size_t i = 0; i < spec->stage_count; i++)
        free(spec->stages[i].phase);
    for (size_t i = 0; i < spec->request_count; i++)
        request_spec_release(&spec->requests[i]);
    load_headers_release(spec->headers, spec->header_count);
    load_labels_release(spec->labels, spec->label_count);
    load_labels_release(spec->tags, spec->tag_count);
    load_checks_release(spec->checks, spec->check_count);
    free(spec->csv);
    free(spec->requests);
    free(spec->stages);
    free(spec->name);
    free(spec->method);
    free(spec->url);
    free(spec->body);
    free(spec->tls.ca_file);
    free(spec->tls.certificate_file);
    free(spec->tls.key_file);
    free(spec->tls.server_name);
    free(spec->pod_header);
    free(spec->phase_header);
    free(spec->age_header);
    *spec = (struct load_spec){0};
}

int64_t load_spec_duration(const struct load_spec *spec)
{
    int64_t total = 0;
    for (size_t i = 0; i < spec->stage_count; i++)
        total += spec->stages[i].duration;
    return total;
}

const char *load_spec_phase_at(const struct load_spec *spec, int64_t second)
{
    int64_t moment = second * NANOSECONDS_PER_SECOND;
    int64_t begin = 0;
    const char *phase = "";
    for (size_t i = 0; i < spec->stage_count && begin <= moment; i++) {
        if (spec->stages[i].duration > 0)
            phase = spec->stages[i].phase != NULL ? spec->stages[i].phase : "";
        begin += spec->stages[i].duration;
    }
    return phase;
}

size_t load_spec_request_count(const struct load_spec *spec)
{
    return spec->request_count > 0 ? spec->request_count : 1;
}

struct request_spec load_spec_request(const struct load_spec *spec, size_t index)
{
    static char nameless[] = "";
    if (index < spec->request_count)
        return spec->requests[index];
    return (struct request_spec){.name = nameless,
                                 .weight = 1,
                                 .method = spec->method,
                                 .url = spec->url,
                                 .header_count = spec->header_count,
                                 .headers = spec->headers,
                                 .body = spec->body,
                                 .body_length = spec->body_length,
                                 .timeout = spec->timeout,
                                 .check_count = spec->check_count,
                                 .checks = spec->checks};
}

double load_spec_rate_at(const struct load_spec *spec, int64_t since_start)
{
    double rate = spec->start_rate;
    int64_t begin = 0;
    if (since_start < 0)
        return 0;
    for (size_t i = 0; i < spec->stage_count; i++) {
        const struct load_stage *stage = &spec->stages[i];
        if (since_start < begin + stage->duration)
            return rate + (stage->target - rate) * (double)(since_start - begin) / (double)stage->duration;
        begin += stage->duration;
        rate = stage->target;
    }
    return 0;
}

uint64_t load_spec_most_vus(const struct load_spec *spec)
{
    double most = spec->start_rate;
    if (spec->type != LOAD_HTTP || !load_executor_is_closed(spec->executor))
        return 0;
    for (size_t i = 0; i < spec->stage_count; i++)
        most = spec->stages[i].target > most ? spec->stages[i].target : most;
    return (uint64_t)most;
}

uint64_t load_spec_planned(const struct load_spec *spec)
{
    struct schedule schedule;
    if (spec->type != LOAD_HTTP || load_executor_is_closed(spec->executor))
        return 0;
    schedule_init(&schedule, spec, NULL);
    return schedule_total(&schedule);
}
