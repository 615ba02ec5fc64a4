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
