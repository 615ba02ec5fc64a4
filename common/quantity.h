/*
 * Kubernetes resource quantities: "250m", "1.5", "128Mi", "12e6".
 *
 * A quantity is an exact number of nano-units (128 bits; beyond that it is held at the limit, with its sign) and the
 * format in which it prints. Reading, rounding and printing follow k8s.io/apimachinery's resource.Quantity:
 * digits beyond nano round away from zero, a binary quantity is at most 2^63-1, and text is canonical (no fraction,
 * largest suffix that keeps the number whole).
 *
 * A plain value: copy it freely, nothing to release.
 */
#ifndef COMMON_QUANTITY_H
#define COMMON_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

__extension__ typedef __int128 quantity_nano;

enum quantity_format {
    QUANTITY_DECIMAL_SI,       /* n u m - k M G T P E, powers of 1000 */
    QUANTITY_BINARY_SI,        /* Ki Mi Gi Ti Pi Ei, powers of 1024 */
    QUANTITY_DECIMAL_EXPONENT, /* e3, e6, ... */
};

/* A zeroed struct is the quantity 0 in DecimalSI. */
struct quantity {
    quantity_nano nano;
    enum quantity_format format;
};

/* Room for any quantity's text. */
#define QUANTITY_TEXT_SIZE 56

/* Reads one quantity; no white space around it. -1 with the API server's words when it is none; result is zero then. */
int quantity_parse(const char *text, struct quantity *result, struct error *error);

struct quantity quantity_from_value(int64_t value, enum quantity_format format);
struct quantity quantity_from_milli(int64_t milli, enum quantity_format format);

/* Whole units and thousandths, rounded away from zero, held within the range of int64_t. */
int64_t quantity_value(struct quantity quantity);
int64_t quantity_milli(struct quantity quantity);

/* For charts and reports; not exact. */
double quantity_double(struct quantity quantity);

/* -1, 0 or 1; formats do not matter. */
int quantity_compare(struct quantity left, struct quantity right);
int quantity_sign(struct quantity quantity);

/* The sum in the format of left (of right when left is zero), held at the limits. */
struct quantity quantity_add(struct quantity left, struct quantity right);

/* The canonical text. Returns text. */
char *quantity_format(struct quantity quantity, char text[QUANTITY_TEXT_SIZE]);

#endif
