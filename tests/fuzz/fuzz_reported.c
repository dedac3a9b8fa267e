/* fuzz_reported.c
 * reported.h: what a gateway says of itself, of any bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "diagnose/causes.h"
#include "harness.h"
#include "words/reported.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    begin_input();
    struct said said = reported_read(wmem_file_scope(), exact_copy(bytes, n), n);
    g_assert_true(said.category >= -1 && said.category < (int)N_CATEGORIES);
    g_assert_true(said.words || said.category == -1);
    if (said.words)
        g_assert_true(g_utf8_validate(said.words, -1, NULL));
    return 0;
}
