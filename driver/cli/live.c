#include "driver/cli/live.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"
#include "driver/cli/screen.h"

#define FRAME_MAXIMUM 8192
#define REDRAW_INTERVAL (200 * NANOSECONDS_PER_MILLISECOND)
#define PLAIN_INTERVAL (5 * NANOSECONDS_PER_SECOND)
#define BAR_WIDTH 30
#define TITLE_WIDTH 50
#define TIMES_WIDTH 24 /* " 00:00 of about 00:00" and some room */

struct live {
    bool in_place;
    bool color;
    int lines;       /* drawn by the last frame */
    int64_t drawn;   /* monotonic */
    char place[200]; /* phase and variant of the last plain line: a change is told at once */
    char hinted[64]; /* namespace whose hint was printed */
};

struct live *live_create(void)
{
    struct live *live = memory_allocate(1, sizeof *live);
    live->in_place = screen_in_place();
    live->color = screen_color();
    return live;
}

void live_destroy(struct live *live)
{
    free(live);
}

static const char *phase_text(enum run_phase phase)
{
    switch (phase) {
    case RUN_STARTING_CLUSTER:
        return "starting the cluster";
    case RUN_LOOKING:
        return "looking at what is there";
    case RUN_APPLYING:
        return "applying the manifests";
    case RUN_STARTING_GENERATORS:
        return "starting the generators";
    case RUN_WARMING_UP:
        return "warming up the first pod";
    case RUN_WAITING:
        return "waiting for the HPA's first metric";
    case RUN_LOADING:
        return "load";
    case RUN_SETTLING:
        return "settling";
    case RUN_CLEANING:
        return "removing what was made";
    }
    return "";
}

static char *latency_text(int64_t nanoseconds, char text[DURATION_TEXT_SIZE])
{
    if (nanoseconds <= 0)
        (void)snprintf(text, DURATION_TEXT_SIZE, "-");
    else
        (void)duration_format(nanoseconds, text);
    return text;
}

static void metric_text(const struct live_view *view, char *text, size_t size)
{
    const char *unit = view->metric_is_percent ? "%" : strcmp(view->metric_name, "memory") == 0 ? " MiB" : "m";
    if (!view->hpa_seen)
        (void)snprintf(text, size, "-");
    else if (!view->metric_known)
        (void)snprintf(text, size, "<unknown> of target %d%s", view->metric_target, unit);
    else
        (void)snprintf(text, size, "%d%s of target %d%s", view->metric_value, unit, view->metric_target, unit);
}

static const char *metric_name(const struct live_view *view)
{
    return view->metric_name[0] != '\0' ? view->metric_name : "metric";
}

static void replicas_text(const struct live_view *view, char *text, size_t size)
{
    int length = view->replicas_specified < 0
                     ? snprintf(text, size, "-")
                     : snprintf(text, size, "%d ready of %d", view->pods_ready, view->replicas_specified);
    if (view->pods_terminating > 0 && length > 0 && (size_t)length < size)
        (void)snprintf(text + length, size - (size_t)length, ", %d terminating", view->pods_terminating);
}

