#include "driver/report/terminal_text.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static const char *const STYLES[] = {
    [STYLE_PLAIN] = "", [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m", [STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[31m"};

/* Bytes of the character at the start of a text; 0 = it is not fit for a terminal (control, or no UTF-8). */
static size_t character_length(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = bytes[0] < 0x80                       ? 1
                    : bytes[0] >= 0xc2 && bytes[0] < 0xe0 ? 2
                    : bytes[0] >= 0xe0 && bytes[0] < 0xf0 ? 3
                    : bytes[0] >= 0xf0 && bytes[0] < 0xf5 ? 4
                                                          : 0;
    if (length == 0 || bytes[0] < 0x20 || bytes[0] == 0x7f || (bytes[0] == 0xc2 && bytes[1] < 0xa0))
        return 0;
    for (size_t index = 1; index < length; index++) {
        if ((bytes[index] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

static const char *append_character(struct buffer *output, const char *text)
{
    size_t length = character_length(text);
    if (length > 0)
        buffer_append(output, text, length);
    else
        buffer_append_character(output, '?');
    return text + (length > 0 ? length : 1);
}

int terminal_width(const char *text)
{
    int width = 0;
    while (*text != '\0') {
        size_t length = character_length(text);
        text += length > 0 ? length : 1;
        width++;
    }
    return width;
}

static void begin_style(const struct terminal *terminal, enum terminal_style style)
{
    if (terminal->color)
        buffer_append_text(terminal->output, STYLES[style]);
}

static void end_style(const struct terminal *terminal, enum terminal_style style)
{
    if (terminal->color && style != STYLE_PLAIN)
        buffer_append_text(terminal->output, "\033[0m");
}

void terminal_text(const struct terminal *terminal, const char *text, int width, enum terminal_style style)
{
    bool cut = terminal_width(text) > width;
    begin_style(terminal, style);
    for (int count = cut ? width - 1 : width; *text != '\0' && count > 0; count--)
        text = append_character(terminal->output, text);
    if (cut && width > 0)
        buffer_append_character(terminal->output, '~');
    end_style(terminal, style);
}

static void fill(const struct terminal *terminal, const char *text, int width)
{
    for (int count = width - terminal_width(text); count > 0; count--)
        buffer_append_character(terminal->output, ' ');
}

void terminal_left(const struct terminal *terminal, const char *text, int width, enum terminal_style style)
{
    terminal_text(terminal, text, width, style);
    fill(terminal, text, width);
}

void terminal_right(const struct terminal *terminal, const char *text, int width, enum terminal_style style)
{
    fill(terminal, text, width);
    terminal_text(terminal, text, width, style);
}

void terminal_wrap(const struct terminal *terminal, const char *text, int indent, enum terminal_style style)
{
    AUTO_FREE char *copy = memory_copy_text(text);
    char *rest = NULL;
    int used = indent;
    bool first = true;
    begin_style(terminal, style);
    for (char *word = strtok_r(copy, " \n\t\r", &rest); word != NULL; word = strtok_r(NULL, " \n\t\r", &rest)) {
        int width = terminal_width(word);
        if (!first && used + 1 + width > terminal->columns) {
            buffer_append_format(terminal->output, "\n%*s", indent, "");
            used = indent;
        } else if (!first) {
            buffer_append_character(terminal->output, ' ');
            used++;
        }
        for (const char *at = word; *at != '\0';)
            at = append_character(terminal->output, at);
        used += width;
        first = false;
    }
    end_style(terminal, style);
    buffer_append_character(terminal->output, '\n');
}

void terminal_heading(const struct terminal *terminal, const char *text)
{
    buffer_append_character(terminal->output, '\n');
    terminal_text(terminal, text, terminal->columns, STYLE_BOLD);
    buffer_append_character(terminal->output, '\n');
}
