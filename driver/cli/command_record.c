#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/cli/run_session.h"
#include "driver/k6/import.h"
#include "driver/lesson/recording.h"
#include "kube/kubeconfig.h"

static const char help[] = "\n"
                           "  --watch WHAT      hpa/NAME, or deployment/NAME or statefulset/NAME where\n"
                           "                    there is no HPA\n"
                           "  -n, --namespace NAMESPACE   default: that of the context\n"
                           "  --context CONTEXT default: the kubeconfig's current one\n"
                           "  --duration TIME   record so long, such as 10m (default: until Ctrl-C)\n"
                           "  --out DIR         folder of the run (default: runs/DATE-recording)\n"
                           "  --k6 FILE         results of a k6 that runs at the same time, read at the\n"
                           "                    end: what `k6 run --out json=FILE` or `--out csv=FILE`\n"
                           "                    wrote, .gz too; given again for each k6 of a distributed\n"
                           "                    test\n"
                           "  --run RUN         with --k6 alone: puts the results into a recording that has\n"
                           "                    ended\n"
                           "\n"
                           "Nothing is made or changed in the cluster, and nothing is sent to it but reads\n"
                           "of the API.\n"
                           "Exit status: 0 recorded, 1 a fault, 2 wrong usage, 130 ended before its\n"
                           "--duration.\n";

struct arguments {
    const char *watch, *namespace, *context, *duration, *out, *run;
    struct cli_list k6;
};

static int add_results(const char *run, const struct cli_list *files)
{
    struct error error = ERROR_NONE;
    if (files->count > 0 && k6_import(run, files->values, files->count, &error) < 0)
        return cli_fail(EXIT_USAGE, "record: --k6: %s; `hpalab record --run %s --k6 FILE` tries again", error.text, run);
    return EXIT_DONE;
}

/* k6's results are read when the recording has ended, before its report is made. */
static int add_at_the_end(const char *folder, void *context)
{
    return add_results(folder, context);
}

static int add_afterwards(const struct arguments *given)
{
    if (given->k6.count == 0 || given->watch != NULL || given->duration != NULL || given->out != NULL)
        return cli_fail(EXIT_USAGE, "record: --run RUN goes with --k6 FILE alone");
    int code = add_results(given->run, &given->k6);
    return code == EXIT_DONE ? run_session_conclude(given->run, NULL) : code;
}

static int record(struct arguments *given, const char *command)
{
    struct error error = ERROR_NONE;
    struct kubeconfig config = {0};
    int64_t duration = 0;
    if (given->duration != NULL && (duration_parse(given->duration, &duration, &error) < 0 || duration == 0))
        return cli_fail(EXIT_USAGE, "record: --duration: %s",
                        error.text[0] != '\0' ? error.text : "expected a time, such as 10m");
    if (kubeconfig_load(NULL, given->context, &config, &error) < 0) {
        kubeconfig_release(&config);
        return cli_fail(EXIT_USAGE, "record: %s", error.text);
    }
    AUTO_FREE char *context = memory_copy_text(config.context);
    AUTO_FREE char *namespace = memory_copy_text(given->namespace != NULL ? given->namespace : config.namespace);
    kubeconfig_release(&config);
    struct lesson *lesson = lesson_of_recording(given->watch, namespace, duration, &error);
    if (lesson == NULL)
        return cli_fail(EXIT_USAGE, "record: %s", error.text);
    struct run_options options = {.target = context, .pace = "kubernetes", .command = command};
    const struct run_session_extra extra = {.at_end = add_at_the_end, .context = &given->k6};
    int code = run_session(lesson, &options, given->out, &extra);
    lesson_destroy(lesson);
    return code;
}

static int run(int count, char **arguments)
{
    struct arguments given = {0};
    const struct cli_option table[] = {
        {.name = "watch", .value = &given.watch},     {.name = "namespace", .value = &given.namespace, .letter = 'n'},
        {.name = "context", .value = &given.context}, {.name = "duration", .value = &given.duration},
        {.name = "out", .value = &given.out},         {.name = "k6", .list = &given.k6},
        {.name = "run", .value = &given.run},         {0}};
    int parsed = cli_parse(&command_record, count, arguments, table, NULL, 0, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    if (given.run != NULL)
        return add_afterwards(&given);
    if (given.watch == NULL)
        return cli_fail(EXIT_USAGE, "record: what is to be watched? For example: hpalab record --watch hpa/webapp");
    AUTO_FREE char *command = run_session_command(command_record.name, count, arguments);
    return record(&given, command);
}

const struct command command_record = {
    .name = "record",
    .usage = "--watch hpa/NAME [-n NAMESPACE] [--context CONTEXT] [--duration TIME] [--k6 FILE] | --run RUN --k6 FILE",
    .summary = "Records what an HPA does, without a load",
    .run = run,
};
