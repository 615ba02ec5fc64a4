/*
 * Recorded scenarios of the HPA controller: one JSON object (one line of a .jsonl file) is one HPA that lives through
 * several syncs, with what Kubernetes 1.36 did at each. Runs them through hpa/ and tells every difference.
 */
#ifndef TESTS_VECTORS_SCENARIO_H
#define TESTS_VECTORS_SCENARIO_H

#include <stddef.h>
#include <stdio.h>

#include "common/error.h"

struct scenario_counts {
    size_t passed;
    size_t failed;
    size_t pod_choices; /* messages that name another pod than recorded, as they may: see pod_choice.h */
};

/* Runs one scenario and prints a line for each mismatch (scenario, step, field, expected, got) to `report`.
 * Returns the number of mismatches, or -1 when the line is no scenario. Adds to *pod_choices (see above). */
int scenario_run(const char *line, size_t length, FILE *report, size_t *pod_choices, struct error *error);

/* Runs every line of a file; a line that is no scenario counts as failed and is reported. */
struct scenario_counts scenario_run_file(FILE *file, FILE *report);

#endif
