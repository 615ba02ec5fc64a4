/* Text for people, broken into lines that fit a terminal. */
#ifndef COMMON_FOLD_H
#define COMMON_FOLD_H

#include <stdio.h>

#define FOLD_WIDTH 79 /* columns: some terminals of 80 begin a new line behind the 80th */

/*
 * Writes text to the stream and ends it with a newline. The first line begins at column `column`, where the caller has
 * already written that many; each further one begins with `indent` spaces. Lines are broken at spaces, but not within
 * [brackets], so that an option stays beside its value; a longer word has a line of its own. ASCII.
 */
void fold_print(FILE *stream, size_t column, size_t indent, const char *text);

#endif
