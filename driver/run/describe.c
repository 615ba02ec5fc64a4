#include "driver/run/describe.h"

#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"

static void describe_tags(const struct load_label *tags, size_t count, cJSON *target)
{
    cJSON *object = json_object_at(target, "tags");
    for (size_t i = 0; i < count; i++)
        json_set_text(object, tags[i].key, tags[i].value);
}

/* Names, tags and checks: what results are told apart by. */
static void describe_requests(const struct load_spec *spec, cJSON *load)
{
    cJSON *list = json_array_at(load, "requests");
    describe_tags(spec->tags, spec->tag_count, load);
    for (size_t i = 0; i < load_spec_request_count(spec); i++) {
        const struct request_spec request = load_spec_request(spec, i);
        cJSON *entry = cJSON_CreateObject();
        json_set_text(entry, "name", request.name);
        json_set_integer(entry, "weight", request.weight);
        json_set_text(entry, "method", request.method);
        json_set_text(entry, "url", request.url);
        describe_tags(request.tags, request.tag_count, entry);
        cJSON *checks = json_array_at(entry, "checks");
        for (size_t j = 0; j < request.check_count; j++)
            (void)cJSON_AddItemToArray(checks, cJSON_CreateString(request.checks[j].name));
        (void)cJSON_AddItemToArray(list, entry);
    }
}

char *describe_loads(const struct lesson *lesson)
{
    AUTO_JSON cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < lesson->load_count; i++) {
        const struct load_spec *spec = &lesson->loads[i];
        cJSON *load = cJSON_CreateObject();
        json_set_text(load, "name", spec->name);
        json_set_text(load, "type", load_type_name(spec->type));
        if (spec->type == LOAD_HTTP) {
            json_set_text(load, "url", spec->url);
            json_set_text(load, "executor", load_executor_name(spec->executor));
            describe_requests(spec, load);
            json_set_text(load, "model", load_executor_is_closed(spec->executor) ? "closed" : "open");
        }
        json_set(load, "start_rate", cJSON_CreateNumber(spec->start_rate));
        cJSON *stages = json_array_at(load, "stages");
        for (size_t j = 0; j < spec->stage_count; j++) {
            cJSON *stage = cJSON_CreateObject();
            double seconds = (double)spec->stages[j].duration / (double)NANOSECONDS_PER_SECOND;
            json_set(stage, "duration_s", cJSON_CreateNumber(seconds));
            if (spec->stages[j].phase != NULL)
                json_set_text(stage, "phase", spec->stages[j].phase);
            json_set(stage, "target", cJSON_CreateNumber(spec->stages[j].target));
            (void)cJSON_AddItemToArray(stages, stage);
        }
        (void)cJSON_AddItemToArray(list, load);
    }
    return json_print(list);
}

char *describe_machine(void)
{
    struct utsname name;
    struct sysinfo information;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (uname(&name) < 0 || sysinfo(&information) < 0)
        return memory_copy_text("unknown");
    double gibibytes = (double)information.totalram * information.mem_unit / (1024.0 * 1024 * 1024);
    size_t release = strspn(name.release, "0123456789.");
    return memory_format("%ld %s, %.0f GiB, %s %.*s %s", cores, cores == 1 ? "core" : "cores", gibibytes, name.sysname,
                         (int)release, name.release, name.machine);
}
