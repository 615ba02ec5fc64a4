#include "apps/webapp/options.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/duration.h"

#define OPTION_MAXIMUM 32
#define HOUR (3600 * NANOSECONDS_PER_SECOND)

struct option;

typedef int option_reader(const struct option *option, const char *text, void *target, struct error *error);

struct option {
    const char *flag;
    const char *variable;
    const char *value; /* how --help names the value */
    const char *fallback;
    option_reader *read;
    size_t offset; /* in struct options */
    int64_t minimum;
    int64_t maximum;
    const char *help; /* lines parted by \n */
};

static option_reader read_address, read_count, read_duration, read_cost, read_millicores, read_boot_mode, read_term_mode,
    read_pod_name;

#define FIELD(name) offsetof(struct options, name)

static const struct option table[] = {
    {"address", "WEBAPP_ADDRESS", "IP", "127.0.0.1", read_address, FIELD(address), 0, 0,
     "address to listen on; in a pod: its status.podIP"},
    {"port", "WEBAPP_PORT", "PORT", "8080", read_count, FIELD(port), 0, 65535,
     "TCP port to listen on, 0 to 65535; 0 takes a free one, named in the log's first line"},
    {"pod-name", "POD_NAME", "NAME", NULL, read_pod_name, FIELD(pod_name), 0, 0,
     "name in the X-Pod-Name header; letters, digits, \"-\", \".\" and \"_\", at most 253 (default: the host's name)"},
    {"boot", "WEBAPP_BOOT", "DURATION", "0s", read_duration, FIELD(boot), 0, HOUR,
     "time from the start to the first answer, up to 1h"},
    {"boot-mode", "WEBAPP_BOOT_MODE", "MODE", "hang", read_boot_mode, FIELD(boot_mode), 0, 0,
     "while booting: hang (connections are made and wait), refuse (connection refused)\nor 503 (every answer is 503)"},
    {"boot-cpu", "WEBAPP_BOOT_CPU", "CORES", "0", read_millicores, FIELD(boot_millicores), 0, 16000,
     "CPU used while booting, in cores (0.25) or millicores (250m), up to 16"},
    {"cache-entries", "WEBAPP_CACHE_ENTRIES", "COUNT", "0", read_count, FIELD(cache_entries), 0, 100000,
     "entries of the cache, each built on its first use, 0 to 100000; /post/{id} uses entry id modulo COUNT"},
    {"cache-cpu", "WEBAPP_CACHE_CPU", "COST", "0ms", read_cost, FIELD(cache_cpu), 0, HOUR,
     "CPU time that building one entry takes, by the thread's CPU clock"},
    {"cache-wait", "WEBAPP_CACHE_WAIT", "COST", "0ms", read_cost, FIELD(cache_wait), 0, HOUR,
     "time that building one entry waits, using no CPU"},
    {"request-cpu", "WEBAPP_REQUEST_CPU", "COST", "0ms", read_cost, FIELD(request_cpu), 0, HOUR,
     "CPU time that each GET /post/{id} takes, by the thread's CPU clock"},
    {"request-wait", "WEBAPP_REQUEST_WAIT", "COST", "0ms", read_cost, FIELD(request_wait), 0, HOUR,
     "time that each GET /post/{id} waits, using no CPU"},
    {"term", "WEBAPP_TERM", "MODE", "drain", read_term_mode, FIELD(term_mode), 0, 0,
     "on SIGTERM: drain (listen and answer for the drain time, with Connection: close, finish, exit 0),\n"
     "close-listener (close the listening socket at once, finish what is in flight, exit 0)\n"
     "or abrupt (reset every connection, exit 143). A pod that still hangs or refuses at boot ends at once."},
    {"drain", "WEBAPP_DRAIN", "DURATION", "5s", read_duration, FIELD(drain), 0, HOUR,
     "how long --term drain goes on listening, up to 1h"},
    {"finish", "WEBAPP_FINISH", "DURATION", "30s", read_duration, FIELD(finish), 0, HOUR,
     "longest wait for requests in flight once the listening socket is closed, up to 1h; then they are cut, exit 1"},
    {"connections", "WEBAPP_CONNECTIONS", "COUNT", "1000", read_count, FIELD(connections), 1, 10000,
     "connections served at the same time (a thread each), 1 to 10000; more wait to be accepted"},
    {"idle-timeout", "WEBAPP_IDLE_TIMEOUT", "DURATION", "75s", read_duration, FIELD(idle_timeout), NANOSECONDS_PER_SECOND, HOUR,
     "a connection on which nothing moves is closed after this time, 1s to 1h, in whole seconds"},
};

#define OPTION_COUNT (sizeof table / sizeof table[0])
_Static_assert(OPTION_COUNT <= OPTION_MAXIMUM, "OPTION_MAXIMUM is too small");

