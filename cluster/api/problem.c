#include "cluster/api/problem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"

#define MESSAGE_MAXIMUM ((size_t)1024 * 1024)
#define VALUE_SHOWN 4096

static void append_path(struct buffer *text, const struct field_path *path)
{
    if (path->parent != NULL)
        append_path(text, path->parent);
    if (path->name != NULL) {
        if (text->length > 0)
            (void)buffer_append_character(text, '.');
        (void)buffer_append_text(text, path->name);
    } else if (path->key != NULL) {
        (void)buffer_append_format(text, "[%s]", path->key);
    } else {
        (void)buffer_append_format(text, "[%d]", path->index);
    }
}

char *field_path_text(const struct field_path *path)
{
    struct buffer text;
    buffer_init(&text, MESSAGE_MAXIMUM);
    append_path(&text, path);
    char *result = buffer_steal(&text);
    buffer_release(&text);
    return result;
}

void problems_release(struct problems *problems)
{
    cJSON_Delete(problems->causes);
    *problems = (struct problems){0};
}

/* Enough is shown: more is not even formatted. */
static bool is_full(const struct problems *problems)
{
    return problems->count >= PROBLEM_MAXIMUM;
}

static void add(struct problems *problems, const char *reason, const struct field_path *path, const char *message)
{
    problems->count++;
    if (problems->causes == NULL)
        problems->causes = cJSON_CreateArray();
    AUTO_FREE char *field = field_path_text(path);
    cJSON *cause = cJSON_CreateObject();
    json_set_text(cause, "reason", reason);
    json_set_text(cause, "message", message);
    json_set_text(cause, "field", field);
    cJSON_AddItemToArray(problems->causes, cause);
}

static char *quoted(const char *text)
{
    cJSON *value = cJSON_CreateString(text);
    char *result = json_print(value);
    cJSON_Delete(value);
    return result;
}

__attribute__((format(printf, 5, 0))) static void add_reason(struct problems *problems, const char *reason,
                                                             const struct field_path *path, const char *shown, const char *format,
                                                             va_list arguments)
{
    char *detail = NULL;
    if (vasprintf(&detail, format, arguments) < 0)
        return;
    AUTO_FREE char *message = memory_format("Invalid value: %.*s: %s", VALUE_SHOWN, shown, detail);
    free(detail);
    add(problems, reason, path, message);
}

__attribute__((format(printf, 4, 0))) static void add_invalid(struct problems *problems, const struct field_path *path,
                                                              const char *shown, const char *format, va_list arguments)
{
    add_reason(problems, "FieldValueInvalid", path, shown, format, arguments);
}

void problem_type_invalid(struct problems *problems, const struct field_path *path, const char *given, const char *format, ...)
{
    if (is_full(problems))
        return;
    AUTO_FREE char *shown = quoted(given);
    va_list arguments;
    va_start(arguments, format);
    add_reason(problems, "FieldValueTypeInvalid", path, shown, format, arguments);
    va_end(arguments);
}

void problem_too_many(struct problems *problems, const struct field_path *path, int64_t count, int64_t maximum)
{
    if (is_full(problems))
        return;
    AUTO_FREE char *message = memory_format("Too many: %" PRId64 ": must have at most %" PRId64 " items", count, maximum);
    add(problems, "FieldValueTooMany", path, message);
}

void problem_required(struct problems *problems, const struct field_path *path, const char *detail)
{
    if (is_full(problems))
        return;
    AUTO_FREE char *message = memory_format("Required value%s%s", detail[0] != '\0' ? ": " : "", detail);
    add(problems, "FieldValueRequired", path, message);
}

void problem_invalid(struct problems *problems, const struct field_path *path, const cJSON *value, const char *format, ...)
{
    if (is_full(problems))
        return;
    AUTO_FREE char *shown = value != NULL ? json_print(value) : memory_copy_text("null");
    va_list arguments;
    va_start(arguments, format);
    add_invalid(problems, path, shown, format, arguments);
    va_end(arguments);
}

