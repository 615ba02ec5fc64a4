/*
 * Texts of requests that stand in no lesson and on no command line: from the environment or a file. They may be secret: errors
 * tell where one should be, never what it is, and nothing writes one down.
 */
#ifndef DRIVER_LOAD_SECRET_H
#define DRIVER_LOAD_SECRET_H

#include "common/buffer.h"
#include "common/error.h"

#define SECRET_MAXIMUM ((size_t)64 * 1024) /* bytes */

enum secret_source { SECRET_ENV, SECRET_FILE };

/* Appends the value of the variable, or the one line in the file, so that nothing in it is taken for a variable of a template. */
int secret_append(enum secret_source source, const char *name, struct buffer *value, struct error *error);

#endif
