#include "hpa/replica_count.h"

#include <math.h>

#include "hpa/numbers.h"

struct tolerance tolerance_of(const struct hpa_spec *spec, const struct hpa_flags *flags)
{
    struct tolerance tolerance = {.down = flags->tolerance, .up = flags->tolerance};
    if (spec->has_behavior && spec->behavior.scale_down.has_tolerance) {
        tolerance.down = spec->behavior.scale_down.tolerance;
    }
    if (spec->has_behavior && spec->behavior.scale_up.has_tolerance) {
        tolerance.up = spec->behavior.scale_up.tolerance;
    }
    return tolerance;
}

bool tolerance_holds(struct tolerance tolerance, double ratio)
{
    return 1.0 - tolerance.down <= ratio && ratio <= 1.0 + tolerance.up;
}

int32_t replicas_for_ratio(double ratio, int64_t count)
{
    return count_held(ceil(ratio * (double)count));
}
