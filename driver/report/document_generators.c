#include "driver/report/document_parts.h"

static cJSON *make_generator(const struct generator_figures *generator)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_integer(entry, "part", generator->part);
    json_set_text(entry, "pod", generator->pod);
    json_set_text(entry, "node", generator->node);
    json_set(entry, "share", cJSON_CreateNumber(generator->share));
    json_set(entry, "joined_s", document_seconds(generator->joined));
    json_set_integer(entry, "planned", (int64_t)generator->planned);
    json_set_integer(entry, "sent", (int64_t)generator->sent);
    json_set_integer(entry, "late", (int64_t)generator->late);
    json_set_integer(entry, "dropped", (int64_t)generator->dropped);
    json_set_integer(entry, "ok", (int64_t)generator->ok);
    json_set_integer(entry, "lost", (int64_t)generator->failed);
    json_set(entry, "sent_per_s",
             document_number(generator->seconds > 0 ? (double)generator->sent / (double)generator->seconds : 0));
    json_set(entry, "lateness_p99_ms", document_milliseconds(generator->lateness.p99));
    json_set(entry, "cpu_cores", document_number(generator->cpu));
    json_set(entry, "memory_mib", document_number(generator->memory));
    json_set(entry, "clock_ahead_ms", document_milliseconds(generator->clock_ahead));
    json_set(entry, "clock_error_ms", document_milliseconds(generator->clock_error));
    json_set(entry, "start_skew_ms", document_milliseconds(generator->start_skew));
    json_set(entry, "lost_at_s", document_seconds(generator->lost_at));
    json_set_text(entry, "reason", generator->reason);
    json_set_integer(entry, "unsent", (int64_t)generator->unsent);
    json_set_integer(entry, "unknown", (int64_t)generator->unknown);
    json_set(entry, "unsent_share", cJSON_CreateNumber(generator->unsent_share));
    return entry;
}

void document_add_generators(cJSON *target, const struct variant_figures *variant)
{
    cJSON *list = json_array_at(target, "generators");
    for (size_t index = 0; index < variant->generator_count; index++)
        (void)cJSON_AddItemToArray(list, make_generator(&variant->generators[index]));
}