static int read_address(const struct option *option, const char *text, void *target, struct error *error)
{
    unsigned char binary[sizeof(struct in6_addr)];
    (void)option;
    if (inet_pton(AF_INET, text, binary) != 1 && inet_pton(AF_INET6, text, binary) != 1)
        return error_set(error, "\"%.60s\" is no IP address such as 127.0.0.1", text);
    *(const char **)target = text;
    return 0;
}

static bool all_digits(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static int read_count(const struct option *option, const char *text, void *target, struct error *error)
{
    long long value = all_digits(text) && strlen(text) <= 9 ? strtoll(text, NULL, 10) : -1;
    if (value < option->minimum || value > option->maximum)
        return error_set(error, "\"%.40s\" is no whole number from %lld to %lld", text, (long long)option->minimum,
                         (long long)option->maximum);
    *(int64_t *)target = value;
    return 0;
}

static int check_duration(const struct option *option, const char *text, int64_t value, struct error *error)
{
    char least[DURATION_TEXT_SIZE];
    char most[DURATION_TEXT_SIZE];
    if (value < option->minimum || value > option->maximum)
        return error_set(error, "\"%.40s\" is not within %s and %s", text, duration_format(option->minimum, least),
                         duration_format(option->maximum, most));
    return 0;
}

static int read_duration(const struct option *option, const char *text, void *target, struct error *error)
{
    if (duration_parse(text, target, error) < 0)
        return -1;
    return check_duration(option, text, *(int64_t *)target, error);
}

/* A duration, or a bare number of milliseconds. */
static int read_cost(const struct option *option, const char *text, void *target, struct error *error)
{
    char milliseconds[16];
    if (all_digits(text) && strlen(text) <= 8) {
        (void)snprintf(milliseconds, sizeof milliseconds, "%sms", text);
        text = milliseconds;
    }
    if (duration_parse(text, target, NULL) < 0)
        return error_set(error, "\"%.40s\" is no time such as 4ms, 1.5s or 150 (milliseconds)", text);
    return check_duration(option, text, *(int64_t *)target, error);
}

/* "250m", "0.25" or "2". */
static int read_millicores(const struct option *option, const char *text, void *target, struct error *error)
{
    char *end = NULL;
    double value = isdigit((unsigned char)text[0]) ? strtod(text, &end) : -1;
    bool hexadecimal = strpbrk(text, "xX") != NULL;
    if (end != NULL && strcmp(end, "m") != 0)
        value *= 1000;
    bool complete = end != NULL && (*end == '\0' || strcmp(end, "m") == 0);
    if (!complete || hexadecimal || !(value >= 0 && value <= (double)option->maximum))
        return error_set(error, "\"%.40s\" is no CPU amount from 0 to %lld such as 0.25 or 250m", text,
                         (long long)option->maximum / 1000);
    *(int64_t *)target = (int64_t)(value + 0.5);
    return 0;
}

static int read_choice(const char *const *names, const char *text, int *target, struct error *error)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0) {
            *target = i;
            return 0;
        }
    }
    return error_set(error, "\"%.40s\" is none of %s, %s, %s", text, names[0], names[1], names[2]);
}

static int read_boot_mode(const struct option *option, const char *text, void *target, struct error *error)
{
    static const char *const names[] = {[BOOT_HANG] = "hang", [BOOT_REFUSE] = "refuse", [BOOT_UNAVAILABLE] = "503", NULL};
    (void)option;
    return read_choice(names, text, target, error);
}

static int read_term_mode(const struct option *option, const char *text, void *target, struct error *error)
{
    static const char *const names[] = {
        [TERM_DRAIN] = "drain", [TERM_ABRUPT] = "abrupt", [TERM_CLOSE_LISTENER] = "close-listener", NULL};
    (void)option;
    return read_choice(names, text, target, error);
}

static bool is_pod_name(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
    return length > 0 && length <= POD_NAME_MAXIMUM && text[length] == '\0';
}

static int read_pod_name(const struct option *option, const char *text, void *target, struct error *error)
{
    (void)option;
    if (!is_pod_name(text))
        return error_set(error, "\"%.40s\" is no pod name (letters, digits, \"-\", \".\" and \"_\", at most %d)", text,
                         POD_NAME_MAXIMUM);
    memcpy(target, text, strlen(text) + 1);
    return 0;
}

static void default_pod_name(char *name)
{
    char host[POD_NAME_MAXIMUM + 1] = "";
    bool usable = gethostname(host, sizeof host - 1) == 0 && is_pod_name(host);
    (void)snprintf(name, POD_NAME_MAXIMUM + 1, "%s", usable ? host : "webapp");
}

