/*
 * Reads the JSON of a scenario into the plain structs of hpa/.
 */
#ifndef TESTS_VECTORS_READER_H
#define TESTS_VECTORS_READER_H

#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "common/error.h"
#include "hpa/hpa.h"

/* Owns the arrays of what was read; start zeroed. */
struct arena {
    void **blocks;
    size_t count;
};

void arena_release(struct arena *arena);

struct step {
    int64_t now;
    struct hpa_input input;
    const char *update_error; /* of the scale subresource; NULL: updating works */
};

/* What is read lives in the arena and in the tree. -1 when a value is malformed. */
int read_spec(const cJSON *tree, struct arena *arena, struct hpa_spec *spec, struct error *error);
int read_step(const cJSON *scenario, const cJSON *tree, struct arena *arena, struct step *step, struct error *error);

#endif
