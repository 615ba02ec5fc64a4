/*
 * The pod as the rooms of this program share it: what was chosen, and the parts that requests touch.
 */
#ifndef WEBAPP_POD_H
#define WEBAPP_POD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "apps/webapp/cache.h"
#include "apps/webapp/connections.h"
#include "apps/webapp/load.h"
#include "apps/webapp/metrics.h"
#include "apps/webapp/options.h"

struct pod {
    struct options options;
    int64_t start; /* monotonic */
    atomic_bool booted;
    atomic_bool terminating;
    atomic_llong pages; /* asked for */
    struct cache *cache;
    struct metrics *metrics;
    struct loads *loads;
    struct connections *connections;
};

#endif
