/*
 * The proxy that the environment names: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, also in small letters, as Go's programs (k6 among
 * them) read them.
 */
#ifndef DRIVER_LOAD_PROXY_H
#define DRIVER_LOAD_PROXY_H

#include "driver/load/url.h"

/* The proxy for a URL, as the environment has it (its password too), or NULL: there is none, NO_PROXY names the host, or the
 * host is this machine itself (localhost, 127.0.0.0/8), for which none is ever used. The caller frees it.
 *
 * NO_PROXY: "*", or a list of names (their subdomains too; with a dot in front the subdomains alone), IPv4 addresses
 * and ranges such as 10.0.0.0/8, each but the ranges with or without a port. */
char *proxy_of_environment(const struct url_template *url);

#endif
