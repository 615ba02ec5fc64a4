#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/file.h"
#include "common/memory.h"
#include "driver/analyze/expectation.h"
#include "driver/cli/cli.h"
#include "driver/cli/interrupt.h"
#include "driver/cli/run_session.h"
#include "driver/page/page_server.h"

#define DEFAULT_LESSON "lessons/readiness-probe"
#define DEFAULT_LISTEN "127.0.0.1:8000"
#define LISTEN_VARIABLE "HPALAB_DEMO_LISTEN"
#define PACE "quick"
#define REPORT_MAXIMUM ((size_t)64 * 1024 * 1024)
#define LOOK_AGAIN (100 * NANOSECONDS_PER_MILLISECOND)

static const char help[] = "\n"
                           "  LESSON                  another lesson than " DEFAULT_LESSON "\n"
                           "  --listen ADDRESS:PORT   where the page is (default: $" LISTEN_VARIABLE ",\n"
                           "                          else " DEFAULT_LISTEN ")\n"
                           "  --out DIR               folder of the run (default: runs/DATE-LESSON, in\n"
                           "                          $TMPDIR or /tmp where runs/ cannot be written)\n"
                           "\n"
                           "The page says how long it takes and turns into the report. Ctrl-C ends. Exit\n"
                           "status: as hpalab run.\n";

/* A new run's folder, below the working folder where that can be written. */
static char *choose_folder(const struct lesson *lesson)
{
    const char *temporary = getenv("TMPDIR");
    if ((mkdir("runs", 0755) == 0 || errno == EEXIST) && access("runs", W_OK | X_OK) == 0)
        return run_session_folder("runs", lesson);
    return run_session_folder(temporary != NULL && temporary[0] == '/' ? temporary : "/tmp", lesson);
}

/* What is there before the report: it asks again by itself. */
static void show_waiting(struct page_server *server, const struct lesson *lesson)
{
    char since[CLOCK_TEXT_SIZE];
    char expected[DURATION_TEXT_SIZE];
    AUTO_FREE char *page = memory_format(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"2\">"
        "<title>hpalab</title><style>body{font:16px/1.5 sans-serif;margin:4em auto;max-width:40em;padding:0 1em}"
        "</style></head><body><h1>hpalab</h1><p>The lesson %s is running on a cluster of its own since %s. It takes "
        "about %s; then its report is here.</p></body></html>\n",
        lesson->name, clock_format_seconds(clock_wall(), since), duration_format(run_expected_duration(lesson, PACE), expected));
    page_server_show(server, page, strlen(page));
}

/* 0 when the run has a report, which is shown now. */
static int show_report(struct page_server *server, const char *folder, struct error *error)
{
    size_t length = 0;
    AUTO_FREE char *path = memory_format("%s/report.html", folder);
    AUTO_FREE char *html = file_read(path, REPORT_MAXIMUM, &length, error);
    if (html == NULL)
        return -1;
    page_server_show(server, html, length);
    return 0;
}

/* The address as a browser of this machine may be given it. */
static void tell_address(const char *text, const struct listen_address *listen, const struct page_server *server)
{
    const bool any = strcmp(listen->address, "0.0.0.0") == 0 || strcmp(listen->address, "::") == 0;
    const bool in_brackets = !any && strchr(listen->address, ':') != NULL;
    (void)printf("%shttp://%s%s%s:%u/\n", text, in_brackets ? "[" : "", any ? "localhost" : listen->address,
                 in_brackets ? "]" : "", page_server_port(server));
    (void)fflush(stdout);
}

static int run_and_show(const struct lesson *lesson, struct run_options *options, const char *folder,
                        const struct listen_address *listen, struct page_server *server)
{
    struct error error = ERROR_NONE;
    const atomic_bool *stop = interrupt_catch();
    show_waiting(server, lesson);
    tell_address("The report will be at ", listen, server);
    const int code = run_session(lesson, options, folder, NULL);
    if (code != EXIT_DONE && code != EXIT_EXPECTATION)
        return code;
    if (show_report(server, folder, &error) < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    tell_address("The report is at ", listen, server);
    (void)printf("Ctrl-C ends.\n");
    (void)fflush(stdout);
    while (!atomic_load(stop))
        clock_sleep_until(clock_monotonic() + LOOK_AGAIN);
    return code;
}

static int demo_with_lesson(const struct lesson *lesson, const struct listen_address *listen, const char *out,
                            const char *command)
{
    struct error error = ERROR_NONE;
    struct run_options options = {.target = TARGET_EMBEDDED, .pace = PACE, .command = command};
    AUTO_FREE char *folder = out != NULL ? memory_copy_text(out) : choose_folder(lesson);
    struct page_server *server = page_server_start(listen, &error);
    if (server == NULL)
        return cli_fail(EXIT_FAULT, "%s; --listen ADDRESS:PORT chooses another", error.text);
    const int code = run_and_show(lesson, &options, folder, listen, server);
    page_server_stop(server);
    return code;
}

static int demo(int count, char **arguments)
{
    const char *variable = getenv(LISTEN_VARIABLE);
    const char *where = NULL;
    const char *out = NULL;
    const char *path = NULL;
    const struct cli_option table[] = {{.name = "listen", .value = &where}, {.name = "out", .value = &out}, {0}};
    const int parsed = cli_parse(&command_demo, count, arguments, table, &path, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    struct error error = ERROR_NONE;
    struct listen_address listen;
    const char *name = where != NULL ? "--listen" : LISTEN_VARIABLE;
    if (where == NULL)
        where = variable != NULL && variable[0] != '\0' ? variable : DEFAULT_LISTEN;
    if (listen_address_parse(where, &listen, &error) < 0)
        return cli_fail(EXIT_USAGE, "demo: %s: %s", name, error.text);
    struct lesson *lesson = lesson_read(path != NULL ? path : DEFAULT_LESSON, PACE, expectation_check, &error);
    if (lesson == NULL)
        return cli_fail(EXIT_USAGE, "%s", error.text);
    AUTO_FREE char *command = run_session_command("demo", count, arguments);
    const int code = demo_with_lesson(lesson, &listen, out, command);
    lesson_destroy(lesson);
    return code;
}

const struct command command_demo = {
    .name = "demo",
    .usage = "[LESSON] [--listen ADDRESS:PORT] [--out DIR]",
    .summary = "Runs a lesson on the embedded cluster and serves its report",
    .run = demo,
};
