#include "driver/load/spec.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
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

bool load_header_name_is_valid(const char *name)
{
    return name[0] != '\0' &&
           name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")] == '\0';
}

void load_spec_init(struct load_spec *spec)
{
    *spec = (struct load_spec){
        .executor = EXECUTOR_CONSTANT_ARRIVAL_RATE,
        .method = memory_copy_text("GET"),
        .timeout = 60 * NANOSECONDS_PER_SECOND,
        .reuse = REUSE_KEEP,
        .seed = 1,
        .maximum_connections = DEFAULT_MAXIMUM_CONNECTIONS,
        .pod_header = memory_copy_text("X-Pod-Name"),
        .phase_header = memory_copy_text("X-Pod-Phase"),
        .age_header = memory_copy_text("X-Pod-Age"),
    };
}

void load_spec_release(struct load_spec *spec)
{
    for (size_t i = 0; i < spec->header_count; i++) {
        free(spec->headers[i].name);
        memory_wipe_text(spec->headers[i].value);
    }
    for (size_t i = 0; i < spec->label_count; i++) {
        free(spec->labels[i].key);
        free(spec->labels[i].value);
    }
    free(spec->labels);
    free(spec->headers);
    free(spec->stages);
    free(spec->name);
    free(spec->method);
    free(spec->url);
    free(spec->body);
    free(spec->tls.ca_file);
    free(spec->tls.certificate_file);
    free(spec->tls.key_file);
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
