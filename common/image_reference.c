#include "common/image_reference.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define LONGEST_TAG 128
#define DIGEST_START "sha256:"
#define DIGEST_DIGITS 64

/* Words of lower-case letters and digits, joined by ".", "_", "__" or any number of "-". */
static bool is_component(const char *text, size_t length)
{
    size_t at = 0;
    for (;;) {
        const size_t word = strspn(text + at, LOWER DIGITS);
        if (word == 0)
            return false;
        at += word;
        if (at >= length)
            return at == length;
        const size_t dashes = strspn(text + at, "-");
        if (dashes > 0)
            at += dashes;
        else if (strncmp(text + at, "__", 2) == 0)
            at += 2;
        else if (text[at] == '.' || text[at] == '_')
            at++;
        else
            return false;
    }
}

static bool is_path(const char *text)
{
    for (;;) {
        const size_t length = strcspn(text, "/");
        if (!is_component(text, length))
            return false;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

static bool is_tag(const char *text)
{
    const size_t length = strlen(text);
    return length > 0 && length <= LONGEST_TAG && strspn(text, LOWER UPPER DIGITS "_.-") == length && text[0] != '.' &&
           text[0] != '-';
}

static bool is_digest(const char *text)
{
    const size_t start = sizeof DIGEST_START - 1;
    return strncmp(text, DIGEST_START, start) == 0 && strlen(text) == start + DIGEST_DIGITS &&
           strspn(text + start, DIGITS "abcdef") == DIGEST_DIGITS;
}

/* Length of the registry's name with which the text begins; 0 when it begins with a path. */
static size_t registry_length(const char *text)
{
    const size_t length = strcspn(text, "/");
    if (text[length] == '\0')
        return 0;
    const bool local = length == 9 && strncmp(text, "localhost", 9) == 0;
    return local || strcspn(text, ".:") < length ? length : 0;
}

static bool is_registry(const char *text, size_t length)
{
    return length > 0 && strspn(text, LOWER UPPER DIGITS ".-:") >= length && text[0] != '.' && text[0] != ':' &&
           text[length - 1] != ':';
}

static bool complete(char *name, char full[IMAGE_REFERENCE_SIZE])
{
    char *digest = strchr(name, '@');
    if (digest != NULL)
        *digest++ = '\0';
    char *slash = strrchr(name, '/');
    char *tag = strchr(slash != NULL ? slash : name, ':');
    if (tag != NULL)
        *tag++ = '\0';
    const size_t registry = registry_length(name);
    const char *path = registry > 0 ? name + registry + 1 : name;
    if ((registry > 0 && !is_registry(name, registry)) || !is_path(path) || (tag != NULL && !is_tag(tag)) ||
        (digest != NULL && !is_digest(digest)))
        return false;
    const bool is_default = registry == 0 || (registry == 9 && strncmp(name, "docker.io", 9) == 0);
    const bool official = is_default && strchr(path, '/') == NULL;
    const int length =
        snprintf(full, IMAGE_REFERENCE_SIZE, "%.*s/%s%s%s%s%s%s", registry > 0 ? (int)registry : 9,
                 registry > 0 ? name : "docker.io", official ? "library/" : "", path, tag != NULL || digest == NULL ? ":" : "",
                 tag != NULL      ? tag
                 : digest == NULL ? "latest"
                                  : "",
                 digest != NULL ? "@" : "", digest != NULL ? digest : "");
    return length > 0 && length < IMAGE_REFERENCE_SIZE;
}

int image_reference_complete(const char *text, char full[IMAGE_REFERENCE_SIZE], struct error *error)
{
    char name[IMAGE_REFERENCE_SIZE];
    if (strlen(text) >= sizeof name)
        return error_set(error, "invalid reference format");
    memcpy(name, text, strlen(text) + 1);
    return complete(name, full) ? 0 : error_set(error, "invalid reference format");
}

static void replace(const char *from, char old, char new, char to[IMAGE_REFERENCE_SIZE])
{
    size_t i = 0;
    for (; from[i] != '\0' && i + 1 < IMAGE_REFERENCE_SIZE; i++)
        to[i] = from[i] == old ? new : from[i];
    to[i] = '\0';
}

void image_reference_to_folder(const char *full, char folder[IMAGE_REFERENCE_SIZE])
{
    replace(full, '/', ',', folder);
}

void image_reference_from_folder(const char *folder, char full[IMAGE_REFERENCE_SIZE])
{
    replace(folder, ',', '/', full);
}
