/*
 * Arbitrary text as a schedule, after eight bytes of a moment: refused with a reason, or each next time is later than the
 * one before. The first byte of the moment also chooses the zone.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/cron_schedule.h"
#include "common/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"};
    int64_t moment = 0;
    struct cron_schedule schedule;
    struct error error = ERROR_NONE;
    if (size < sizeof moment)
        return 0;
    memcpy(&moment, data, sizeof moment);
    AUTO_FREE char *text = memory_copy_bytes(data + sizeof moment, size - sizeof moment);
    if (cron_schedule_parse(text, &schedule, &error) != 0) {
        require(error.text[0] != '\0');
        return 0;
    }
    AUTO_TIME_ZONE struct time_zone *zone = time_zone_load(names[data[0] % 4], NULL);
    for (int i = 0; zone != NULL && i < 5; i++) {
        int64_t next = cron_schedule_next(&schedule, zone, moment);
        if (next == INT64_MAX)
            return 0;
        require(next > moment);
        moment = next;
    }
    return 0;
}
