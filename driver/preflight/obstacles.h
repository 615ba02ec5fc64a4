/*
 * What is in the way of a lesson, in words.
 */
#ifndef DRIVER_PREFLIGHT_OBSTACLES_H
#define DRIVER_PREFLIGHT_OBSTACLES_H

#include <stdbool.h>
#include <stddef.h>

struct obstacle {
    bool fatal; /* the lesson cannot work; else it may show other things than it is about */
    char *text; /* one line: the problem, a colon, its cure */
};

struct obstacles {
    size_t count;
    struct obstacle *entries;
};

void obstacles_release(struct obstacles *obstacles);
#define AUTO_OBSTACLES CLEANUP(obstacles_release)

/* Adds one, unless it is there already. */
void obstacles_add(struct obstacles *obstacles, bool fatal, const char *format, ...) __attribute__((format(printf, 3, 4)));

size_t obstacles_fatal(const struct obstacles *obstacles);

#endif
