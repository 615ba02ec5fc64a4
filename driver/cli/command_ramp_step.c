#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "driver/cli/cli.h"
#include "driver/ramp/ramp_step.h"

#define LONGEST_DEADLINE (3600 * NANOSECONDS_PER_SECOND)

static const char help[] = "\n"
                           "Adds to the ConfigMap's size (MiB; no further than its max), divides it by the\n"
                           "ready pods, tells each pod its part (PUT http://POD:PORT/size?mib=PART) and\n"
                           "keeps the new size. A step in which a pod fails leaves the size as it was.\n"
                           "\n"
                           "  --config-map NAME  holds the keys size and max\n"
                           "  --add MIB          what is added; 0 spreads the size anew\n"
                           "  --selector LABELS  of the pods (app=NAME)\n"
                           "  --port PORT        of the pods (default: 8080)\n"
                           "  --deadline TIME    for the whole step (default: 30s)\n"
                           "  --namespace NAME   default: that of the pod it runs in, or of the\n"
                           "                     kubeconfig's context\n"
                           "  --kubeconfig FILE  default: $KUBECONFIG, in a pod its ServiceAccount, else\n"
                           "                     ~/.kube/config\n";

struct arguments {
    const char *config_map, *add, *selector, *port, *deadline, *namespace, *kubeconfig;
};

/* -1, with what is wrong told, unless it is a whole number up to the maximum. */
static int64_t read_number(const char *option, const char *text, int64_t maximum)
{
    size_t length = strlen(text);
    int64_t value = length > 0 && length <= 10 && strspn(text, "0123456789") == length ? strtoll(text, NULL, 10) : -1;
    if (value < 0 || value > maximum)
        return cli_fail(-1, "ramp-step: --%s: expected a whole number from 0 to %" PRId64 ", not \"%.40s\"", option, maximum,
                        text);
    return value;
}

static int read_options(const struct arguments *arguments, struct ramp_options *options)
{
    struct error error = ERROR_NONE;
    if (arguments->config_map == NULL || arguments->add == NULL || arguments->selector == NULL)
        return cli_fail(-1, "ramp-step: --config-map, --add and --selector are needed; usage: hpalab ramp-step %s",
                        command_ramp_step.usage);
    if (strspn(arguments->config_map, "abcdefghijklmnopqrstuvwxyz0123456789-.") != strlen(arguments->config_map))
        return cli_fail(-1, "ramp-step: --config-map: \"%.60s\" is no name of a ConfigMap", arguments->config_map);
    int64_t port = read_number("port", arguments->port, UINT16_MAX);
    options->add = read_number("add", arguments->add, RAMP_MAXIMUM);
    if (port < 0 || options->add < 0)
        return -1;
    if (duration_parse(arguments->deadline, &options->deadline, &error) < 0 || options->deadline <= 0 ||
        options->deadline > LONGEST_DEADLINE)
        return cli_fail(-1, "ramp-step: --deadline: expected a time from 1ns to 1h, not \"%.40s\"", arguments->deadline);
    options->config_map = arguments->config_map;
    options->selector = arguments->selector;
    options->port = (uint16_t)port;
    return 0;
}

static void print_result(const struct ramp_result *result, const char *config_map)
{
    for (size_t i = 0; i < result->pod_count; i++) {
        const struct ramp_pod *pod = &result->pods[i];
        if (pod->problem.text[0] == '\0')
            (void)printf("%s: %" PRId64 " MiB\n", pod->name, result->part);
        else
            (void)printf("%s: did not take %" PRId64 " MiB: %s\n", pod->name, result->part, pod->problem.text);
    }
    if (result->pod_count > 0)
        (void)printf("%s: %" PRId64 " -> %" PRId64 " of at most %" PRId64 " MiB over %zu %s\n", config_map, result->before,
                     result->size, result->maximum, result->pod_count, result->pod_count == 1 ? "pod" : "pods");
}

static int step(const struct ramp_options *options)
{
    struct error error = ERROR_NONE;
    struct ramp_result result = {0};
    int done = ramp_step(options, &result, &error);
    print_result(&result, options->config_map);
    ramp_result_release(&result);
    return done < 0 ? cli_fail(EXIT_FAULT, "ramp-step: %s", error.text) : EXIT_DONE;
}

static int run(int count, char **arguments)
{
    struct arguments given = {.port = "8080", .deadline = "30s"};
    struct ramp_options options = {0};
    struct error error = ERROR_NONE;
    const struct cli_option known[] = {
        {.name = "config-map", .value = &given.config_map}, {.name = "add", .value = &given.add},
        {.name = "selector", .value = &given.selector},     {.name = "port", .value = &given.port},
        {.name = "deadline", .value = &given.deadline},     {.name = "namespace", .value = &given.namespace},
        {.name = "kubeconfig", .value = &given.kubeconfig}, {0}};
    int parsed = cli_parse(&command_ramp_step, count, arguments, known, NULL, 0, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    if (read_options(&given, &options) < 0)
        return EXIT_USAGE;
    options.client = kube_open(given.kubeconfig, NULL, &error);
    if (options.client == NULL)
        return cli_fail(EXIT_FAULT, "ramp-step: %s", error.text);
    options.namespace = given.namespace != NULL ? given.namespace : kube_namespace(options.client);
    int code = step(&options);
    kube_close(options.client);
    return code;
}

const struct command command_ramp_step = {
    .name = "ramp-step",
    .usage = "--config-map NAME --add MIB --selector LABELS [--port PORT] [--deadline TIME]",
    .summary = "Grows the memory of a set of pods by one step",
    .run = run,
};
