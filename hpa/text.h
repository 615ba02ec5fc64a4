/*
 * Texts kept from sync to sync: causes given by the API, which may be long or hostile, are cut at a maximum.
 */
#ifndef HPA_TEXT_H
#define HPA_TEXT_H

#include "common/buffer.h"

#define HPA_TEXT_MAXIMUM 4096

/* Adds text, cut at the buffer's maximum. */
void text_append(struct buffer *buffer, const char *text);

/* Replaces what the buffer holds. */
void text_set(struct buffer *buffer, const char *text);

#endif
