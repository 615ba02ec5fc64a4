#include <stdio.h>

#include "cluster/api/registry_internal.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/random.h"

#define GENERATED_SUFFIX 5
#define GENERATED_PREFIX_MAXIMUM (63 - GENERATED_SUFFIX)

static void make_uid(char uid[37])
{
    unsigned char bytes[16] = {0};
    random_fill(bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    char hex[HEX_TEXT_SIZE(sizeof bytes)];
    hex_format(bytes, sizeof bytes, hex);
    (void)snprintf(uid, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

char *metadata_generate_name(const char *prefix)
{
    /* Without vowels and digits that look like letters, as Kubernetes's rand.String. */
    static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
    unsigned char bytes[GENERATED_SUFFIX] = {0};
    char suffix[GENERATED_SUFFIX + 1] = "";
    random_fill(bytes, sizeof bytes);
    for (size_t i = 0; i < GENERATED_SUFFIX; i++)
        suffix[i] = alphabet[bytes[i] % (sizeof alphabet - 1)];
    return memory_format("%.*s%s", GENERATED_PREFIX_MAXIMUM, prefix, suffix);
}

void metadata_prepare_create(cJSON *metadata, bool with_generation, int64_t now_wall)
{
    char uid[37];
    char created[CLOCK_TEXT_SIZE];
    make_uid(uid);
    json_remove(metadata, "deletionTimestamp");
    json_remove(metadata, "deletionGracePeriodSeconds");
    json_remove(metadata, "generation");
    json_set_text(metadata, "uid", uid);
    json_set_text(metadata, "resourceVersion", "0"); /* its place; the store sets it */
    json_set_text(metadata, "creationTimestamp", clock_format_seconds(now_wall, created));
    if (with_generation)
        json_set_integer(metadata, "generation", 1);
}

void metadata_prepare_update(cJSON *metadata, const cJSON *old_metadata)
{
    static const char *const kept[] = {"uid",        "resourceVersion", "creationTimestamp",         "deletionTimestamp",
                                       "generation", "generateName",    "deletionGracePeriodSeconds"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        json_copy_member(metadata, old_metadata, kept[i]);
}

void metadata_raise_generation(cJSON *metadata)
{
    json_set_integer(metadata, "generation", json_integer(json_get(metadata, "generation"), 0) + 1);
}
