#include "cluster/cli/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/controllers.h"
#include "cluster/kubelet/kubelet.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/quantity.h"
#include "common/version.h"

static const char help[] = "Usage: labcluster --folder DIR [options]\n"
                           "       labcluster pause   wait for SIGTERM (what the metrics-server pod runs)\n"
                           "\n"
                           "Runs a one-machine Kubernetes-like cluster until SIGTERM, SIGINT, or the end of\n"
                           "the lifeline.\n"
                           "\n"
                           "  --folder DIR          the cluster's own folder: made if missing, else empty;\n"
                           "                        removed at the end\n"
                           "  --kubeconfig PATH     where to write the kubeconfig (default DIR/kubeconfig);\n"
                           "                        removed at an orderly end\n"
                           "  --pace quick|kubernetes\n"
                           "                        the control plane's periods: Kubernetes's own, or a\n"
                           "                        fifth of them (default kubernetes)\n"
                           "  --port N              port of the API server (default 6443, or any free one)\n"
                           "  --programs DIR        programs of the image hpalab:" HPALAB_VERSION "\n"
                           "                        (default: where labcluster is)\n"
                           "  --nodes N             how many nodes, 1 to 20 (default 1: \"lab\"; several are\n"
                           "                        lab-1, lab-2, ...)\n"
                           "  --node-cpu QUANTITY   each node's cpu capacity, such as 16 or 1500m (default:\n"
                           "                        this machine's)\n"
                           "  --node-memory QUANTITY\n"
                           "                        each node's memory capacity, such as 8Gi (default: this\n"
                           "                        machine's)\n"
                           "  --controllers LIST    which controllers run, as kube-controller-manager's\n"
                           "                        flag: names, -names, * for all; without a name to run,\n"
                           "                        * is meant (--controllers=-hpa,-deployment,-replicaset)\n"
                           "  --lifeline FD         end when this descriptor reaches its end of file\n"
                           "  --ready-fd FD         write \"ready URL\" to this descriptor when the API\n"
                           "                        server answers\n"
                           "  --log-level error|warning|info|debug   (default warning)\n"
                           "  --help, --version\n"
                           "\n"
                           "Single periods, named as Kubernetes's flags, stronger than --pace; durations\n"
                           "such as 15s or 2m:\n"
                           "  --horizontal-pod-autoscaler-sync-period (15s)\n"
                           "  --horizontal-pod-autoscaler-downscale-stabilization (5m)\n"
                           "  --horizontal-pod-autoscaler-cpu-initialization-period (5m)\n"
                           "  --horizontal-pod-autoscaler-initial-readiness-delay (30s)\n"
                           "  --horizontal-pod-autoscaler-tolerance (0.1)\n"
                           "  --metric-resolution (15s), --housekeeping-interval (10s)\n"
                           "  --node-status-update-frequency (10s)\n"
                           "  --sync-frequency (1m), --max-container-restart-period (5m)\n"
                           "  --iptables-min-sync-period (1s)\n";

enum option_id {
    OPTION_FOLDER = 256,
    OPTION_KUBECONFIG,
    OPTION_PACE,
    OPTION_PORT,
    OPTION_PROGRAMS,
    OPTION_NODES,
    OPTION_NODE_CPU,
    OPTION_NODE_MEMORY,
    OPTION_CONTROLLERS,
    OPTION_LIFELINE,
    OPTION_READY,
    OPTION_LOG_LEVEL,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_TOLERANCE,
    OPTION_PERIOD, /* and following: index into period_options */
};

/* Flags that are one duration of struct cluster_periods. */
static const struct {
    const char *name;
    size_t offset;
} period_options[] = {
#define PERIOD(name, member)                                                                                                     \
    {                                                                                                                            \
        name, offsetof(struct cluster_periods, member)                                                                           \
    }
    PERIOD("horizontal-pod-autoscaler-sync-period", horizontal_pod_autoscaler_sync_period),
    PERIOD("horizontal-pod-autoscaler-downscale-stabilization", horizontal_pod_autoscaler_downscale_stabilization),
    PERIOD("horizontal-pod-autoscaler-cpu-initialization-period", horizontal_pod_autoscaler_cpu_initialization_period),
    PERIOD("horizontal-pod-autoscaler-initial-readiness-delay", horizontal_pod_autoscaler_initial_readiness_delay),
    PERIOD("metric-resolution", metric_resolution),
    PERIOD("housekeeping-interval", housekeeping_interval),
    PERIOD("node-status-update-frequency", node_status_update_frequency),
    PERIOD("sync-frequency", pod_sync_frequency),
    PERIOD("max-container-restart-period", container_back_off_maximum),
    PERIOD("iptables-min-sync-period", proxy_minimum_sync_period),
#undef PERIOD
};
#define PERIOD_OPTIONS (sizeof period_options / sizeof period_options[0])

