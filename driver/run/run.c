#include "driver/run/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/run/check.h"
#include "driver/run/describe.h"
#include "driver/run/embedded.h"
#include "driver/run/labels.h"
#include "driver/run/variant.h"

#define CLUSTER_DEADLINE (30 * NANOSECONDS_PER_SECOND)
#define VERSION_DEADLINE (10 * NANOSECONDS_PER_SECOND)
#define QUICK_OVERHEAD (22 * NANOSECONDS_PER_SECOND) /* of a variant: apply, warm up, wait for metrics, remove */
#define LIVE_OVERHEAD (2 * NANOSECONDS_PER_SECOND)   /* nothing is made: the first lists */
#define KUBERNETES_OVERHEAD (90 * NANOSECONDS_PER_SECOND)

int64_t run_expected_duration(const struct lesson *lesson, const char *pace)
{
    int64_t overhead = strcmp(pace, "quick") == 0 ? QUICK_OVERHEAD : KUBERNETES_OVERHEAD;
    int64_t each = lesson_load_duration(lesson) + (lesson_is_live(lesson) ? LIVE_OVERHEAD : overhead);
    each += lesson->settle == SETTLE_NONE ? 0 : lesson->settle_time;
    return each * (int64_t)lesson->variant_count;
}

static bool is_embedded(const struct run_options *options)
{
    return strcmp(options->target, "embedded") == 0;
}

static bool is_stopped(const struct run_options *options)
{
    return atomic_load(options->stop);
}

static struct run_store *open_store(const struct run_options *options, const char *version, struct error *error)
{
    AUTO_FREE char *machine = describe_machine();
    struct run_description description = {
        .lesson_name = options->lesson->name,
        .lesson_title = options->lesson->title,
        .lesson_file = options->lesson->file,
        .lesson_hash = options->lesson->hash,
        .lesson_text = options->lesson->text,
        .explanation = options->lesson->explanation,
        .cluster = options->target,
        .cluster_version = version,
        .pace = options->pace,
        .machine = machine,
        .command = options->command,
        .started_wall = clock_wall(),
    };
    return run_store_create(options->folder, &description, error);
}

static char *cluster_version(struct kube_client *client, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_request(client, "GET", "/version", NULL, NULL, VERSION_DEADLINE, &answer, error) < 0) {
        (void)error_context(error, "%s", kube_server(client));
        return NULL;
    }
    return memory_copy_text(json_text(json_get(answer.body, "gitVersion"), "unknown"));
}

static int run_variants(struct run_context *context, struct error *error)
{
    const struct run_options *options = context->options;
    for (size_t i = 0; i < options->lesson->variant_count; i++) {
        context->last = i + 1 == options->lesson->variant_count;
        int result = variant_run(context, i, error);
        if (result == 0 && options->lesson->endless)
            return 0;
        if (result != 0 && is_stopped(options))
            return 1;
        if (result < 0)
            return error_context(error, "variant %s", options->lesson->variants[i].name);
    }
    return 0;
}

/* -1 when the lesson cannot work there; else the obstacles are such that it can. */
static int check_cluster(const struct run_context *context, struct obstacles *obstacles, struct error *error)
{
    const struct run_options *options = context->options;
    if (lesson_check(options->lesson, context->client, options->stop, obstacles, error) < 0)
        return -1;
    size_t fatal = obstacles_fatal(obstacles);
    for (size_t i = 0; i < obstacles->count && options->problem != NULL; i++) {
        if (obstacles->entries[i].fatal)
            options->problem(obstacles->entries[i].text);
    }
    if (fatal == 0)
        return 0;
    return error_set(error, "the lesson cannot work on this cluster: %zu %s", fatal, fatal == 1 ? "problem" : "problems");
}

