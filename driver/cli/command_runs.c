#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/store/run_store.h"

static const char help[] = "\n"
                           "  --folder DIR   where the runs are (default: runs)\n";

static void print_run(const char *path)
{
    struct error error = ERROR_NONE;
    struct run_store *store = run_store_open(path, &error);
    if (store == NULL) {
        (void)printf("%-40s  %s\n", path, error.text);
        return;
    }
    const struct run_summary *summary = run_store_summary(store);
    char started[CLOCK_TEXT_SIZE];
    (void)printf("%-40s  %s  %-20s %-10s %-10s %zu variants  %s\n", path,
                 clock_format_seconds(summary->description.started_wall, started), summary->description.lesson_name,
                 summary->description.cluster, summary->description.pace, summary->variant_count,
                 summary->complete ? "complete" : "incomplete");
    run_store_close(store);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int run(int count, char **arguments)
{
    const char *folder = "runs";
    const struct cli_option options[] = {{.name = "folder", .value = &folder}, {0}};
    int parsed = cli_parse(&command_runs, count, arguments, options, NULL, 0, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, is_visible, alphasort);
    if (found < 0 && errno == ENOENT)
        found = 0;
    if (found < 0)
        return cli_fail(EXIT_USAGE, "runs: %s: %s", folder, strerror(errno));
    int shown = 0;
    for (int i = 0; i < found; i++) {
        AUTO_FREE char *path = memory_format("%s/%s", folder, entries[i]->d_name);
        AUTO_FREE char *database = memory_format("%s/run.db", path);
        if (access(database, R_OK) == 0) {
            print_run(path);
            shown++;
        }
        free(entries[i]);
    }
    free(entries);
    if (shown == 0)
        (void)printf("no runs in %s yet; `hpalab run lessons/readiness-probe` makes one\n", folder);
    return EXIT_DONE;
}

const struct command command_runs = {
    .name = "runs",
    .usage = "[--folder DIR]",
    .summary = "Lists recorded runs",
    .run = run,
};
