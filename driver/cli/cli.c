#include "driver/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/fold.h"
#include "common/memory.h"

/* What a server said must not write on the terminal: one line, no control characters. */
static void make_plain(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = *text == '\n' ? ' ' : '?';
}

int cli_fail(int code, const char *format, ...)
{
    char text[2 * ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    make_plain(text);
    (void)fflush(stdout); /* so that it comes after what was said before, wherever the two go */
    (void)fprintf(stderr, "hpalab: %s\n", text);
    return code;
}

/* The option that an argument names; *value points behind its "=", NULL when there is none. */
static const struct cli_option *find_option(const struct cli_option *options, const char *argument, const char **value)
{
    *value = NULL;
    if (argument[1] != '-') {
        for (const struct cli_option *option = options; option->name != NULL; option++)
            if (option->letter == argument[1] && argument[2] == '\0')
                return option;
        return NULL;
    }
    const char *name = argument + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    *value = equals != NULL ? equals + 1 : NULL;
    for (const struct cli_option *option = options; option->name != NULL; option++)
        if (strlen(option->name) == length && strncmp(option->name, name, length) == 0)
            return option;
    return NULL;
}

static int print_help(const struct command *command, const char *help)
{
    int column = printf("Usage: hpalab %s ", command->name);
    fold_print(stdout, column > 0 ? (size_t)column : 0, strlen("Usage: hpalab "), command->usage);
    (void)printf("%s.\n%s", command->summary, help);
    return 1;
}

/* Takes the option at arguments[*at], and its value when that is the next argument. */
static int take_option(const struct command *command, int count, char **arguments, int *at, const struct cli_option *options)
{
    const char *value = NULL;
    const struct cli_option *option = find_option(options, arguments[*at], &value);
    if (option == NULL)
        return cli_fail(-1, "%s: unknown option \"%s\"; hpalab %s --help lists them", command->name, arguments[*at],
                        command->name);
    if (option->flag != NULL) {
        if (value != NULL)
            return cli_fail(-1, "%s: --%s takes no value", command->name, option->name);
        *option->flag = 1;
        return 0;
    }
    if (value == NULL && *at + 1 < count)
        value = arguments[++*at];
    if (value == NULL || value[0] == '\0')
        return cli_fail(-1, "%s: --%s needs a value", command->name, option->name);
    if (option->list == NULL)
        *option->value = value;
    else if (option->list->count == CLI_LIST_MAXIMUM)
        return cli_fail(-1, "%s: --%s may be given %d times at most", command->name, option->name, CLI_LIST_MAXIMUM);
    else
        option->list->values[option->list->count++] = value;
    return 0;
}

int cli_parse(const struct command *command, int count, char **arguments, const struct cli_option *options, const char **operands,
              int maximum, const char *help)
{
    int taken = 0;
    for (int i = 0; i < maximum; i++)
        operands[i] = NULL;
    for (int at = 0; at < count; at++) {
        if (strcmp(arguments[at], "--help") == 0 || strcmp(arguments[at], "-h") == 0)
            return print_help(command, help);
        if (arguments[at][0] == '-' && arguments[at][1] != '\0') {
            if (take_option(command, count, arguments, &at, options) < 0)
                return -1;
        } else if (taken == maximum) {
            return cli_fail(-1, "%s: \"%s\" is one argument too many; usage: hpalab %s %s", command->name, arguments[at],
                            command->name, command->usage);
        } else {
            operands[taken++] = arguments[at];
        }
    }
    return 0;
}

/* Makes every folder of a path that is missing. */
static int make_folders(char *path, struct error *error)
{
    for (char *slash = path + 1; slash != NULL; slash = *slash == '\0' ? NULL : slash + 1) {
        slash += strcspn(slash, "/");
        char kept = *slash;
        *slash = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            return error_set(error, "%s: %s", path, strerror(errno));
        *slash = kept;
        if (kept == '\0')
            break;
    }
    return 0;
}

char *cli_state_folder(struct error *error)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    char *folder = NULL;
    if (state != NULL && state[0] == '/')
        folder = memory_format("%s/hpalab", state);
    else if (home != NULL && home[0] == '/')
        folder = memory_format("%s/.local/state/hpalab", home);
    else
        (void)error_set(error, "neither HOME nor XDG_STATE_HOME names a folder");
    if (folder != NULL && make_folders(folder, error) < 0) {
        free(folder);
        return NULL;
    }
    return folder;
}
