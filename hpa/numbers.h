/*
 * Arithmetic that holds at the ends of a type's range. Kubernetes's own wraps or is undefined there; within the
 * range the results are the same.
 */
#ifndef HPA_NUMBERS_H
#define HPA_NUMBERS_H

#include <math.h>
#include <stdint.h>

#define NANOSECONDS INT64_C(1000000000) /* in a second */

static inline int64_t add_held(int64_t left, int64_t right)
{
    int64_t sum;
    if (__builtin_add_overflow(left, right, &sum)) {
        return left < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

static inline int64_t subtract_held(int64_t left, int64_t right)
{
    int64_t difference;
    if (__builtin_sub_overflow(left, right, &difference)) {
        return left < 0 ? INT64_MIN : INT64_MAX;
    }
    return difference;
}

/* value * factor / divisor, cut towards zero. divisor is not 0. */
static inline int64_t scale_held(int64_t value, int64_t factor, int64_t divisor)
{
    int64_t product;
    if (!__builtin_mul_overflow(value, factor, &product) && !(product == INT64_MIN && divisor == -1)) {
        return product / divisor;
    }
    long double quotient = (long double)value * (long double)factor / (long double)divisor;
    if (quotient >= (long double)INT64_MAX) {
        return INT64_MAX;
    }
    return quotient <= (long double)INT64_MIN ? INT64_MIN : (int64_t)quotient;
}

static inline int32_t narrow_held(int64_t value)
{
    if (value > INT32_MAX) {
        return INT32_MAX;
    }
    return value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* Cut towards zero; 0 for what is not a number. */
static inline int32_t count_held(double value)
{
    if (value >= (double)INT32_MAX) {
        return INT32_MAX;
    }
    if (value <= (double)INT32_MIN) {
        return INT32_MIN;
    }
    return isnan(value) ? 0 : (int32_t)value;
}

static inline int64_t whole_held(double value)
{
    if (value >= 9223372036854775807.0) {
        return INT64_MAX;
    }
    if (value <= -9223372036854775808.0) {
        return INT64_MIN;
    }
    return isnan(value) ? 0 : (int64_t)value;
}

#endif
