/*
 * Numbers that look random and follow from a seed (SplitMix64), so that several generators draw the same.
 */
#ifndef DRIVER_LOAD_SCRAMBLE_H
#define DRIVER_LOAD_SCRAMBLE_H

#include <stdint.h>

static inline uint64_t scramble(uint64_t number)
{
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

/* The seed's number at a place; places are told apart by both of their numbers. */
static inline uint64_t scramble_at(uint64_t seed, uint64_t first, uint64_t second)
{
    const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);
    return scramble(scramble(scramble(seed + step) + (first + 1) * step) + (second + 1) * step);
}

#endif
