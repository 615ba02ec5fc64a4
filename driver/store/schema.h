/*
 * The tables of a run. A change of them is a new DATABASE_VERSION.
 */
#ifndef DRIVER_STORE_SCHEMA_H
#define DRIVER_STORE_SCHEMA_H

/* Times are nanoseconds since the variant's load start; wall times since 1970. Histograms are blobs of
 * histogram_encode, objects JSON texts that are kept once however often they were seen. What a run changes of somebody's is in
 * a table of its own, which is made when there is something (kept_objects.c). */
extern const char *const SCHEMA_STATEMENTS;

#endif
