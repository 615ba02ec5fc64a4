/* Any text: reading does not crash, and what it tells of is within its limits. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/metrics/exposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(const struct exposition_sample *sample, void *context)
{
    size_t *count = context;
    if (sample->name[0] == '\0' || strlen(sample->name) >= EXPOSITION_LONGEST_NAME || !isfinite(sample->value) ||
        strncmp(sample->identity, sample->name, strlen(sample->name)) != 0 ||
        cJSON_GetArraySize(sample->labels) > EXPOSITION_MOST_LABELS)
        abort();
    return ++*count < 1000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count = 0;
    /* A copy of just that size: what reads past it is found. */
    char *text = malloc(size > 0 ? size : 1);
    memcpy(text, data, size);
    exposition_read(text, size, check, &count);
    free(text);
    return 0;
}