static int run_on(struct run_context *context, struct error *error)
{
    AUTO_FREE char *version = cluster_version(context->client, error);
    if (version == NULL)
        return -1;
    AUTO_OBSTACLES struct obstacles obstacles;
    if (check_cluster(context, &obstacles, error) < 0)
        return -1;
    context->store = open_store(context->options, version, error);
    if (context->store == NULL)
        return -1;
    for (size_t i = 0; i < obstacles.count; i++)
        (void)run_store_add_note(context->store, obstacles.entries[i].text, NULL);
    int result = run_variants(context, error);
    struct error reason = ERROR_NONE;
    if (result < 0)
        (void)run_store_add_note(context->store, error->text, NULL);
    else if (result > 0)
        (void)run_store_add_note(context->store, "ended early by the user", NULL);
    int finished = result == 0 ? run_store_finish(context->store, &reason) : run_store_commit(context->store, &reason);
    if (finished < 0 && result == 0) {
        *error = reason;
        result = -1;
    }
    run_store_close(context->store);
    return result;
}

/* Before anything is started: what would only come out when the store is made. */
static int check_folder(const char *folder, struct error *error)
{
    struct stat status;
    AUTO_FREE char *database = memory_format("%s/run.db", folder);
    if (stat(folder, &status) < 0)
        return errno == ENOENT ? 0 : error_set(error, "%s: %s", folder, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return error_set(error, "%s: not a folder", folder);
    if (access(folder, W_OK | X_OK) < 0)
        return error_set(error, "%s: %s", folder, strerror(errno));
    return access(database, F_OK) == 0 ? error_set(error, "%s: holds a run already", folder) : 0;
}

static int start_cluster(const struct run_options *options, struct embedded *embedded, struct error *error)
{
    if (!is_embedded(options))
        return 0;
    struct run_progress progress = {
        .phase = RUN_STARTING_CLUSTER, .lesson = options->lesson->name, .variant = "", .namespace = "", .service_url = ""};
    progress.variant_count = options->lesson->variant_count;
    progress.run_expected = run_expected_duration(options->lesson, options->pace);
    options->progress(options->context, &progress);
    if (mkdir(options->folder, 0700) < 0 && errno != EEXIST)
        return error_set(error, "%s: %s", options->folder, strerror(errno));
    const struct embedded_options cluster = {
        .folder = options->cluster_folder, .pace = options->pace, .outlive_driver = options->keep, .stop = options->stop};
    if (embedded_start(&cluster, CLUSTER_DEADLINE, embedded, error) < 0)
        return -1;
    if (options->keep && options->cluster_is_up(embedded->pid, error) < 0) {
        embedded_stop(embedded, false);
        return -1;
    }
    return 0;
}

static int run_with_cluster(const struct run_options *options, struct embedded *embedded, struct error *error)
{
    char label[LABEL_SIZE];
    struct run_context context = {.options = options, .embedded = embedded, .started = clock_monotonic(), .label = label};
    labels_name_run(options->folder, label);
    if (start_cluster(options, embedded, error) < 0)
        return -1;
    context.client = kube_open(embedded->kubeconfig, is_embedded(options) ? NULL : options->target, error);
    int result = context.client == NULL ? -1 : run_on(&context, error);
    if (context.client != NULL)
        kube_close(context.client);
    return result;
}

/* An empty log says nothing, nor does the folder of a run that came to nothing. */
static void remove_what_is_empty(const struct run_options *options)
{
    struct stat status;
    AUTO_FREE char *log = memory_format("%s.log", options->cluster_folder);
    if (!options->keep && stat(log, &status) == 0 && status.st_size == 0)
        (void)unlink(log);
    (void)rmdir(options->folder);
}

int run_lesson(const struct run_options *options, struct error *error)
{
    struct embedded embedded = {.lifeline = -1};
    if (check_folder(options->folder, error) < 0)
        return -1;
    int result = run_with_cluster(options, &embedded, error);
    embedded_stop(&embedded, options->keep);
    remove_what_is_empty(options);
    return result < 0 && is_stopped(options) ? 1 : result;
}
