#include "common/time_zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/time_zone_rule.h"

#define FILE_MAXIMUM ((size_t)256 * 1024)
#define HEADER_SIZE 44
#define FOOTER_MAXIMUM 128

/* Where tz databases are, in the order in which Go looks. */
static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};

struct transition {
    int64_t at; /* from then on */
    int32_t offset;
};

struct time_zone {
    int32_t first_offset; /* before the first transition */
    struct transition *transitions;
    size_t count;
    bool has_rule; /* after the last transition */
    struct time_zone_rule rule;
};

/* A data block of the file: counts, then arrays. */
struct block {
    size_t transition_count, type_count, name_size, leap_count, standard_count, ut_count;
    size_t time_size; /* of each transition time: 4 in the first block, 8 in the second */
    size_t size;
};

static uint64_t read_big_endian(const char *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | (unsigned char)bytes[i];
    return value;
}

/* The block whose header is at `bytes`; -1 when it is none or does not fit. */
static int read_block(const char *bytes, size_t length, size_t time_size, struct block *block)
{
    if (length < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0)
        return -1;
    uint64_t counts[6];
    for (size_t i = 0; i < 6; i++)
        counts[i] = read_big_endian(bytes + 20 + 4 * i, 4);
    uint64_t size = counts[3] * (time_size + 1) + counts[4] * 6 + counts[5] + counts[2] * (time_size + 4) + counts[1] + counts[0];
    if (size > length - HEADER_SIZE || counts[4] == 0)
        return -1;
    *block = (struct block){.ut_count = counts[0],
                            .standard_count = counts[1],
                            .leap_count = counts[2],
                            .transition_count = counts[3],
                            .type_count = counts[4],
                            .name_size = counts[5],
                            .time_size = time_size,
                            .size = size};
    return 0;
}

static int read_transitions(struct time_zone *zone, const char *data, const struct block *block)
{
    const char *indexes = data + block->transition_count * block->time_size;
    const char *types = indexes + block->transition_count;
    zone->first_offset = (int32_t)read_big_endian(types, 4);
    zone->transitions = memory_allocate(block->transition_count + 1, sizeof *zone->transitions);
    for (size_t i = 0; i < block->transition_count; i++) {
        size_t type = (unsigned char)indexes[i];
        uint64_t at = read_big_endian(data + i * block->time_size, block->time_size);
        if (type >= block->type_count)
            return -1;
        zone->transitions[i].at = block->time_size == 4 ? (int32_t)at : (int64_t)at;
        zone->transitions[i].offset = (int32_t)read_big_endian(types + 6 * type, 4);
        if (i > 0 && zone->transitions[i].at <= zone->transitions[i - 1].at)
            return -1;
    }
    zone->count = block->transition_count;
    return 0;
}

/* A line feed, the rule, a line feed. Without a rule, the last transition holds for ever. */
static int read_footer(struct time_zone *zone, const char *footer, size_t length)
{
    char text[FOOTER_MAXIMUM] = "";
    if (length < 2 || footer[0] != '\n')
        return -1;
    const char *end = memchr(footer + 1, '\n', length - 1);
    if (end == NULL || (size_t)(end - footer) > sizeof text)
        return -1;
    memcpy(text, footer + 1, (size_t)(end - footer) - 1);
    zone->has_rule = text[0] != '\0';
    return zone->has_rule ? time_zone_rule_parse(text, &zone->rule) : 0;
}

static int read_file(struct time_zone *zone, const char *bytes, size_t length)
{
    struct block block = {0};
    if (read_block(bytes, length, 4, &block) < 0)
        return -1;
    if (bytes[4] == '\0')
        return read_transitions(zone, bytes + HEADER_SIZE, &block);
    size_t second = HEADER_SIZE + block.size;
    if (read_block(bytes + second, length - second, 8, &block) < 0)
        return -1;
    second += HEADER_SIZE;
    if (read_transitions(zone, bytes + second, &block) < 0)
        return -1;
    return read_footer(zone, bytes + second + block.size, length - second - block.size);
}

struct time_zone *time_zone_read(const char *bytes, size_t length)
{
    struct time_zone *zone = memory_allocate(1, sizeof *zone);
    if (read_file(zone, bytes, length) == 0)
        return zone;
    time_zone_destroy(zone);
    return NULL;
}

void time_zone_destroy(struct time_zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->transitions);
    free(zone);
}

void time_zone_destroy_pointer(struct time_zone **zone)
{
    time_zone_destroy(*zone);
}

/* A name that stays within the database's folder. */
static bool is_name(const char *name)
{
    return name[0] != '\0' && name[0] != '/' && name[0] != '.' && strstr(name, "/.") == NULL && strlen(name) < 256;
}

struct time_zone *time_zone_load(const char *name, struct error *error)
{
    bool database = false;
    if (strcmp(name, "UTC") == 0)
        return memory_allocate(1, sizeof(struct time_zone));
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        size_t length = 0;
        database = database || access(folders[i], X_OK) == 0;
        if (!is_name(name))
            continue;
        AUTO_FREE char *path = memory_format("%s/%s", folders[i], name);
        AUTO_FREE char *bytes = file_read(path, FILE_MAXIMUM, &length, NULL);
        struct time_zone *zone = bytes != NULL ? time_zone_read(bytes, length) : NULL;
        if (zone != NULL)
            return zone;
    }
    (void)error_set(error, "unknown time zone %s%s", name,
                    database ? "" : ": this machine has no time zones (/usr/share/zoneinfo, of the package tzdata)");
    return NULL;
}

int32_t time_zone_offset(const struct time_zone *zone, int64_t seconds)
{
    size_t low = 0;
    size_t high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->transitions[middle].at <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rule)
        return time_zone_rule_offset(&zone->rule, seconds);
    return low > 0 ? zone->transitions[low - 1].offset : zone->first_offset;
}

/* No clock is moved by more than this at once. */
#define LARGEST_CHANGE (2 * INT64_C(86400))

int64_t time_zone_moment(const struct time_zone *zone, int64_t local)
{
    int32_t before = time_zone_offset(zone, local - LARGEST_CHANGE);
    int32_t after = time_zone_offset(zone, local + LARGEST_CHANGE);
    int64_t high = local - (before < after ? before : after);
    int64_t low = local - (before > after ? before : after);
    if (low + time_zone_offset(zone, low) >= local && time_zone_offset(zone, low) == before)
        return low;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (middle + time_zone_offset(zone, middle) >= local)
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}
