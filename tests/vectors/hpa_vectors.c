/*
 * hpa-vectors FILE (- for standard input): runs recorded scenarios (JSON lines) through hpa/, prints every mismatch and
 * last "N passed, N failed". Exit 0: all passed, 1: some failed, 2: wrong usage or unreadable file.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/vectors/scenario.h"

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: hpa-vectors FILE (- for standard input)\n");
        return 2;
    }
    FILE *file = strcmp(arguments[1], "-") == 0 ? stdin : fopen(arguments[1], "r");
    if (file == NULL) {
        fprintf(stderr, "hpa-vectors: %s: %s\n", arguments[1], strerror(errno));
        return 2;
    }
    struct scenario_counts counts = scenario_run_file(file, stdout);
    if (ferror(file)) {
        fprintf(stderr, "hpa-vectors: %s: read error\n", arguments[1]);
        return 2;
    }
    fclose(file);
    if (counts.pod_choices > 0) {
        printf("%zu texts name another of the pods without a request than the recording (which one is left to chance)\n",
               counts.pod_choices);
    }
    printf("%zu passed, %zu failed\n", counts.passed, counts.failed);
    return counts.failed == 0 && counts.passed > 0 ? 0 : 1;
}
