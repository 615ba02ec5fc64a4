#include "cluster/api/managed_fields.h"

#include <string.h>

#include "cluster/api/field_set.h"
#include "common/clock.h"

#define APPLY "Apply"
#define UPDATE "Update"
/* As Kubernetes: of more updating managers the oldest are put together under this name. */
#define UPDATERS_MAXIMUM 10
#define OLD_UPDATES "ancient-changes"

static const char *member(const cJSON *entry, const char *name)
{
    return json_text(cJSON_GetObjectItemCaseSensitive(entry, name), "");
}

static cJSON *set_of(const cJSON *entry)
{
    return cJSON_GetObjectItemCaseSensitive(entry, "fieldsV1");
}

static const char *subresource_name(enum subresource subresource)
{
    return subresource == SUBRESOURCE_STATUS ? "status" : subresource == SUBRESOURCE_SCALE ? "scale" : "";
}

/* Takes the set. */
static cJSON *make_entry(const char *manager, const char *operation, const char *api_version, const char *time,
                         const char *subresource, cJSON *set_take)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "manager", manager);
    json_set_text(entry, "operation", operation);
    json_set_text(entry, "apiVersion", api_version);
    if (time[0] != '\0')
        json_set_text(entry, "time", time);
    json_set_text(entry, "fieldsType", "FieldsV1");
    json_set(entry, "fieldsV1", set_take);
    if (subresource[0] != '\0')
        json_set_text(entry, "subresource", subresource);
    return entry;
}

/* A sound copy of an entry from outside; NULL when it is none. */
static cJSON *read_entry(const cJSON *given)
{
    const char *operation = member(given, "operation");
    const char *type = member(given, "fieldsType");
    const char *time = member(given, "time");
    int64_t wall = 0;
    bool sound = (strcmp(operation, APPLY) == 0 || strcmp(operation, UPDATE) == 0) && strcmp(type, "FieldsV1") == 0 &&
                 member(given, "apiVersion")[0] != '\0' && (time[0] == '\0' || clock_parse(time, &wall, NULL) == 0);
    const cJSON *fields = set_of(given);
    cJSON *set = !sound ? NULL : fields != NULL ? field_set_parse(fields) : cJSON_CreateObject();
    char text[CLOCK_TEXT_SIZE] = "";
    if (set == NULL)
        return NULL;
    if (time[0] != '\0')
        (void)clock_format_seconds(wall, text);
    return make_entry(member(given, "manager"), operation, member(given, "apiVersion"), text, member(given, "subresource"), set);
}

static cJSON *read_entries(const cJSON *given)
{
    AUTO_JSON cJSON *entries = cJSON_CreateArray();
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, given) {
        cJSON *entry = read_entry(element);
        if (entry == NULL)
            return NULL;
        cJSON_AddItemToArray(entries, entry);
    }
    return entries->child != NULL ? steal_pointer(&entries) : NULL;
}

static bool is_reset(const cJSON *given)
{
    return cJSON_GetArraySize(given) == 1 && cJSON_IsObject(given->child) && given->child->child == NULL;
}

cJSON *managed_fields_start(const cJSON *given, const cJSON *live, bool may_set)
{
    cJSON *entries = NULL;
    if (may_set && is_reset(given))
        return cJSON_CreateArray();
    if (may_set && given != NULL && !json_equal(given, live))
        entries = read_entries(given);
    if (entries == NULL)
        entries = live != NULL ? json_copy(live) : cJSON_CreateArray();
    return entries;
}

static bool is_of(const cJSON *entry, const struct field_write *write, const char *operation)
{
    return strcmp(member(entry, "operation"), operation) == 0 && strcmp(member(entry, "manager"), write->manager) == 0 &&
           strcmp(member(entry, "subresource"), subresource_name(write->subresource)) == 0 &&
           (strcmp(operation, APPLY) == 0 || strcmp(member(entry, "apiVersion"), write->api_version) == 0);
}

static cJSON *find_entry(const cJSON *entries, const struct field_write *write, const char *operation)
{
    cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        if (is_of(entry, write, operation))
            return entry;
    }
    return NULL;
}

/* Kubernetes's order: applied ones first, then by time, manager, version and subresource. */
static int compare_entries(const cJSON *left, const cJSON *right)
{
    static const char *const members[] = {"operation", "time", "manager", "apiVersion", "subresource"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        int order = strcmp(member(left, members[i]), member(right, members[i]));
        if (order != 0)
            return order;
    }
    return 0;
}

/* Puts an entry where it belongs. */
static void insert_entry(cJSON *entries, cJSON *entry_take)
{
    cJSON *following = entries->child;
    while (following != NULL && compare_entries(following, entry_take) <= 0)
        following = following->next;
    cJSON_AddItemToArray(entries, entry_take);
    while (following != NULL && following != entry_take) {
        cJSON *next = following->next;
        cJSON_AddItemToArray(entries, cJSON_DetachItemViaPointer(entries, following));
        following = next;
    }
}

