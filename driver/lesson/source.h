/*
 * The file that a lesson is being read from, and what several of its parts read alike.
 */
#ifndef DRIVER_LESSON_SOURCE_H
#define DRIVER_LESSON_SOURCE_H

#include "driver/lesson/fields.h"
#include "driver/lesson/lesson.h"

struct lesson_source {
    struct field_reader reader;
    const struct yaml_node *spec;
    const struct yaml_node *pace; /* values of the chosen pace that replace those of spec; NULL = none */
    const char *folder;
    bool live; /* the lesson works in a namespace that exists, and makes nothing there */
    lesson_check_expectation *check;
};

/* What holds a member: the values of the chosen pace, or else spec. */
const struct yaml_node *source_holder(const struct lesson_source *source, const char *key);

/* The member as a list of texts; a required one has at least one. */
int source_texts(const struct lesson_source *source, const struct yaml_node *mapping, const char *key, bool required,
                 struct text_list *list);

/* The required member as a list of files and folders, each looked for beside the lesson, then in each folder above it. */
int source_paths(const struct lesson_source *source, const struct yaml_node *mapping, const char *key, struct text_list *paths);

void text_list_release(struct text_list *list);

#endif
