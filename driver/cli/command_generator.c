#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/listen_address.h"
#include "common/listener.h"
#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/cli/interrupt.h"
#include "driver/generator/control_server.h"

#define DEFAULT_LISTEN "127.0.0.1:8089"
#define TOKEN_VARIABLE "HPALAB_GENERATOR_TOKEN"
#define TOKEN_MAXIMUM ((size_t)4096)

static const char help[] = "\n"
                           "One of several generators that send a load together, as a pod does: it waits\n"
                           "for its plan, starts at the moment that it is told, and keeps its results until\n"
                           "they are fetched (docs/generators.md). Whoever runs a lesson with generators\n"
                           "starts them by itself.\n"
                           "\n"
                           "  --listen ADDRESS:PORT  where its control API is; port 0: any free one\n"
                           "                         (default: " DEFAULT_LISTEN ")\n"
                           "  --token-file FILE      what the header X-Hpalab-Token must say, in a file of\n"
                           "                         one line (default: $" TOKEN_VARIABLE "; without\n"
                           "                         a token only a generator on loopback starts)\n"
                           "\n"
                           "SIGTERM ends the load; the results stay until they have been fetched, for 20 s\n"
                           "at most.\n";

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* The token, which the caller wipes; NULL without an error: there is none. */
static char *read_token(const char *path, struct error *error)
{
    const char *variable = getenv(TOKEN_VARIABLE);
    if (path == NULL)
        return variable != NULL && variable[0] != '\0' ? memory_copy_text(variable) : NULL;
    char *token = file_read(path, TOKEN_MAXIMUM, NULL, error);
    if (token == NULL) {
        (void)error_context(error, "--token-file");
        return NULL;
    }
    token[strcspn(token, "\r\n")] = '\0';
    if (token[0] != '\0')
        return token;
    free(token);
    (void)error_set(error, "--token-file: %s: expected a token in the first line", path);
    return NULL;
}

/* An Indexed Job's pods count from 0. */
static unsigned part_of_job(void)
{
    const char *index = getenv("JOB_COMPLETION_INDEX");
    char *end = NULL;
    long number = index != NULL ? strtol(index, &end, 10) : -1;
    return number >= 0 && number < WIRE_MOST_PARTS && *end == '\0' && end != index ? (unsigned)number + 1 : 0;
}

static void run_until_end(struct generator *generator, const atomic_bool *interrupted)
{
    while (!generator_may_end(generator)) {
        clock_sleep_until(clock_monotonic() + GENERATOR_LOOK_INTERVAL);
        if (atomic_load(interrupted))
            generator_terminate(generator);
        generator_look(generator);
    }
}

static int serve(const struct listen_address *where, const char *token, struct error *error)
{
    const atomic_bool *interrupted = interrupt_catch();
    int listener = listener_bind(where->address, where->port, error);
    if (listener < 0)
        return -1;
    int bound = listener_port(listener);
    if (listener_listen(listener, error) < 0) {
        (void)close(listener);
        return -1;
    }
    struct generator *generator = generator_create(part_of_job());
    struct control_server *server = control_server_create(generator, token, listener, error);
    if (server != NULL) {
        (void)printf("generator: listening on %s port %d\n", where->address, bound);
        (void)fflush(stdout);
        run_until_end(generator, interrupted);
    }
    control_server_destroy(server);
    generator_destroy(generator);
    return server != NULL ? 0 : -1;
}

static int run(int count, char **arguments)
{
    struct error error = ERROR_NONE;
    const char *listen = DEFAULT_LISTEN;
    const char *token_file = NULL;
    const char *operands[1];
    struct listen_address where;
    const struct cli_option options[] = {
        {.name = "listen", .value = &listen}, {.name = "token-file", .value = &token_file}, {.name = NULL}};
    int parsed = cli_parse(&command_generator, count, arguments, options, operands, 0, help);
    if (parsed != 0)
        return parsed > 0 ? EXIT_DONE : EXIT_USAGE;
    if (listen_address_parse(listen, &where, &error) < 0)
        return cli_fail(EXIT_USAGE, "generator: --listen: %s", error.text);
    char *token = read_token(token_file, &error);
    if (token == NULL && error.text[0] != '\0')
        return cli_fail(EXIT_USAGE, "generator: %s", error.text);
    if (token == NULL && !is_loopback(where.address))
        return cli_fail(EXIT_USAGE, "generator: listening on %s needs a token (" TOKEN_VARIABLE " or --token-file)",
                        where.address);
    int result = serve(&where, token, &error);
    memory_wipe_text(token);
    return result == 0 ? EXIT_DONE : cli_fail(EXIT_FAULT, "generator: %s", error.text);
}

const struct command command_generator = {
    .name = "generator",
    .usage = "[--listen ADDRESS:PORT] [--token-file FILE]",
    .summary = "Sends its part of a load that several generators send together",
    .run = run,
};
