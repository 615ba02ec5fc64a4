#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/cli/consent.h"
#include "driver/cli/kept_runs.h"
#include "driver/run/leftovers.h"
#include "kube/kubeconfig.h"

static const char help[] = "\n"
                           "  --context CONTEXT where (default: the kubeconfig's current one)\n"
                           "  -n, --namespace NAMESPACE\n"
                           "                    look there where looking at the whole cluster is not\n"
                           "                    allowed (default: the context's)\n"
                           "  --yes             without asking\n"
                           "\n"
                           "Removes what runs that were killed have left: namespaces of lessons, and\n"
                           "generators in other ones. What a run makes carries the label hpalab/run; nothing\n"
                           "else is touched. A run that goes on loses what it works with. What a run had\n"
                           "changed of somebody's is put back by `hpalab restore`.\n"
                           "Exit status: 0 nothing is left, 1 a fault, 2 wrong usage, or nobody said yes.\n";

struct place {
    char *context, *namespace, *server;
};

static void place_release(struct place *place)
{
    free(place->context);
    free(place->namespace);
    free(place->server);
}

static int find_place(const char *context, const char *namespace, struct place *place, struct error *error)
{
    struct kubeconfig config = {0};
    int result = kubeconfig_load(NULL, context, &config, error);
    if (result == 0)
        *place = (struct place){.context = memory_copy_text(config.context),
                                .namespace = memory_copy_text(namespace != NULL ? namespace : config.namespace),
                                .server = memory_copy_text(config.server)};
    kubeconfig_release(&config);
    return result;
}

static int remove_all(struct kube_client *client, const struct leftovers *leftovers)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < leftovers->count; i++) {
        struct error error = ERROR_NONE;
        if (kube_delete(client, leftovers->items[i].path, -1, &error) < 0)
            code = cli_fail(EXIT_FAULT, "clean: %s: %s", leftovers->items[i].label, error.text);
        else
            (void)printf("removed %s\n", leftovers->items[i].label);
    }
    return code;
}

/* What a run had changed is not removed here, but not passed over in silence. */
static void mention(void *context, const struct kept_run *run)
{
    if (strcmp(run->context, context) == 0)
        (void)printf("%s has changed something that is not put back yet: `hpalab restore %s` does it\n", run->folder,
                     run->folder);
}

static void tell_what_is_kept(char *context)
{
    struct error error = ERROR_NONE;
    if (kept_runs_visit(mention, context, &error) < 0)
        (void)cli_fail(EXIT_FAULT, "clean: %s", error.text);
}

static int clean(const struct place *place, bool yes)
{
    struct error error = ERROR_NONE;
    struct leftovers leftovers = {0};
    struct kube_client *client = kube_open(NULL, place->context, &error);
    if (client == NULL)
        return cli_fail(EXIT_FAULT, "clean: %s", error.text);
    int code = EXIT_DONE;
    if (leftovers_find(client, place->namespace, &leftovers, &error) < 0)
        code = cli_fail(EXIT_FAULT, "clean: %s", error.text);
    else if (leftovers.count == 0)
        (void)printf("Nothing of hpalab is left on %s.\n", place->context);
    else {
        for (size_t i = 0; i < leftovers.count; i++)
            (void)printf("%s\n", leftovers.items[i].label);
        code = yes || consent_is_needless(place->context, place->server) ? EXIT_DONE : consent_ask_to("remove these", "clean");
        if (code == EXIT_DONE)
            code = remove_all(client, &leftovers);
    }
    leftovers_release(&leftovers);
    kube_close(client);
    tell_what_is_kept(place->context);
    return code;
}

static int run(int count, char **arguments)
{
    const char *context = NULL;
    const char *namespace = NULL;
    int yes = 0;
    const struct cli_option table[] = {{.name = "context", .value = &context},
                                       {.name = "namespace", .value = &namespace, .letter = 'n'},
                                       {.name = "yes", .flag = &yes},
                                       {0}};
    int parsed = cli_parse(&command_clean, count, arguments, table, NULL, 0, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    struct error error = ERROR_NONE;
    struct place place = {0};
    if (find_place(context, namespace, &place, &error) < 0)
        return cli_fail(EXIT_USAGE, "clean: %s", error.text);
    int code = clean(&place, yes != 0);
    place_release(&place);
    return code;
}

const struct command command_clean = {
    .name = "clean",
    .usage = "[--context CONTEXT] [-n NAMESPACE] [--yes]",
    .summary = "Removes what runs that were killed have left in a cluster",
    .run = run,
};
