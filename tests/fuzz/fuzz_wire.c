/* Any bytes as what a generator is told and what it answers: refused with one line, or read, and then it is written and read
 * again without loss. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/wire/wire_plan.h"
#include "driver/wire/wire_results.h"
#include "driver/wire/wire_status.h"

#define LOADS 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct error *error, const char *what)
{
    if (strncmp(error->text, what, strlen(what)) != 0 || strchr(error->text, '\n') != NULL)
        abort();
}

static void try_plan(const char *text, size_t length)
{
    struct error error = ERROR_NONE;
    struct wire_plan plan;
    struct wire_plan again;
    if (wire_plan_read(text, length, &plan, &error) < 0) {
        check_error(&error, "plan: ");
        return;
    }
    AUTO_FREE char *first = wire_plan_write(&plan, &error);
    if (first != NULL) {
        if (wire_plan_read(first, strlen(first), &again, &error) < 0)
            abort();
        AUTO_FREE char *second = wire_plan_write(&again, &error);
        if (second == NULL || strcmp(first, second) != 0)
            abort();
        wire_plan_release(&again);
    }
    wire_plan_release(&plan);
}

static void try_results(const char *text, size_t length)
{
    struct error error = ERROR_NONE;
    struct wire_results results;
    if (wire_results_read(text, length, LOADS, &results, &error) < 0) {
        check_error(&error, "results: ");
        return;
    }
    for (size_t i = 0; i < results.batch_count; i++) {
        AUTO_BUFFER struct buffer batch = {0};
        buffer_init(&batch, WIRE_BATCH_MAXIMUM);
        (void)wire_batch_write(&results.batches[i], &batch);
    }
    wire_results_release(&results);
}

static void try_status(const char *text, size_t length)
{
    struct error error = ERROR_NONE;
    struct wire_status status;
    struct wire_start start;
    if (wire_status_read(text, length, &status, &error) < 0)
        check_error(&error, "status: ");
    else
        free(wire_status_write(&status));
    if (wire_start_read(text, length, &start, &error) < 0)
        check_error(&error, "start: ");
    else
        free(wire_start_write(&start));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *text = memory_copy_bytes(data, size);
    try_plan(text, size);
    try_results(text, size);
    try_status(text, size);
    return 0;
}
