#include "driver/lesson/hash.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/sha.h>

#include "common/memory.h"

char *lesson_hash(const char *text, size_t length)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    (void)SHA256((const unsigned char *)text, length, digest);
    char *hex = memory_allocate(2 * sizeof digest + 1, 1);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return hex;
}
