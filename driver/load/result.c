#include "driver/load/result.h"

const char *load_outcome_name(enum load_outcome outcome)
{
    static const char *const names[OUTCOME_COUNT] = {
        [OUTCOME_OK] = "ok",           [OUTCOME_STATUS] = "status",   [OUTCOME_REFUSED] = "refused",
        [OUTCOME_RESET] = "reset",     [OUTCOME_TIMEOUT] = "timeout", [OUTCOME_TRUNCATED] = "truncated",
        [OUTCOME_DROPPED] = "dropped", [OUTCOME_ABORTED] = "aborted",
    };
    return outcome < OUTCOME_COUNT ? names[outcome] : "unknown";
}

bool load_outcome_is_lost(enum load_outcome outcome)
{
    return outcome != OUTCOME_OK && outcome != OUTCOME_ABORTED && outcome != OUTCOME_DROPPED;
}

void load_status_add(struct load_status *statuses, size_t *count, size_t size, int code, uint64_t number)
{
    size_t place = 0;
    while (place < *count && statuses[place].code != code)
        place++;
    if (place == *count && *count < size)
        statuses[(*count)++] = (struct load_status){.code = *count + 1 < size ? code : 0};
    statuses[place < size ? place : size - 1].count += number;
}
