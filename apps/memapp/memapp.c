/*
 * memapp: uses as much memory as a file is large, until SIGTERM.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "apps/memapp/holder.h"
#include "apps/memapp/options.h"
#include "apps/memapp/routes.h"
#include "apps/memapp/server.h"
#include "common/error.h"
#include "common/listener.h"
#include "common/log.h"
#include "common/version.h"

#define EXIT_INPUT 2
#define BYTES_A_MIB (INT64_C(1) << 20)

static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static int listen_on(const struct options *options, struct error *error)
{
    int listener = listener_bind(options->address, options->port, error);
    if (listener < 0 || listener_listen(listener, error) < 0)
        return -1;
    log_info("memapp", "pod %s on address %s port %d", options->pod_name, options->address, listener_port(listener));
    return listener;
}

static int serve(const struct options *options, struct holder *holder, int listener, const sigset_t *signals, struct error *error)
{
    const struct pod pod = {.name = options->pod_name, .maximum_mib = options->maximum_mib, .holder = holder};
    struct server *server = server_create(&pod, listener, error);
    if (server == NULL)
        return -1;
    while (sigwaitinfo(signals, NULL) < 0)
        continue;
    log_info("memapp", "terminated");
    holder_stop(holder);
    server_destroy(server);
    return 0;
}

static int live(const struct options *options, struct error *error)
{
    const struct holder_settings settings = {.path = options->file,
                                             .mode = (enum map_mode)options->mode,
                                             .maximum = options->maximum_mib * BYTES_A_MIB,
                                             .period = options->period};
    sigset_t signals;
    block_signals(&signals);
    int listener = listen_on(options, error);
    if (listener < 0)
        return -1;
    struct holder *holder = holder_create(&settings, error);
    if (holder == NULL)
        return -1;
    int result = serve(options, holder, listener, &signals, error);
    holder_destroy(holder);
    return result;
}

static int run(const struct options *options)
{
    struct error error = ERROR_NONE;
    log_set_level(LOG_LEVEL_INFO);
    if (live(options, &error) == 0)
        return EXIT_SUCCESS;
    (void)fprintf(stderr, "memapp: %s\n", error.text);
    return EXIT_FAILURE;
}

int main(int count, char **arguments)
{
    struct options options;
    struct error error = ERROR_NONE;
    enum settings_request request = SETTINGS_RUN;
    if (options_read(count > 0 ? count - 1 : 0, arguments + 1, &options, &request, &error) < 0) {
        (void)fprintf(stderr, "memapp: %s\n", error.text);
        return EXIT_INPUT;
    }
    switch (request) {
    case SETTINGS_HELP:
        options_print_help(stdout);
        return EXIT_SUCCESS;
    case SETTINGS_VERSION:
        (void)printf("memapp %s\n", HPALAB_VERSION);
        return EXIT_SUCCESS;
    case SETTINGS_RUN:
        return run(&options);
    }
    return EXIT_FAILURE;
}
