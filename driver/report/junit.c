#include "driver/report/junit.h"

#include <inttypes.h>
#include <string.h>

#include "common/clock.h"
#include "common/utf8.h"

/* The bytes of the character at text that XML 1.0 allows; 0 = there is none. */
static size_t allowed_character(const char *text)
{
    size_t length = utf8_character(text, strnlen(text, 4));
    if (length == 1)
        return *text >= ' ' || *text == '\t' || *text == '\n' ? 1 : 0;
    bool no_character = length == 3 && memcmp(text, "\xef\xbf", 2) == 0 && (unsigned char)text[2] >= 0xbe;
    return no_character ? 0 : length;
}

/* The value of an attribute, with what XML cannot hold as question marks. */
static void write_value(const char *text, struct buffer *output)
{
    while (*text != '\0') {
        size_t length = allowed_character(text);
        if (length == 0)
            buffer_append_character(output, '?');
        else if (*text == '&')
            buffer_append_text(output, "&amp;");
        else if (*text == '<')
            buffer_append_text(output, "&lt;");
        else if (*text == '>')
            buffer_append_text(output, "&gt;");
        else if (*text == '"')
            buffer_append_text(output, "&quot;");
        else if (*text == '\n' || *text == '\t')
            buffer_append_format(output, "&#%d;", *text);
        else
            buffer_append(output, text, length);
        text += length > 0 ? length : 1;
    }
}

static void write_attribute(const char *name, const char *value, struct buffer *output)
{
    buffer_append_format(output, " %s=\"", name);
    write_value(value, output);
    buffer_append_character(output, '"');
}

static bool has_ended(const struct variant_figures *variant)
{
    return strcmp(variant->outcome, "completed") == 0 && !variant->loss_is_a_fault;
}

static const char *why_not_ended(const struct variant_figures *variant)
{
    if (variant->loss_is_a_fault)
        return "generators were lost, so a part of the load was not sent";
    return *variant->outcome != '\0' ? variant->outcome : "incomplete";
}

struct counts {
    size_t tests, failures, errors;
};

static struct counts count(const struct variant_figures *variant)
{
    struct counts counts = {.tests = variant->expectation_count + 1, .errors = has_ended(variant) ? 0 : 1};
    for (size_t i = 0; i < variant->expectation_count; i++)
        counts.failures += variant->expectations[i].result != EXPECTATION_PASS;
    return counts;
}

static void begin_case(const struct run_figures *run, const struct variant_figures *variant, const char *name,
                       struct buffer *output)
{
    buffer_append_text(output, "    <testcase classname=\"");
    write_value(run->lesson_name, output);
    buffer_append_character(output, '.');
    write_value(variant->name, output);
    buffer_append_character(output, '"');
    write_attribute("name", name, output);
}

static void write_expectation(const struct run_figures *run, const struct variant_figures *variant,
                              const struct expectation_figures *expectation, struct buffer *output)
{
    begin_case(run, variant, expectation->text, output);
    if (expectation->result == EXPECTATION_PASS) {
        buffer_append_text(output, "/>\n");
        return;
    }
    buffer_append_text(output, ">\n      <failure");
    write_attribute("type", expectation_result_name(expectation->result), output);
    buffer_append_text(output, " message=\"observed: ");
    write_value(expectation->observed, output);
    buffer_append_text(output, "\"/>\n    </testcase>\n");
}

static void write_variant(const struct run_figures *run, const struct variant_figures *variant, struct buffer *output)
{
    char date[CLOCK_TEXT_SIZE];
    struct counts counts = count(variant);
    buffer_append_text(output, "  <testsuite");
    write_attribute("name", variant->name, output);
    buffer_append_format(output, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\"", counts.tests, counts.failures,
                         counts.errors, (double)variant->end / (double)NANOSECONDS_PER_SECOND);
    write_attribute("timestamp", clock_format_seconds(variant->started_wall, date), output);
    buffer_append_text(output, ">\n");
    begin_case(run, variant, "comes to its end", output);
    if (has_ended(variant)) {
        buffer_append_text(output, "/>\n");
    } else {
        buffer_append_text(output, ">\n      <error");
        write_attribute("message", why_not_ended(variant), output);
        buffer_append_text(output, "/>\n    </testcase>\n");
    }
    for (size_t i = 0; i < variant->expectation_count; i++)
        write_expectation(run, variant, &variant->expectations[i], output);
    buffer_append_text(output, "  </testsuite>\n");
}

void junit_write(const struct run_figures *figures, struct buffer *output)
{
    struct counts all = {0};
    int64_t time = 0;
    for (size_t i = 0; i < figures->variant_count; i++) {
        struct counts counts = count(&figures->variants[i]);
        all.tests += counts.tests;
        all.failures += counts.failures;
        all.errors += counts.errors;
        time += figures->variants[i].end;
    }
    buffer_append_text(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    write_attribute("name", figures->lesson_name, output);
    buffer_append_format(output, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\">\n", all.tests, all.failures,
                         all.errors, (double)time / (double)NANOSECONDS_PER_SECOND);
    for (size_t i = 0; i < figures->variant_count; i++)
        write_variant(figures, &figures->variants[i], output);
    buffer_append_text(output, "</testsuites>\n");
}
