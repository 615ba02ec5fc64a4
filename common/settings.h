/*
 * What the operator of a small program may choose: each setting has a flag and an environment variable, the flag wins, an
 * empty variable counts as unset. A table of settings is the one list of them: arguments are read by it and --help is
 * printed from it.
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/error.h"

#define SETTINGS_MAXIMUM 32
#define SETTINGS_OPERAND_MAXIMUM 4
#define POD_NAME_MAXIMUM 253

struct setting;

/* Reads text into target, which is the setting's member. -1: the error says what was expected, without the flag's name. */
typedef int setting_reader(const struct setting *setting, const char *text, void *target, struct error *error);

struct setting {
    const char *flag; /* without "--" */
    const char *variable;
    const char *value;    /* how --help names the value */
    const char *fallback; /* NULL: the member stays as it is */
    setting_reader *read;
    size_t offset; /* of the member in the struct that is filled */
    int64_t minimum;
    int64_t maximum;
    const char *help; /* is folded to the width of a terminal */
};

struct settings {
    const struct setting *table;
    size_t count;            /* at most SETTINGS_MAXIMUM */
    size_t operands_maximum; /* arguments that are no flags; at most SETTINGS_OPERAND_MAXIMUM */
};

/* Arguments that are no flags, in their order; borrowed. */
struct settings_operands {
    size_t count;
    const char *texts[SETTINGS_OPERAND_MAXIMUM];
};

enum settings_request { SETTINGS_RUN, SETTINGS_HELP, SETTINGS_VERSION };

/* Reads the arguments (without the program's name; count may be 0) and the environment into target and operands. request
 * becomes what was asked for; target is complete when it is SETTINGS_RUN. -1: the error names the flag or its variable
 * and what was expected. */
int settings_read(const struct settings *settings, int count, char *const *arguments, void *target,
                  struct settings_operands *operands, enum settings_request *request, struct error *error);

/* The part of --help that lists the settings. */
void settings_print(const struct settings *settings, FILE *stream);

/* A numeric IPv4 or IPv6 address, into a const char *, borrowed. */
setting_reader settings_read_address;

/* A whole number from minimum to maximum, into an int64_t. */
setting_reader settings_read_count;

/* A duration with units from minimum to maximum (nanoseconds), into an int64_t. */
setting_reader settings_read_duration;

/* A pod's name, into a char[POD_NAME_MAXIMUM + 1]. */
setting_reader settings_read_pod_name;

/* Whether a duration that was read is within the setting's range. */
int settings_check_duration(const struct setting *setting, const char *text, int64_t value, struct error *error);

/* The place of text among three names, into target. */
int settings_choose(const char *const names[3], const char *text, int *target, struct error *error);

/* The host's name, which is the pod's inside one, or other when the host's cannot be used. */
void settings_default_pod_name(char name[POD_NAME_MAXIMUM + 1], const char *other);

#endif
