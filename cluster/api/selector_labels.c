#include <stdlib.h>
#include <string.h>

#include "cluster/api/names.h"
#include "cluster/api/selector_internal.h"
#include "cluster/api/selector_text.h"
#include "common/memory.h"

/* More would only be a way to keep the server busy. */
#define REQUIREMENTS_MAXIMUM 1000
#define TEXT_MAXIMUM ((size_t)64 * 1024)

static int bad_requirement(struct status *status, const char *found, const char *rest)
{
    return status_set(status, 400, "BadRequest", "unable to parse requirement: found '%s'%s", found, rest);
}

static int first_problem(const struct problems *problems, struct status *status)
{
    if (problems->count == 0)
        return 0;
    const cJSON *cause = problems->causes->child;
    return status_set(status, 400, "BadRequest", "unable to parse requirement: %s: %s", json_text(json_get(cause, "field"), ""),
                      json_text(json_get(cause, "message"), ""));
}

static int check_key(const char *key, struct status *status)
{
    AUTO_PROBLEMS struct problems problems = {0};
    name_check_qualified(&problems, PATH_ROOT("key"), key);
    return first_problem(&problems, status);
}

static bool is_integer(const char *text)
{
    char *end = NULL;
    (void)strtoll(text, &end, 10);
    return end != text && *end == '\0';
}

static int check_values(const struct requirement *requirement, struct status *status)
{
    AUTO_PROBLEMS struct problems problems = {0};
    const struct field_path *path = PATH_ROOT("values");
    bool compares = requirement->relation == SELECTOR_GREATER || requirement->relation == SELECTOR_LESS;
    for (size_t i = 0; i < requirement->count; i++) {
        const char *value = requirement->values[i];
        const char *problem = name_label_value_problem(value);
        if (compares && !is_integer(value))
            problem_invalid_text(&problems, PATH_INDEX(path, (int)i), value,
                                 "for 'Gt', 'Lt' operators, the value must be an integer");
        if (problem != NULL)
            problem_invalid_text(&problems, PATH_KEY(PATH_INDEX(path, (int)i), requirement->key), value, "%s", problem);
    }
    return first_problem(&problems, status);
}

static int read_list(struct selector_reader *reader, struct requirement *requirement, struct status *status)
{
    for (;;) {
        enum selector_token token = selector_reader_take(reader, true);
        if (token == TOKEN_IDENTIFIER) {
            requirement_add_value(requirement, reader->consumed);
            enum selector_token next = selector_reader_look(reader, true);
            if (next == TOKEN_CLOSE)
                return 0;
            if (next != TOKEN_COMMA)
                return bad_requirement(status, reader->literal, ", expected: ',' or ')'");
        } else if (token == TOKEN_COMMA) {
            if (requirement->count == 0)
                requirement_add_value(requirement, "");
            enum selector_token next = selector_reader_look(reader, true);
            if (next == TOKEN_CLOSE || next == TOKEN_COMMA)
                requirement_add_value(requirement, "");
            if (next == TOKEN_CLOSE)
                return 0;
            if (next == TOKEN_COMMA)
                (void)selector_reader_take(reader, true);
        } else {
            return bad_requirement(status, reader->consumed, ", expected: ',', or identifier");
        }
    }
}

static int read_set(struct selector_reader *reader, struct requirement *requirement, struct status *status)
{
    requirement->set_based = true;
    if (selector_reader_take(reader, true) != TOKEN_OPEN)
        return bad_requirement(status, reader->consumed, " expected: '('");
    enum selector_token token = selector_reader_look(reader, true);
    if (token == TOKEN_CLOSE) {
        requirement_add_value(requirement, "");
        (void)selector_reader_take(reader, true);
        return 0;
    }
    if (token != TOKEN_IDENTIFIER && token != TOKEN_COMMA)
        return bad_requirement(status, reader->literal, ", expected: ',', ')' or identifier");
    if (read_list(reader, requirement, status) < 0)
        return -1;
    if (selector_reader_take(reader, true) != TOKEN_CLOSE)
        return bad_requirement(status, reader->consumed, ", expected: ')'");
    return 0;
}

