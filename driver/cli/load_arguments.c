#include "driver/cli/load_arguments.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"
#include "driver/cli/load_request.h"
#include "driver/cli/load_sending.h"
#include "driver/cli/option_values.h"
#include "driver/load/limits.h"
#include "driver/load/request_mix.h"

/* "1000", "0.5", "1000/s", "600/m" */
static int read_rate(const char *option, const char *text, double *rate, struct error *error)
{
    char *end = NULL;
    bool number = strspn(text, "0123456789.") > 0;
    *rate = number ? strtod(text, &end) : -1;
    if (number && strcmp(end, "/m") == 0)
        *rate /= 60;
    else if (number && strcmp(end, "/h") == 0)
        *rate /= 3600;
    else if (number && *end != '\0' && strcmp(end, "/s") != 0)
        *rate = -1;
    if (!(*rate >= 0 && *rate <= LOAD_HIGHEST_RATE))
        return error_set(error, "--%s: expected requests/s from 0 to %.0f, such as 1000, 0.5 or 90/m, not \"%.40s\"", option,
                         LOAD_HIGHEST_RATE, text);
    return 0;
}

/* "500ms", or "1s..3s": drawn anew each time */
static int read_think_time(const char *text, struct load_spec *spec, struct error *error)
{
    const char *dots = strstr(text, "..");
    AUTO_FREE char *least = memory_copy_bytes(text, dots != NULL ? (size_t)(dots - text) : strlen(text));
    if (option_time("think-time", least, 0, LOAD_LONGEST_STAGE, &spec->think_time, error) < 0 ||
        (dots != NULL && option_time("think-time", dots + 2, 0, LOAD_LONGEST_STAGE, &spec->think_time_most, error) < 0))
        return -1;
    if (dots != NULL && spec->think_time_most < spec->think_time)
        return error_set(error, "--think-time: expected a rising range such as 1s..3s, not \"%.40s\"", text);
    return 0;
}

/* "20s:100" */
static int read_stage(const char *text, bool vus, struct load_stage *stage, struct error *error)
{
    const char *colon = strchr(text, ':');
    uint64_t number = 0;
    if (colon == NULL)
        return error_set(error, "--stages: expected DURATION:TARGET, such as 20s:100, not \"%.40s\"", text);
    AUTO_FREE char *duration = memory_copy_bytes(text, (size_t)(colon - text));
    if (option_time("stages", duration, 0, LOAD_LONGEST_STAGE, &stage->duration, error) < 0)
        return -1;
    if (!vus)
        return read_rate("stages", colon + 1, &stage->target, error);
    if (option_whole("stages", colon + 1, 0, LOAD_MOST_VUS, &number, error) < 0)
        return -1;
    stage->target = (double)number;
    return 0;
}

static int read_stages(const char *text, bool vus, struct load_spec *spec, struct error *error)
{
    AUTO_FREE char *copy = memory_copy_text(text);
    char *rest = copy;
    for (char *part = strsep(&rest, ","); part != NULL; part = strsep(&rest, ",")) {
        if (spec->stage_count == LOAD_MOST_STAGES)
            return error_set(error, "--stages: expected %d stages at most", LOAD_MOST_STAGES);
        spec->stages = memory_resize(spec->stages, spec->stage_count + 1, sizeof *spec->stages);
        spec->stages[spec->stage_count] = (struct load_stage){0};
        if (read_stage(part, vus, &spec->stages[spec->stage_count], error) < 0)
            return -1;
        spec->stage_count++;
    }
    return load_spec_duration(spec) > 0 ? 0 : error_set(error, "--stages: expected one at least that lasts");
}

/* One stage that stays where it starts. */
static int read_level(const struct load_texts *texts, double level, int64_t duration, struct load_spec *spec, struct error *error)
{
    spec->start_rate = level;
    spec->stages = memory_allocate(1, sizeof *spec->stages);
    spec->stage_count = 1;
    spec->stages[0] = (struct load_stage){.duration = duration, .target = level};
    if (texts->duration == NULL)
        return 0;
    return option_time("duration", texts->duration, NANOSECONDS_PER_MILLISECOND, LOAD_LONGEST_STAGE, &spec->stages[0].duration,
                       error);
}

static int read_open(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    static const char *const spacings[] = {"uniform", "poisson", NULL};
    int spacing = (int)spec->spacing;
    double rate = 0;
    if (texts->iterations != NULL || texts->think_time != NULL)
        return error_set(error, "--iterations and --think-time need --vus");
    if (texts->spacing != NULL && option_word("spacing", texts->spacing, spacings, &spacing, error) < 0)
        return -1;
    spec->spacing = (enum load_spacing)spacing;
    if (texts->rate != NULL && read_rate("rate", texts->rate, &rate, error) < 0)
        return -1;
    if (texts->stages != NULL) {
        spec->executor = EXECUTOR_RAMPING_ARRIVAL_RATE;
        spec->start_rate = rate;
        return read_stages(texts->stages, false, spec, error);
    }
    if (texts->duration == NULL)
        return error_set(error, "--rate: for how long? --duration 30s, or --stages");
    if (!(rate > 0))
        return error_set(error, "--rate: expected requests/s above 0");
    return read_level(texts, rate, 0, spec, error);
}

