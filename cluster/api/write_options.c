#include "cluster/api/write_options.h"

#include <string.h>

#include "cluster/api/problem.h"
#include "cluster/api/writer.h"

static const char *parameter(const struct http_request *request, const char *name)
{
    const char *value = http_request_parameter(request, name);
    return value != NULL ? value : "";
}

static void judge_dry_run(const struct http_request *request, struct problems *problems)
{
    static const char *const supported[] = {"All", NULL};
    const char *value = parameter(request, "dryRun");
    if (value[0] != '\0' && strcmp(value, "All") != 0)
        problem_not_supported(problems, PATH_ROOT("dryRun"), value, supported);
}

static void judge_manager(const char *manager, struct problems *problems)
{
    if (strlen(manager) > WRITER_NAME_MAXIMUM)
        problem_too_long(problems, PATH_ROOT("fieldManager"), WRITER_NAME_MAXIMUM);
    for (const char *at = manager; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            problem_invalid_text(problems, PATH_ROOT("fieldManager"), manager, "should only contain printable characters");
            return;
        }
    }
}

static void judge_validation(const struct http_request *request, struct problems *problems)
{
    static const char *const supported[] = {"", "Ignore", "Strict", "Warn", NULL};
    const char *value = parameter(request, "fieldValidation");
    for (size_t i = 0; supported[i] != NULL; i++) {
        if (strcmp(value, supported[i]) == 0)
            return;
    }
    problem_not_supported(problems, PATH_ROOT("fieldValidation"), value, supported);
}

/* The client's name: what it says, else the first word of its program's name, as far as it can be printed. */
static void take_writer(const struct http_request *request)
{
    char name[WRITER_NAME_MAXIMUM + 1] = "";
    size_t length = 0;
    const char *given = parameter(request, "fieldManager");
    const char *agent = request->user_agent != NULL ? request->user_agent : "";
    for (const char *at = given[0] != '\0' ? given : agent; *at != '\0' && length < WRITER_NAME_MAXIMUM; at++) {
        if (given[0] == '\0' && *at == '/')
            break;
        if ((unsigned char)*at >= 0x20 && *at != 0x7f)
            name[length++] = *at;
    }
    writer_set(name, parameter(request, "dryRun")[0] != '\0');
}

int write_options_take(const struct http_request *request, const char *kind, bool apply, struct status *status)
{
    const struct resource options = {.group = "meta.k8s.io", .version = "v1", .plural = "options", .kind = kind};
    AUTO_PROBLEMS struct problems problems = {0};
    const char *manager = parameter(request, "fieldManager");
    bool is_delete = strcmp(kind, "DeleteOptions") == 0;
    if (strcmp(kind, "PatchOptions") == 0 && apply && manager[0] == '\0')
        problem_required(&problems, PATH_ROOT("fieldManager"), "is required for apply patch");
    if (!apply && strcmp(kind, "PatchOptions") == 0 && http_request_parameter(request, "force") != NULL)
        problem_forbidden(&problems, PATH_ROOT("force"), "may not be specified for non-apply patch");
    judge_manager(manager, &problems);
    judge_dry_run(request, &problems);
    if (!is_delete)
        judge_validation(request, &problems);
    if (problems_to_status(&problems, &options, "", status) < 0)
        return -1;
    take_writer(request);
    return 0;
}
