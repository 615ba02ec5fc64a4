#include "cluster/api/list_options.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/problem.h"
#include "common/base64.h"

static const char *parameter(const struct http_request *request, const char *name)
{
    const char *value = http_request_parameter(request, name);
    return value != NULL ? value : "";
}

static void check_match_of_list(const struct http_request *request, const char *match, struct problems *problems)
{
    static const char *const supported[] = {"Exact", "NotOlderThan", "", NULL};
    const struct field_path *path = PATH_ROOT("resourceVersionMatch");
    const char *version = parameter(request, "resourceVersion");
    bool exact = strcmp(match, "Exact") == 0;
    if (version[0] == '\0')
        problem_forbidden(problems, path, "resourceVersionMatch is forbidden unless resourceVersion is provided");
    if (parameter(request, "continue")[0] != '\0')
        problem_forbidden(problems, path, "resourceVersionMatch is forbidden when continue is provided");
    if (!exact && strcmp(match, "NotOlderThan") != 0)
        problem_not_supported(problems, path, match, supported);
    if (exact && strcmp(version, "0") == 0)
        problem_forbidden(problems, path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
}

static void check_match_of_watch(const struct http_request *request, const char *match, struct problems *problems)
{
    static const char *const supported[] = {"NotOlderThan", NULL};
    const struct field_path *path = PATH_ROOT("resourceVersionMatch");
    bool known = strcmp(match, "NotOlderThan") == 0;
    bool initial = http_request_parameter(request, "sendInitialEvents") != NULL;
    if (initial && !known)
        problem_forbidden(problems, path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    if (match[0] == '\0')
        return;
    if (!initial)
        problem_forbidden(problems, path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    if (!known)
        problem_not_supported(problems, path, match, supported);
    if (parameter(request, "continue")[0] != '\0')
        problem_forbidden(problems, path, "resourceVersionMatch is forbidden when continue is provided");
}

int list_options_check(const struct http_request *request, bool watch, struct status *status)
{
    static const struct resource options = {.group = "meta.k8s.io", .version = "v1", .plural = "options", .kind = "ListOptions"};
    AUTO_PROBLEMS struct problems problems = {0};
    const char *match = parameter(request, "resourceVersionMatch");
    if (watch)
        check_match_of_watch(request, match, &problems);
    else if (match[0] != '\0')
        check_match_of_list(request, match, &problems);
    if (!watch && http_request_parameter(request, "sendInitialEvents") != NULL)
        problem_forbidden(&problems, PATH_ROOT("sendInitialEvents"), "sendInitialEvents is forbidden for list");
    return problems_to_status(&problems, &options, "", status);
}

void page_release(struct page *page)
{
    free(page->namespace);
    free(page->name);
    *page = (struct page){0};
}

char *page_token(const char *namespace, const char *name, int64_t version)
{
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    json_set_integer(tree, "rv", version);
    json_set_text(tree, "namespace", namespace);
    json_set_text(tree, "name", name);
    AUTO_FREE char *text = json_print(tree);
    return base64_encode(text, strlen(text));
}

static int read_token(const char *token, struct page *page, struct status *status)
{
    size_t length = 0;
    AUTO_FREE char *decoded = base64_decode(token, &length, NULL);
    AUTO_JSON cJSON *tree = decoded != NULL ? json_parse(decoded, length, NULL) : NULL;
    const char *name = json_text(json_get(tree, "name"), NULL);
    if (name == NULL)
        return status_set(status, 400, "BadRequest", "continue key is not valid: it was not made by this server");
    page->continued = true;
    page->version = json_integer(json_get(tree, "rv"), -1);
    page->namespace = memory_copy_text(json_text(json_get(tree, "namespace"), ""));
    page->name = memory_copy_text(name);
    return 0;
}

int page_read(const struct http_request *request, struct page *page, struct status *status)
{
    const char *token = parameter(request, "continue");
    const char *version = parameter(request, "resourceVersion");
    *page = (struct page){0};
    if (http_request_integer(request, "limit", &page->limit) != 0 || page->limit < 0)
        return status_set(status, 400, "BadRequest", "limit is no number of objects");
    if (token[0] == '\0')
        return 0;
    if (version[0] != '\0' && strcmp(version, "0") != 0)
        return status_set(status, 400, "BadRequest", "specifying resource version is not allowed when using continue");
    return read_token(token, page, status);
}
