/*
 * Cells that several kinds' tables have in common.
 */
#ifndef CLUSTER_API_TABLE_CELL_H
#define CLUSTER_API_TABLE_CELL_H

#include <stdint.h>

#include "cluster/api/table.h"
#include "common/json.h"

#define HUMAN_DURATION_SIZE 32
#define CELL_NONE "<none>"

#define COLUMN_NAME                                                                                                              \
    {                                                                                                                            \
        "Name", "string", "name", "The object's name, unique among those of its kind in its namespace.", 0                       \
    }
#define COLUMN_AGE                                                                                                               \
    {                                                                                                                            \
        "Age", "string", "", "How long ago the object was created.", 0                                                           \
    }

/* A duration as kubectl shows it, "2m54s", "11m", "13d" (k8s.io/apimachinery duration.HumanDuration). Returns text. */
char *human_duration(int64_t nanoseconds, char text[HUMAN_DURATION_SIZE]);

/* The time since an RFC 3339 timestamp; "<unknown>" when it is NULL or not one. Returns text. */
char *human_age(const char *timestamp, int64_t now, char text[HUMAN_DURATION_SIZE]);

void cell_text(cJSON *cells, const char *text);
void cell_text_or_none(cJSON *cells, const char *text); /* NULL and "" become "<none>" */
void cell_integer(cJSON *cells, int64_t value);
void cell_name(cJSON *cells, const cJSON *object);
void cell_age(cJSON *cells, const cJSON *object, int64_t now);

/* Names and images of the containers of a pod template, then its selector. */
void cell_containers(cJSON *cells, const cJSON *containers);
void cell_label_selector(cJSON *cells, const cJSON *label_selector);

#endif
