#include "cluster/api/authorization.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cluster/api/escalation.h"

static bool is_method(const struct http_request *request, const char *method)
{
    return strcmp(request->method, method) == 0;
}

/* Of a resource. one: the request is for one object by its name. */
static const char *resource_verb(const struct http_request *request, bool one)
{
    if (is_method(request, "POST"))
        return "create";
    if (is_method(request, "PUT"))
        return "update";
    if (is_method(request, "PATCH"))
        return "patch";
    if (is_method(request, "DELETE"))
        return one ? "delete" : "deletecollection";
    if (!is_method(request, "GET"))
        return "";
    if (one)
        return "get";
    return http_request_flag(request, "watch") ? "watch" : "list";
}

/* A list of the one object of a name is judged as that object. */
static const char *selected_name(const struct http_request *request)
{
    static const char prefix[] = "metadata.name=";
    const char *selector = http_request_parameter(request, "fieldSelector");
    if (selector == NULL || strncmp(selector, prefix, sizeof prefix - 1) != 0)
        return "";
    const char *name = selector + sizeof prefix - 1;
    return strpbrk(name, ",=!") == NULL ? name : "";
}

/* segments: what follows the version. */
static void read_resource(const struct http_request *request, char *const *segments, size_t count, struct access *access)
{
    access->is_resource = true;
    if (count > 1 && strcmp(segments[0], "namespaces") == 0) {
        access->namespace = segments[1];
        bool own = count > 2 && (strcmp(segments[2], "status") == 0 || strcmp(segments[2], "finalize") == 0);
        if (count > 2 && !own) {
            segments += 2;
            count -= 2;
        }
    }
    access->resource = segments[0];
    access->name = count > 1 ? segments[1] : "";
    access->subresource = count > 2 ? segments[2] : "";
    access->verb = resource_verb(request, access->name[0] != '\0');
    if (access->name[0] == '\0' && !is_method(request, "POST"))
        access->name = selected_name(request);
}

void authorization_read(const struct http_request *request, struct access *access, char verb_text[16])
{
    char *const *segments = request->segments;
    size_t count = request->segment_count;
    *access = (struct access){.caller = request->caller,
                              .group = "",
                              .resource = "",
                              .subresource = "",
                              .namespace = "",
                              .name = "",
                              .path = request->path};
    if (count >= 3 && strcmp(segments[0], "api") == 0) {
        read_resource(request, segments + 2, count - 2, access);
    } else if (count >= 4 && strcmp(segments[0], "apis") == 0) {
        access->group = segments[1];
        read_resource(request, segments + 3, count - 3, access);
    } else {
        snprintf(verb_text, 16, "%s", request->method);
        for (char *character = verb_text; *character != '\0'; character++)
            *character = (char)tolower((unsigned char)*character);
        access->verb = verb_text;
    }
}

bool authorization_check(struct store *store, const struct http_request *request, struct answer *answer)
{
    struct access access;
    char verb[16];
    AUTO_FREE char *reason = NULL;
    AUTO_STATUS struct status status = {0};
    if (request->caller == NULL) /* of a path that is open to everybody */
        return true;
    authorization_read(request, &access, verb);
    if (!access_is_allowed(store, &access, &reason))
        access_refuse(&access, reason, &status);
    else if (escalation_check(store, &access, &status) == 0)
        return true;
    answer_status(answer, &status);
    return false;
}
