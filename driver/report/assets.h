/*
 * The files that are linked into the program (rules/report.mk).
 */
#ifndef DRIVER_REPORT_ASSETS_H
#define DRIVER_REPORT_ASSETS_H

#include <stddef.h>

struct asset {
    const char *name;
    const unsigned char *bytes;
    size_t length;
};

/* In the order in which they go into a page; ends with a NULL name. */
extern const struct asset ASSET_STYLES[];
extern const struct asset ASSET_SCRIPTS[];

#endif
