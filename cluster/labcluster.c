/*
 * labcluster: the embedded cluster. Reads the command line, starts the rooms in their order, waits for the end, and stops
 * them in reverse.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/api/addresses.h"
#include "cluster/api/credentials.h"
#include "cluster/api/server.h"
#include "cluster/controllers/bootstrap.h"
#include "cluster/controllers/controllers.h"
#include "cluster/kubelet/kubelet.h"
#include "cluster/metrics/metrics.h"
#include "cluster/metrics/scraper.h"
#include "cluster/proxy/proxy.h"
#include "cluster/supervisor/supervisor.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/quantity.h"
#include "common/version.h"

#define NODE_NAME "lab"
#define MARKER ".hpalab-cluster" /* made by supervisor_mark */
#define PREFERRED_PORT 6443      /* kube-apiserver's; every cluster has an address of its own */
#define EXIT_USAGE 2

static const char help[] =
    "Usage: labcluster --folder DIR [options]\n"
    "       labcluster pause             wait for SIGTERM (what the metrics-server pod runs)\n"
    "\n"
    "Runs a one-machine Kubernetes-like cluster until SIGTERM, SIGINT, or the end of the lifeline.\n"
    "\n"
    "  --folder DIR          the cluster's own folder: made if missing, else empty; removed at the end\n"
    "  --kubeconfig PATH     where to write the kubeconfig (default DIR/kubeconfig); removed at an orderly end\n"
    "  --pace quick|kubernetes\n"
    "                        the control plane's periods: Kubernetes's own, or a fifth of them (default kubernetes)\n"
    "  --port N              port of the API server (default 6443, or any free one)\n"
    "  --programs DIR        programs of the image hpalab:" HPALAB_VERSION " (default: where labcluster is)\n"
    "  --nodes N             how many nodes, 1 to 20 (default 1: \"lab\"; several are lab-1, lab-2, ...)\n"
    "  --node-cpu QUANTITY   each node's cpu capacity, such as 16 or 1500m (default: this machine's)\n"
    "  --node-memory QUANTITY\n"
    "                        each node's memory capacity, such as 8Gi (default: this machine's)\n"
    "  --controllers LIST    which controllers run, as kube-controller-manager's flag: names, -names, * for all;\n"
    "                        without a name to run, * is meant (--controllers=-hpa,-deployment,-replicaset)\n"
    "  --lifeline FD         end when this descriptor reaches its end of file\n"
    "  --ready-fd FD         write \"ready URL\" to this descriptor when the API server answers\n"
    "  --log-level error|warning|info|debug   (default warning)\n"
    "  --help, --version\n"
    "\n"
    "Single periods, named as Kubernetes's flags, stronger than --pace; durations such as 15s or 2m:\n"
    "  --horizontal-pod-autoscaler-sync-period (15s), --horizontal-pod-autoscaler-downscale-stabilization (5m),\n"
    "  --horizontal-pod-autoscaler-cpu-initialization-period (5m),\n"
    "  --horizontal-pod-autoscaler-initial-readiness-delay (30s), --horizontal-pod-autoscaler-tolerance (0.1),\n"
    "  --metric-resolution (15s), --housekeeping-interval (10s), --node-status-update-frequency (10s),\n"
    "  --max-container-restart-period (5m), --iptables-min-sync-period (1s)\n";

struct options {
    const char *folder;
    const char *kubeconfig;  /* NULL: in the folder */
    const char *programs;    /* NULL: beside this program */
    const char *controllers; /* NULL: all */
    struct cluster_periods periods;
    uint16_t port; /* 0: the preferred one, or any */
    int node_count;
    int64_t node_cpu_millicores;
    int64_t node_memory_bytes;
    int lifeline; /* -1: none */
    int ready;    /* -1: none */
};

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

/* ---- command line ---- */

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

static int take_plain_option(int id, const char *value, struct options *options, struct error *error)
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
static int take_option(int id, const char *value, bool pace_only, struct options *options, struct error *error)
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

/* 0, 1 when the program is to end well (help, version), -1. */
static int parse_pass(int count, char **arguments, bool pace_only, struct options *options, struct error *error)
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

