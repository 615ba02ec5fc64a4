#include "common/settings.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/duration.h"
#include "common/fold.h"

#define HELP_INDENT 6

int settings_read_address(const struct setting *setting, const char *text, void *target, struct error *error)
{
    unsigned char binary[sizeof(struct in6_addr)];
    (void)setting;
    if (inet_pton(AF_INET, text, binary) != 1 && inet_pton(AF_INET6, text, binary) != 1)
        return error_set(error, "\"%.60s\" is no IP address such as 127.0.0.1", text);
    *(const char **)target = text;
    return 0;
}

int settings_read_count(const struct setting *setting, const char *text, void *target, struct error *error)
{
    bool digits = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    long long value = digits && strlen(text) <= 9 ? strtoll(text, NULL, 10) : -1;
    if (value < setting->minimum || value > setting->maximum)
        return error_set(error, "\"%.40s\" is no whole number from %lld to %lld", text, (long long)setting->minimum,
                         (long long)setting->maximum);
    *(int64_t *)target = value;
    return 0;
}

int settings_check_duration(const struct setting *setting, const char *text, int64_t value, struct error *error)
{
    char least[DURATION_TEXT_SIZE];
    char most[DURATION_TEXT_SIZE];
    if (value < setting->minimum || value > setting->maximum)
        return error_set(error, "\"%.40s\" is not within %s and %s", text, duration_format(setting->minimum, least),
                         duration_format(setting->maximum, most));
    return 0;
}

int settings_read_duration(const struct setting *setting, const char *text, void *target, struct error *error)
{
    if (duration_parse(text, target, error) < 0)
        return -1;
    return settings_check_duration(setting, text, *(int64_t *)target, error);
}

int settings_choose(const char *const names[3], const char *text, int *target, struct error *error)
{
    for (int i = 0; i < 3; i++) {
        if (strcmp(names[i], text) == 0) {
            *target = i;
            return 0;
        }
    }
    return error_set(error, "\"%.40s\" is none of %s, %s, %s", text, names[0], names[1], names[2]);
}

static bool is_pod_name(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
    return length > 0 && length <= POD_NAME_MAXIMUM && text[length] == '\0';
}

int settings_read_pod_name(const struct setting *setting, const char *text, void *target, struct error *error)
{
    (void)setting;
    if (!is_pod_name(text))
        return error_set(error, "\"%.40s\" is no pod name (letters, digits, \"-\", \".\" and \"_\", at most %d)", text,
                         POD_NAME_MAXIMUM);
    memcpy(target, text, strlen(text) + 1);
    return 0;
}

void settings_default_pod_name(char name[POD_NAME_MAXIMUM + 1], const char *other)
{
    char host[POD_NAME_MAXIMUM + 1] = "";
    bool usable = gethostname(host, sizeof host - 1) == 0 && is_pod_name(host);
    (void)snprintf(name, POD_NAME_MAXIMUM + 1, "%s", usable ? host : other);
}

static int find_setting(const struct settings *settings, const char *name, size_t length)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strlen(settings->table[i].flag) == length && strncmp(settings->table[i].flag, name, length) == 0)
            return (int)i;
    return -1;
}

/* Puts the value that a flag was given into values, by its place in the table. */
static int read_flag(const struct settings *settings, int count, char *const *arguments, int *at, const char **values,
                     struct error *error)
{
    const char *name = arguments[*at] + 2;
    size_t length = strcspn(name, "=");
    int setting = find_setting(settings, name, length);
    if (setting < 0)
        return error_set(error, "unknown flag --%.60s; see --help", name);
    if (name[length] == '=')
        values[setting] = name + length + 1;
    else if (*at + 1 < count)
        values[setting] = arguments[++*at];
    else
        return error_set(error, "--%s needs a value: --%s %s", name, name, settings->table[setting].value);
    return 0;
}

static int read_operand(const struct settings *settings, const char *text, struct settings_operands *operands,
                        struct error *error)
{
    if (text[0] == '-' || operands->count >= settings->operands_maximum)
        return error_set(error, "unexpected argument \"%.60s\"; see --help", text);
    operands->texts[operands->count++] = text;
    return 0;
}

static int read_values(const struct settings *settings, const char **values, void *target, struct error *error)
{
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *setting = &settings->table[i];
        const char *text = values[i];
        const char *variable = getenv(setting->variable);
        bool from_variable = text == NULL && variable != NULL && variable[0] != '\0';
        if (text == NULL)
            text = from_variable ? variable : setting->fallback;
        if (text != NULL && setting->read(setting, text, (char *)target + setting->offset, error) < 0)
            return error_context(error, "%s%s", from_variable ? "" : "--", from_variable ? setting->variable : setting->flag);
    }
    return 0;
}

int settings_read(const struct settings *settings, int count, char *const *arguments, void *target,
                  struct settings_operands *operands, enum settings_request *request, struct error *error)
{
    const char *values[SETTINGS_MAXIMUM] = {NULL};
    *operands = (struct settings_operands){.count = 0};
    *request = SETTINGS_RUN;
    for (int at = 0; at < count; at++) {
        if (strcmp(arguments[at], "--help") == 0 || strcmp(arguments[at], "--version") == 0) {
            *request = arguments[at][2] == 'h' ? SETTINGS_HELP : SETTINGS_VERSION;
            return 0;
        }
        int result = strncmp(arguments[at], "--", 2) == 0 ? read_flag(settings, count, arguments, &at, values, error)
                                                          : read_operand(settings, arguments[at], operands, error);
        if (result < 0)
            return -1;
    }
    return read_values(settings, values, target, error);
}

static void print_setting(FILE *stream, const struct setting *setting)
{
    (void)fprintf(stream, "  --%s %s  (%s", setting->flag, setting->value, setting->variable);
    if (setting->fallback != NULL)
        (void)fprintf(stream, ", default %s", setting->fallback);
    (void)fprintf(stream, ")\n%*s", HELP_INDENT, "");
    fold_print(stream, HELP_INDENT, HELP_INDENT, setting->help);
}

void settings_print(const struct settings *settings, FILE *stream)
{
    for (size_t i = 0; i < settings->count; i++)
        print_setting(stream, &settings->table[i]);
}
