/*
 * The subcommands of hpalab. Only this folder parses arguments, prints and decides exit codes:
 *   0 done, every expectation and threshold passed   1 a fault of the lab   2 wrong usage or wrong input
 *   99 an expectation or threshold failed, or had no data
 *   130 ended by Ctrl-C
 */
#ifndef DRIVER_CLI_CLI_H
#define DRIVER_CLI_CLI_H

#include <stddef.h>

#include "common/error.h"

enum {
    EXIT_DONE = 0,
    EXIT_FAULT = 1,
    EXIT_USAGE = 2,
    EXIT_EXPECTATION = 99,
    EXIT_INTERRUPTED = 130,
};

struct command {
    const char *name;
    const char *usage;                       /* what follows "hpalab NAME" */
    const char *summary;                     /* one line */
    int (*run)(int count, char **arguments); /* without "hpalab NAME" */
};

extern const struct command command_run, command_report, command_compare, command_runs, command_cluster, command_image,
    command_ramp_step, command_load, command_record, command_demo, command_generator, command_check, command_rbac,
    command_restore, command_clean;

/* Prints "hpalab: text" on standard error, as one line; returns code. */
int cli_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define CLI_LIST_MAXIMUM 100

/* The values of an option that may be given more than once, in order. */
struct cli_list {
    size_t count;
    const char *values[CLI_LIST_MAXIMUM];
};

/* Options of a subcommand: "--name VALUE", "--name=VALUE", "-L VALUE" or, without value, "--name"; the rest are operands.
 * Each has one of value, flag and list. */
struct cli_option {
    const char *name;      /* without dashes; NULL ends the list */
    const char **value;    /* set to the option's value */
    int *flag;             /* of a switch: set to 1 */
    struct cli_list *list; /* gets each value */
    char letter;           /* L; 0 = none */
};

/* Fills the options; operands[0..maximum-1] get the operands, the rest NULL. Unknown or incomplete ones and too many
 * operands are told on standard error: -1. --help prints the usage and the text: 1. Else 0. */
int cli_parse(const struct command *command, int count, char **arguments, const struct cli_option *options, const char **operands,
              int maximum, const char *help);

/* $XDG_STATE_HOME/hpalab or ~/.local/state/hpalab, made when missing; the caller frees it. NULL with an error. */
char *cli_state_folder(struct error *error);

#endif
