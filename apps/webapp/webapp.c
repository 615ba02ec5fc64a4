/*
 * webapp: the life of the pod - boot, serve, terminate.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apps/webapp/options.h"
#include "apps/webapp/pod.h"
#include "apps/webapp/routes.h"
#include "apps/webapp/server.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/error.h"
#include "common/listener.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/version.h"

#define EXIT_INPUT 2
#define EXIT_TERMINATED (128 + SIGTERM) /* what a Java server, which this one stands in for, exits with on SIGTERM */

static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* True when SIGTERM or SIGINT came before the time (monotonic). Being stopped and continued interrupts nothing. */
static bool signal_before(const sigset_t *signals, int64_t time)
{
    for (int64_t left; (left = time - clock_monotonic()) > 0;) {
        const struct timespec timeout = {.tv_sec = left / NANOSECONDS_PER_SECOND, .tv_nsec = left % NANOSECONDS_PER_SECOND};
        if (sigtimedwait(signals, NULL, &timeout) > 0)
            return true;
    }
    return false;
}

static void wait_for_signal(const sigset_t *signals)
{
    while (sigwaitinfo(signals, NULL) < 0)
        continue;
}

static void log_start(const struct pod *pod, int listener)
{
    static const char *const modes[] = {[BOOT_HANG] = "hang", [BOOT_REFUSE] = "refuse", [BOOT_UNAVAILABLE] = "503"};
    const struct options *options = &pod->options;
    char boot[DURATION_TEXT_SIZE];
    log_info("webapp", "pod %s on address %s port %d, boot time %s (%s)", options->pod_name, options->address,
             listener_port(listener), duration_format(options->boot, boot), modes[options->boot_mode]);
}

/* Starts the server when the boot mode says so. NULL: not started, because of a failure (an error is set) or because a
 * signal came before anything could be answered. */
static struct server *boot(struct pod *pod, int listener, const sigset_t *signals, struct error *error)
{
    const struct options *options = &pod->options;
    int64_t booted = pod->start + options->boot;
    if (options->boot_millicores > 0 && options->boot > 0 &&
        loads_start_cpu(pod->loads, options->boot_millicores, options->boot, error) < 0)
        return NULL;
    if (options->boot_mode != BOOT_REFUSE && listener_listen(listener, error) < 0)
        return NULL;
    log_start(pod, listener);
    if (options->boot_mode != BOOT_UNAVAILABLE && signal_before(signals, booted))
        return NULL;
    if (options->boot_mode == BOOT_REFUSE && listener_listen(listener, error) < 0)
        return NULL;
    atomic_store(&pod->booted, clock_monotonic() >= booted);
    return server_create(pod, listener, error);
}

/* Serves until the signal comes. */
static void serve(struct pod *pod, const sigset_t *signals)
{
    if (!atomic_load(&pod->booted)) {
        if (signal_before(signals, pod->start + pod->options.boot))
            return;
        atomic_store(&pod->booted, true);
    }
    wait_for_signal(signals);
}

static _Noreturn void cut_and_exit(struct pod *pod, int status)
{
    connections_prepare_reset(pod->connections);
    _exit(status);
}

/* Does what SIGTERM is to do; returns the exit status. Only abrupt ends without returning. */
static int terminate(struct pod *pod, struct server *server, const sigset_t *signals)
{
    const struct options *options = &pod->options;
    char time[DURATION_TEXT_SIZE];
    if (options->term_mode == TERM_ABRUPT || routes_hang(pod))
        cut_and_exit(pod, EXIT_TERMINATED);
    atomic_store(&pod->terminating, true);
    if (options->term_mode == TERM_DRAIN) {
        log_info("webapp", "terminating: drains for %s", duration_format(options->drain, time));
        int64_t end = clock_monotonic() + options->drain;
        while (signal_before(signals, end))
            continue;
    } else {
        log_info("webapp", "terminating: the listening socket is closed");
    }
    server_stop_listening(server);
    if (server_wait_idle(server, clock_monotonic() + options->finish) < 0) {
        log_warning("webapp", "requests still in flight after %s are cut", duration_format(options->finish, time));
        cut_and_exit(pod, EXIT_FAILURE);
    }
    return EXIT_SUCCESS;
}

/* A signal came while nothing was answered yet. */
static int end_unbooted(const struct pod *pod)
{
    log_info("webapp", "terminated while booting");
    return pod->options.term_mode == TERM_ABRUPT ? EXIT_TERMINATED : EXIT_SUCCESS;
}

static int live(struct pod *pod, struct error *error)
{
    sigset_t signals;
    block_signals(&signals);
    int listener = listener_bind(pod->options.address, pod->options.port, error);
    if (listener < 0)
        return -1;
    struct server *server = boot(pod, listener, &signals, error);
    if (server == NULL)
        return error->text[0] != '\0' ? -1 : end_unbooted(pod);
    serve(pod, &signals);
    int status = terminate(pod, server, &signals);
    server_destroy(server);
    return status;
}

static _Noreturn void run(const struct options *options)
{
    struct error error = ERROR_NONE;
    struct pod pod = {.options = *options, .start = clock_monotonic()};
    pod.cache = cache_create((size_t)options->cache_entries, options->cache_cpu, options->cache_wait);
    pod.metrics = metrics_create();
    pod.loads = loads_create();
    pod.connections = connections_create();
    log_set_level(LOG_LEVEL_INFO);
    int status = live(&pod, &error);
    if (status < 0) {
        (void)fprintf(stderr, "webapp: %s\n", error.text);
        status = EXIT_FAILURE;
    }
    /* Background work (loads, warming) may still use the pod: the memory goes with the process. */
    exit(status);
}

int main(int count, char **arguments)
{
    struct options options;
    struct error error = ERROR_NONE;
    enum settings_request request = SETTINGS_RUN;
    if (options_read(count > 0 ? count - 1 : 0, arguments + 1, &options, &request, &error) < 0) {
        (void)fprintf(stderr, "webapp: %s\n", error.text);
        return EXIT_INPUT;
    }
    switch (request) {
    case SETTINGS_HELP:
        options_print_help(stdout);
        return EXIT_SUCCESS;
    case SETTINGS_VERSION:
        (void)printf("webapp %s\n", HPALAB_VERSION);
        return EXIT_SUCCESS;
    case SETTINGS_RUN:
        run(&options);
    }
    return EXIT_FAILURE;
}
