/*
 * SHA-256 of a lesson's text, so that a report says which lesson it is of.
 */
#ifndef DRIVER_LESSON_HASH_H
#define DRIVER_LESSON_HASH_H

#include <stddef.h>

/* Hex; the caller frees it. */
char *lesson_hash(const char *text, size_t length);

#endif
