#include "kube/redact.h"

#include <string.h>

void redact_secret(char *text, const char *secret)
{
    size_t length = secret != NULL ? strlen(secret) : 0;
    if (length == 0)
        return;
    for (char *at = strstr(text, secret); at != NULL; at = strstr(at + length, secret))
        memset(at, '*', length);
    /* A text that was cut may end within the secret. */
    size_t end = strlen(text);
    for (size_t part = length - 1; part >= 4; part--) {
        if (part <= end && memcmp(text + end - part, secret, part) == 0)
            memset(text + end - part, '*', part);
    }
}
