#include "driver/report/markdown.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "driver/report/html.h"

enum block { BLOCK_NONE, BLOCK_PARAGRAPH, BLOCK_LIST, BLOCK_ORDERED, BLOCK_QUOTE, BLOCK_INDENTED, BLOCK_FENCE };

static const char *const OPEN_TAGS[] = {"", "<p>", "<ul>", "<ol>", "<blockquote>", "<pre><code>", "<pre><code>"};
static const char *const CLOSE_TAGS[] = {
    "", "</p>\n", "</ul>\n", "</ol>\n", "</blockquote>\n", "</code></pre>\n", "</code></pre>\n"};

struct writer {
    struct buffer *output;
    enum block block;
    bool in_item;
};

static void escape_span(const char *from, const char *until, struct buffer *output)
{
    for (; from < until; from++) {
        const char one[2] = {*from, '\0'};
        html_escape(one, output);
    }
}

/* The end of a span that a mark opened: the same mark again on this line, with something between. NULL = none. */
static const char *find_close(const char *from, const char *until, const char *mark)
{
    size_t length = strlen(mark);
    for (const char *at = from; at + length <= until; at++) {
        if (strncmp(at, mark, length) == 0 && at > from && !isspace((unsigned char)at[-1]))
            return at;
    }
    return NULL;
}

static void write_inline(const char *from, const char *until, struct buffer *output)
{
    static const struct {
        const char *mark, *open, *close;
        bool nested;
    } spans[] = {{"`", "<code>", "</code>", false},
                 {"**", "<strong>", "</strong>", true},
                 {"*", "<em>", "</em>", true},
                 {"_", "<em>", "</em>", true}};
    const char *line = from;
    while (from < until) {
        bool matched = false;
        for (size_t index = 0; index < sizeof spans / sizeof *spans && !matched; index++) {
            size_t length = strlen(spans[index].mark);
            bool inside_word = spans[index].mark[0] == '_' && from > line && isalnum((unsigned char)from[-1]);
            if ((size_t)(until - from) <= length || strncmp(from, spans[index].mark, length) != 0 ||
                isspace((unsigned char)from[length]) || inside_word)
                continue;
            const char *close = find_close(from + length, until, spans[index].mark);
            if (close == NULL)
                continue;
            buffer_append_text(output, spans[index].open);
            (spans[index].nested ? write_inline : escape_span)(from + length, close, output);
            buffer_append_text(output, spans[index].close);
            from = close + length;
            matched = true;
        }
        if (!matched) {
            escape_span(from, from + 1, output);
            from++;
        }
    }
}

static void end_item(struct writer *writer)
{
    if (writer->in_item)
        buffer_append_text(writer->output, "</li>");
    writer->in_item = false;
}

static void enter(struct writer *writer, enum block block)
{
    if (writer->block == block)
        return;
    end_item(writer);
    buffer_append_text(writer->output, CLOSE_TAGS[writer->block]);
    buffer_append_text(writer->output, OPEN_TAGS[block]);
    writer->block = block;
}

static bool write_heading(struct writer *writer, const char *from, const char *until)
{
    int level = 0;
    while (from + level < until && from[level] == '#')
        level++;
    if (level == 0 || level > 6 || from + level >= until || from[level] != ' ')
        return false;
    enter(writer, BLOCK_NONE);
    int shown = level + 2 > 6 ? 6 : level + 2;
    buffer_append_format(writer->output, "<h%d>", shown);
    write_inline(from + level + 1, until, writer->output);
    buffer_append_format(writer->output, "</h%d>\n", shown);
    return true;
}

/* The text of a list item, or NULL when the line is none. */
static const char *item_text(const char *from, const char *until, enum block *block)
{
    while (from < until && *from == ' ')
        from++;
    if (until - from > 2 && strchr("-*+", *from) != NULL && from[1] == ' ') {
        *block = BLOCK_LIST;
        return from + 2;
    }
    const char *at = from;
    while (at < until && isdigit((unsigned char)*at))
        at++;
    if (at == from || until - at < 2 || (*at != '.' && *at != ')') || at[1] != ' ')
        return NULL;
    *block = BLOCK_ORDERED;
    return at + 2;
}

static void write_text_line(struct writer *writer, const char *from, const char *until, enum block block)
{
    bool more = writer->block == block;
    enter(writer, block);
    if (more)
        buffer_append_character(writer->output, '\n');
    write_inline(from, until, writer->output);
}

static void write_line(struct writer *writer, const char *from, const char *until)
{
    enum block list = BLOCK_LIST;
    const char *text = from;
    while (text < until && isspace((unsigned char)*text))
        text++;
    if (text == until) {
        enter(writer, BLOCK_NONE);
        return;
    }
    if (write_heading(writer, text, until))
        return;
    const char *item = item_text(from, until, &list);
    if (item != NULL) {
        enter(writer, list);
        end_item(writer);
        buffer_append_text(writer->output, "<li>");
        writer->in_item = true;
        write_inline(item, until, writer->output);
    } else if (writer->in_item) {
        buffer_append_character(writer->output, '\n');
        write_inline(text, until, writer->output);
    } else if (text - from >= 4 && writer->block != BLOCK_PARAGRAPH) {
        enter(writer, BLOCK_INDENTED);
        escape_span(from + 4, until, writer->output);
        buffer_append_character(writer->output, '\n');
    } else if (*text == '>') {
        write_text_line(writer, text + 1, until, BLOCK_QUOTE);
    } else if (*text == '|') {
        enter(writer, BLOCK_INDENTED);
        escape_span(text, until, writer->output);
        buffer_append_character(writer->output, '\n');
    } else {
        write_text_line(writer, text, until, BLOCK_PARAGRAPH);
    }
}

static bool is_fence(const char *from, const char *until)
{
    return until - from >= 3 && (strncmp(from, "```", 3) == 0 || strncmp(from, "~~~", 3) == 0);
}

void markdown_to_html(const char *markdown, struct buffer *output)
{
    struct writer writer = {.output = output};
    while (*markdown != '\0') {
        const char *until = markdown + strcspn(markdown, "\n");
        const char *next = *until == '\n' ? until + 1 : until;
        if (until > markdown && until[-1] == '\r')
            until--;
        if (is_fence(markdown, until)) {
            enter(&writer, writer.block == BLOCK_FENCE ? BLOCK_NONE : BLOCK_FENCE);
        } else if (writer.block == BLOCK_FENCE) {
            escape_span(markdown, until, output);
            buffer_append_character(output, '\n');
        } else {
            write_line(&writer, markdown, until);
        }
        markdown = next;
    }
    enter(&writer, BLOCK_NONE);
}
