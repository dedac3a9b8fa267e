/* fuzz_h2frames.c
 * h2frames.h and proxyline.h: what begins a connection, in any pieces
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "harness.h"
#include "bytes/h2frames.h"
#include "bytes/proxyline.h"

/* However it comes in pieces, it is broken or not, and asks for the same. */
static void
feed(struct h2_frames *f, bool preface, uint32_t largest, const uint8_t *bytes, size_t n, size_t piece)
{
    unsigned told = 0;

    h2_frames_begin(f, preface);
    for (size_t i = 0; i < n; i += piece) {
        size_t length = MIN(piece, n - i);
        told += h2_frames_feed(f, exact_copy(bytes + i, length), length, largest);
    }
    g_assert_cmpuint(told, ==, f->broken);
}

static void
try_proxyline(const uint8_t *bytes, size_t n)
{
    size_t length = proxyline_length(exact_copy(bytes, n), n);

    g_assert_cmpuint(length, <=, n);
    if (length > 0)
        g_assert_cmpuint(proxyline_length(exact_copy(bytes, length), length), ==, length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct input in = { bytes, n };
    bool preface = take_byte(&in) & 1;
    size_t piece = take_byte(&in) + 1;
    uint32_t largest = take_long(&in);
    struct h2_frames whole, pieces;

    begin_input();
    feed(&whole, preface, largest, in.p, in.n, MAX(in.n, 1));
    feed(&pieces, preface, largest, in.p, in.n, piece);
    g_assert_true(whole.broken == pieces.broken);
    g_assert_cmpuint(whole.largest_asked, ==, pieces.largest_asked);
    g_assert_cmpuint(whole.left, ==, pieces.left);
    try_proxyline(in.p, in.n);
    return 0;
}
