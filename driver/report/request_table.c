#include "driver/report/request_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/duration.h"
#include "common/memory.h"

const char *request_column_name(enum request_column column)
{
    static const char *const names[REQUEST_COLUMNS] = {
        [REQUEST_NAME] = "request", [REQUEST_OK] = "ok",   [REQUEST_LOST] = "lost",   [REQUEST_DROPPED] = "dropped",
        [REQUEST_P50] = "p50",      [REQUEST_P99] = "p99", [REQUEST_MAXIMUM] = "max", [REQUEST_CHECKS] = "checks held",
    };
    return names[column];
}

bool request_table_is_wanted(const struct variant_figures *variant)
{
    return variant->request_count > 1 || variant->checks > 0;
}

static void write_time(const struct time_figures *times, int64_t nanoseconds, char cell[REQUEST_CELL_SIZE])
{
    char duration[DURATION_TEXT_SIZE];
    (void)snprintf(cell, REQUEST_CELL_SIZE, "%s", times->count > 0 ? duration_format(nanoseconds, duration) : "-");
}

/* The load's name stands for a request that has none. */
static const char *name_of(const struct request_figures *request)
{
    return request->name[0] != '\0' ? request->name : request->load;
}

void request_table_row(const struct request_figures *request, char cells[REQUEST_COLUMNS][REQUEST_CELL_SIZE])
{
    uint64_t passes = 0;
    uint64_t checks = 0;
    for (size_t i = 0; i < request->check_count; i++) {
        passes += request->checks[i].passes;
        checks += request->checks[i].passes + request->checks[i].fails;
    }
    (void)snprintf(cells[REQUEST_NAME], REQUEST_CELL_SIZE, "%s", name_of(request));
    (void)snprintf(cells[REQUEST_OK], REQUEST_CELL_SIZE, "%" PRIu64, request->ok);
    (void)snprintf(cells[REQUEST_LOST], REQUEST_CELL_SIZE, "%" PRIu64, request->lost);
    (void)snprintf(cells[REQUEST_DROPPED], REQUEST_CELL_SIZE, "%" PRIu64, request->dropped);
    write_time(&request->response, request->response.p50, cells[REQUEST_P50]);
    write_time(&request->response, request->response.p99, cells[REQUEST_P99]);
    write_time(&request->response, request->response.maximum, cells[REQUEST_MAXIMUM]);
    (void)snprintf(cells[REQUEST_CHECKS], REQUEST_CELL_SIZE, checks > 0 ? "%.4g%%" : "-",
                   checks > 0 ? 100.0 * (double)passes / (double)checks : 0.0);
}

char *request_check_text(const struct request_figures *request, const struct check_figures *check)
{
    return memory_format("%s: %s: %" PRIu64 " of %" PRIu64, name_of(request), check->name, check->passes,
                         check->passes + check->fails);
}

char *request_vus_text(const struct variant_figures *variant)
{
    if (!variant->vus_known)
        return NULL;
    return memory_format("VUs: %" PRIu64 " to %" PRIu64 ", %" PRIu64 " at the end", variant->vus_minimum, variant->vus_maximum,
                         variant->vus);
}
