#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/cli/interrupt.h"
#include "driver/cli/load_arguments.h"
#include "driver/cli/load_live.h"
#include "driver/cli/load_output.h"
#include "driver/cli/screen.h"
#include "driver/load/load.h"
#include "driver/load/proxy.h"
#include "driver/load/resolve.h"
#include "driver/load/url.h"
#include "driver/load_report/load_report.h"

#define POLL_INTERVAL (20 * NANOSECONDS_PER_MILLISECOND)
#define START_AFTER (20 * NANOSECONDS_PER_MILLISECOND) /* the engine's thread is there by then */
#define SUMMARY_MAXIMUM ((size_t)256 * 1024)

static const char help[] = "\n"
                           "How much (open model: the schedule does not wait for the server):\n"
                           "  --rate R             requests/s, such as 1000, 0.5 or 90/m; with --stages\n"
                           "                       where the ramp begins (default: 0)\n"
                           "  --duration TIME      for so long, such as 30s or 1m30s\n"
                           "  --stages T:R,T:R...  in a straight line to each rate in turn: 20s:100,1m:1000\n"
                           "  --spacing WORD       uniform (default) or poisson\n"
                           "How much (closed model: each virtual user waits for its answer):\n"
                           "  --vus N              virtual users, with --duration, or --stages as numbers\n"
                           "                       of users\n"
                           "  --iterations N       so many requests by all users together (--duration: at\n"
                           "                       most so long; default: 10m)\n"
                           "  --think-time TIME    from a user's answer to its next request: 500ms, or\n"
                           "                       1s..3s, drawn anew each time\n"
                           "The request ({A..B} in URL, headers and text is a number that goes round from A\n"
                           "to B; {iteration}, {vu}, {random:A..B}, {csv:COLUMN} are variables too):\n"
                           "  --method M           default: GET, with a body POST\n"
                           "  -H 'Name: value'     a header; {env:NAME} and {file:PATH} in the value stand\n"
                           "                       for a variable's value and a file's line, so that a\n"
                           "                       secret is on no command line; may be given again (also\n"
                           "                       --header)\n"
                           "  --body TEXT|@FILE    text, or a file, which is sent as it is\n"
                           "  --query NAME=VALUE   behind the URL, encoded; may be given again\n"
                           "  --data FILE          CSV whose columns are variables: {csv:COLUMN}\n"
                           "  --timeout TIME       from the send to the last byte (default: 60s)\n"
                           "  --redirects N        follow up to N redirects with each request (default: 0;\n"
                           "                       k6 follows 10)\n"
                           "  --http VERSION       auto (default: over TLS HTTP/2 where the server offers\n"
                           "                       it, else 1.1), 1.1, or 2: many requests at a time on a\n"
                           "                       connection, for http:// from the first byte on\n"
                           "  --cacert FILE, --cert FILE, --key FILE, --insecure\n"
                           "                       https://: who is trusted, who we are, trust anybody\n"
                           "  --server-name NAME   https://: asked for in the handshake (SNI) and wanted in\n"
                           "                       the certificate, not the URL's host\n"
                           "HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment are followed.\n"
                           "How it is sent:\n"
                           "  --pacing WORD        frugal (default: about once a millisecond) or precise\n"
                           "                       (to the microsecond; up to a core)\n"
                           "  --connections N      at most so many at once; a request that finds none free\n"
                           "                       is dropped (default: 2000)\n"
                           "  --threads N          send by N threads (default: as many as the load needs,\n"
                           "                       by its rate)\n"
                           "  --dns ttl=T,select=W  look the host's name up anew after T (default: 5m; inf:\n"
                           "                        never) for new connections, which go to a random one of\n"
                           "                        its addresses (default), first, or roundRobin\n"
                           "  --io WORD            auto (default: io_uring where the kernel lets us), epoll\n"
                           "                       or io_uring\n"
                           "  --reuse WORD         keep (default), never: a connection for each request, or\n"
                           "                       until when a connection is used: for 100 requests, or up\n"
                           "                       to an age of 30s\n"
                           "What is made of it:\n"
                           "  --check TEXT         'status is 200', 'status in 200-299', 'body contains\n"
                           "                       TEXT', 'header NAME', 'header NAME is TEXT'; counted\n"
                           "                       (metric checks); may be given again\n"
                           "  --tag KEY=VALUE      a label of all requests; may be given again\n"
                           "  --threshold EXPR     METRIC:AGGREGATE<VALUE, such as\n"
                           "                       'http_req_duration:p(99)<200' (ms) or\n"
                           "                       'http_req_failed:rate<1%'; may be given again;\n"
                           "                       docs/load.md lists the metrics\n"
                           "  --abort-on-fail      end the load when a threshold fails (looked at once a\n"
                           "                       second)\n"
                           "  --delay-abort-eval TIME  not before\n"
                           "  --out FILE           .json, .csv (second by second), .hdr (percentiles for\n"
                           "                       HdrHistogram's plotter) or .prom; may be given again\n"
                           "  --history DIR        keep each result in DIR, and show the last ones\n"
                           "  --history-keep N     the newest so many stay (default: 100)\n"
                           "  --against-last EXPR  METRIC:AGGREGATE<PERCENT of the last good result's\n"
                           "                       value, such as 'http_req_duration:p(99)<120%'; may be\n"
                           "                       given again\n"
                           "\n"
                           "Exit status: 0 done, 99 a threshold failed or had no data, or a result is worse\n"
                           "than the last, 1 a fault, 2 wrong usage, 130 Ctrl-C (the load ends at once, the\n"
                           "summary is printed).\n";