static const struct option plain_options[] = {
    {"folder", required_argument, NULL, OPTION_FOLDER},
    {"kubeconfig", required_argument, NULL, OPTION_KUBECONFIG},
    {"pace", required_argument, NULL, OPTION_PACE},
    {"port", required_argument, NULL, OPTION_PORT},
    {"programs", required_argument, NULL, OPTION_PROGRAMS},
    {"nodes", required_argument, NULL, OPTION_NODES},
    {"node-cpu", required_argument, NULL, OPTION_NODE_CPU},
    {"node-memory", required_argument, NULL, OPTION_NODE_MEMORY},
    {"controllers", required_argument, NULL, OPTION_CONTROLLERS},
    {"lifeline", required_argument, NULL, OPTION_LIFELINE},
    {"ready-fd", required_argument, NULL, OPTION_READY},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"horizontal-pod-autoscaler-tolerance", required_argument, NULL, OPTION_TOLERANCE},
};
#define PLAIN_OPTIONS (sizeof plain_options / sizeof plain_options[0])

static int parse_number(const char *name, const char *text, long minimum, long maximum, long *number, struct error *error)
{
    char *end = NULL;
    errno = 0;
    *number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *number < minimum || *number > maximum)
        return error_set(error, "%s: expected a number from %ld to %ld, not \"%s\"", name, minimum, maximum, text);
    return 0;
}

/* Descriptors of the caller's are not for the pods. */
static int parse_descriptor(const char *name, const char *text, int *descriptor, struct error *error)
{
    long number = 0;
    if (parse_number(name, text, 0, INT_MAX, &number, error) != 0)
        return -1;
    if (fcntl((int)number, F_SETFD, FD_CLOEXEC) != 0)
        return error_set(error, "%s: descriptor %ld is not open", name, number);
    *descriptor = (int)number;
    return 0;
}

static int parse_log_level(const char *text, struct error *error)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            log_set_level((enum log_level)i);
            return 0;
        }
    }
    return error_set(error, "--log-level: expected error, warning, info or debug, not \"%s\"", text);
}

static int parse_quantity(const char *name, const char *text, struct quantity *quantity, struct error *error)
{
    if (quantity_parse(text, quantity, NULL) != 0 || quantity_sign(*quantity) <= 0)
        return error_set(error, "%s: expected a quantity such as 2, 500m or 8Gi, not \"%s\"", name, text);
    return 0;
}

static int parse_tolerance(const char *text, struct cluster_periods *periods, struct error *error)
{
    char *end = NULL;
    double tolerance = strtod(text, &end);
    if (end == text || *end != '\0' || !(tolerance >= 0 && tolerance <= 1000))
        return error_set(error, "--horizontal-pod-autoscaler-tolerance: expected a number such as 0.1, not \"%s\"", text);
    periods->horizontal_pod_autoscaler_tolerance = tolerance;
    return 0;
}

static int parse_period(size_t index, const char *text, struct cluster_periods *periods, struct error *error)
{
    int64_t duration = 0;
    if (duration_parse(text, &duration, NULL) != 0)
        return error_set(error, "--%s: expected a duration such as 15s, not \"%s\"", period_options[index].name, text);
    if (duration < NANOSECONDS_PER_MILLISECOND)
        return error_set(error, "--%s: at least 1ms, not \"%s\"", period_options[index].name, text);
    memcpy((char *)periods + period_options[index].offset, &duration, sizeof duration);
    return 0;
}

static int parse_pace(const char *text, struct cluster_periods *periods, struct error *error)
{
    if (strcmp(text, "quick") == 0)
        *periods = cluster_periods_at_pace(CLUSTER_PACE_QUICK_DIVISOR);
    else if (strcmp(text, "kubernetes") == 0)
        *periods = cluster_periods_at_pace(1);
    else
        return error_set(error, "--pace: expected quick or kubernetes, not \"%s\"", text);
    return 0;
}

