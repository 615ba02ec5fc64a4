#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/run/put_back.h"

#define RUNS "runs"

static const char help[] = "\n"
                           "  RUN               folder of a run whose variants changed an HPA (default: each under runs/)\n"
                           "  --context CONTEXT where it is (default: the run's)\n"
                           "  --force           also over what somebody else has made of it since\n"
                           "\n"
                           "A run puts back by itself what it changed, also after Ctrl-C; this is for one that was killed, or\n"
                           "whose API server was away. It may be said again: what is as it was is left alone.\n"
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

static bool see(void *context, const struct kept_object *object)
{
    (void)object;
    *(bool *)context = true;
    return false;
}

static int restore(const char *run, struct restoration *restoration, struct error *error)
{
    bool any = false;
    struct run_store *store = run_store_open_to_add(run, error);
    if (store == NULL)
        return -1;
    const char *context = restoration->context != NULL ? restoration->context : run_store_summary(store)->description.cluster;
    int result = run_store_visit_kept(store, see, &any, error);
    struct kube_client *client = any && result == 0 ? kube_open(NULL, context, error) : NULL;
    if (client != NULL) {
        result = put_back_all(client, store, restoration->force, tell, restoration, error);
        kube_close(client);
    } else if (any) {
        result = -1;
    }
    run_store_close(store);
    return result;
}

/* Whether a run keeps anything, without the right to write to it. */
static bool keeps_something(const char *run)
{
    bool any = false;
    struct run_store *store = run_store_open(run, NULL);
    if (store != NULL)
        (void)run_store_visit_kept(store, see, &any, NULL);
    run_store_close(store);
    return any;
}

static int restore_one(const char *run, struct restoration *restoration)
{
    struct error error = ERROR_NONE;
    if (restore(run, restoration, &error) < 0)
        restoration->left += cli_fail(EXIT_FAULT, "restore: %s: %s", run, error.text) == EXIT_FAULT;
    return restoration->left == 0 ? EXIT_DONE : EXIT_FAULT;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int restore_all(struct restoration *restoration)
{
    struct dirent **entries = NULL;
    int found = scandir(RUNS, &entries, is_visible, alphasort);
    if (found < 0 && errno != ENOENT)
        return cli_fail(EXIT_FAULT, "restore: " RUNS ": %s", strerror(errno));
    for (int i = found; i-- > 0;) {
        AUTO_FREE char *run = memory_format(RUNS "/%s", entries[i]->d_name);
        if (keeps_something(run))
            (void)restore_one(run, restoration);
        free(entries[i]);
    }
    free(entries);
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
