#include "driver/cli/consent.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/duration.h"
#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/cli/run_session.h"
#include "driver/lesson/highest_rate.h"
#include "kube/kubeconfig.h"

#define EMBEDDED_CONTEXT "hpalab" /* in the kubeconfig of labcluster */

bool consent_is_needless(const char *target, const char *server)
{
    bool here = strncmp(server, "https://127.", strlen("https://127.")) == 0;
    return strcmp(target, TARGET_EMBEDDED) == 0 || strncmp(target, "kind-", strlen("kind-")) == 0 ||
           (strcmp(target, EMBEDDED_CONTEXT) == 0 && here);
}

/* What is asked about, in words. */
static void tell(const struct lesson *lesson, const char *target, const char *server)
{
    char duration[DURATION_TEXT_SIZE];
    const struct load_spec *closed = NULL;
    double rate = lesson_highest_rate(lesson, &closed);
    (void)printf("Context %s (%s) is not kind's.\n%s will", target, server, lesson->name);
    if (lesson_is_live(lesson))
        (void)printf(" work in namespace %s, where it makes nothing", lesson->namespace);
    else
        (void)printf(" make namespaces of its own");
    if (lesson_changes_hpa(lesson))
        (void)printf(", change hpa/%s for its time", lesson->watch_hpa);
    if (rate > 0)
        (void)printf(", send up to %.0f requests/s", rate);
    if (closed != NULL)
        (void)printf(", send as many requests as %llu users get answered", (unsigned long long)load_spec_most_vus(closed));
    if (lesson_has_load(lesson))
        (void)printf(", for %s in each of %zu variants", duration_format(lesson_load_duration(lesson), duration),
                     lesson->variant_count);
    (void)printf(".\n");
}

int consent_ask_to(const char *what, const char *command)
{
    char line[16];
    if (isatty(STDIN_FILENO) == 0)
        return cli_fail(EXIT_USAGE, "%s: there is no terminal to ask whether to %s: --yes says so", command, what);
    (void)printf("%c%s? [y/N] ", toupper((unsigned char)what[0]), what + 1);
    (void)fflush(stdout);
    if (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0)
            return EXIT_DONE;
    }
    return cli_fail(EXIT_USAGE, "%s: nothing was done", command);
}

int consent_ask(const struct lesson *lesson, const char *target, bool yes)
{
    if (yes || strcmp(target, TARGET_EMBEDDED) == 0 ||
        (lesson_is_live(lesson) && !lesson_has_load(lesson) && !lesson_changes_hpa(lesson)))
        return EXIT_DONE;
    struct error error = ERROR_NONE;
    struct kubeconfig config = {0};
    int loaded = kubeconfig_load(NULL, target, &config, &error);
    AUTO_FREE char *server = memory_copy_text(loaded == 0 ? config.server : "");
    kubeconfig_release(&config);
    if (loaded < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    if (consent_is_needless(target, server))
        return EXIT_DONE;
    if (isatty(STDIN_FILENO) == 0)
        return cli_fail(EXIT_USAGE,
                        "run: context %s (%s) is not kind's, and there is no terminal to ask: --yes says that it may be "
                        "loaded",
                        target, server);
    tell(lesson, target, server);
    return consent_ask_to("go on", "run");
}

int consent_check_rate(const struct lesson *lesson, const char *maximum)
{
    if (maximum == NULL)
        return EXIT_DONE;
    char *end = NULL;
    double most = strtod(maximum, &end);
    if (end == maximum || *end != '\0' || !isfinite(most) || most <= 0)
        return cli_fail(EXIT_USAGE, "run: --max-rate: expected a number of requests a second, not \"%s\"", maximum);
    const struct load_spec *closed = NULL;
    double rate = lesson_highest_rate(lesson, &closed);
    if (closed != NULL)
        return cli_fail(EXIT_USAGE,
                        "run: load \"%s\" is a closed model (%s), whose rate is the server's: --max-rate %s cannot be kept",
                        closed->name, load_executor_name(closed->executor), maximum);
    if (rate > most)
        return cli_fail(EXIT_USAGE, "run: %s sends up to %g requests/s, more than --max-rate %s; nothing was sent", lesson->name,
                        rate, maximum);
    return EXIT_DONE;
}
