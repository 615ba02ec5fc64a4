/*
 * Where a server of ours listens, as people write it: ADDRESS:PORT, such as 127.0.0.1:8000 or [::1]:8000.
 */
#ifndef COMMON_LISTEN_ADDRESS_H
#define COMMON_LISTEN_ADDRESS_H

#include <stdint.h>

#include "common/error.h"

#define LISTEN_ADDRESS_SIZE 64

struct listen_address {
    char address[LISTEN_ADDRESS_SIZE]; /* numeric, IPv4 or IPv6, without brackets */
    uint16_t port;                     /* 0 = any free one */
};

/* 0, or -1 with what was expected. */
int listen_address_parse(const char *text, struct listen_address *listen, struct error *error);

#endif