static int read_closed(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    uint64_t vus = 0;
    if (texts->rate != NULL || texts->spacing != NULL)
        return error_set(error, "--vus: a closed model has no --rate and no --spacing");
    if (option_whole("vus", texts->vus, texts->stages != NULL ? 0 : 1, LOAD_MOST_VUS, &vus, error) < 0)
        return -1;
    if (texts->think_time != NULL && read_think_time(texts->think_time, spec, error) < 0)
        return -1;
    if (texts->stages != NULL) {
        if (texts->iterations != NULL)
            return error_set(error, "--iterations and --stages exclude each other");
        spec->executor = EXECUTOR_RAMPING_VUS;
        spec->start_rate = (double)vus;
        return read_stages(texts->stages, true, spec, error);
    }
    spec->executor = EXECUTOR_CONSTANT_VUS;
    if (texts->iterations == NULL && texts->duration == NULL)
        return error_set(error, "--vus: for how long? --duration 30s, --iterations N or --stages");
    if (texts->iterations != NULL) {
        spec->executor = EXECUTOR_SHARED_ITERATIONS;
        if (option_whole("iterations", texts->iterations, 1, LOAD_MOST_ITERATIONS, &spec->iterations, error) < 0)
            return -1;
    }
    return read_level(texts, (double)vus, LOAD_ITERATIONS_DURATION, spec, error);
}

static int read_schedule(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    if (texts->duration != NULL && texts->stages != NULL)
        return error_set(error, "--duration and --stages exclude each other");
    if (texts->vus != NULL)
        return read_closed(texts, spec, error);
    if (texts->rate != NULL || texts->stages != NULL)
        return read_open(texts, spec, error);
    return error_set(error, "how much? --rate R, --vus N or --stages 20s:100,1m:1000");
}

static int read_thresholds(const struct load_texts *texts, struct load_arguments *arguments, struct error *error)
{
    size_t count = texts->thresholds.count;
    arguments->thresholds = memory_allocate(count + 1, sizeof *arguments->thresholds);
    for (; arguments->threshold_count < count; arguments->threshold_count++)
        if (threshold_parse(texts->thresholds.values[arguments->threshold_count],
                            &arguments->thresholds[arguments->threshold_count], error) < 0)
            return error_context(error, "--threshold");
    arguments->abort_on_fail = texts->abort_on_fail != 0;
    if (arguments->abort_on_fail && count == 0)
        return error_set(error, "--abort-on-fail: needs a --threshold");
    if (texts->delay_abort_eval == NULL)
        return 0;
    if (!arguments->abort_on_fail)
        return error_set(error, "--delay-abort-eval: needs --abort-on-fail");
    return option_time("delay-abort-eval", texts->delay_abort_eval, 0, LOAD_LONGEST_STAGE, &arguments->delay_abort_eval, error);
}

static int read_history(const struct load_texts *texts, struct load_history_options *history, struct error *error)
{
    size_t count = texts->against_last.count;
    uint64_t keep = 100;
    if (texts->history == NULL && (count > 0 || texts->history_keep != NULL))
        return error_set(error, "%s: needs --history DIR", count > 0 ? "--against-last" : "--history-keep");
    if (texts->history_keep != NULL && option_whole("history-keep", texts->history_keep, 1, LOAD_HISTORY_MOST, &keep, error) < 0)
        return -1;
    history->folder = texts->history;
    history->keep = keep;
    history->relatives = memory_allocate(count + 1, sizeof *history->relatives);
    for (; history->relative_count < count; history->relative_count++)
        if (load_relative_parse(texts->against_last.values[history->relative_count], &history->relatives[history->relative_count],
                                error) < 0)
            return error_context(error, "--against-last");
    return history->folder == NULL || load_history_check(history->folder, error) == 0 ? 0 : error_context(error, "--history");
}

/* What only the whole request shows. */
static int check_request(const struct load_spec *spec, struct error *error)
{
    struct request_mix mix;
    if (request_mix_create(spec, &mix, error) < 0)
        return -1;
    request_mix_release(&mix);
    return 0;
}

int load_arguments_read(const struct load_texts *texts, struct load_arguments *arguments, struct error *error)
{
    *arguments = (struct load_arguments){0};
    load_spec_init(&arguments->spec);
    arguments->spec.name = memory_copy_text("load");
    if (load_request_read(texts, &arguments->spec, error) < 0 || read_schedule(texts, &arguments->spec, error) < 0 ||
        check_request(&arguments->spec, error) < 0 || load_sending_read(texts, &arguments->spec, error) < 0 ||
        read_history(texts, &arguments->history, error) < 0)
        return -1;
    return read_thresholds(texts, arguments, error);
}

void load_arguments_release(struct load_arguments *arguments)
{
    load_spec_release(&arguments->spec);
    for (size_t i = 0; i < arguments->threshold_count; i++)
        threshold_release(&arguments->thresholds[i]);
    free(arguments->thresholds);
    free(arguments->history.relatives);
    *arguments = (struct load_arguments){0};
}
