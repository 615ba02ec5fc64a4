/*
 * What standard output can show.
 */
#ifndef DRIVER_CLI_SCREEN_H
#define DRIVER_CLI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#define SCREEN_CLOCK_SIZE 24

/* A terminal on which lines can be drawn over: not a file or a pipe, not TERM=dumb. */
bool screen_in_place(void);

/* The same, where NO_COLOR is not set. */
bool screen_color(void);

/* Its width; 80 where it has none. */
int screen_columns(void);

/* "12:05": minutes and seconds. Returns text. */
char *screen_clock(int64_t nanoseconds, char text[SCREEN_CLOCK_SIZE]);

#endif
