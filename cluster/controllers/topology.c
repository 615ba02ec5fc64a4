#include "cluster/controllers/topology.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static struct topology_count *find(const struct topology_counts *counts, const char *key, const char *value)
{
    for (size_t i = 0; i < counts->count; i++) {
        if (strcmp(counts->places[i].value, value) == 0 && strcmp(counts->places[i].key, key) == 0)
            return &counts->places[i];
    }
    return NULL;
}

void topology_add(struct topology_counts *counts, const char *key, const char *value, int64_t amount)
{
    struct topology_count *place = find(counts, key, value);
    if (place == NULL) {
        counts->places = memory_resize(counts->places, counts->count + 1, sizeof *counts->places);
        place = &counts->places[counts->count++];
        *place = (struct topology_count){.key = key, .value = value};
    }
    place->count += amount;
}

int64_t topology_of(const struct topology_counts *counts, const char *key, const char *value)
{
    const struct topology_count *place = value != NULL ? find(counts, key, value) : NULL;
    return place != NULL ? place->count : 0;
}

void topology_release(struct topology_counts *counts)
{
    free(counts->places);
    *counts = (struct topology_counts){0};
}
