#include "cluster/controllers/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define TABLE_FIRST_SIZE 64

struct entry {
    struct entry *next;
    uint64_t hash;
    void *value;
    char key[];
};

struct table {
    struct entry **buckets;
    size_t size; /* a power of two */
    size_t count;
};

static uint64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

struct table *table_create(void)
{
    struct table *table = memory_allocate(1, sizeof *table);
    table->size = TABLE_FIRST_SIZE;
    table->buckets = memory_allocate(table->size, sizeof(struct entry *));
    return table;
}

void table_destroy(struct table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->size; i++) {
        for (struct entry *entry = table->buckets[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            free(entry);
        }
    }
    free(table->buckets);
    free(table);
}

/* The pointer that leads to the key's entry, or to the NULL at the end of its chain. */
static struct entry **find_place(const struct table *table, const char *key, uint64_t hash)
{
    struct entry **place = &table->buckets[hash & (table->size - 1)];
    while (*place != NULL && ((*place)->hash != hash || strcmp((*place)->key, key) != 0))
        place = &(*place)->next;
    return place;
}

static void grow(struct table *table)
{
    size_t size = table->size * 2;
    struct entry **buckets = memory_allocate(size, sizeof(struct entry *));
    for (size_t i = 0; i < table->size; i++) {
        for (struct entry *entry = table->buckets[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            entry->next = buckets[entry->hash & (size - 1)];
            buckets[entry->hash & (size - 1)] = entry;
        }
    }
    free(table->buckets);
    table->buckets = buckets;
    table->size = size;
}

void *table_find(const struct table *table, const char *key)
{
    const struct entry *entry = *find_place(table, key, hash_text(key));
    return entry != NULL ? entry->value : NULL;
}

void table_set(struct table *table, const char *key, void *value)
{
    uint64_t hash = hash_text(key);
    struct entry **place = find_place(table, key, hash);
    if (*place != NULL) {
        (*place)->value = value;
        return;
    }
    size_t length = strlen(key) + 1;
    struct entry *entry = memory_allocate(1, sizeof *entry + length);
    entry->hash = hash;
    entry->value = value;
    memcpy(entry->key, key, length);
    *place = entry;
    if (++table->count > table->size)
        grow(table);
}

void *table_remove(struct table *table, const char *key)
{
    struct entry **place = find_place(table, key, hash_text(key));
    struct entry *entry = *place;
    if (entry == NULL)
        return NULL;
    void *value = entry->value;
    *place = entry->next;
    free(entry);
    table->count--;
    return value;
}

void table_visit(const struct table *table, void (*visit)(const char *key, void *value, void *context), void *context)
{
    for (size_t i = 0; i < table->size; i++)
        for (const struct entry *entry = table->buckets[i]; entry != NULL; entry = entry->next)
            visit(entry->key, entry->value, context);
}
