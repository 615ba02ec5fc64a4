#include "driver/lesson/hash.h"

#include <openssl/sha.h>

#include "common/memory.h"
#include "common/random.h"

char *lesson_hash(const char *text, size_t length)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    (void)SHA256((const unsigned char *)text, length, digest);
    char *hex = memory_allocate(HEX_TEXT_SIZE(sizeof digest), 1);
    return hex_format(digest, sizeof digest, hex);
}
