/*
 * What a program has left behind: processes that can be told by a mark.
 */
#ifndef TESTS_SUPPORT_LEFTOVERS_H
#define TESTS_SUPPORT_LEFTOVERS_H

#include <stdbool.h>
#include <stddef.h>

/* The number of processes other than this one that carry the mark (a path, say) in their arguments, environment, working
 * directory or root. Zombies do not count: they hold nothing. The first ones are described in text. */
size_t test_leftovers(const char *mark, char *text, size_t size);

/* Waits until there are none, for up to seconds. Prints what is still there when it returns false. */
bool test_no_leftovers(const char *mark, double seconds);

#endif
