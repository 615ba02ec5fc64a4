/*
 * metadata.managedFields: which manager owns which fields of an object. Entries are told apart by manager, operation,
 * subresource and, those of updates, by version.
 */
#ifndef CLUSTER_API_MANAGED_FIELDS_H
#define CLUSTER_API_MANAGED_FIELDS_H

#include <stdint.h>

#include "cluster/api/field_difference.h"
#include "cluster/api/resource.h"
#include "cluster/api/status.h"

/* One write; the texts are borrowed. */
struct field_write {
    const char *manager;
    const char *api_version;
    enum subresource subresource;
    int64_t now_wall;
};

/* The entries that a write starts from, an array that the caller deletes: those of the request when they are sound and it
 * may set them (may_set), none when it resets them ([{}]), else those of the object. Each may be NULL. */
cJSON *managed_fields_start(const cJSON *given, const cJSON *live, bool may_set) __attribute__((warn_unused_result));

/* After an update: what changed is the writer's, and what is gone is nobody's. */
void managed_fields_update(cJSON *entries, const struct field_write *write, const struct field_difference *difference);

/* The set that this manager applied last; NULL when it has applied nothing. Belongs to the entries. */
const cJSON *managed_fields_applied(const cJSON *entries, const struct field_write *write);

/* The union of all sets but the one that this manager applied; the caller deletes it. */
cJSON *managed_fields_of_others(const cJSON *entries, const struct field_write *write) __attribute__((warn_unused_result));

/* Whether an apply that changes these fields takes them from somebody: then -1 with the Status 409 that names them. */
int managed_fields_check_apply(const cJSON *entries, const struct field_write *write, const cJSON *changed,
                               struct status *status);

/* After an apply: the set is what the manager owns now; what changed is taken from others. */
void managed_fields_apply(cJSON *entries, const struct field_write *write, const cJSON *set,
                          const struct field_difference *difference);

/* Whether two lists of entries say the same but for their times. */
bool managed_fields_equal(const cJSON *left, const cJSON *right);

#endif
