#include "driver/load/answer_labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"

void answer_labels_clear(struct answer_labels *labels)
{
    labels->server[0] = '\0';
    labels->server_age = -1;
    labels->warmth = WARMTH_UNKNOWN;
}

bool header_line_split(const char *line, size_t length, struct header_line *header)
{
    const char *colon = memchr(line, ':', length);
    if (colon == NULL || colon == line)
        return false;
    const char *value = colon + 1;
    const char *end = line + length;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (unsigned char)end[-1] <= ' ')
        end--;
    *header = (struct header_line){
        .name = line, .name_length = (size_t)(colon - line), .value = value, .value_length = (size_t)(end - value)};
    return true;
}

bool header_line_is(const struct header_line *header, const char *name)
{
    return strlen(name) == header->name_length && strncasecmp(header->name, name, header->name_length) == 0;
}

/* What is no visible ASCII becomes a question mark. */
static void copy_server(struct answer_labels *labels, const struct header_line *header)
{
    (void)snprintf(labels->server, sizeof labels->server, "%.*s", (int)header->value_length, header->value);
    for (char *at = labels->server; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            *at = '?';
}

static void read_age(struct answer_labels *labels, const struct header_line *header)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s", (int)header->value_length, header->value);
    double age = strtod(text, NULL);
    if (age >= 0 && age < 1e9)
        labels->server_age = (int64_t)(age * (double)NANOSECONDS_PER_SECOND);
}

void answer_labels_see(struct answer_labels *labels, const struct load_spec *spec, const struct header_line *header)
{
    if (header_line_is(header, spec->pod_header)) {
        copy_server(labels, header);
    } else if (header_line_is(header, spec->phase_header)) {
        if (header->value_length == 4 && strncasecmp(header->value, "cold", 4) == 0)
            labels->warmth = WARMTH_COLD;
        else if (header->value_length == 4 && strncasecmp(header->value, "warm", 4) == 0)
            labels->warmth = WARMTH_WARM;
    } else if (header_line_is(header, spec->age_header)) {
        read_age(labels, header);
    }
}
