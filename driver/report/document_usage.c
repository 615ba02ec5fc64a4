#include "driver/report/document_parts.h"

static cJSON *make_usage(const struct variant_figures *variant)
{
    static const char *const columns[] = {"time_s", "pod", "cpu_cores", "memory_mib"};
    cJSON *table = cJSON_CreateObject();
    json_set(table, "columns", cJSON_CreateStringArray(columns, sizeof columns / sizeof *columns));
    cJSON *rows = json_array_at(table, "rows");
    for (size_t index = 0; index < variant->usage_count; index++) {
        const struct usage_step *step = &variant->usage[index];
        cJSON *row = cJSON_CreateArray();
        cJSON_AddItemToArray(row, document_seconds(step->time));
        cJSON_AddItemToArray(row, cJSON_CreateString(step->pod));
        cJSON_AddItemToArray(row, document_number(step->cores));
        cJSON_AddItemToArray(row, document_number(step->mebibytes));
        cJSON_AddItemToArray(rows, row);
    }
    return table;
}

static cJSON *make_memory(const struct variant_figures *variant)
{
    cJSON *memory = cJSON_CreateObject();
    json_set(memory, "target_mib", variant->memory_target > 0 ? document_number(variant->memory_target) : cJSON_CreateNull());
    cJSON *steps = json_array_at(memory, "steps");
    for (size_t index = 0; index < variant->memory_step_count; index++) {
        const struct memory_step *step = &variant->memory_steps[index];
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "time_s", document_seconds(step->time));
        json_set_integer(entry, "pods", step->pods);
        json_set(entry, "average_mib", document_number(step->average));
        cJSON_AddItemToArray(steps, entry);
    }
    json_set(memory, "max_mib", variant->usage_count > 0 ? document_number(variant->memory_maximum) : cJSON_CreateNull());
    return memory;
}

static cJSON *make_marks(const struct variant_figures *variant)
{
    cJSON *marks = cJSON_CreateArray();
    for (size_t index = 0; index < variant->mark_count; index++) {
        const struct mark *mark = &variant->marks[index];
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "time_s", document_seconds(mark->time));
        json_set_text(entry, "kind", mark_kind_name(mark->kind));
        json_set_text(entry, "text", mark->text);
        cJSON_AddItemToArray(marks, entry);
    }
    return marks;
}

static cJSON *make_given(const struct variant_figures *variant)
{
    static const char *const columns[] = {"second", "load", "target", "given", "pods", "failures"};
    cJSON *table = cJSON_CreateObject();
    json_set(table, "columns", cJSON_CreateStringArray(columns, sizeof columns / sizeof *columns));
    cJSON *rows = json_array_at(table, "rows");
    for (size_t index = 0; index < variant->given_count; index++) {
        const struct given_step *step = &variant->given[index];
        cJSON *row = cJSON_CreateArray();
        cJSON_AddItemToArray(row, cJSON_CreateNumber((double)step->second));
        cJSON_AddItemToArray(row, cJSON_CreateString(step->load));
        cJSON_AddItemToArray(row, document_number(step->target));
        cJSON_AddItemToArray(row, document_number(step->given));
        cJSON_AddItemToArray(row, cJSON_CreateNumber((double)step->pods));
        cJSON_AddItemToArray(row, cJSON_CreateNumber((double)step->failures));
        cJSON_AddItemToArray(rows, row);
    }
    return table;
}

void document_add_usage(cJSON *target, const struct variant_figures *variant)
{
    json_set(target, "usage", make_usage(variant));
    json_set(target, "given", make_given(variant));
    json_set(target, "memory", make_memory(variant));
    json_set(target, "marks", make_marks(variant));
}