static int read_exact(struct selector_reader *reader, struct requirement *requirement, struct status *status)
{
    enum selector_token token = selector_reader_look(reader, true);
    if (token == TOKEN_END || token == TOKEN_COMMA) {
        requirement_add_value(requirement, "");
        return 0;
    }
    if (selector_reader_take(reader, true) != TOKEN_IDENTIFIER)
        return bad_requirement(status, reader->consumed, ", expected: identifier");
    requirement_add_value(requirement, reader->consumed);
    return 0;
}

static int read_operator(struct selector_reader *reader, struct requirement *requirement, struct status *status)
{
    static const enum selector_operator operators[] = {
        [TOKEN_IN] = SELECTOR_IN,         [TOKEN_EQUALS] = SELECTOR_IN,         [TOKEN_DOUBLE_EQUALS] = SELECTOR_IN,
        [TOKEN_NOT_IN] = SELECTOR_NOT_IN, [TOKEN_NOT_EQUALS] = SELECTOR_NOT_IN, [TOKEN_GREATER] = SELECTOR_GREATER,
        [TOKEN_LESS] = SELECTOR_LESS,
    };
    enum selector_token token = selector_reader_take(reader, false);
    switch (token) {
    case TOKEN_IN:
    case TOKEN_NOT_IN:
    case TOKEN_EQUALS:
    case TOKEN_DOUBLE_EQUALS:
    case TOKEN_NOT_EQUALS:
    case TOKEN_GREATER:
    case TOKEN_LESS:
        requirement->relation = operators[token];
        break;
    default:
        return bad_requirement(status, reader->consumed, ", expected: in, notin, =, ==, !=, gt, lt");
    }
    int outcome = token == TOKEN_IN || token == TOKEN_NOT_IN ? read_set(reader, requirement, status)
                                                             : read_exact(reader, requirement, status);
    return outcome < 0 ? -1 : check_values(requirement, status);
}

static int read_requirement(struct selector_reader *reader, struct selector *selector, struct status *status)
{
    enum selector_token token = selector_reader_take(reader, true);
    bool negated = token == TOKEN_NOT_EXISTS;
    if (negated)
        token = selector_reader_take(reader, true);
    if (token != TOKEN_IDENTIFIER)
        return bad_requirement(status, reader->consumed, ", expected: identifier");
    if (check_key(reader->consumed, status) < 0)
        return -1;
    struct requirement *requirement = selector_add(selector, reader->consumed, negated ? SELECTOR_NOT_EXISTS : SELECTOR_EXISTS);
    enum selector_token next = selector_reader_look(reader, true);
    if (negated || next == TOKEN_END || next == TOKEN_COMMA)
        return 0;
    return read_operator(reader, requirement, status);
}

static int read_selector(struct selector_reader *reader, struct selector *selector, struct status *status)
{
    for (;;) {
        enum selector_token token = selector_reader_look(reader, true);
        if (token == TOKEN_END)
            return 0;
        if (token != TOKEN_IDENTIFIER && token != TOKEN_NOT_EXISTS)
            return status_set(status, 400, "BadRequest", "found '%s', expected: !, identifier, or 'end of string'",
                              reader->literal);
        if (selector->count >= REQUIREMENTS_MAXIMUM)
            return status_set(status, 400, "BadRequest", "more than %d requirements", REQUIREMENTS_MAXIMUM);
        if (read_requirement(reader, selector, status) < 0)
            return -1;
        token = selector_reader_take(reader, true);
        if (token == TOKEN_END)
            return 0;
        if (token != TOKEN_COMMA)
            return status_set(status, 400, "BadRequest", "found '%s', expected: ',' or 'end of string'", reader->consumed);
        token = selector_reader_look(reader, true);
        if (token != TOKEN_IDENTIFIER && token != TOKEN_NOT_EXISTS)
            return status_set(status, 400, "BadRequest", "found '%s', expected: identifier after ','", reader->literal);
    }
}

struct selector *selector_parse_labels(const char *text, struct status *status)
{
    if (strlen(text) > TEXT_MAXIMUM) {
        (void)status_set(status, 400, "BadRequest", "label selector is too long");
        return NULL;
    }
    struct selector_reader reader;
    selector_reader_open(&reader, text);
    struct selector *selector = memory_allocate(1, sizeof *selector);
    if (read_selector(&reader, selector, status) < 0) {
        selector_destroy(selector);
        selector = NULL;
    }
    selector_reader_close(&reader);
    return selector;
}
