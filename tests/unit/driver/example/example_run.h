/*
 * Test data: a run that a small model writes through the store's own functions. It has the shape of the lesson
 * readiness-probe (three variants, pods that boot for 6 s, a cache of 10 entries) and is the same every time. Nothing
 * in it was measured.
 */
#ifndef TESTS_UNIT_DRIVER_EXAMPLE_EXAMPLE_RUN_H
#define TESTS_UNIT_DRIVER_EXAMPLE_EXAMPLE_RUN_H

#include <stdbool.h>

struct example_options {
    int minutes;       /* 0 = the lesson's 38 s of load; else so long at full rate */
    bool hostile_text; /* titles and explanation try to break out of HTML */
    bool empty;        /* no variant was begun */
    bool bare;         /* variants were begun, nothing was recorded */
    bool killed;       /* the last variant and the run have no end */
};

/* Writes the run into a new folder; ends the program with a message when that fails. */
void example_run_write(const char *folder, const struct example_options *options);

#endif