void problem_invalid_text(struct problems *problems, const struct field_path *path, const char *value, const char *format, ...)
{
    if (is_full(problems))
        return;
    AUTO_FREE char *shown = quoted(value);
    va_list arguments;
    va_start(arguments, format);
    add_invalid(problems, path, shown, format, arguments);
    va_end(arguments);
}

void problem_invalid_integer(struct problems *problems, const struct field_path *path, int64_t value, const char *format, ...)
{
    if (is_full(problems))
        return;
    char shown[24];
    snprintf(shown, sizeof shown, "%" PRId64, value);
    va_list arguments;
    va_start(arguments, format);
    add_invalid(problems, path, shown, format, arguments);
    va_end(arguments);
}

void problem_not_supported(struct problems *problems, const struct field_path *path, const char *value,
                           const char *const *supported)
{
    if (is_full(problems))
        return;
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, MESSAGE_MAXIMUM);
    AUTO_FREE char *shown = quoted(value);
    (void)buffer_append_format(&text, "Unsupported value: %.*s", VALUE_SHOWN, shown);
    for (size_t i = 0; supported[i] != NULL; i++)
        (void)buffer_append_format(&text, "%s\"%s\"", i == 0 ? ": supported values: " : ", ", supported[i]);
    add(problems, "FieldValueNotSupported", path, text.data);
}

void problem_duplicate(struct problems *problems, const struct field_path *path, const char *value)
{
    if (is_full(problems))
        return;
    AUTO_FREE char *shown = quoted(value);
    AUTO_FREE char *message = memory_format("Duplicate value: %.*s", VALUE_SHOWN, shown);
    add(problems, "FieldValueDuplicate", path, message);
}

void problem_not_found(struct problems *problems, const struct field_path *path, const char *value)
{
    if (is_full(problems))
        return;
    AUTO_FREE char *shown = quoted(value);
    AUTO_FREE char *message = memory_format("Not found: %.*s", VALUE_SHOWN, shown);
    add(problems, "FieldValueNotFound", path, message);
}

void problem_forbidden(struct problems *problems, const struct field_path *path, const char *format, ...)
{
    if (is_full(problems))
        return;
    char *detail = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&detail, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    AUTO_FREE char *message = memory_format("Forbidden: %s", detail);
    free(detail);
    add(problems, "FieldValueForbidden", path, message);
}

void problem_too_long(struct problems *problems, const struct field_path *path, size_t maximum)
{
    if (is_full(problems))
        return;
    AUTO_FREE char *message = memory_format("Too long: may not be more than %zu bytes", maximum);
    add(problems, "FieldValueTooLong", path, message);
}

static void append_causes(struct buffer *text, const cJSON *causes)
{
    bool several = cJSON_GetArraySize(causes) > 1;
    const char *separator = several ? "[" : "";
    const cJSON *cause = NULL;
    cJSON_ArrayForEach (cause, causes) {
        (void)buffer_append_format(text, "%s%s: %s", separator, json_text(json_get(cause, "field"), ""),
                                   json_text(json_get(cause, "message"), ""));
        separator = ", ";
    }
    if (several)
        (void)buffer_append_character(text, ']');
}

int problems_to_status(const struct problems *problems, const struct resource *resource, const char *name, struct status *status)
{
    if (problems->count == 0)
        return 0;
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, MESSAGE_MAXIMUM);
    append_causes(&text, problems->causes);
    (void)status_set(status, 422, "Invalid", "%s%s%s \"%s\" is invalid: %s", resource->kind,
                     resource->group[0] != '\0' ? "." : "", resource->group, name, text.data);
    status_set_details(status, name, resource->group, resource->kind);
    if (status != NULL)
        json_set(status->details, "causes", json_copy(problems->causes));
    return -1;
}
