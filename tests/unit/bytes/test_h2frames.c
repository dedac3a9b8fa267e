/* test_h2frames.c
 * Frames of HTTP/2 that can be, and such that cannot
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/h2frames.h"

#define HEADER(length, type, flags, stream) \
    { (uint8_t)((length) >> 16), (uint8_t)((length) >> 8), (uint8_t)(length), (type), (flags), 0, 0, 0, (stream) }

/* Given in pieces of every length they are broken from that byte on; -1: never. */
static void
expect(const uint8_t *bytes, size_t n, bool preface, uint32_t largest, int broken_at)
{
    for (size_t piece = 1; piece <= n; piece++) {
        struct h2_frames f;
        int at = -1;
        h2_frames_begin(&f, preface);
        for (size_t i = 0; i < n; i += piece)
            if (h2_frames_feed(&f, bytes + i, MIN(piece, n - i), largest))
                at = (int)(i / piece);
        g_assert_cmpint(at, ==, broken_at < 0 ? -1 : broken_at / (int)piece);
        g_assert_true(f.broken == (broken_at >= 0));
    }
}

static void
test_preface(void)
{
    static const char bytes[] = H2_PREFACE "\0\0\6\4\0\0\0\0\0" "\0\5\0\1\0\0" "\0\0\0\4\1\0\0\0\0";
    struct h2_frames f;

    expect((const uint8_t *)bytes, sizeof bytes - 1, true, 0, -1);
    expect((const uint8_t *)bytes, sizeof bytes - 1, false, 0, 8);
    h2_frames_begin(&f, true);
    g_assert_false(h2_frames_feed(&f, (const uint8_t *)bytes, sizeof bytes - 1, 0));
    g_assert_cmpuint(f.largest_asked, ==, 65536);
}

/* A header alone, as section 6 of RFC 9113 has it. */
static const struct {
    uint8_t header[H2_FRAME_HEADER];
    bool broken;
} headers[] = {
    { HEADER(0, H2_DATA, 1, 1), false },
    { HEADER(0, H2_DATA, 1, 0), true },
    { HEADER(16384, H2_HEADERS, 4, 1), false },
    { HEADER(16385, H2_HEADERS, 4, 1), true },
    { HEADER(4, H2_HEADERS, 4, 0), true },
    { HEADER(5, H2_PRIORITY, 0, 1), false },
    { HEADER(4, H2_PRIORITY, 0, 1), true },
    { HEADER(4, H2_RST_STREAM, 0, 1), false },
    { HEADER(5, H2_RST_STREAM, 0, 1), true },
    { HEADER(12, H2_SETTINGS, 0, 0), false },
    { HEADER(13, H2_SETTINGS, 0, 0), true },
    { HEADER(12, H2_SETTINGS, 0, 1), true },
    { HEADER(3, H2_PUSH_PROMISE, 0, 1), true },
    { HEADER(8, H2_PING, 0, 0), false },
    { HEADER(9, H2_PING, 0, 0), true },
    { HEADER(8, H2_GOAWAY, 0, 0), false },
    { HEADER(30, H2_GOAWAY, 0, 0), false },
    { HEADER(7, H2_GOAWAY, 0, 0), true },
    { HEADER(4, H2_WINDOW_UPDATE, 0, 0), false },
    { HEADER(4, H2_WINDOW_UPDATE, 0, 7), false },
    { HEADER(8, H2_WINDOW_UPDATE, 0, 0), true },
    { HEADER(1, H2_CONTINUATION, 4, 0), true },
    { HEADER(100, 0xee, 0xff, 0), false },
    { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, true },
    { { 'H', 'T', 'T', 'P', '/', '1', '.', '1', ' ' }, true },
    { { 0, 0, 4, H2_WINDOW_UPDATE, 0, 0x80, 0, 0, 0 }, false },        /* the bit that has no meaning */
    { { 0, 0, 4, H2_RST_STREAM, 0, 0, 1, 0, 0 }, false },
};

static void
test_headers(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
        expect(headers[i].header, H2_FRAME_HEADER, false, 0, headers[i].broken ? H2_FRAME_HEADER - 1 : -1);
    expect(headers[3].header, H2_FRAME_HEADER, false, 16385, -1);
}

/* What a frame holds is not looked at, and the next one is where it ends. */
static void
test_behind(void)
{
    static const char bytes[] = "\0\0\3\0\0\0\0\0\1" "\xff\xff\xff" "\0\0\0\0\1\0\0\0\1" "garbage, nothing but";

    expect((const uint8_t *)bytes, sizeof bytes - 1, false, 0, 21 + 8);
}

static void
test_lost(void)
{
    struct h2_frames f;

    h2_frames_begin(&f, false);
    f.lost = true;
    g_assert_false(h2_frames_feed(&f, (const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, 0));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/h2frames/preface", test_preface);
    g_test_add_func("/h2frames/headers", test_headers);
    g_test_add_func("/h2frames/behind", test_behind);
    g_test_add_func("/h2frames/lost", test_lost);
    return g_test_run();
}
