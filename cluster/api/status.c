#include "cluster/api/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/memory.h"

void status_release(struct status *status)
{
    if (status == NULL)
        return;
    free(status->message);
    cJSON_Delete(status->details);
    *status = (struct status){0};
}

int status_set(struct status *status, int code, const char *reason, const char *format, ...)
{
    if (status == NULL)
        return -1;
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    status_release(status);
    status->code = code;
    snprintf(status->reason, sizeof status->reason, "%s", reason != NULL ? reason : "");
    status->message = length >= 0 ? message : NULL;
    return -1;
}

void status_set_details(struct status *status, const char *name, const char *group, const char *kind)
{
    if (status == NULL)
        return;
    if (status->details == NULL)
        status->details = cJSON_CreateObject();
    if (name != NULL && name[0] != '\0')
        json_set_text(status->details, "name", name);
    if (group != NULL && group[0] != '\0')
        json_set_text(status->details, "group", group);
    if (kind != NULL && kind[0] != '\0')
        json_set_text(status->details, "kind", kind);
}

cJSON *status_to_json(const struct status *status)
{
    cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "kind", "Status");
    json_set_text(tree, "apiVersion", "v1");
    json_set(tree, "metadata", cJSON_CreateObject());
    bool failed = status->code < 200 || status->code >= 300;
    json_set_text(tree, "status", failed ? "Failure" : "Success");
    if (status->message != NULL && status->message[0] != '\0')
        json_set_text(tree, "message", status->message);
    if (status->reason[0] != '\0')
        json_set_text(tree, "reason", status->reason);
    if (status->details != NULL)
        json_set(tree, "details", json_copy(status->details));
    if (failed)
        json_set_integer(tree, "code", status->code);
    return tree;
}

const char *status_message(const struct status *status)
{
    if (status == NULL || status->message == NULL)
        return status != NULL && status->reason[0] != '\0' ? status->reason : "unknown failure";
    return status->message;
}