static int take_plain_option(int id, const char *value, struct cluster_options *options, struct error *error)
{
    long number = 0;
    struct quantity quantity = {0};
    switch (id) {
    case OPTION_FOLDER:
        options->folder = value;
        return 0;
    case OPTION_KUBECONFIG:
        options->kubeconfig = value;
        return 0;
    case OPTION_PROGRAMS:
        options->programs = value;
        return 0;
    case OPTION_PORT:
        if (parse_number("--port", value, 1, UINT16_MAX, &number, error) != 0)
            return -1;
        options->port = (uint16_t)number;
        return 0;
    case OPTION_NODES:
        if (parse_number("--nodes", value, 1, NODE_COUNT_MAXIMUM, &number, error) != 0)
            return -1;
        options->node_count = (int)number;
        return 0;
    case OPTION_NODE_CPU:
        if (parse_quantity("--node-cpu", value, &quantity, error) != 0)
            return -1;
        options->node_cpu_millicores = quantity_milli(quantity);
        return 0;
    case OPTION_NODE_MEMORY:
        if (parse_quantity("--node-memory", value, &quantity, error) != 0)
            return -1;
        options->node_memory_bytes = quantity_value(quantity);
        return 0;
    case OPTION_CONTROLLERS:
        options->controllers = value;
        return controllers_check(value, error);
    case OPTION_LIFELINE:
        return parse_descriptor("--lifeline", value, &options->lifeline, error);
    case OPTION_READY:
        return parse_descriptor("--ready-fd", value, &options->ready, error);
    default:
        return parse_log_level(value, error);
    }
}

/* --pace comes first wherever it stands: it sets every period, and the single ones are stronger. */
static int take_option(int id, const char *value, bool pace_only, struct cluster_options *options, struct error *error)
{
    bool is_pace = id == OPTION_PACE;
    if (is_pace != pace_only)
        return 0;
    if (is_pace)
        return parse_pace(value, &options->periods, error);
    if (id == OPTION_TOLERANCE)
        return parse_tolerance(value, &options->periods, error);
    if (id >= OPTION_PERIOD)
        return parse_period((size_t)(id - OPTION_PERIOD), value, &options->periods, error);
    return take_plain_option(id, value, options, error);
}

static void fill_option_table(struct option table[PLAIN_OPTIONS + PERIOD_OPTIONS + 1])
{
    memset(table, 0, (PLAIN_OPTIONS + PERIOD_OPTIONS + 1) * sizeof table[0]);
    memcpy(table, plain_options, sizeof plain_options);
    for (size_t i = 0; i < PERIOD_OPTIONS; i++)
        table[PLAIN_OPTIONS + i] = (struct option){period_options[i].name, required_argument, NULL, OPTION_PERIOD + (int)i};
}

/* As cluster_options_parse. */
static int parse_pass(int count, char **arguments, bool pace_only, struct cluster_options *options, struct error *error)
{
    struct option table[PLAIN_OPTIONS + PERIOD_OPTIONS + 1];
    fill_option_table(table);
    optind = 0; /* getopt starts anew */
    for (;;) {
        int id = getopt_long(count, arguments, ":", table, NULL);
        if (id == -1)
            break;
        if (id == '?')
            return error_set(error, "unknown option \"%s\" (labcluster --help lists them)", arguments[optind - 1]);
        if (id == ':')
            return error_set(error, "%s needs a value", arguments[optind - 1]);
        if (id == OPTION_HELP || id == OPTION_VERSION) {
            (void)fputs(id == OPTION_HELP ? help : "labcluster " HPALAB_VERSION "\n", stdout);
            return 1;
        }
        if (take_option(id, optarg, pace_only, options, error) != 0)
            return -1;
    }
    if (optind < count)
        return error_set(error, "unexpected argument \"%s\"", arguments[optind]);
    return 0;
}

int cluster_options_parse(int count, char **arguments, struct cluster_options *options, struct error *error)
{
    *options = (struct cluster_options){.periods = cluster_periods_at_pace(1), .node_count = 1, .lifeline = -1, .ready = -1};
    opterr = 0;
    int outcome = parse_pass(count, arguments, true, options, error);
    if (outcome == 0)
        outcome = parse_pass(count, arguments, false, options, error);
    if (outcome == 0 && options->folder == NULL) {
        (void)error_set(error, "--folder DIR is missing (labcluster --help)");
        return -1;
    }
    return outcome;
}
