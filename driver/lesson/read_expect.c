#include "driver/lesson/read_expect.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#define MOST_EXPECTATIONS 1000
#define LONGEST_DELAY (24 * 3600 * NANOSECONDS_PER_SECOND)

/* {threshold: "http_req_failed:rate<10%", abortOnFail: true, delayAbortEval: 10s}, as in k6's options. */
static int read_threshold(const struct lesson_source *source, const struct yaml_node *node, struct lesson_variant *variant)
{
    static const char *const known[] = {"threshold", "abortOnFail", "delayAbortEval", NULL};
    static const char *const words[] = {"false", "true", NULL};
    int abort_on_fail = 0;
    int64_t delay = 0;
    char **text = &variant->expect.texts[variant->expect.count];
    if (field_mapping(&source->reader, node, "expect", known) < 0)
        return -1;
    variant->expect.count++;
    if (field_text(&source->reader, node, "threshold", true, text) < 0 ||
        field_word(&source->reader, node, "abortOnFail", false, words, &abort_on_fail) < 0 ||
        field_duration(&source->reader, node, "delayAbortEval", false, 0, LONGEST_DELAY, &delay) < 0)
        return -1;
    if (delay > 0 && abort_on_fail == 0)
        return field_error(&source->reader, yaml_get(node, "delayAbortEval"), "delayAbortEval: needs abortOnFail: true");
    if (abort_on_fail == 0)
        return 0;
    variant->aborts = memory_resize(variant->aborts, variant->abort_count + 1, sizeof *variant->aborts);
    variant->aborts[variant->abort_count++] = (struct lesson_abort){.expectation = variant->expect.count - 1, .delay = delay};
    return 0;
}

static int read_entry(const struct lesson_source *source, const struct yaml_node *node, struct lesson_variant *variant)
{
    if (node->kind == YAML_MAPPING && yaml_get(node, "threshold") != NULL)
        return read_threshold(source, node, variant);
    if (node->kind != YAML_SCALAR || node->text[0] == '\0')
        return field_error(&source->reader, node, "expect: expected a text (in quotes when it holds \": \")");
    variant->expect.texts[variant->expect.count++] = memory_copy_text(node->text);
    return 0;
}

/* What ends a load is looked at while it goes on: it has to be a metric of it. */
static int check_entry(const struct lesson_source *source, const struct yaml_node *node, const char *text)
{
    struct error reason = ERROR_NONE;
    if (source->check != NULL && source->check(text, &reason) < 0)
        return field_error(&source->reader, node, "expect: %s", reason.text);
    if (node->kind == YAML_MAPPING && strchr(text, ':') == NULL)
        return field_error(&source->reader, yaml_get(node, "threshold"),
                           "threshold: expected METRIC:AGGREGATE<VALUE, such as http_req_failed:rate<10%%, not \"%.60s\"", text);
    return 0;
}

int lesson_read_expect(const struct lesson_source *source, const struct yaml_node *node, struct lesson_variant *variant)
{
    const struct yaml_node *list = NULL;
    if (field_member(&source->reader, node, "expect", YAML_SEQUENCE, false, &list) < 0)
        return -1;
    if (list == NULL)
        return 0;
    if (list->count > MOST_EXPECTATIONS)
        return field_error(&source->reader, list, "expect: expected at most %d entries", MOST_EXPECTATIONS);
    variant->expect.texts = memory_allocate(list->count + 1, sizeof *variant->expect.texts);
    for (size_t i = 0; i < list->count; i++)
        if (read_entry(source, list->values[i], variant) < 0 ||
            check_entry(source, list->values[i], variant->expect.texts[i]) < 0)
            return -1;
    return 0;
}
