#include "cluster/api/names.h"

#include <string.h>

#include "common/memory.h"

static bool is_lower(char character)
{
    return character >= 'a' && character <= 'z';
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_letter(char character)
{
    return is_lower(character) || (character >= 'A' && character <= 'Z');
}

static bool is_lower_or_digit(char character)
{
    return is_lower(character) || is_digit(character);
}

static bool is_alphanumeric(char character)
{
    return is_letter(character) || is_digit(character);
}

static bool is_label(const char *text, size_t length)
{
    if (length == 0 || !is_lower_or_digit(text[0]) || !is_lower_or_digit(text[length - 1]))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_lower_or_digit(text[i]) && text[i] != '-')
            return false;
    }
    return true;
}

static bool is_subdomain(const char *text, size_t length)
{
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && text[i] != '.')
            continue;
        if (!is_label(text + start, i - start))
            return false;
        start = i + 1;
    }
    return true;
}

/* Letters, digits, '-', '_' and '.', with a letter or digit at both ends. */
static bool is_label_value(const char *text, size_t length)
{
    if (length == 0 || !is_alphanumeric(text[0]) || !is_alphanumeric(text[length - 1]))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_alphanumeric(text[i]) && strchr("-_.", text[i]) == NULL)
            return false;
    }
    return true;
}

const char *name_label_problem(const char *text)
{
    size_t length = strlen(text);
    if (length > NAME_LABEL_MAXIMUM)
        return "must be no more than 63 bytes";
    if (is_label(text, length))
        return NULL;
    return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
           "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
}

const char *name_subdomain_problem(const char *text)
{
    size_t length = strlen(text);
    if (length > NAME_SUBDOMAIN_MAXIMUM)
        return "must be no more than 253 bytes";
    if (is_subdomain(text, length))
        return NULL;
    return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
           "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

const char *name_service_problem(const char *text)
{
    size_t length = strlen(text);
    if (length > NAME_LABEL_MAXIMUM)
        return "must be no more than 63 bytes";
    if (is_label(text, length) && is_lower(text[0]))
        return NULL;
    return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
           "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
           "'[a-z]([-a-z0-9]*[a-z0-9])?')";
}

const char *name_port_problem(const char *text)
{
    size_t length = strlen(text);
    if (length > 15)
        return "must be no more than 15 characters";
    bool letter = false;
    for (size_t i = 0; i < length; i++) {
        if (!is_lower_or_digit(text[i]) && text[i] != '-')
            return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        letter = letter || is_lower(text[i]);
    }
    if (!letter)
        return "must contain at least one letter (a-z)";
    if (strstr(text, "--") != NULL)
        return "must not contain consecutive hyphens";
    if (text[0] == '-' || text[length - 1] == '-')
        return "must not begin or end with a hyphen";
    return NULL;
}

const char *name_environment_problem(const char *text)
{
    bool valid = text[0] != '\0';
    for (const char *at = text; *at != '\0' && valid; at++)
        valid = *at >= ' ' && *at <= '~' && *at != '=';
    if (valid)
        return NULL;
    return "a valid environment variable name must consist only of printable ASCII characters other than '='";
}

const char *name_configuration_key_problem(const char *text)
{
    if (strlen(text) > NAME_SUBDOMAIN_MAXIMUM)
        return "must be no more than 253 bytes";
    if (strcmp(text, ".") == 0)
        return "must not be '.'";
    if (strncmp(text, "..", 2) == 0)
        return strcmp(text, "..") == 0 ? "must not be '..'" : "must not start with '..'";
    bool valid = text[0] != '\0';
    for (const char *at = text; *at != '\0' && valid; at++)
        valid = is_alphanumeric(*at) || strchr("-_.", *at) != NULL;
    if (valid)
        return NULL;
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
           "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
}

const char *name_label_value_problem(const char *text)
{
    size_t length = strlen(text);
    if (length > NAME_LABEL_MAXIMUM)
        return "must be no more than 63 bytes";
    if (length == 0 || is_label_value(text, length))
        return NULL;
    return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
           "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
           "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
}

const char *name_path_segment_problem(const char *text)
{
    if (strcmp(text, ".") == 0)
        return "may not be '.'";
    if (strcmp(text, "..") == 0)
        return "may not be '..'";
    if (strchr(text, '/') != NULL)
        return "may not contain '/'";
    return strchr(text, '%') != NULL ? "may not contain '%'" : NULL;
}

#define QUALIFIED_WORDS                                                                                                          \
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. "     \
    "'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

void name_check_qualified(struct problems *problems, const struct field_path *path, const char *text)
{
    const char *name = text;
    const char *slash = strchr(text, '/');
    if (slash != NULL && strchr(slash + 1, '/') != NULL) {
        problem_invalid_text(problems, path, text,
                             "a qualified name %s with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
                             QUALIFIED_WORDS);
        return;
    }
    if (slash != NULL) {
        AUTO_FREE char *prefix = memory_copy_bytes(text, (size_t)(slash - text));
        const char *problem = prefix[0] == '\0' ? "must be non-empty" : name_subdomain_problem(prefix);
        if (problem != NULL)
            problem_invalid_text(problems, path, text, "prefix part %s", problem);
        name = slash + 1;
    }
    size_t length = strlen(name);
    if (length == 0)
        problem_invalid_text(problems, path, text, "name part must be non-empty");
    else if (length > NAME_LABEL_MAXIMUM)
        problem_invalid_text(problems, path, text, "name part must be no more than 63 bytes");
    if (!is_label_value(name, length))
        problem_invalid_text(problems, path, text, "name part %s", QUALIFIED_WORDS);
}

bool name_is_qualified(const char *text)
{
    AUTO_PROBLEMS struct problems problems = {0};
    name_check_qualified(&problems, PATH_ROOT("name"), text);
    return problems.count == 0;
}

void name_check_labels(struct problems *problems, const struct field_path *path, const cJSON *labels)
{
    const cJSON *label = NULL;
    cJSON_ArrayForEach (label, labels) {
        name_check_qualified(problems, path, label->string);
        const char *problem = name_label_value_problem(json_text(label, ""));
        if (problem != NULL)
            problem_invalid_text(problems, path, json_text(label, ""), "%s", problem);
    }
}