struct session {
    const struct load_arguments *arguments;
    const struct cli_list *outputs;
    struct load_totals *totals;
    struct load *load;
    int64_t start;         /* monotonic */
    int64_t started;       /* wall clock */
    int64_t next_judgment; /* monotonic */
    enum load_end end;
};

static void announce(const struct load_spec *spec)
{
    char duration[DURATION_TEXT_SIZE];
    (void)printf("%s %s: %s, %s", spec->method, spec->url, load_executor_name(spec->executor),
                 duration_format(load_spec_duration(spec), duration));
    if (load_executor_is_closed(spec->executor))
        (void)printf(", %llu VUs (a closed model: a slow server slows it down)\n", (unsigned long long)load_spec_most_vus(spec));
    else
        (void)printf(", %llu requests\n", (unsigned long long)load_spec_planned(spec));
    (void)fflush(stdout);
}

static void judge(const struct session *session, int64_t elapsed, bool ended)
{
    load_totals_settle(session->totals, elapsed, ended);
    const struct load_total *total = load_totals_lock(session->totals);
    const struct metric_data data = load_total_metrics(total);
    for (size_t i = 0; i < session->arguments->threshold_count; i++)
        threshold_evaluate(&session->arguments->thresholds[i], &data);
    load_totals_unlock(session->totals);
}

/* Once a second: whether a threshold has failed that ends the load. */
static bool has_failed(struct session *session, int64_t now)
{
    const struct load_arguments *arguments = session->arguments;
    if (now < session->next_judgment)
        return false;
    session->next_judgment += NANOSECONDS_PER_SECOND;
    judge(session, now - session->start, false);
    return arguments->abort_on_fail && now - session->start >= arguments->delay_abort_eval &&
           threshold_verdict(arguments->thresholds, arguments->threshold_count) == THRESHOLD_FAIL;
}

static void watch(struct session *session, const atomic_bool *interrupted)
{
    struct load_live live = load_live_begin(&session->arguments->spec, session->start);
    session->next_judgment = session->start + NANOSECONDS_PER_SECOND;
    while (!load_finished(session->load) && session->end == LOAD_END_COMPLETE) {
        clock_sleep_until(clock_monotonic() + POLL_INTERVAL);
        int64_t now = clock_monotonic();
        if (atomic_load(interrupted))
            session->end = LOAD_END_INTERRUPTED;
        else if (has_failed(session, now))
            session->end = LOAD_END_THRESHOLD;
        load_live_show(&live, session->totals, now - session->start, now);
    }
    load_stop(session->load);
    load_join(session->load);
    load_live_end(&live);
}

static int conclude(const struct session *session)
{
    struct error error = ERROR_NONE;
    const struct load_arguments *arguments = session->arguments;
    AUTO_BUFFER struct buffer summary = {0};
    buffer_init(&summary, SUMMARY_MAXIMUM);
    int columns = screen_columns();
    const struct terminal terminal = {.output = &summary, .color = screen_color(), .columns = columns > 80 ? 100 : 80};
    const struct load_report report = {.total = load_totals_lock(session->totals),
                                       .threshold_count = arguments->threshold_count,
                                       .thresholds = arguments->thresholds,
                                       .end = session->end,
                                       .started = session->started};
    load_report_summary(&report, &terminal);
    enum threshold_result against_last = THRESHOLD_NO_DATA;
    int kept = 0;
    if (arguments->history.folder != NULL)
        kept = load_history_add(&arguments->history, &report, &terminal, &against_last, &error);
    (void)fwrite(summary.data, 1, summary.length, stdout);
    (void)fflush(stdout);
    int written = load_outputs_write(session->outputs, &report, kept < 0 ? NULL : &error);
    load_totals_unlock(session->totals);
    if (kept < 0 || written < 0)
        return cli_fail(EXIT_FAULT, "load: %s", error.text);
    if (session->end == LOAD_END_INTERRUPTED)
        return EXIT_INTERRUPTED;
    bool passed = threshold_verdict(arguments->thresholds, arguments->threshold_count) == THRESHOLD_PASS;
    return passed && against_last != THRESHOLD_FAIL ? EXIT_DONE : EXIT_EXPECTATION;
}

