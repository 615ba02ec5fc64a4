/*
 * Base64 (RFC 4648, the standard alphabet with padding), as Kubernetes writes inline certificates and secrets.
 */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include <stddef.h>

#include "common/error.h"

/* The bytes of a text, followed by a NUL; white space between characters is passed over. *length (NULL allowed) is
 * their number. The caller frees; NULL with an error that names the offset when the text is malformed. */
char *base64_decode(const char *text, size_t *length, struct error *error) __attribute__((warn_unused_result));

/* The text of some bytes, on one line; the caller frees. Never NULL. */
char *base64_encode(const void *bytes, size_t length) __attribute__((returns_nonnull, warn_unused_result));

#endif
