#include "driver/cli/kept_runs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/cli/run_session.h"

#define RUNS "runs"

static bool count(void *context, const struct kept_object *object)
{
    (void)object;
    ++*(size_t *)context;
    return true;
}

int kept_run_read(struct run_store *store, const char *folder, struct kept_run *run, struct error *error)
{
    const char *context = run_store_summary(store)->description.cluster;
    *run = (struct kept_run){.folder = folder, .context = context, .is_own_cluster = strcmp(context, TARGET_EMBEDDED) == 0};
    return run_store_visit_kept(store, count, &run->count, error);
}

static void visit_one(const char *folder, void (*visit)(void *context, const struct kept_run *run), void *context)
{
    struct kept_run run;
    struct run_store *store = run_store_open(folder, NULL);
    bool keeps = store != NULL && kept_run_read(store, folder, &run, NULL) == 0 && run.count > 0;
    AUTO_FREE char *where = keeps ? memory_copy_text(run.context) : NULL;
    run_store_close(store); /* who is visited may want to write to it */
    run.context = where;
    if (keeps)
        visit(context, &run);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int kept_runs_visit(void (*visit)(void *context, const struct kept_run *run), void *context, struct error *error)
{
    struct dirent **entries = NULL;
    int found = scandir(RUNS, &entries, is_visible, alphasort);
    if (found < 0 && errno != ENOENT)
        return error_set(error, RUNS ": %s", strerror(errno));
    for (int i = found; i-- > 0;) {
        AUTO_FREE char *folder = memory_format(RUNS "/%s", entries[i]->d_name);
        visit_one(folder, visit, context);
        free(entries[i]);
    }
    free(entries);
    return 0;
}
