#include "apps/webapp/options.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"

#define HOUR (3600 * NANOSECONDS_PER_SECOND)

static setting_reader read_cost, read_millicores, read_boot_mode, read_term_mode;

#define FIELD(name) offsetof(struct options, name)

static const struct setting table[] = {
    {"address", "WEBAPP_ADDRESS", "IP", "127.0.0.1", settings_read_address, FIELD(address), 0, 0,
     "address to listen on; in a pod: its status.podIP"},
    {"port", "WEBAPP_LISTEN_PORT", "PORT", "8080", settings_read_count, FIELD(port), 0, 65535,
     "TCP port to listen on, 0 to 65535; 0 takes a free one, named in the log's first line"},
    {"pod-name", "POD_NAME", "NAME", NULL, settings_read_pod_name, FIELD(pod_name), 0, 0,
     "name in the X-Pod-Name header; letters, digits, \"-\", \".\" and \"_\", at most 253 (default: the host's name)"},
    {"boot", "WEBAPP_BOOT", "DURATION", "0s", settings_read_duration, FIELD(boot), 0, HOUR,
     "time from the start to the first answer, up to 1h"},
    {"boot-mode", "WEBAPP_BOOT_MODE", "MODE", "hang", read_boot_mode, FIELD(boot_mode), 0, 0,
     "while booting: hang (connections are made and wait), refuse (connection refused) or 503 (every answer is 503)"},
    {"boot-cpu", "WEBAPP_BOOT_CPU", "CORES", "0", read_millicores, FIELD(boot_millicores), 0, 16000,
     "CPU used while booting, in cores (0.25) or millicores (250m), up to 16"},
    {"cache-entries", "WEBAPP_CACHE_ENTRIES", "COUNT", "0", settings_read_count, FIELD(cache_entries), 0, 100000,
     "entries of the cache, each built on its first use, 0 to 100000; /post/{id} uses entry id modulo COUNT"},
    {"cache-cpu", "WEBAPP_CACHE_CPU", "COST", "0ms", read_cost, FIELD(cache_cpu), 0, HOUR,
     "CPU time that building one entry takes, by the thread's CPU clock"},
    {"cache-wait", "WEBAPP_CACHE_WAIT", "COST", "0ms", read_cost, FIELD(cache_wait), 0, HOUR,
     "time that building one entry waits, using no CPU"},
    {"request-cpu", "WEBAPP_REQUEST_CPU", "COST", "0ms", read_cost, FIELD(request_cpu), 0, HOUR,
     "CPU time that each GET /post/{id} takes, by the thread's CPU clock"},
    {"request-wait", "WEBAPP_REQUEST_WAIT", "COST", "0ms", read_cost, FIELD(request_wait), 0, HOUR,
     "time that each GET /post/{id} waits, using no CPU"},
    {"hang-after", "WEBAPP_HANG_AFTER", "COUNT", "0", settings_read_count, FIELD(hang_after), 0, 1000000000,
     "after COUNT pages the pod hangs as in a deadlock: connections are made, nothing is answered any more; 0 = never"},
    {"term", "WEBAPP_TERM", "MODE", "drain", read_term_mode, FIELD(term_mode), 0, 0,
     "on SIGTERM: drain (listen and answer for the drain time, with Connection: close, finish, exit 0), "
     "close-listener (close the listening socket at once, finish what is in flight, exit 0) "
     "or abrupt (reset every connection, exit 143). A pod that hangs, or does not answer yet, ends at once."},
    {"drain", "WEBAPP_DRAIN", "DURATION", "5s", settings_read_duration, FIELD(drain), 0, HOUR,
     "how long --term drain goes on listening, up to 1h"},
    {"finish", "WEBAPP_FINISH", "DURATION", "30s", settings_read_duration, FIELD(finish), 0, HOUR,
     "longest wait for requests in flight once the listening socket is closed, up to 1h; then they are cut, exit 1"},
    {"connections", "WEBAPP_CONNECTIONS", "COUNT", "1000", settings_read_count, FIELD(connections), 1, 10000,
     "connections served at the same time (a thread each), 1 to 10000; more wait to be accepted"},
    {"connection-requests", "WEBAPP_CONNECTION_REQUESTS", "COUNT", "0", settings_read_count, FIELD(connection_requests), 0,
     1000000000, "the COUNT-th answer on a connection says Connection: close, so that its client comes anew; 0 = never"},
    {"idle-timeout", "WEBAPP_IDLE_TIMEOUT", "DURATION", "75s", settings_read_duration, FIELD(idle_timeout),
     NANOSECONDS_PER_SECOND, HOUR, "a connection on which nothing moves is closed after this time, 1s to 1h, in whole seconds"},
};

static const struct settings settings = {.table = table, .count = sizeof table / sizeof table[0], .operands_maximum = 0};
_Static_assert(sizeof table / sizeof table[0] <= SETTINGS_MAXIMUM, "too many settings");

