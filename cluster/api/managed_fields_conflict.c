/* Who stands against an apply, in Kubernetes's words. */
#include <stdlib.h>
#include <string.h>

#include "cluster/api/field_set.h"
#include "cluster/api/managed_fields.h"
#include "common/buffer.h"

#define TEXT_MAXIMUM ((size_t)64 * 1024)
#define CAUSES_MAXIMUM 256

struct conflicts {
    cJSON *causes;
    struct buffer text; /* of several: the managers with their fields */
    char *owner;        /* the manager at hand, as it is shown */
    char *first_path;
    int count;
};

static char *show_owner(const cJSON *entry)
{
    AUTO_JSON cJSON *manager = cJSON_CreateString(json_text(json_get(entry, "manager"), ""));
    AUTO_FREE char *quoted = json_print(manager);
    const char *subresource = json_text(json_get(entry, "subresource"), "");
    bool is_update = strcmp(json_text(json_get(entry, "operation"), ""), "Update") == 0;
    AUTO_FREE char *scope = subresource[0] != '\0' ? memory_format(" with subresource \"%s\"", subresource) : NULL;
    AUTO_FREE char *version = is_update ? memory_format(" using %s", json_text(json_get(entry, "apiVersion"), "")) : NULL;
    return memory_format("%s%s%s", quoted, scope != NULL ? scope : "", version != NULL ? version : "");
}

static void add_conflict(const char *path, void *context)
{
    struct conflicts *conflicts = context;
    if (conflicts->count++ == 0)
        conflicts->first_path = memory_copy_text(path);
    (void)buffer_append_format(&conflicts->text, "\n- %s", path);
    if (conflicts->count > CAUSES_MAXIMUM)
        return;
    AUTO_FREE char *message = memory_format("conflict with %s", conflicts->owner);
    cJSON *cause = cJSON_CreateObject();
    json_set_text(cause, "reason", "FieldManagerConflict");
    json_set_text(cause, "message", message);
    json_set_text(cause, "field", path);
    cJSON_AddItemToArray(conflicts->causes, cause);
}

static void add_owner(struct conflicts *conflicts, const cJSON *entry, const cJSON *common)
{
    free(conflicts->owner);
    conflicts->owner = show_owner(entry);
    (void)buffer_append_format(&conflicts->text, "%sconflicts with %s:", conflicts->count > 0 ? "\n" : "", conflicts->owner);
    field_set_visit(common, add_conflict, conflicts);
}

static int fail(const struct conflicts *conflicts, struct status *status)
{
    if (conflicts->count == 1)
        (void)status_set(status, 409, "Conflict", "Apply failed with 1 conflict: conflict with %s: %s", conflicts->owner,
                         conflicts->first_path);
    else
        (void)status_set(status, 409, "Conflict", "Apply failed with %d conflicts: %s", conflicts->count, conflicts->text.data);
    if (status != NULL) {
        status_set_details(status, NULL, NULL, NULL);
        json_set(status->details, "causes", json_copy(conflicts->causes));
    }
    return -1;
}

static int compare_managers(const void *left, const void *right)
{
    static const char *const members[] = {"manager", "operation", "apiVersion", "subresource"};
    const cJSON *const *first = left, *const *second = right;
    int order = 0;
    for (size_t i = 0; i < sizeof members / sizeof members[0] && order == 0; i++)
        order = strcmp(json_text(json_get(*first, members[i]), ""), json_text(json_get(*second, members[i]), ""));
    return order;
}

/* The order in which Kubernetes names them; the caller frees it. */
static const cJSON **sort_by_manager(const cJSON *entries, size_t count)
{
    const cJSON **sorted = memory_allocate(count + 1, sizeof(const cJSON *));
    const cJSON *entry = NULL;
    size_t used = 0;
    cJSON_ArrayForEach (entry, entries)
        sorted[used++] = entry;
    qsort(sorted, used, sizeof(const cJSON *), compare_managers);
    return sorted;
}

int managed_fields_check_apply(const cJSON *entries, const struct field_write *write, const cJSON *changed, struct status *status)
{
    struct conflicts conflicts = {.causes = cJSON_CreateArray()};
    buffer_init(&conflicts.text, TEXT_MAXIMUM);
    const cJSON *applied = managed_fields_applied(entries, write);
    size_t count = (size_t)cJSON_GetArraySize(entries);
    AUTO_FREE const cJSON **sorted = sort_by_manager(entries, count);
    for (size_t i = 0; i < count; i++) {
        const cJSON *entry = sorted[i];
        const cJSON *set = json_get(entry, "fieldsV1");
        AUTO_JSON cJSON *common = set != applied ? field_set_common(set, changed) : cJSON_CreateObject();
        if (!field_set_is_empty(common))
            add_owner(&conflicts, entry, common);
    }
    int outcome = conflicts.count > 0 ? fail(&conflicts, status) : 0;
    cJSON_Delete(conflicts.causes);
    buffer_release(&conflicts.text);
    free(conflicts.owner);
    free(conflicts.first_path);
    return outcome;
}
