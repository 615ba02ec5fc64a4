#include "common/listen_address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int refuse(const char *text, struct error *error)
{
    return error_set(error, "expected ADDRESS:PORT such as 127.0.0.1:8000, not \"%s\"", text);
}

/* The port behind the last colon; -1 when it is none. */
static long read_port(const char *digits)
{
    char *end = NULL;
    if (strspn(digits, "0123456789") != strlen(digits) || digits[0] == '\0' || strlen(digits) > 5)
        return -1;
    const long port = strtol(digits, &end, 10);
    return port <= UINT16_MAX ? port : -1;
}

int listen_address_parse(const char *text, struct listen_address *listen, struct error *error)
{
    unsigned char binary[sizeof(struct in6_addr)];
    const char *colon = strrchr(text, ':');
    if (colon == NULL)
        return refuse(text, error);
    const long port = read_port(colon + 1);
    size_t length = (size_t)(colon - text);
    const bool in_brackets = length >= 2 && text[0] == '[' && colon[-1] == ']';
    if (in_brackets)
        length -= 2;
    if (port < 0 || length >= LISTEN_ADDRESS_SIZE)
        return refuse(text, error);
    memcpy(listen->address, text + (in_brackets ? 1 : 0), length);
    listen->address[length] = '\0';
    listen->port = (uint16_t)port;
    if (inet_pton(in_brackets ? AF_INET6 : AF_INET, listen->address, binary) != 1)
        return refuse(text, error);
    return 0;
}
