#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/quantity.h"
#include "driver/cli/cli.h"
#include "driver/cli/cluster_overview.h"
#include "driver/cli/kept_cluster.h"
#include "driver/run/embedded.h"

#define START_DEADLINE (30 * NANOSECONDS_PER_SECOND)
#define NODES_MAXIMUM 20 /* labcluster's */

static const char help[] = "\n"
                           "  up               start the embedded cluster and leave it up\n"
                           "  down             end it and everything that runs on it\n"
                           "  status           say whether it is up, how to reach it, and what runs on it\n"
                           "  --pace PACE      up: quick (default: control-plane periods divided by 5) or\n"
                           "                   kubernetes\n"
                           "  --nodes N        up: how many nodes, 1 to 20 (default 1)\n"
                           "  --node-cpu QUANTITY, --node-memory QUANTITY\n"
                           "                   up: the capacity of each node, such as 2 and 4Gi (default:\n"
                           "                   this machine's)\n"
                           "  --controllers LIST\n"
                           "                   up: which controllers run, such as -hpa,-deployment\n"
                           "                   (default: all of them)\n";

/* What `up` starts; NULL = labcluster's own default. */
struct wanted {
    const char *pace, *nodes, *node_cpu, *node_memory, *controllers;
};

static int check_quantity(const char *option, const char *text)
{
    struct quantity quantity;
    if (text == NULL || (quantity_parse(text, &quantity, NULL) == 0 && quantity_sign(quantity) > 0))
        return EXIT_DONE;
    return cli_fail(EXIT_USAGE, "cluster: --%s: expected a quantity such as 2, 500m or 8Gi, not \"%s\"", option, text);
}

static int check_wanted(const struct wanted *wanted)
{
    if (strcmp(wanted->pace, "quick") != 0 && strcmp(wanted->pace, "kubernetes") != 0)
        return cli_fail(EXIT_USAGE, "cluster: --pace: expected quick or kubernetes, not \"%s\"", wanted->pace);
    char *end = NULL;
    const long nodes = wanted->nodes != NULL ? strtol(wanted->nodes, &end, 10) : 1;
    if (nodes < 1 || nodes > NODES_MAXIMUM || (end != NULL && *end != '\0'))
        return cli_fail(EXIT_USAGE, "cluster: --nodes: expected a number from 1 to %d, not \"%s\"", NODES_MAXIMUM, wanted->nodes);
    const int code = check_quantity("node-cpu", wanted->node_cpu);
    return code != EXIT_DONE ? code : check_quantity("node-memory", wanted->node_memory);
}

static int up(struct kept_cluster *cluster, const struct wanted *wanted)
{
    struct error error = ERROR_NONE;
    if (cluster->pid != 0) {
        kept_cluster_print(cluster);
        return EXIT_DONE;
    }
    struct embedded embedded;
    const struct embedded_options options = {.folder = cluster->folder,
                                             .pace = wanted->pace,
                                             .nodes = wanted->nodes,
                                             .node_cpu = wanted->node_cpu,
                                             .node_memory = wanted->node_memory,
                                             .controllers = wanted->controllers,
                                             .outlive_driver = true};
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
    struct error error = ERROR_NONE;
    kept_cluster_print(cluster);
    return cluster_overview_print(cluster->kubeconfig, &error) == 0 ? EXIT_DONE : cli_fail(EXIT_FAULT, "%s", error.text);
}

static int run(int count, char **arguments)
{
    struct wanted wanted = {.pace = "quick"};
    const char *verb = NULL;
    const struct cli_option options[] = {{.name = "pace", .value = &wanted.pace},
                                         {.name = "nodes", .value = &wanted.nodes},
                                         {.name = "node-cpu", .value = &wanted.node_cpu},
                                         {.name = "node-memory", .value = &wanted.node_memory},
                                         {.name = "controllers", .value = &wanted.controllers},
                                         {0}};
    int parsed = cli_parse(&command_cluster, count, arguments, options, &verb, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    const int wrong = check_wanted(&wanted);
    if (wrong != EXIT_DONE)
        return wrong;
    bool known = verb != NULL && (strcmp(verb, "up") == 0 || strcmp(verb, "down") == 0 || strcmp(verb, "status") == 0);
    if (!known)
        return cli_fail(EXIT_USAGE, "cluster: expected up, down or status%s%s", verb != NULL ? ", not " : "",
                        verb != NULL ? verb : "");
    struct error error = ERROR_NONE;
    struct kept_cluster cluster;
    if (kept_cluster_find(&cluster, &error) < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    int code = strcmp(verb, "up") == 0 ? up(&cluster, &wanted) : strcmp(verb, "down") == 0 ? down(&cluster) : status(&cluster);
    kept_cluster_release(&cluster);
    return code;
}

const struct command command_cluster = {
    .name = "cluster",
    .usage = "up|down|status [--pace quick|kubernetes] [--nodes N [--node-cpu QUANTITY] [--node-memory QUANTITY]]"
             " [--controllers LIST]",
    .summary = "Starts and ends the embedded one-machine cluster",
    .run = run,
};
