/*
 * A file of k6's results, JSON or CSV, plain or compressed by gzip, read record by record.
 */
#ifndef DRIVER_K6_POINTS_FILE_H
#define DRIVER_K6_POINTS_FILE_H

#include "driver/k6/point.h"

#define K6_LONGEST_RECORD (256u * 1024)
#define K6_MOST_RECORDS UINT64_C(200000000) /* of one file */

/* Calls back for each point that is asked for, in the file's order, until it returns -1. cut_off: the file ends in the middle
 * of a record, as that of a k6 that was killed does. -1 with an error that names file and line. */
int k6_read_points(const char *path, int (*take)(void *context, const struct k6_point *point, struct error *error), void *context,
                   bool *cut_off, struct error *error);

#endif