static int parse_command_line(int count, char **arguments, struct options *options, struct error *error)
{
    *options = (struct options){.periods = cluster_periods_at_pace(1), .node_count = 1, .lifeline = -1, .ready = -1};
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

/* ---- the folder ---- */

/* 1 = empty, 0 = not, -1 = cannot be read. */
static int folder_is_empty(const char *folder, struct error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, "--folder: cannot read %s: %s", folder, strerror(errno));
    int empty = 1;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            empty = 0;
    }
    closedir(directory);
    return empty;
}

/* Holds the folder for this process; *lock is closed by its end. */
static int lock_folder(const char *folder, int *lock, struct error *error)
{
    *lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return error_set(error, "--folder: cannot open %s: %s", folder, strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        close(*lock);
        return error_set(error, "--folder: %s is in use by another labcluster", folder);
    }
    return 0;
}

/* What a cluster left that could not clean up (the machine went down) is removed. */
static int empty_marked_folder(const char *folder, struct error *error)
{
    int lock = -1;
    AUTO_FREE char *marker = memory_format("%s/%s", folder, MARKER);
    struct stat about;
    if (lstat(marker, &about) != 0)
        return error_set(error, "--folder: %s is not empty and not a cluster's", folder);
    if (lock_folder(folder, &lock, error) != 0)
        return -1;
    int outcome = supervisor_clean_up(folder, error);
    close(lock);
    if (outcome == 0 && mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, "--folder: cannot make %s: %s", folder, strerror(errno));
    return outcome;
}

static int prepare_folder(const char *folder, int *lock, struct error *error)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, "--folder: cannot make %s: %s", folder, strerror(errno));
    int empty = folder_is_empty(folder, error);
    if (empty < 0 || (empty == 0 && empty_marked_folder(folder, error) != 0))
        return -1;
    if (chmod(folder, 0700) != 0)
        return error_set(error, "--folder: cannot protect %s: %s", folder, strerror(errno));
    if (lock_folder(folder, lock, error) != 0)
        return -1;
    return supervisor_mark(folder, error);
}

/* ---- the cluster ---- */

/* In the order of their start; a NULL one was not started. */
struct cluster {
    struct address_slice *slice;
    struct credentials credentials;
    struct store *store;
    struct registry *registry;
    struct kubelet *kubelet;
    struct metrics *metrics;
    struct scraper *scraper;
    struct controllers *controllers;
    struct proxy *proxy;
    struct server *server;
    char *url;
};

static struct node_interface node_interface_of(const struct cluster *cluster)
{
    return (struct node_interface){.kubelet = cluster->kubelet,
                                   .read_log = kubelet_read_log,
                                   .volume_path = kubelet_volume_path,
                                   .remove_volume = kubelet_remove_volume,
                                   .metrics = cluster->metrics,
                                   .pod_metrics = metrics_of_pods,
                                   .node_metrics = metrics_of_nodes,
                                   .scraper = cluster->scraper,
                                   .scraped_values = scraper_values,
                                   .scraped_names = scraper_names};
}

static int start_storage(struct cluster *cluster, struct error *error)
{
    cluster->slice = address_slice_claim(error);
    if (cluster->slice == NULL ||
        credentials_make(address_of_server(cluster->slice), clock_wall(), &cluster->credentials, error) != 0)
        return -1;
    cluster->store = store_create();
    cluster->registry = registry_open(cluster->store, cluster->slice);
    if (bootstrap_namespaces(cluster->registry, error) != 0 || bootstrap_roles(cluster->registry, error) != 0)
        return -1;
    if (bootstrap_storage_class(cluster->registry, error) != 0)
        return -1;
    registry_require_service_accounts(cluster->registry);
    return bootstrap_priority_classes(cluster->registry, error);
}

