#include "driver/report/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/report/document_parts.h"
#include "driver/report/side_by_side.h"

#define FORMAT_NAME "hpalab-report/v1"

static void set_number(cJSON *object, const char *key, double value)
{
    json_set(object, key, isnan(value) ? cJSON_CreateNull() : cJSON_CreateNumber(round(value * 1e6) / 1e6));
}

static cJSON *make_run(const struct run_figures *figures)
{
    char date[CLOCK_TEXT_SIZE];
    cJSON *run = cJSON_CreateObject();
    json_set_text(run, "lesson", figures->lesson_name);
    json_set_text(run, "title", figures->lesson_title);
    json_set_text(run, "file", figures->lesson_file);
    json_set_text(run, "hash", figures->lesson_hash);
    json_set_text(run, "cluster", figures->cluster);
    json_set_text(run, "cluster_version", figures->cluster_version);
    json_set_text(run, "pace", figures->pace);
    json_set_text(run, "machine", figures->machine);
    json_set_text(run, "command", figures->command);
    json_set_text(run, "started", clock_format_seconds(figures->started_wall, date));
    json_set_boolean(run, "complete", figures->complete);
    cJSON *notes = json_array_at(run, "notes");
    for (size_t index = 0; index < figures->note_count; index++)
        cJSON_AddItemToArray(notes, cJSON_CreateString(figures->notes[index]));
    return run;
}

static cJSON *make_table(const struct run_figures *figures)
{
    struct side_table table;
    cJSON *rows = cJSON_CreateArray();
    side_table_make(figures->variants, figures->variant_count, &table);
    for (size_t index = 0; index < table.row_count; index++) {
        cJSON *row = cJSON_CreateObject();
        json_set_text(row, "name", table.rows[index].name);
        json_set_text(row, "key", table.rows[index].key);
        cJSON *cells = json_array_at(row, "cells");
        for (size_t column = 0; column < figures->variant_count; column++) {
            const struct side_cell *cell = &table.rows[index].cells[column];
            cJSON *entry = cJSON_CreateObject();
            set_number(entry, "value", cell->value);
            json_set_text(entry, "text", cell->text);
            json_set_boolean(entry, "better", cell->better);
            set_number(entry, "difference", cell->difference);
            set_number(entry, "ratio", cell->ratio);
            cJSON_AddItemToArray(cells, entry);
        }
        cJSON_AddItemToArray(rows, row);
    }
    side_table_release(&table);
    return rows;
}

cJSON *document_make(const struct run_figures *figures, size_t spikes, size_t events)
{
    cJSON *document = cJSON_CreateObject();
    json_set_text(document, "format", FORMAT_NAME);
    json_set_text(document, "verdict", figures->verdict);
    json_set(document, "fault", *figures->fault != '\0' ? cJSON_CreateString(figures->fault) : cJSON_CreateNull());
    cJSON *expectations = json_object_at(document, "expectations");
    json_set_integer(expectations, "pass", (int64_t)figures->passed);
    json_set_integer(expectations, "fail", (int64_t)figures->failed);
    json_set_integer(expectations, "no_data", (int64_t)figures->no_data);
    json_set(document, "run", make_run(figures));
    json_set(document, "side_by_side", make_table(figures));
    cJSON *variants = json_array_at(document, "variants");
    for (size_t index = 0; index < figures->variant_count; index++)
        cJSON_AddItemToArray(variants, document_variant(&figures->variants[index], spikes, events));
    return document;
}
