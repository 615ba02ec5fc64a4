/*
 * A few texts for a message: sorted and each once, or in the order in which they came.
 */
#ifndef CLUSTER_API_TEXT_SET_H
#define CLUSTER_API_TEXT_SET_H

#include <stddef.h>

#define TEXT_SET_MAXIMUM 64 /* further ones are left out */

/* Starts zeroed. The texts are copies. */
struct text_set {
    char *texts[TEXT_SET_MAXIMUM];
    size_t count;
};

void text_set_release(struct text_set *set);
#define AUTO_TEXT_SET CLEANUP(text_set_release)

/* Sorted, each once. */
void text_set_insert(struct text_set *set, const char *text);
/* At the end. */
void text_set_append(struct text_set *set, const char *text);

/* The texts with something between them, or quoted: "a", "b". The caller frees the text. */
char *text_set_join(const struct text_set *set, const char *between);
char *text_set_join_quoted(const struct text_set *set);

#endif
