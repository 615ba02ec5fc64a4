/*
 * A run as JUnit XML, which CI systems read: a test suite a variant, a test case an expectation, and one for its coming to its
 * end.
 */
#ifndef DRIVER_REPORT_JUNIT_H
#define DRIVER_REPORT_JUNIT_H

#include "common/buffer.h"
#include "driver/analyze/figures.h"

void junit_write(const struct run_figures *figures, struct buffer *output);

#endif
