#include "apps/memapp/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apps/memapp/mapping.h"
#include "common/clock.h"

#define SECONDS_MAXIMUM 86400

static setting_reader read_mode;

#define FIELD(name) offsetof(struct options, name)

static const struct setting table[] = {
    {"mode", "MEMAPP_MODE", "MODE", "private", read_mode, FIELD(mode), 0, 0,
     "how the file becomes memory: private (mapped privately, each page written; counts as anonymous memory), "
     "shared (mapped shared, each page read; counts as file memory, which not every kernel adds to a pod's "
     "working set) or anonymous (memory of the file's size, each page written)"},
    {"max", "MEMAPP_MAX", "MIB", "1024", settings_read_count, FIELD(maximum_mib), 1, 65536,
     "most MiB of the file that are mapped, and that PUT /size takes, 1 to 65536"},
    {"address", "MEMAPP_ADDRESS", "IP", "127.0.0.1", settings_read_address, FIELD(address), 0, 0,
     "address to listen on; in a pod: its status.podIP"},
    {"port", "MEMAPP_LISTEN_PORT", "PORT", "8080", settings_read_count, FIELD(port), 0, 65535,
     "TCP port to listen on, 0 to 65535; 0 takes a free one, named in the log's first line"},
    {"pod-name", "POD_NAME", "NAME", NULL, settings_read_pod_name, FIELD(pod_name), 0, 0,
     "name in the X-Pod-Name header; letters, digits, \"-\", \".\" and \"_\", at most 253 (default: the host's name)"},
};

static const struct settings settings = {.table = table, .count = sizeof table / sizeof table[0], .operands_maximum = 2};
_Static_assert(sizeof table / sizeof table[0] <= SETTINGS_MAXIMUM, "too many settings");

static int read_mode(const struct setting *setting, const char *text, void *target, struct error *error)
{
    static const char *const names[] = {
        [MAP_MODE_PRIVATE] = "private", [MAP_MODE_SHARED] = "shared", [MAP_MODE_ANONYMOUS] = "anonymous"};
    (void)setting;
    return settings_choose(names, text, target, error);
}

static int read_operands(const struct settings_operands *operands, struct options *options, struct error *error)
{
    if (operands->count < 2)
        return error_set(error, "needs a file and a number of seconds: memapp FILE SECONDS; see --help");
    options->file = operands->texts[0];
    if (options->file[0] == '\0')
        return error_set(error, "FILE is empty");
    const char *text = operands->texts[1];
    bool digits = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    long seconds = digits && strlen(text) <= 9 ? strtol(text, NULL, 10) : 0;
    if (seconds < 1 || seconds > SECONDS_MAXIMUM)
        return error_set(error, "SECONDS: \"%.40s\" is no whole number from 1 to %d", text, SECONDS_MAXIMUM);
    options->period = seconds * NANOSECONDS_PER_SECOND;
    return 0;
}

int options_read(int count, char *const *arguments, struct options *options, enum settings_request *request, struct error *error)
{
    struct settings_operands operands;
    *options = (struct options){.file = NULL};
    settings_default_pod_name(options->pod_name, "memapp");
    if (settings_read(&settings, count, arguments, options, &operands, request, error) < 0)
        return -1;
    return *request == SETTINGS_RUN ? read_operands(&operands, options, error) : 0;
}

static const char introduction[] = "Usage: memapp FILE SECONDS [--FLAG VALUE]...\n"
                                   "\n"
                                   "Uses as much memory as FILE is large, for trying autoscaling on: maps the file,\n"
                                   "touches every page, holds it for SECONDS (1 to 86400), unmaps it and looks\n"
                                   "again. A file that is missing, empty or no regular file maps nothing; one that\n"
                                   "grows, shrinks or is replaced is seen at the next look. The log has a line\n"
                                   "whenever something changed.\n"
                                   "\n"
                                   "Flags, each with the environment variable that it overrides:\n"
                                   "\n";

static const char interface[] = "  --help, --version\n"
                                "\n"
                                "Paths:\n"
                                "  PUT  /size?mib=N  gives the file a size of N MiB, 0 to the maximum of --max:\n"
                                "                    writes FILE.tmp and renames it to FILE. Answers once it is\n"
                                "                    mapped.\n"
                                "  GET  /readyz      200 once the file was looked at, whatever was found\n"
                                "  GET  /livez       200\n"
                                "  GET  /metrics     Prometheus text: memapp_mapped_bytes, memapp_file_bytes,\n"
                                "                    memapp_maps_total, memapp_failures_total,\n"
                                "                    process_cpu_seconds_total\n"
                                "\n"
                                "Every answer has the header X-Pod-Name. Errors are JSON: {\"error\": \"...\"}.\n"
                                "Request headers above 8 KiB give 431, bodies above 64 KiB 413, a file that\n"
                                "cannot be written or mapped 500.\n"
                                "Exit status: 0 after SIGTERM, which ends it at once, 1 on a failure, 2 on wrong\n"
                                "input.\n";

void options_print_help(FILE *stream)
{
    (void)fputs(introduction, stream);
    settings_print(&settings, stream);
    (void)fputs(interface, stream);
}
