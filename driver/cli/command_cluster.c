#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/cli/kept_cluster.h"
#include "driver/run/embedded.h"

#define START_DEADLINE (30 * NANOSECONDS_PER_SECOND)

static const char help[] = "\n"
                           "  up               start the embedded cluster and leave it up\n"
                           "  down             end it and everything that runs on it\n"
                           "  status           say whether it is up and how to reach it\n"
                           "  --pace PACE      up: quick (default: control-plane periods divided by 5) or kubernetes\n";

static int up(struct kept_cluster *cluster, const char *pace)
{
    struct error error = ERROR_NONE;
    if (cluster->pid != 0) {
        kept_cluster_print(cluster);
        return EXIT_DONE;
    }
    struct embedded embedded;
    const struct embedded_options options = {.folder = cluster->folder, .pace = pace, .outlive_driver = true};
    if (embedded_start(&options, START_DEADLINE, &embedded, &error) < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    cluster->pid = embedded.pid;
    int result = kept_cluster_remember(cluster, embedded.pid, &error);
    embedded_stop(&embedded, result == 0);
    if (result < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    kept_cluster_print(cluster);
    return EXIT_DONE;
}

static int down(struct kept_cluster *cluster)
{
    struct error error = ERROR_NONE;
    bool was_up = cluster->pid != 0;
    if (kept_cluster_end(cluster, &error) < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    (void)printf(was_up ? "The embedded cluster has ended.\n" : "No embedded cluster is up.\n");
    return EXIT_DONE;
}

static int status(const struct kept_cluster *cluster)
{
    if (cluster->pid == 0) {
        (void)printf("No embedded cluster is up; `%s cluster up` starts one.\n", program_invocation_name);
        return EXIT_FAULT;
    }
    kept_cluster_print(cluster);
    return EXIT_DONE;
}

static int run(int count, char **arguments)
{
    const char *pace = "quick";
    const char *verb = NULL;
    const struct cli_option options[] = {{.name = "pace", .value = &pace}, {0}};
    int parsed = cli_parse(&command_cluster, count, arguments, options, &verb, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    if (strcmp(pace, "quick") != 0 && strcmp(pace, "kubernetes") != 0)
        return cli_fail(EXIT_USAGE, "cluster: --pace: expected quick or kubernetes, not \"%s\"", pace);
    bool known = verb != NULL && (strcmp(verb, "up") == 0 || strcmp(verb, "down") == 0 || strcmp(verb, "status") == 0);
    if (!known)
        return cli_fail(EXIT_USAGE, "cluster: expected up, down or status%s%s", verb != NULL ? ", not " : "",
                        verb != NULL ? verb : "");
    struct error error = ERROR_NONE;
    struct kept_cluster cluster;
    if (kept_cluster_find(&cluster, &error) < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    int code = strcmp(verb, "up") == 0 ? up(&cluster, pace) : strcmp(verb, "down") == 0 ? down(&cluster) : status(&cluster);
    kept_cluster_release(&cluster);
    return code;
}

const struct command command_cluster = {
    .name = "cluster",
    .usage = "up|down|status [--pace quick|kubernetes]",
    .summary = "Starts and ends the embedded one-machine cluster",
    .run = run,
};