static int start(struct session *session, struct error *error)
{
    const struct load_spec *spec = &session->arguments->spec;
    struct url_template url;
    char address[INET_ADDRSTRLEN];
    if (url_template_parse(spec->url, NULL, &url, error) < 0)
        return -1;
    AUTO_FREE char *proxy = proxy_of_environment(&url);
    int resolved = proxy != NULL ? 0 : load_resolve(url.host, address, error); /* told before the load */
    url_template_release(&url);
    if (resolved < 0)
        return -1;
    const struct load_options options = {.spec = spec, .slow_over = INT64_MAX, .sink = load_totals_sink(session->totals)};
    session->load = load_create(&options, error);
    if (session->load == NULL)
        return -1;
    announce(spec);
    session->started = clock_wall() + START_AFTER;
    session->start = clock_monotonic() + START_AFTER;
    return load_start(session->load, session->start, error);
}

static int send_load(const struct load_arguments *arguments, const struct cli_list *outputs)
{
    struct error error = ERROR_NONE;
    struct session session = {.arguments = arguments, .outputs = outputs, .totals = load_totals_create(&arguments->spec)};
    for (size_t i = 0; i < arguments->threshold_count; i++)
        if (arguments->thresholds[i].comparison.labels[0] != '\0')
            load_totals_select(session.totals, &arguments->thresholds[i].selection);
    const atomic_bool *interrupted = interrupt_catch();
    int code = EXIT_FAULT;
    if (start(&session, &error) < 0) {
        code = cli_fail(EXIT_FAULT, "load: %s", error.text);
    } else {
        watch(&session, interrupted);
        judge(&session, clock_monotonic() - session.start, true);
        code = conclude(&session);
    }
    load_destroy(session.load);
    load_totals_destroy(session.totals);
    return code;
}

static int run(int count, char **arguments)
{
    struct error error = ERROR_NONE;
    struct load_texts texts = {0};
    struct load_arguments given;
    const struct cli_option table[] = {{.name = "rate", .value = &texts.rate},
                                       {.name = "vus", .value = &texts.vus},
                                       {.name = "pacing", .value = &texts.pacing},
                                       {.name = "duration", .value = &texts.duration},
                                       {.name = "stages", .value = &texts.stages},
                                       {.name = "iterations", .value = &texts.iterations},
                                       {.name = "think-time", .value = &texts.think_time},
                                       {.name = "spacing", .value = &texts.spacing},
                                       {.name = "method", .value = &texts.method},
                                       {.name = "header", .list = &texts.headers, .letter = 'H'},
                                       {.name = "body", .value = &texts.body},
                                       {.name = "timeout", .value = &texts.timeout},
                                       {.name = "connections", .value = &texts.connections},
                                       {.name = "reuse", .value = &texts.reuse},
                                       {.name = "threads", .value = &texts.threads},
                                       {.name = "dns", .value = &texts.dns},
                                       {.name = "io", .value = &texts.io},
                                       {.name = "http", .value = &texts.http},
                                       {.name = "redirects", .value = &texts.redirects},
                                       {.name = "cacert", .value = &texts.ca_file},
                                       {.name = "cert", .value = &texts.certificate_file},
                                       {.name = "key", .value = &texts.key_file},
                                       {.name = "server-name", .value = &texts.server_name},
                                       {.name = "insecure", .flag = &texts.insecure},
                                       {.name = "data", .value = &texts.data},
                                       {.name = "query", .list = &texts.queries},
                                       {.name = "check", .list = &texts.checks},
                                       {.name = "tag", .list = &texts.tags},
                                       {.name = "threshold", .list = &texts.thresholds},
                                       {.name = "abort-on-fail", .flag = &texts.abort_on_fail},
                                       {.name = "delay-abort-eval", .value = &texts.delay_abort_eval},
                                       {.name = "out", .list = &texts.outputs},
                                       {.name = "history", .value = &texts.history},
                                       {.name = "history-keep", .value = &texts.history_keep},
                                       {.name = "against-last", .list = &texts.against_last},
                                       {0}};
    int parsed = cli_parse(&command_load, count, arguments, table, &texts.url, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    int code = EXIT_USAGE;
    if (load_arguments_read(&texts, &given, &error) < 0 || load_outputs_check(&texts.outputs, &error) < 0)
        (void)cli_fail(EXIT_USAGE, "load: %s", error.text);
    else
        code = send_load(&given, &texts.outputs);
    load_arguments_release(&given);
    return code;
}

const struct command command_load = {
    .name = "load",
    .usage = "URL --rate R --duration TIME [--threshold EXPR] [--out FILE] ...",
    .summary = "Sends load to a URL and says how it was answered",
    .run = run,
};
