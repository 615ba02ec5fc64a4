/*
 * A hash table from texts to pointers. It owns copies of the keys, never the values. Not thread-safe.
 */
#ifndef CLUSTER_CONTROLLERS_TABLE_H
#define CLUSTER_CONTROLLERS_TABLE_H

#include <stddef.h>

struct table;

struct table *table_create(void);
void table_destroy(struct table *table); /* NULL is allowed */

/* The value at a key, NULL when there is none. */
void *table_find(const struct table *table, const char *key);

/* Sets (adds or replaces) a value, which must not be NULL. */
void table_set(struct table *table, const char *key, void *value);

/* Removes a key and returns its value, NULL when there was none. */
void *table_remove(struct table *table, const char *key);

/* Calls visit for each entry, in no order; the table must not be changed meanwhile. */
void table_visit(const struct table *table, void (*visit)(const char *key, void *value, void *context), void *context);

#endif
