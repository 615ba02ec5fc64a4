/*
 * Text for a terminal: UTF-8, no control characters from outside, known widths.
 */
#ifndef DRIVER_REPORT_TERMINAL_TEXT_H
#define DRIVER_REPORT_TERMINAL_TEXT_H

#include <stdbool.h>

#include "common/buffer.h"

enum terminal_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_BAD };

struct terminal {
    struct buffer *output;
    bool color;
    int columns;
};

/* Characters of a text that terminal_text would write. */
int terminal_width(const char *text);

/* Appends a text cut to a width (with "~" at the end when it was cut); control characters become "?". */
void terminal_text(const struct terminal *terminal, const char *text, int width, enum terminal_style style);

/* The same, filled with blanks to the width, at the left or the right side. */
void terminal_left(const struct terminal *terminal, const char *text, int width, enum terminal_style style);
void terminal_right(const struct terminal *terminal, const char *text, int width, enum terminal_style style);

/* Words wrapped to the terminal's width, each line after the first indented; ends with a newline. */
void terminal_wrap(const struct terminal *terminal, const char *text, int indent, enum terminal_style style);

/* A heading with an empty line before it. */
void terminal_heading(const struct terminal *terminal, const char *text);

#endif
