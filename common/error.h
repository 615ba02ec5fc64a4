/*
 * The one error convention: a fallible function returns a negative value (or NULL) and fills a
 * struct error with what, where and why. Callers add context on the way up; only driver/cli and the
 * programs' main files print it.
 *
 * A NULL error is allowed everywhere and means that the caller does not want the text.
 */
#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

#define ERROR_TEXT_SIZE 1024

/* Held by the caller, on the stack; start with ERROR_NONE. Text is one line, no trailing newline; cut when longer. */
struct error {
    char text[ERROR_TEXT_SIZE];
};

#define ERROR_NONE ((struct error){.text = ""})

/* Replaces the text. Always returns -1, so that a function can end with `return error_set(...)`. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " before the text that is there. Always returns -1. */
int error_context(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
