/*
 * Numbers as people read them.
 */
#ifndef DRIVER_REPORT_NUMBER_TEXT_H
#define DRIVER_REPORT_NUMBER_TEXT_H

#include <stdint.h>

#define NUMBER_TEXT_SIZE 48

/* Whole, with thousands separators: "1,885"; at most 27 bytes. Returns text. */
char *number_count(uint64_t count, char *text);

/* Three significant digits, with thousands separators: "6,750", "7.16", "0.004"; "-" when it is no number. */
char *number_rounded(double value, char text[NUMBER_TEXT_SIZE]);

#endif
