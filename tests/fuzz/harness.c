/* harness.c
 * What the fuzzers share: bytes in, choices out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "harness.h"

unsigned
take_byte(struct input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return *in->p++;
}

uint32_t
take_long(struct input *in)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++)
        value = value << 8 | take_byte(in);
    return value;
}

unsigned
take_below(struct input *in, unsigned below)
{
    return take_byte(in) % below;
}

const uint8_t *
take_bytes(struct input *in, size_t n, size_t *got)
{
    const uint8_t *bytes = in->p;

    *got = MIN(n, in->n);
    in->p += *got;
    in->n -= *got;
    return bytes;
}

int64_t
take_duration(struct input *in)
{
    unsigned size = take_byte(in);

    return (int64_t)(size & 7) << MIN((size >> 3) * 2, 59);
}

void
begin_input(void)
{
    static int argc;
    static char *name[] = { "fuzz", NULL }, **argv = name;

    if (argc == 0) {
        argc = 1;
        common_init(&argc, &argv);
    }
    common_new_scope(WMEM_ALLOCATOR_SIMPLE);
}

const uint8_t *
exact_copy(const uint8_t *bytes, size_t n)
{
    /* One byte at least, which is not to be read where n is 0. */
    uint8_t *copy = (uint8_t *)wmem_alloc(wmem_file_scope(), MAX(n, 1));

    if (n)
        memcpy(copy, bytes, n);
    return copy;
}
