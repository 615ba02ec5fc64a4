/* hpalab: the driver's program. */
#include <stdio.h>
#include <string.h>

#include "common/version.h"
#include "driver/cli/cli.h"

static const struct command *const commands[] = {&command_run,     &command_report,  &command_compare,   &command_runs,
                                                 &command_cluster, &command_image,   &command_ramp_step, &command_load,
                                                 &command_record,  &command_demo,    &command_generator, &command_check,
                                                 &command_rbac,    &command_restore, &command_clean};

static void print_usage(FILE *stream)
{
    (void)fprintf(stream, "Usage: hpalab COMMAND ...\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        (void)fprintf(stream, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    (void)fprintf(stream, "\nhpalab COMMAND --help tells more; hpalab --version says which this is.\n");
}

int main(int count, char **arguments)
{
    if (count < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0 || strcmp(arguments[1], "help") == 0) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    if (strcmp(arguments[1], "--version") == 0) {
        (void)printf("hpalab %s\n", HPALAB_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i]->name, arguments[1]) == 0)
            return commands[i]->run(count - 2, arguments + 2);
    return cli_fail(EXIT_USAGE, "unknown command \"%s\"; hpalab --help lists them", arguments[1]);
}
