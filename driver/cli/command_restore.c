#include <stdio.h>

#include "driver/cli/cli.h"
#include "driver/cli/kept_runs.h"
#include "driver/run/put_back.h"

static const char help[] = "\n"
                           "  RUN               folder of a run whose variants changed an HPA or replicas\n"
                           "                    (default: each under runs/)\n"
                           "  --context CONTEXT where it is (default: the run's)\n"
                           "  --force           also over what somebody else has made of it since\n"
                           "\n"
                           "A run puts back by itself what it changed, also after Ctrl-C; this is for one\n"
                           "that was killed, or whose API server was away. It may be said again: what is as\n"
                           "it was is left alone.\n"
                           "Exit status: 0 everything is as it was, 1 something is not, 2 wrong usage.\n";

struct restoration {
    const char *context;
    bool force;
    size_t left; /* that are not as they were */
    size_t told;
};

static void tell(void *context, const struct kept_object *object, enum put_back_result result, const struct error *error)
{
    struct restoration *restoration = context;
    restoration->told++;
    if (result == PUT_BACK_DONE)
        (void)printf("%s is as it was before the run.\n", object->path);
    else if (result == PUT_BACK_NEEDLESS)
        (void)printf("%s was as it had been, or is no longer there.\n", object->path);
    else
        restoration->left += cli_fail(EXIT_FAULT, "restore: %s", error->text) == EXIT_FAULT;
}

static int restore(const char *run, struct restoration *restoration, struct error *error)
{
    struct run_store *store = run_store_open_to_add(run, error);
    if (store == NULL)
        return -1;
    struct kept_run kept;
    int result = kept_run_read(store, run, &kept, error);
    const char *context = restoration->context != NULL ? restoration->context : kept.context;
    bool is_there = restoration->context != NULL || !kept.is_own_cluster;
    struct kube_client *client = result == 0 && kept.count > 0 && is_there ? kube_open(NULL, context, error) : NULL;
    if (client != NULL) {
        result = put_back_all(client, store, restoration->force, tell, restoration, error);
        kube_close(client);
    } else if (kept.count > 0 && is_there) {
        result = -1;
    }
    run_store_close(store);
    return result;
}

static int restore_one(const char *run, struct restoration *restoration)
{
    struct error error = ERROR_NONE;
    if (restore(run, restoration, &error) < 0)
        restoration->left += cli_fail(EXIT_FAULT, "restore: %s: %s", run, error.text) == EXIT_FAULT;
    return restoration->left == 0 ? EXIT_DONE : EXIT_FAULT;
}

static void restore_each(void *context, const struct kept_run *run)
{
    if (!run->is_own_cluster)
        (void)restore_one(run->folder, context);
}

static int restore_all(struct restoration *restoration)
{
    struct error error = ERROR_NONE;
    if (kept_runs_visit(restore_each, restoration, &error) < 0)
        return cli_fail(EXIT_FAULT, "restore: %s", error.text);
    return restoration->left == 0 ? EXIT_DONE : EXIT_FAULT;
}

static int run(int count, char **arguments)
{
    const char *path = NULL;
    int force = 0;
    struct restoration restoration = {0};
    const struct cli_option table[] = {
        {.name = "context", .value = &restoration.context}, {.name = "force", .flag = &force}, {0}};
    int parsed = cli_parse(&command_restore, count, arguments, table, &path, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    restoration.force = force != 0;
    int code = path != NULL ? restore_one(path, &restoration) : restore_all(&restoration);
    if (code == EXIT_DONE && restoration.told == 0)
        (void)printf("There is nothing to put back.\n");
    return code;
}

const struct command command_restore = {
    .name = "restore",
    .usage = "[RUN] [--context CONTEXT] [--force]",
    .summary = "Puts back what a run that was killed had changed",
    .run = run,
};