static int start_node(struct cluster *cluster, const struct options *options, const char *programs, struct error *error)
{
    AUTO_FREE char *root = memory_format("%s/node", options->folder);
    AUTO_FREE char *images = memory_format("%s/images", options->folder);
    if (mkdir(images, 0700) != 0)
        return error_set(error, "cannot make %s: %s", images, strerror(errno));
    const struct kubelet_options kubelet_options = {
        .registry = cluster->registry,
        .slice = cluster->slice,
        .credentials = &cluster->credentials,
        .periods = options->periods,
        .node_name = NODE_NAME,
        .node_count = options->node_count,
        .program_folder = programs,
        .image_folder = images,
        .root_folder = root,
        .cpu_millicores = options->node_cpu_millicores,
        .memory_bytes = options->node_memory_bytes,
    };
    cluster->kubelet = kubelet_start(&kubelet_options, error);
    if (cluster->kubelet == NULL)
        return -1;
    cluster->metrics = metrics_start(cluster->kubelet, cluster->registry, &options->periods, error);
    if (cluster->metrics == NULL)
        return -1;
    cluster->scraper = scraper_start(cluster->registry, options->periods.metric_resolution, error);
    return cluster->scraper == NULL ? -1 : 0;
}

static int start_control(struct cluster *cluster, const struct options *options, struct error *error)
{
    const struct controllers_options controllers_options = {
        .registry = cluster->registry,
        .periods = options->periods,
        .node = node_interface_of(cluster),
        .authority_certificate = cluster->credentials.authority_certificate,
        .controllers = options->controllers,
    };
    cluster->controllers = controllers_start(&controllers_options, error);
    if (cluster->controllers == NULL)
        return -1;
    cluster->proxy = proxy_start(cluster->registry, &options->periods, error);
    return cluster->proxy == NULL ? -1 : 0;
}

static int start_server(struct cluster *cluster, const struct options *options, struct error *error)
{
    struct server_options server_options = {
        .address = address_of_server(cluster->slice),
        .port = options->port != 0 ? options->port : PREFERRED_PORT,
        .registry = cluster->registry,
        .credentials = &cluster->credentials,
        .node = node_interface_of(cluster),
    };
    cluster->server = server_start(&server_options, error);
    if (cluster->server == NULL && options->port == 0) {
        server_options.port = 0;
        cluster->server = server_start(&server_options, error);
    }
    if (cluster->server == NULL)
        return -1;
    cluster->url = memory_format("https://%s:%u", server_options.address, server_port(cluster->server));
    return bootstrap_server(cluster->registry, server_options.address, server_port(cluster->server), error) != 0 ||
                   bootstrap_metrics_server(cluster->registry, error) != 0
               ? -1
               : 0;
}

static void stop_cluster(struct cluster *cluster)
{
    if (cluster->server != NULL)
        server_stop(cluster->server);
    if (cluster->proxy != NULL)
        proxy_stop(cluster->proxy);
    if (cluster->controllers != NULL)
        controllers_stop(cluster->controllers);
    if (cluster->scraper != NULL)
        scraper_stop(cluster->scraper);
    if (cluster->metrics != NULL)
        metrics_stop(cluster->metrics);
    if (cluster->kubelet != NULL)
        kubelet_stop(cluster->kubelet);
    registry_close(cluster->registry);
    store_destroy(cluster->store);
    credentials_release(&cluster->credentials);
    if (cluster->slice != NULL)
        address_slice_release(cluster->slice);
    free(cluster->url);
    *cluster = (struct cluster){0};
}

static void say_ready(int descriptor, const char *url)
{
    if (descriptor < 0)
        return;
    AUTO_FREE char *line = memory_format("ready %s\n", url);
    if (write(descriptor, line, strlen(line)) < 0)
        log_warning("labcluster", "cannot say that the cluster is ready: %s", strerror(errno));
    close(descriptor);
}

