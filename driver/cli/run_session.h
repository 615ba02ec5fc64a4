/*
 * A run as the terminal sees it: what is said before it, its live view, its report and its exit status.
 */
#ifndef DRIVER_CLI_RUN_SESSION_H
#define DRIVER_CLI_RUN_SESSION_H

#include "driver/run/run.h"

#define TARGET_EMBEDDED "embedded"

/* What happens at the end of a run besides its report. */
struct run_session_extra {
    /* Before the report, when the run came to its end: an exit status, which wins unless it is EXIT_DONE. NULL = nothing. */
    int (*at_end)(const char *folder, void *context);
    void *context;
    bool junit;             /* JUnit XML too, */
    const char *junit_file; /* there; NULL = junit.xml in the run's folder */
    const char *remote_url; /* time series are written to; NULL = nowhere */
};

/* Runs the lesson into the folder out (NULL = runs/DATE-LESSON). Of the options, target, pace, command and keep are given.
 * extra: NULL = nothing. Returns the exit status. */
int run_session(const struct lesson *lesson, struct run_options *options, const char *out, const struct run_session_extra *extra);

/* BASE/DATE-LESSON, such as runs/20261122-004828-readiness-probe; the caller frees it. */
char *run_session_folder(const char *base, const struct lesson *lesson);

/* The terminal's report, the HTML file beside the run, and the exit status that follows from the expectations. */
int run_session_conclude(const char *folder, const struct run_session_extra *extra);

/* "hpalab NAME ARGUMENTS", for the record; the caller frees it. */
char *run_session_command(const char *name, int count, char **arguments);

#endif