/* A line of the frame: cut to the width, with what follows on the screen's line erased. */
static void add_line(struct buffer *frame, int columns, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void add_line(struct buffer *frame, int columns, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *at = line; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    (void)buffer_append_format(frame, "%.*s\x1b[K\n", columns - 1, line);
}

static void add_bar(const struct run_progress *progress, char bar[BAR_WIDTH + 1])
{
    double share = progress->duration > 0 ? (double)progress->elapsed / (double)progress->duration : 0;
    int filled = (int)((share > 1 ? 1 : share) * BAR_WIDTH);
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
}

static void add_head(struct buffer *frame, const struct live *live, int columns, const struct run_progress *progress)
{
    char elapsed[SCREEN_CLOCK_SIZE];
    char expected[SCREEN_CLOCK_SIZE];
    char title[256];
    int room = columns - TIMES_WIDTH < TITLE_WIDTH ? columns - TIMES_WIDTH : TITLE_WIDTH;
    (void)snprintf(title, sizeof title, "%s  %zu/%zu %s", progress->lesson, progress->variant_number, progress->variant_count,
                   progress->variant);
    (void)buffer_append_text(frame, live->color ? "\x1b[1m" : "");
    add_line(frame, columns, "%-*.*s %s of about %s", room > 0 ? room : 0, room > 0 ? room : 0, title,
             screen_clock(progress->run_elapsed, elapsed), screen_clock(progress->run_expected, expected));
    (void)buffer_append_text(frame, live->color ? "\x1b[0m" : "");
}

static int draw_frame(struct buffer *frame, const struct live *live, const struct run_progress *progress)
{
    const struct live_view *view = &progress->view;
    int columns = screen_columns();
    char times[2][SCREEN_CLOCK_SIZE];
    char latency[4][DURATION_TEXT_SIZE];
    char metric[64];
    char replicas[64];
    char bar[BAR_WIDTH + 1];
    metric_text(view, metric, sizeof metric);
    replicas_text(view, replicas, sizeof replicas);
    add_bar(progress, bar);
    add_head(frame, live, columns, progress);
    if (progress->phase == RUN_LOADING && progress->duration == 0)
        add_line(frame, columns, "  recording %s (Ctrl-C ends it)", screen_clock(progress->elapsed, times[0]));
    else if (progress->phase == RUN_LOADING)
        add_line(frame, columns, "  load      [%s] %s of %s", bar, screen_clock(progress->elapsed, times[0]),
                 screen_clock(progress->duration, times[1]));
    else
        add_line(frame, columns, "  now       %s", phase_text(progress->phase));
    if (view->given_unit != NULL)
        add_line(frame, columns, "  given     %.0f of %.0f %s   not told %llu", view->given, view->given_target, view->given_unit,
                 (unsigned long long)view->not_told);
    else
        add_line(frame, columns, "  requests  %.0f/s of %.0f/s   in flight %llu   lost %llu   dropped %llu", view->actual_rate,
                 view->target_rate, (unsigned long long)view->in_flight, (unsigned long long)view->lost,
                 (unsigned long long)view->dropped);
    if (view->generators > 0)
        add_line(frame, columns, "  from      %d generator%s, %d lost", view->generators, view->generators == 1 ? "" : "s",
                 view->generators_lost);
    add_line(frame, columns, "  latency   p50 %s   p99 %s   max %s   (last 5 s)", latency_text(view->p50, latency[0]),
             latency_text(view->p99, latency[1]), latency_text(view->maximum, latency[2]));
    add_line(frame, columns, "  spikes    %llu   worst %s", (unsigned long long)view->spikes,
             latency_text(view->worst, latency[3]));
    add_line(frame, columns, "  replicas  %s", replicas);
    add_line(frame, columns, "  %-9.9s %s", metric_name(view), metric);
    add_line(frame, columns, "  last      %s", view->last_event);
    return view->generators > 0 ? 9 : 8;
}

static const char *generators_text(const struct live_view *view, char *text, size_t size)
{
    int length = view->generators > 0
                     ? snprintf(text, size, " from %d generator%s", view->generators, view->generators == 1 ? "" : "s")
                     : 0;
    if (view->generators_lost > 0)
        (void)snprintf(text + length, size - (size_t)length, " (%d lost)", view->generators_lost);
    return length > 0 ? text : "";
}

static void print_plain(const struct run_progress *progress)
{
    const struct live_view *view = &progress->view;
    char elapsed[SCREEN_CLOCK_SIZE];
    char times[2][SCREEN_CLOCK_SIZE];
    char latency[2][DURATION_TEXT_SIZE];
    char metric[64];
    char replicas[64];
    char generators[64];
    metric_text(view, metric, sizeof metric);
    replicas_text(view, replicas, sizeof replicas);
    (void)printf("%s %s: ", screen_clock(progress->run_elapsed, elapsed),
                 progress->variant[0] != '\0' ? progress->variant : progress->lesson);
    if (progress->phase != RUN_LOADING)
        (void)printf("%s\n", phase_text(progress->phase));
    else if (view->given_unit != NULL)
        (void)printf("given %.0f of %.0f %s, replicas %s, %s %s\n", view->given, view->given_target, view->given_unit, replicas,
                     metric_name(view), metric);
    else if (view->requests == 0 && progress->duration == 0)
        (void)printf("%s, replicas %s, %s %s\n", screen_clock(progress->elapsed, times[0]), replicas, metric_name(view), metric);
    else if (view->requests == 0)
        (void)printf("%s of %s, replicas %s, %s %s\n", screen_clock(progress->elapsed, times[0]),
                     screen_clock(progress->duration, times[1]), replicas, metric_name(view), metric);
    else
        (void)printf("%.0f/s of %.0f/s%s, p99 %s, max %s, %llu spikes, %llu lost, replicas %s, %s %s\n", view->actual_rate,
                     view->target_rate, generators_text(view, generators, sizeof generators), latency_text(view->p99, latency[0]),
                     latency_text(view->maximum, latency[1]), (unsigned long long)view->spikes, (unsigned long long)view->lost,
                     replicas, metric_name(view), metric);
    (void)fflush(stdout);
}

/* Once a variant, when the service can be reached: what to type in another terminal. */
static void print_hint(struct live *live, const struct run_progress *progress)
{
    if (progress->service_url[0] == '\0' || strcmp(live->hinted, progress->namespace) == 0)
        return;
    (void)snprintf(live->hinted, sizeof live->hinted, "%s", progress->namespace);
    if (progress->variant_number > 1)
        return;
    if (live->lines > 0)
        (void)printf("\r\x1b[%dA\x1b[J", live->lines);
    live->lines = 0;
    (void)printf("Meanwhile, in another terminal:\n");
    if (progress->kubeconfig != NULL)
        (void)printf("  export KUBECONFIG=%s\n", progress->kubeconfig);
    (void)printf("  kubectl get hpa -A -w\n"
                 "  while true; do curl -o /dev/null -s -w '%%{http_code} %%{time_total}\\n' \\\n"
                 "    %s; sleep 0.1; done\n\n",
                 progress->service_url);
    (void)fflush(stdout);
}

void live_progress(void *context, const struct run_progress *progress)
{
    struct live *live = context;
    int64_t now = clock_monotonic();
    char place[sizeof live->place];
    (void)snprintf(place, sizeof place, "%d %s", (int)progress->phase, progress->variant);
    bool moved = strcmp(place, live->place) != 0;
    print_hint(live, progress);
    if (!moved && now - live->drawn < (live->in_place ? REDRAW_INTERVAL : PLAIN_INTERVAL))
        return;
    (void)snprintf(live->place, sizeof live->place, "%s", place);
    live->drawn = now;
    if (!live->in_place) {
        print_plain(progress);
        return;
    }
    AUTO_BUFFER struct buffer frame = {0};
    buffer_init(&frame, FRAME_MAXIMUM);
    if (live->lines > 0)
        (void)buffer_append_format(&frame, "\r\x1b[%dA", live->lines); /* \r: a key typed meanwhile has moved the cursor */
    live->lines = draw_frame(&frame, live, progress);
    (void)buffer_append_text(&frame, "\x1b[J");
    (void)fwrite(frame.data, 1, frame.length, stdout);
    (void)fflush(stdout);
}