/* True when the other end of a pipe is closed; what comes through it is thrown away. */
static bool is_at_end(const struct pollfd *end)
{
    char bytes[256];
    if ((end->revents & POLLIN) != 0)
        return read(end->fd, bytes, sizeof bytes) == 0;
    return (end->revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* Waits for a signal, the end of the caller's lifeline or of the supervisor. */
static void wait_for_end(int signals, int lifeline, int supervisor)
{
    struct pollfd ends[3] = {
        {.fd = signals, .events = POLLIN}, {.fd = supervisor, .events = POLLIN}, {.fd = lifeline, .events = POLLIN}};
    for (;;) {
        if (poll(ends, 3, -1) < 0) {
            if (errno == EINTR)
                continue;
            return;
        }
        if (ends[0].revents != 0 || is_at_end(&ends[1]) || is_at_end(&ends[2]))
            return;
    }
}

static int open_signals(struct error *error)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGQUIT);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return error_set(error, "cannot set up signals: %s", strerror(errno));
    int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : error_set(error, "cannot set up signals: %s", strerror(errno));
}

static int start_cluster(struct cluster *cluster, const struct options *options, const char *programs, const char *kubeconfig,
                         struct error *error)
{
    if (start_storage(cluster, error) != 0 || start_node(cluster, options, programs, error) != 0 ||
        start_control(cluster, options, error) != 0 || start_server(cluster, options, error) != 0)
        return -1;
    return credentials_write_kubeconfig(&cluster->credentials, kubeconfig, "hpalab", cluster->url, error);
}

/* The folder of this program's own file; the caller frees it. NULL with an error. */
static char *own_folder(struct error *error)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) {
        (void)error_set(error, "cannot find the programs' folder: %s", strerror(errno));
        return NULL;
    }
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    return memory_copy_text(path);
}

static int run_cluster(const struct options *options, int supervisor, struct error *error)
{
    AUTO_CLOSE int signals = open_signals(error);
    AUTO_FREE char *programs = options->programs != NULL ? memory_copy_text(options->programs) : own_folder(error);
    AUTO_FREE char *kubeconfig =
        options->kubeconfig != NULL ? memory_copy_text(options->kubeconfig) : memory_format("%s/kubeconfig", options->folder);
    if (signals < 0 || programs == NULL)
        return -1;
    struct cluster cluster = {0};
    int outcome = start_cluster(&cluster, options, programs, kubeconfig, error);
    if (outcome == 0) {
        say_ready(options->ready, cluster.url);
        log_info("labcluster", "ready at %s, kubeconfig %s", cluster.url, kubeconfig);
        wait_for_end(signals, options->lifeline, supervisor);
        if (unlink(kubeconfig) != 0 && errno != ENOENT)
            log_warning("labcluster", "cannot remove %s: %s", kubeconfig, strerror(errno));
    }
    stop_cluster(&cluster);
    return outcome;
}

static bool has_ended(int supervisor)
{
    struct pollfd end = {.fd = supervisor, .events = POLLIN};
    return poll(&end, 1, 0) > 0 && is_at_end(&end);
}

/* What the pod of metrics-server does. */
static int pause_until_signal(void)
{
    sigset_t signals;
    int received = 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)sigwait(&signals, &received);
    return EXIT_SUCCESS;
}

static int fail(const struct error *error, int code)
{
    (void)fprintf(stderr, "labcluster: %s\n", error->text);
    return code;
}

int main(int count, char **arguments)
{
    struct options options;
    struct error error = ERROR_NONE;
    int lock = -1;
    int supervisor = -1;
    if (count == 2 && strcmp(arguments[1], "pause") == 0)
        return pause_until_signal();
    int outcome = parse_command_line(count, arguments, &options, &error);
    if (outcome != 0)
        return outcome > 0 ? EXIT_SUCCESS : fail(&error, EXIT_USAGE);
    if (prepare_folder(options.folder, &lock, &error) != 0)
        return fail(&error, EXIT_USAGE);
    /* Each connection has a thread: with an arena for each of them, memory once used would hardly ever come back. */
    (void)mallopt(M_ARENA_MAX, 2);
    if (supervisor_split(options.folder, &supervisor, &error) != 0)
        return fail(&error, EXIT_FAILURE);
    outcome = run_cluster(&options, supervisor, &error);
    if (outcome != 0)
        (void)fail(&error, EXIT_FAILURE);
    struct error left = ERROR_NONE;
    if (has_ended(supervisor) && supervisor_clean_up(options.folder, &left) != 0)
        (void)fail(&left, EXIT_FAILURE);
    return outcome == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
