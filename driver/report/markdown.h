/*
 * A small, safe part of Markdown as HTML: headings, paragraphs, lists, quotes, code blocks, `code`, *emphasis*,
 * **strong**, pipe tables as they stand. No HTML passes through and no link becomes one: the text is not trusted.
 */
#ifndef DRIVER_REPORT_MARKDOWN_H
#define DRIVER_REPORT_MARKDOWN_H

#include "common/buffer.h"

/* Headings become <h3> and deeper, since the report has its own above them. */
void markdown_to_html(const char *markdown, struct buffer *output);

#endif
