#include "driver/load_report/load_history.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"

#define RESULT_MAXIMUM ((size_t)16 * 1024 * 1024)
#define NAME_PATTERN                                                                                                             \
    "[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z.json"
#define LINES_SHOWN 5
#define LABEL_WIDTH 16
#define STARTED_WIDTH 19
#define COLUMN_WIDTH 10

static const char *const AGGREGATES[] = {"min", "med", "avg", "max", "p(90)", "p(95)", "p(99)", "p(99.9)", "count", "rate"};

/* Names of results, the oldest first. */
struct names {
    size_t count;
    char **names;
};

static bool is_aggregate(const char *aggregate)
{
    bool found = false;
    for (size_t i = 0; i < sizeof AGGREGATES / sizeof *AGGREGATES && !found; i++)
        found = strcmp(AGGREGATES[i], aggregate) == 0;
    return found;
}

static int check_relative(const struct comparison *comparison, struct error *error)
{
    struct named_value value;
    if (comparison->aggregate[0] == '\0' || comparison->unit != LITERAL_PERCENT || !(comparison->number >= 0))
        return error_set(error, "expected METRIC:AGGREGATE and a percentage of the last value, such as "
                                "http_req_duration:p(99)<120%%");
    if (comparison->labels[0] != '\0')
        return error_set(error, "results are kept of the whole load, without labels");
    if (threshold_find_metric(comparison, &value, error) < 0)
        return -1;
    return is_aggregate(comparison->aggregate)
               ? 0
               : error_set(error, "of a result are kept min, med, avg, max, p(90), p(95), p(99), p(99.9), count and rate");
}

int load_relative_parse(const char *text, struct load_relative *relative, struct error *error)
{
    *relative = (struct load_relative){.last = NAN, .now = NAN, .result = THRESHOLD_NO_DATA};
    if (comparison_parse(text, &relative->comparison, error) < 0 || check_relative(&relative->comparison, error) < 0)
        return error_context(error, "\"%.200s\"", text);
    return 0;
}

int load_history_check(const char *folder, struct error *error)
{
    if (mkdir(folder, 0755) < 0 && errno != EEXIST)
        return error_set(error, "%s: the folder cannot be made: %s", folder, strerror(errno));
    struct stat status;
    if (stat(folder, &status) == 0 && !S_ISDIR(status.st_mode))
        return error_set(error, "%s is no folder", folder);
    if (access(folder, R_OK | W_OK | X_OK) < 0)
        return error_set(error, "%s: the folder cannot be used: %s", folder, strerror(errno));
    return 0;
}

static void release_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int list_names(const char *folder, struct names *names, struct error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, "%s: %s", folder, strerror(errno));
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (fnmatch(NAME_PATTERN, entry->d_name, 0) != 0)
            continue;
        names->names = memory_resize(names->names, names->count + 1, sizeof *names->names);
        names->names[names->count++] = memory_copy_text(entry->d_name);
    }
    (void)closedir(directory);
    if (names->count > 0)
        qsort(names->names, names->count, sizeof *names->names, by_name);
    return 0;
}

/* A result that was kept; NULL when it cannot be read. */
static cJSON *read_result(const char *folder, const char *name)
{
    size_t length = 0;
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    AUTO_FREE char *text = file_read(path, RESULT_MAXIMUM, &length, NULL);
    return text == NULL ? NULL : json_parse(text, length, NULL);
}

static const char *verdict_of(const cJSON *result)
{
    const char *thresholds = json_text(json_get(result, "verdict"), "");
    const char *against = json_text(json_get(result, "against_last", "verdict"), "");
    if (strcmp(json_text(json_get(result, "end"), ""), "complete") != 0)
        return "early";
    if (strcmp(thresholds, "fail") == 0 || strcmp(against, "fail") == 0)
        return "fail";
    return strcmp(thresholds, "no data") == 0 ? "no data" : "pass";
}

static bool is_good(const cJSON *result)
{
    return strcmp(verdict_of(result), "pass") == 0;
}