static int find_option(const char *name, size_t length)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strlen(table[i].flag) == length && strncmp(table[i].flag, name, length) == 0)
            return (int)i;
    return -1;
}

/* Puts the value that a flag was given into values, by its place in the table. */
static int read_flag(int count, char *const *arguments, int *at, const char **values, struct error *error)
{
    const char *argument = arguments[*at];
    if (strncmp(argument, "--", 2) != 0)
        return error_set(error, "unexpected argument \"%.60s\"; see --help", argument);
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    int option = find_option(name, length);
    if (option < 0)
        return error_set(error, "unknown flag --%.60s; see --help", name);
    if (name[length] == '=')
        values[option] = name + length + 1;
    else if (*at + 1 < count)
        values[option] = arguments[++*at];
    else
        return error_set(error, "--%s needs a value: --%s %s", name, name, table[option].value);
    return 0;
}

static int read_values(const char **values, struct options *options, struct error *error)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *text = values[i];
        const char *variable = getenv(table[i].variable);
        bool from_variable = text == NULL && variable != NULL && variable[0] != '\0';
        if (text == NULL)
            text = from_variable ? variable : table[i].fallback;
        if (text != NULL && table[i].read(&table[i], text, (char *)options + table[i].offset, error) < 0)
            return error_context(error, "%s%s", from_variable ? "" : "--", from_variable ? table[i].variable : table[i].flag);
    }
    return 0;
}

int options_read(int count, char *const *arguments, struct options *options, enum options_request *request, struct error *error)
{
    const char *values[OPTION_MAXIMUM] = {NULL};
    *options = (struct options){.address = NULL};
    *request = OPTIONS_RUN;
    default_pod_name(options->pod_name);
    for (int at = 0; at < count; at++) {
        if (strcmp(arguments[at], "--help") == 0 || strcmp(arguments[at], "--version") == 0) {
            *request = arguments[at][2] == 'h' ? OPTIONS_HELP : OPTIONS_VERSION;
            return 0;
        }
        if (read_flag(count, arguments, &at, values, error) < 0)
            return -1;
    }
    return read_values(values, options, error);
}

static void print_option(FILE *stream, const struct option *option)
{
    (void)fprintf(stream, "  --%s %s  (%s", option->flag, option->value, option->variable);
    if (option->fallback != NULL)
        (void)fprintf(stream, ", default %s", option->fallback);
    (void)fputs(")\n", stream);
    for (const char *line = option->help; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        (void)fprintf(stream, "      %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static const char introduction[] =
    "Usage: webapp [--FLAG VALUE]...\n"
    "\n"
    "A small web service for trying autoscaling on: it takes a while to boot, fills a cache on first use, spends a known\n"
    "amount of CPU time on each request, and ends as gracefully or as rudely as asked.\n"
    "\n"
    "Flags, each with the environment variable that it overrides. A DURATION has units (500ms, 6s, 1m30s); a COST is a\n"
    "DURATION or a bare number of milliseconds.\n"
    "\n";

static const char interface[] =
    "  --help, --version\n"
    "\n"
    "Paths:\n"
    "  GET  /post/{id}                         a page, at the costs above\n"
    "  GET  /readyz                            200 once booted, 503 while terminating\n"
    "  GET  /readyz?warm=1                     starts building the whole cache; 503 until it is built, then 200\n"
    "  GET  /livez                             200\n"
    "  GET  /metrics                           Prometheus text\n"
    "  POST /load/cpu?millicores=N&seconds=S   uses CPU in the background, N 1 to 16000, S 1 to 3600; several add up\n"
    "  POST /load/memory?mib=N&seconds=S       holds touched memory, N 1 to 4096 in all, S 1 to 3600; several add up\n"
    "\n"
    "Headers of every answer:\n"
    "  X-Pod-Name     the pod's name\n"
    "  X-Pod-Age      seconds from the start of the process to the making of this answer, to the millisecond\n"
    "  X-Pod-Phase    cold or warm: whether the whole cache was built when this request began (no cache: warm)\n"
    "  X-Cache        this request's entry: hit, miss (it built the entry, or waited for its building) or none (not used)\n"
    "  X-Request-CPU  milliseconds of CPU time that this request's thread spent on it, to the microsecond\n"
    "\n"
    "Errors are JSON: {\"error\": \"...\"}. Request headers above 8 KiB give 431, bodies above 64 KiB 413.\n"
    "Exit status: 0 after SIGTERM, 143 after SIGTERM with --term abrupt, 1 on a failure, 2 on wrong input.\n";

void options_print_help(FILE *stream)
{
    (void)fputs(introduction, stream);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        print_option(stream, &table[i]);
    (void)fputs(interface, stream);
}