static bool all_digits(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* A duration, or a bare number of milliseconds. */
static int read_cost(const struct setting *setting, const char *text, void *target, struct error *error)
{
    char milliseconds[16];
    if (all_digits(text) && strlen(text) <= 8) {
        (void)snprintf(milliseconds, sizeof milliseconds, "%sms", text);
        text = milliseconds;
    }
    if (duration_parse(text, target, NULL) < 0)
        return error_set(error, "\"%.40s\" is no time such as 4ms, 1.5s or 150 (milliseconds)", text);
    return settings_check_duration(setting, text, *(int64_t *)target, error);
}

/* "250m", "0.25" or "2". */
static int read_millicores(const struct setting *setting, const char *text, void *target, struct error *error)
{
    char *end = NULL;
    double value = isdigit((unsigned char)text[0]) ? strtod(text, &end) : -1;
    bool hexadecimal = strpbrk(text, "xX") != NULL;
    if (end != NULL && strcmp(end, "m") != 0)
        value *= 1000;
    bool complete = end != NULL && (*end == '\0' || strcmp(end, "m") == 0);
    if (!complete || hexadecimal || !(value >= 0 && value <= (double)setting->maximum))
        return error_set(error, "\"%.40s\" is no CPU amount from 0 to %lld such as 0.25 or 250m", text,
                         (long long)setting->maximum / 1000);
    *(int64_t *)target = (int64_t)(value + 0.5);
    return 0;
}

static int read_boot_mode(const struct setting *setting, const char *text, void *target, struct error *error)
{
    static const char *const names[] = {[BOOT_HANG] = "hang", [BOOT_REFUSE] = "refuse", [BOOT_UNAVAILABLE] = "503"};
    (void)setting;
    return settings_choose(names, text, target, error);
}

static int read_term_mode(const struct setting *setting, const char *text, void *target, struct error *error)
{
    static const char *const names[] = {
        [TERM_DRAIN] = "drain", [TERM_ABRUPT] = "abrupt", [TERM_CLOSE_LISTENER] = "close-listener"};
    (void)setting;
    return settings_choose(names, text, target, error);
}

int options_read(int count, char *const *arguments, struct options *options, enum settings_request *request, struct error *error)
{
    struct settings_operands none;
    *options = (struct options){.address = NULL};
    settings_default_pod_name(options->pod_name, "webapp");
    return settings_read(&settings, count, arguments, options, &none, request, error);
}

static const char introduction[] = "Usage: webapp [--FLAG VALUE]...\n"
                                   "\n"
                                   "A small web service for trying autoscaling on: it takes a while to boot, fills\n"
                                   "a cache on first use, spends a known amount of CPU time on each request, and\n"
                                   "ends as gracefully or as rudely as asked.\n"
                                   "\n"
                                   "Flags, each with the environment variable that it overrides. A DURATION has\n"
                                   "units (500ms, 6s, 1m30s); a COST is a DURATION or a bare number of\n"
                                   "milliseconds.\n"
                                   "\n";

static const char interface[] = "  --help, --version\n"
                                "\n"
                                "Paths:\n"
                                "  GET  /post/{id}        a page, at the costs above\n"
                                "  GET  /readyz           200 once booted, 503 while terminating\n"
                                "  GET  /readyz?warm=1    starts building the whole cache; 503 until it is\n"
                                "                         built, then 200\n"
                                "  GET  /livez            200\n"
                                "  GET  /metrics          Prometheus text\n"
                                "  POST /load/cpu?millicores=N&seconds=S\n"
                                "                         uses CPU in the background, N 1 to 16000, S 1 to\n"
                                "                         3600; several add up\n"
                                "  POST /load/memory?mib=N&seconds=S\n"
                                "                         holds touched memory, N 1 to 4096 in all, S 1 to\n"
                                "                         3600; several add up\n"
                                "\n"
                                "Headers of every answer:\n"
                                "  X-Pod-Name     the pod's name\n"
                                "  X-Pod-Age      seconds from the start of the process to the making of this\n"
                                "                 answer, to the millisecond\n"
                                "  X-Pod-Phase    cold or warm: whether the whole cache was built when this\n"
                                "                 request began (no cache: warm)\n"
                                "  X-Cache        this request's entry: hit, miss (it built the entry, or waited\n"
                                "                 for its building) or none (not used)\n"
                                "  X-Request-CPU  milliseconds of CPU time that this request's thread spent on\n"
                                "                 it, to the microsecond\n"
                                "\n"
                                "Errors are JSON: {\"error\": \"...\"}. Request headers above 8 KiB give 431, bodies\n"
                                "above 64 KiB 413.\n"
                                "Exit status: 0 after SIGTERM, 143 after SIGTERM with --term abrupt, 1 on a\n"
                                "failure, 2 on wrong input.\n";

void options_print_help(FILE *stream)
{
    (void)fputs(introduction, stream);
    settings_print(&settings, stream);
    (void)fputs(interface, stream);
}
