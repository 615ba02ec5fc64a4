#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "driver/cli/cli.h"
#include "driver/cli/kept_cluster.h"
#include "driver/run/images.h"

static const char help[] = "\n"
                           "  load NAME:TAG PROGRAM   make a program of yours an image of the embedded\n"
                           "                          cluster that is up; pods run it with `image:\n"
                           "                          NAME:TAG` and the pull policy IfNotPresent or Never\n"
                           "  list                    say which images were loaded\n"
                           "  remove NAME:TAG         take one away; pods that run it go on\n";

static int list(const char *folder, struct error *error)
{
    AUTO_JSON cJSON *images = images_list(folder, error);
    if (images == NULL)
        return -1;
    const cJSON *image;
    cJSON_ArrayForEach (image, images) {
        (void)printf("%s  %s  %" PRId64 " bytes\n", json_text(json_get(image, "name"), ""),
                     json_text(json_get(image, "program"), ""), json_integer(json_get(image, "bytes"), 0));
    }
    return 0;
}

/* How many operands a verb takes; -1 for an unknown verb. */
static int operands_of(const char *verb)
{
    static const struct {
        const char *verb;
        int count;
    } verbs[] = {{"load", 3}, {"list", 1}, {"remove", 2}};
    for (size_t i = 0; verb != NULL && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verb, verbs[i].verb) == 0)
            return verbs[i].count;
    }
    return -1;
}

static int work(const char *const *operands, struct error *error)
{
    struct kept_cluster cluster;
    if (kept_cluster_find(&cluster, error) < 0)
        return -1;
    int outcome = -1;
    if (cluster.pid == 0)
        (void)error_set(error, "image: no embedded cluster is up; `%s cluster up` starts one", program_invocation_short_name);
    else if (strcmp(operands[0], "load") == 0)
        outcome = images_load(cluster.folder, operands[1], operands[2], error);
    else if (strcmp(operands[0], "remove") == 0)
        outcome = images_remove(cluster.folder, operands[1], error);
    else
        outcome = list(cluster.folder, error);
    kept_cluster_release(&cluster);
    return outcome;
}

static int run(int count, char **arguments)
{
    static const struct cli_option options[] = {{0}};
    const char *operands[3] = {NULL, NULL, NULL};
    struct error error = ERROR_NONE;
    int parsed = cli_parse(&command_image, count, arguments, options, operands, 3, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    int given = 0;
    while (given < 3 && operands[given] != NULL)
        given++;
    if (given == 0 || operands_of(operands[0]) != given)
        return cli_fail(EXIT_USAGE, "image: expected %s", command_image.usage);
    return work(operands, &error) == 0 ? EXIT_DONE : cli_fail(EXIT_USAGE, "%s", error.text);
}

const struct command command_image = {
    .name = "image",
    .usage = "load NAME:TAG PROGRAM | list | remove NAME:TAG",
    .summary = "Makes programs of yours images of the embedded cluster",
    .run = run,
};
