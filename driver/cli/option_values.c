#include "driver/cli/option_values.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"

int option_time(const char *option, const char *text, int64_t shortest, int64_t longest, int64_t *time, struct error *error)
{
    char words[2][DURATION_TEXT_SIZE];
    if (duration_parse(text, time, NULL) < 0 || *time < shortest || *time > longest)
        return error_set(error, "--%s: expected a time from %s to %s, such as 30s, not \"%.40s\"", option,
                         duration_format_go(shortest, words[0]), duration_format_go(longest, words[1]), text);
    return 0;
}

int option_whole(const char *option, const char *text, uint64_t lowest, uint64_t highest, uint64_t *number, struct error *error)
{
    bool digits = text[0] != '\0' && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 18;
    *number = digits ? strtoull(text, NULL, 10) : 0;
    if (!digits || *number < lowest || *number > highest)
        return error_set(error, "--%s: expected a whole number from %llu to %llu, not \"%.40s\"", option,
                         (unsigned long long)lowest, (unsigned long long)highest, text);
    return 0;
}

int option_word(const char *option, const char *text, const char *const *words, int *place, struct error *error)
{
    for (*place = 0; words[*place] != NULL; (*place)++)
        if (strcmp(words[*place], text) == 0)
            return 0;
    char list[256] = "";
    for (size_t i = 0; words[i] != NULL; i++)
        (void)snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
                       i == 0                 ? ""
                       : words[i + 1] == NULL ? " or "
                                              : ", ",
                       words[i]);
    return error_set(error, "--%s: expected %s, not \"%.40s\"", option, list, text);
}