/* The newest good result, and its name; NULL when there is none. */
static cJSON *find_last(const char *folder, const struct names *names, const char **name)
{
    for (size_t i = names->count; i > 0; i--) {
        cJSON *result = read_result(folder, names->names[i - 1]);
        if (result != NULL && is_good(result)) {
            *name = names->names[i - 1];
            return result;
        }
        cJSON_Delete(result);
    }
    return NULL;
}

static double number_at(const cJSON *result, const char *metric, const char *aggregate)
{
    const cJSON *node = json_get(result, "metrics", metric, aggregate);
    return cJSON_IsNumber(node) ? node->valuedouble : (double)NAN;
}

static void compare(struct load_relative *relative, const cJSON *last, const cJSON *now)
{
    const struct comparison *comparison = &relative->comparison;
    relative->last = number_at(last, comparison->name, comparison->aggregate);
    relative->now = number_at(now, comparison->name, comparison->aggregate);
    relative->result = THRESHOLD_NO_DATA;
    if (!isnan(relative->last) && !isnan(relative->now))
        relative->result = comparison_holds(relative->now, comparison->sign, relative->last * comparison->number / 100)
                               ? THRESHOLD_PASS
                               : THRESHOLD_FAIL;
}

static enum threshold_result compare_all(const struct load_history_options *options, const cJSON *last, const cJSON *now)
{
    enum threshold_result verdict = THRESHOLD_NO_DATA;
    for (size_t i = 0; i < options->relative_count; i++) {
        struct load_relative *relative = &options->relatives[i];
        compare(relative, last, now);
        if (relative->result == THRESHOLD_FAIL || (relative->result == THRESHOLD_PASS && verdict == THRESHOLD_NO_DATA))
            verdict = relative->result;
    }
    return verdict;
}

static char *relative_text(const struct load_relative *relative)
{
    char condition[2 * COMPARISON_TEXT_SIZE];
    const struct threshold threshold = {.comparison = relative->comparison};
    return memory_format("%s:%s", relative->comparison.name, threshold_condition(&threshold, condition));
}

static void add_against(cJSON *result, const struct load_history_options *options, const char *last,
                        enum threshold_result verdict)
{
    cJSON *against = json_object_at(result, "against_last");
    json_set(against, "result", last != NULL ? cJSON_CreateString(last) : cJSON_CreateNull());
    json_set_text(against, "verdict", threshold_result_name(verdict));
    cJSON *comparisons = json_array_at(against, "comparisons");
    for (size_t i = 0; i < options->relative_count; i++) {
        const struct load_relative *relative = &options->relatives[i];
        cJSON *entry = cJSON_CreateObject();
        AUTO_FREE char *text = relative_text(relative);
        json_set_text(entry, "text", text);
        json_set(entry, "last", isnan(relative->last) ? cJSON_CreateNull() : cJSON_CreateNumber(relative->last));
        json_set(entry, "now", isnan(relative->now) ? cJSON_CreateNull() : cJSON_CreateNumber(relative->now));
        json_set_text(entry, "result", threshold_result_name(relative->result));
        cJSON_AddItemToArray(comparisons, entry);
    }
}

static void show_relatives(const struct load_history_options *options, const struct terminal *terminal)
{
    static const enum terminal_style styles[] = {
        [THRESHOLD_PASS] = STYLE_GOOD, [THRESHOLD_FAIL] = STYLE_BAD, [THRESHOLD_NO_DATA] = STYLE_DIM};
    for (size_t i = 0; i < options->relative_count; i++) {
        const struct load_relative *relative = &options->relatives[i];
        AUTO_FREE char *text = relative_text(relative);
        terminal_left(terminal, i == 0 ? "  against last" : "", LABEL_WIDTH, STYLE_BOLD);
        terminal_left(terminal, threshold_result_name(relative->result), 8, styles[relative->result]);
        terminal_left(terminal, text, 36, STYLE_PLAIN);
        if (!isnan(relative->last))
            (void)buffer_append_format(terminal->output, " %.4g, was %.4g", relative->now, relative->last);
        (void)buffer_append_text(terminal->output, "\n");
    }
}

