/*
 * What is wrong with an object, field by field, as Kubernetes's field.ErrorList: each entry becomes a cause of the
 * 422 Status, in the order in which it was found.
 */
#ifndef CLUSTER_API_PROBLEM_H
#define CLUSTER_API_PROBLEM_H

#include <stddef.h>
#include <stdint.h>

#include "cluster/api/resource.h"
#include "cluster/api/status.h"
#include "common/json.h"

/* Most entries that a Status carries; further ones are left out. */
#define PROBLEM_MAXIMUM 64

/* One step of a path such as spec.containers[0].env: lives on the stack of the function that walks there, so that
 * nothing is formatted while all is well. A step is a member (name), an element (name NULL, index) or a map's key. */
struct field_path {
    const struct field_path *parent; /* NULL at the root */
    const char *name;
    const char *key;
    int index;
};

#define PATH_ROOT(member) (&(const struct field_path){.parent = NULL, .name = (member)})
#define PATH_CHILD(parent_path, member) (&(const struct field_path){.parent = (parent_path), .name = (member)})
#define PATH_INDEX(parent_path, number) (&(const struct field_path){.parent = (parent_path), .index = (number)})
#define PATH_KEY(parent_path, map_key) (&(const struct field_path){.parent = (parent_path), .key = (map_key)})

/* "spec.containers[0].name"; the caller frees it. */
char *field_path_text(const struct field_path *path);

struct problems {
    cJSON *causes; /* array of {reason, message, field}; NULL while there are none */
    int count;
};

void problems_release(struct problems *problems);
#define AUTO_PROBLEMS __attribute__((cleanup(problems_release)))

/* detail may be "". value: the value that is there, NULL when absent (shown as null). */
void problem_required(struct problems *problems, const struct field_path *path, const char *detail);
void problem_invalid(struct problems *problems, const struct field_path *path, const cJSON *value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void problem_invalid_text(struct problems *problems, const struct field_path *path, const char *value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void problem_invalid_integer(struct problems *problems, const struct field_path *path, int64_t value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* supported: NULL-terminated, in the order shown. */
void problem_not_supported(struct problems *problems, const struct field_path *path, const char *value,
                           const char *const *supported);
void problem_duplicate(struct problems *problems, const struct field_path *path, const char *value);
void problem_not_found(struct problems *problems, const struct field_path *path, const char *value);
void problem_forbidden(struct problems *problems, const struct field_path *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* given: the name of the type that is there ("string"). */
void problem_type_invalid(struct problems *problems, const struct field_path *path, const char *given, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void problem_too_many(struct problems *problems, const struct field_path *path, int64_t count, int64_t maximum);
void problem_too_long(struct problems *problems, const struct field_path *path, size_t maximum);

/* 0 when there are none; else fills the 422 Status `Kind.group "name" is invalid: ...` and returns -1. */
int problems_to_status(const struct problems *problems, const struct resource *resource, const char *name, struct status *status);

#endif
