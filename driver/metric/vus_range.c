#include "driver/metric/vus_range.h"

uint64_t vus_range_minimum(const struct vus_range *range)
{
    return range->closed && range->minimum < range->current ? range->minimum : range->current;
}

uint64_t vus_range_maximum(const struct vus_range *range)
{
    return range->closed && range->maximum > range->current ? range->maximum : range->current;
}

void vus_range_add(struct vus_range *range, int64_t second, uint64_t vus)
{
    if (range->known && second != range->second) {
        range->minimum = vus_range_minimum(range);
        range->maximum = vus_range_maximum(range);
        range->closed = true;
        range->current = 0;
    }
    range->known = true;
    range->second = second;
    range->current += vus;
}
