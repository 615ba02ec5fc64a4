#include "common/fold.h"

#include <string.h>

/* How long what begins at text is, up to the next space outside brackets. */
static size_t word_length(const char *text)
{
    size_t depth = 0, length = 0;
    for (; text[length] != '\0' && (text[length] != ' ' || depth > 0); length++) {
        if (text[length] == '[')
            depth++;
        else if (text[length] == ']' && depth > 0)
            depth--;
    }
    return length;
}

void fold_print(FILE *stream, size_t column, size_t indent, const char *text)
{
    for (const char *before = ""; *text != '\0'; before = " ") {
        size_t length = word_length(text);
        if (*before != '\0' && column + 1 + length > FOLD_WIDTH) {
            (void)fprintf(stream, "\n%*s", (int)indent, "");
            column = indent;
            before = "";
        }
        (void)fprintf(stream, "%s%.*s", before, (int)length, text);
        column += strlen(before) + length;
        text += length;
        text += strspn(text, " ");
    }
    (void)fputc('\n', stream);
}
