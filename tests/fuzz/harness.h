/* harness.h
 * What the fuzzers share: bytes in, choices out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TESTS_HARNESS_H
#define MWG502_TESTS_HARNESS_H

#include "common.h"

/* libFuzzer's door, which each fuzz_*.c defines; what returns is no finding. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* What is left of an input; behind its end there are zeros. */
struct input {
    const uint8_t *p;
    size_t n;
};

unsigned take_byte(struct input *in);
uint32_t take_long(struct input *in);
/* 0 ... below - 1 */
unsigned take_below(struct input *in, unsigned below);
/* Up to n bytes; *got says how many. They are the input's own. */
const uint8_t *take_bytes(struct input *in, size_t n, size_t *got);

/* A time in nanoseconds from none to years: few bytes, all magnitudes. */
int64_t take_duration(struct input *in);

/* Each input is a capture of its own. */
void begin_input(void);

/* The bytes in memory that ends where they end. */
const uint8_t *exact_copy(const uint8_t *bytes, size_t n);

#endif