/* Takes fields away from every entry; entries without fields go. */
static void take_from_all(cJSON *entries, const struct field_difference *difference)
{
    for (cJSON *entry = entries->child; entry != NULL;) {
        cJSON *next = entry->next;
        field_set_remove(set_of(entry), difference->changed);
        field_set_remove(set_of(entry), difference->removed);
        if (field_set_is_empty(set_of(entry)))
            cJSON_Delete(cJSON_DetachItemViaPointer(entries, entry));
        entry = next;
    }
}

/* The oldest update whose fields can be put to those of another one of its version; *partner is the next oldest. */
static cJSON *oldest_updates(const cJSON *entries, cJSON **partner)
{
    cJSON *oldest = NULL;
    cJSON_ArrayForEach (oldest, entries) {
        if (strcmp(member(oldest, "operation"), UPDATE) != 0 || member(oldest, "subresource")[0] != '\0')
            continue;
        for (*partner = oldest->next; *partner != NULL; *partner = (*partner)->next) {
            if (member(*partner, "subresource")[0] == '\0' &&
                strcmp(member(oldest, "apiVersion"), member(*partner, "apiVersion")) == 0)
                return oldest;
        }
    }
    return NULL;
}

static int count_updates(const cJSON *entries)
{
    int count = 0;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries)
        count += strcmp(member(entry, "operation"), UPDATE) == 0;
    return count;
}

static void limit_updaters(cJSON *entries)
{
    cJSON *partner = NULL;
    while (count_updates(entries) > UPDATERS_MAXIMUM) {
        cJSON *oldest = oldest_updates(entries, &partner);
        if (oldest == NULL)
            return;
        field_set_add(set_of(partner), set_of(oldest));
        json_set_text(partner, "manager", OLD_UPDATES);
        cJSON_Delete(cJSON_DetachItemViaPointer(entries, oldest));
    }
}

void managed_fields_update(cJSON *entries, const struct field_write *write, const struct field_difference *difference)
{
    char now[CLOCK_TEXT_SIZE];
    if (field_set_is_empty(difference->changed) && field_set_is_empty(difference->removed))
        return;
    cJSON *mine = find_entry(entries, write, UPDATE);
    cJSON *set = mine != NULL ? cJSON_DetachItemFromObjectCaseSensitive(mine, "fieldsV1") : cJSON_CreateObject();
    AUTO_JSON cJSON *old = mine != NULL ? cJSON_DetachItemViaPointer(entries, mine) : NULL;
    take_from_all(entries, difference);
    field_set_remove(set, difference->removed);
    field_set_add(set, difference->changed);
    if (field_set_is_empty(set)) {
        cJSON_Delete(set);
        return;
    }
    const char *time = field_set_is_empty(difference->changed) ? member(old, "time") : clock_format_seconds(write->now_wall, now);
    insert_entry(entries,
                 make_entry(write->manager, UPDATE, write->api_version, time, subresource_name(write->subresource), set));
    limit_updaters(entries);
}

const cJSON *managed_fields_applied(const cJSON *entries, const struct field_write *write)
{
    const cJSON *entry = find_entry(entries, write, APPLY);
    return entry != NULL ? set_of(entry) : NULL;
}

cJSON *managed_fields_of_others(const cJSON *entries, const struct field_write *write)
{
    cJSON *all = cJSON_CreateObject();
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        if (!is_of(entry, write, APPLY))
            field_set_add(all, set_of(entry));
    }
    return all;
}

void managed_fields_apply(cJSON *entries, const struct field_write *write, const cJSON *set,
                          const struct field_difference *difference)
{
    char now[CLOCK_TEXT_SIZE];
    cJSON *mine = find_entry(entries, write, APPLY);
    if (mine != NULL)
        cJSON_Delete(cJSON_DetachItemViaPointer(entries, mine));
    take_from_all(entries, difference);
    if (!field_set_is_empty(set))
        insert_entry(entries, make_entry(write->manager, APPLY, write->api_version, clock_format_seconds(write->now_wall, now),
                                         subresource_name(write->subresource), json_copy(set)));
}

bool managed_fields_equal(const cJSON *left, const cJSON *right)
{
    static const char *const members[] = {"manager", "operation", "apiVersion", "subresource"};
    const cJSON *first = left != NULL ? left->child : NULL;
    const cJSON *second = right != NULL ? right->child : NULL;
    if (cJSON_GetArraySize(left) != cJSON_GetArraySize(right))
        return false;
    for (; first != NULL && second != NULL; first = first->next) {
        const cJSON *match = NULL;
        cJSON_ArrayForEach (match, right) {
            bool same = true;
            for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
                same = same && strcmp(member(first, members[i]), member(match, members[i])) == 0;
            if (same)
                break;
        }
        if (match == NULL || !json_equal(set_of(first), set_of(match)))
            return false;
    }
    return true;
}
