/*
 * YAML documents (libyaml) as trees that remember where each node stood, so that a mistake can be named by line and
 * column, and the same documents as JSON trees, as the Kubernetes API reads them.
 */
#ifndef COMMON_YAML_H
#define COMMON_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/json.h"

#define YAML_MAXIMUM_DEPTH 100
#define YAML_MAXIMUM_NODES 100000

enum yaml_kind { YAML_SCALAR, YAML_MAPPING, YAML_SEQUENCE };

struct yaml_node {
    enum yaml_kind kind;
    int line;                /* from 1 */
    int column;              /* from 1 */
    char *text;              /* scalar: its value, NUL-terminated; else NULL */
    bool quoted;             /* scalar written in quotes or as a block: always a string */
    size_t count;            /* mapping: number of members; sequence: of elements */
    struct yaml_node **keys; /* mapping: count scalars, no two alike; else NULL */
    struct yaml_node **values;
};

struct yaml_documents {
    size_t count;
    struct yaml_node **roots; /* empty documents are left out */
};

/* Reads every document of a text. name (a file name) heads the error: "lesson.yaml:3:7: expected ...".
 * Refused: anchors with aliases beyond YAML_MAXIMUM_NODES nodes in all, doubled keys, deeper nesting than
 * YAML_MAXIMUM_DEPTH, keys that are no scalars. Release with yaml_release. */
int yaml_parse(const char *name, const char *text, size_t length, struct yaml_documents *documents, struct error *error);
void yaml_release(struct yaml_documents *documents);
#define AUTO_YAML CLEANUP(yaml_release)

/* The value at a key of a mapping; NULL when there is none or the node is no mapping. */
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);

/* A JSON tree of the node; the caller deletes it. Plain scalars become null, booleans or numbers as the Kubernetes
 * API resolves them (YAML 1.1: true, yes, y, on and their opposites; ~ and nothing are null; 0644 is octal). */
cJSON *yaml_to_json(const struct yaml_node *node) __attribute__((warn_unused_result));

#endif
