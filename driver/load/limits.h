/*
 * The limits of what a load may be, wherever it is written: in a lesson or on a command line. Times in nanoseconds.
 */
#ifndef DRIVER_LOAD_LIMITS_H
#define DRIVER_LOAD_LIMITS_H

#include "common/clock.h"

#define LOAD_LONGEST_STAGE (24 * 3600 * NANOSECONDS_PER_SECOND)
#define LOAD_HIGHEST_RATE 100000.0 /* requests/s */
#define LOAD_MOST_STAGES 1000
#define LOAD_MOST_VUS 20000
#define LOAD_MOST_ITERATIONS 1000000000
#define LOAD_ITERATIONS_DURATION (600 * NANOSECONDS_PER_SECOND) /* of loads that count iterations, unless told; as in k6 */
#define LOAD_MOST_HEADERS 100
#define LOAD_MOST_CONNECTIONS 20000
#define LOAD_MOST_THREADS 64
#define LOAD_MOST_REDIRECTS 50
#define LOAD_DNS_TTL (300 * NANOSECONDS_PER_SECOND) /* unless told; as in k6 */
#define LOAD_SHORTEST_DNS_TTL NANOSECONDS_PER_SECOND
#define LOAD_MOST_REUSES 1000000000 /* requests of one connection */
#define LOAD_LONGEST_TIMEOUT (3600 * NANOSECONDS_PER_SECOND)
#define LOAD_DEFAULT_TIMEOUT (60 * NANOSECONDS_PER_SECOND)
#define LOAD_SHORTEST_TIMEOUT NANOSECONDS_PER_MILLISECOND

#endif