static void show_cell(const struct terminal *terminal, double value)
{
    char text[32] = "-";
    if (!isnan(value))
        (void)snprintf(text, sizeof text, "%.3g", value);
    terminal_right(terminal, text, COLUMN_WIDTH, STYLE_PLAIN);
}

static void show_result(const struct terminal *terminal, const char *name, const cJSON *result)
{
    char started[24];
    (void)snprintf(started, sizeof started, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s", name, name + 4, name + 6, name + 9, name + 11,
                   name + 13);
    terminal_left(terminal, "", LABEL_WIDTH, STYLE_PLAIN);
    terminal_left(terminal, started, STARTED_WIDTH, STYLE_PLAIN);
    if (result == NULL) {
        (void)buffer_append_text(terminal->output, "  cannot be read\n");
        return;
    }
    show_cell(terminal, number_at(result, "http_reqs", "rate"));
    show_cell(terminal, number_at(result, "response_time", "med"));
    show_cell(terminal, number_at(result, "response_time", "p(99)"));
    show_cell(terminal, 100 * number_at(result, "http_req_failed", "rate"));
    (void)buffer_append_format(terminal->output, "  %s\n", verdict_of(result));
}

static void show_history(const struct terminal *terminal, const char *folder, const struct names *names)
{
    size_t first = names->count > LINES_SHOWN ? names->count - LINES_SHOWN : 0;
    terminal_left(terminal, "  history", LABEL_WIDTH, STYLE_BOLD);
    terminal_left(terminal, "started (UTC)", STARTED_WIDTH, STYLE_DIM);
    static const char *const columns[] = {"req/s", "p(50) ms", "p(99) ms", "% failed"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        terminal_right(terminal, columns[i], COLUMN_WIDTH, STYLE_DIM);
    (void)buffer_append_text(terminal->output, "\n");
    for (size_t i = first; i < names->count; i++) {
        AUTO_JSON cJSON *result = read_result(folder, names->names[i]);
        show_result(terminal, names->names[i], result);
    }
}

/* "20261122T090412.123456Z.json" of 2026-11-22T09:04:12.123456Z. */
static char *result_name(int64_t started)
{
    char time[CLOCK_TEXT_SIZE];
    char name[CLOCK_TEXT_SIZE];
    size_t length = 0;
    (void)clock_format_microseconds(started, time);
    for (const char *at = time; *at != '\0'; at++)
        if (*at != '-' && *at != ':')
            name[length++] = *at;
    name[length] = '\0';
    return memory_format("%s.json", name);
}

static int keep_result(const char *folder, const char *name, const cJSON *result, struct error *error)
{
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    AUTO_FREE char *text = json_print(result);
    return file_write(path, text, strlen(text), 0644, error);
}

static void remove_old(const char *folder, const struct names *names, size_t keep)
{
    for (size_t i = 0; i + keep < names->count; i++) {
        AUTO_FREE char *path = memory_format("%s/%s", folder, names->names[i]);
        (void)unlink(path);
    }
}

int load_history_add(const struct load_history_options *options, const struct load_report *report,
                     const struct terminal *terminal, enum threshold_result *verdict, struct error *error)
{
    CLEANUP(release_names) struct names before = {0};
    CLEANUP(release_names) struct names after = {0};
    AUTO_BUFFER struct buffer text = {0};
    const char *last_name = NULL;
    buffer_init(&text, RESULT_MAXIMUM);
    load_report_json(report, &text);
    AUTO_JSON cJSON *result = json_parse(text.data, text.length, error);
    if (result == NULL || list_names(options->folder, &before, error) < 0)
        return -1;
    AUTO_JSON cJSON *last = find_last(options->folder, &before, &last_name);
    *verdict = compare_all(options, last, result);
    add_against(result, options, last_name, *verdict);
    AUTO_FREE char *name = result_name(report->started);
    if (keep_result(options->folder, name, result, error) < 0 || list_names(options->folder, &after, error) < 0)
        return -1;
    show_relatives(options, terminal);
    show_history(terminal, options->folder, &after);
    remove_old(options->folder, &after, options->keep);
    return 0;
}
