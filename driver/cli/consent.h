/*
 * What a run may do to a cluster that is not a laboratory's: the user is asked, and a ceiling is kept.
 */
#ifndef DRIVER_CLI_CONSENT_H
#define DRIVER_CLI_CONSENT_H

#include <stdbool.h>

#include "driver/lesson/lesson.h"

/* Whether nobody minds what happens to the cluster: the embedded one, or kind's (its contexts are called kind-...). */
bool consent_is_needless(const char *target, const char *server);

/* EXIT_DONE when the lesson may run on the target: nothing is loaded or changed, or the cluster is a laboratory's, or yes is
 * true, or the user says so on the terminal. Else the exit status, and why on standard error. */
int consent_ask(const struct lesson *lesson, const char *target, bool yes);

/* Asks on the terminal whether to do something ("remove these"): EXIT_DONE, or the exit status and why on standard error. */
int consent_ask_to(const char *what, const char *command);

/* EXIT_DONE when the lesson never sends more than so many requests a second; maximum is the text of --max-rate, NULL = no
 * ceiling. Else the exit status, and why on standard error. */
int consent_check_rate(const struct lesson *lesson, const char *maximum);

#endif
