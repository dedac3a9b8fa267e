/* test_clock.c
 * clock.h, reorder.h: clocks that are set back, interfaces that take turns
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define SECONDS(n) ((n) * NS_PER_SECOND)

/* ALICE asks, SYN 1, RST 1, ALICE gets 502; all of it behind a clock that was set back */
static void
test_set_back(void)
{
    scene(0);
    passes(10000);
    stands(ALICE);
    is_set_back(2000);
    uint32_t request = asks_proxy(ALICE, HOST, "/a"), first = syn(UPSTREAM_1), second = refused(UPSTREAM_1), response = responds(ALICE, 502);

    EXPECT_AT(response, RST, LIKELY, first, second);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
    g_assert_null(capture_tracker()->late);
}

/* Between the request and its 502: the wait goes on. */
static void
test_set_back_meanwhile(void)
{
    scene(0);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    is_set_back(5000);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1), response = responds(ALICE, 502);

    EXPECT_AT(response, RST, LIKELY, first, second);
    g_assert_cmpint(verdict_at(response)->wait, <, SECONDS(1));
}

/* Less than a second is no clock, but frames out of order; later ones that are in order again count at once. */
static void
test_out_of_order_once(void)
{
    scene(0);
    stands(ALICE);
    is_set_back(500);
    for (int i = 0; i < 300; i++) {
        passes(50);
        arp("10.2.0.9", "10.2.0.8");
    }
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1), response = responds(ALICE, 502);

    EXPECT_AT(response, RST, LIKELY, first, second);
}

static void
test_read(void)
{
    struct clock clock = { 0 };

    g_assert_cmpint(clock_read(&clock, TIME_EPOCH), ==, TIME_EPOCH);
    g_assert_cmpint(clock_read(&clock, SECONDS(100)), ==, SECONDS(100));
    g_assert_cmpint(clock_read(&clock, SECONDS(99)), ==, SECONDS(99));      /* a late frame */
    g_assert_cmpint(clock_read(&clock, SECONDS(40)), ==, SECONDS(100));
    g_assert_cmpint(clock_read(&clock, SECONDS(41)), ==, SECONDS(101));
    g_assert_cmpint(clock_read(&clock, SECONDS(20)), ==, SECONDS(101));     /* once more */
    g_assert_cmpint(clock_read(&clock, SECONDS(25)), ==, SECONDS(106));
}

/* Set back by decades again and again: time stands still at last. */
static void
test_far(void)
{
    struct clock clock = { 0 };

    for (int i = 0; i < 4; i++) {
        g_assert_cmpint(clock_read(&clock, TIME_LATEST - i * SECONDS(1000)), ==, TIME_LATEST);
        g_assert_cmpint(clock_read(&clock, SECONDS(100 - i)), ==, TIME_LATEST);
    }
}

/* Two interfaces that the file does not tell apart, written by turns in pieces of two seconds. */
static void
test_pieces(void)
{
    struct clock clock = { 0 };

    for (int piece = 0; piece < 4; piece++)
        for (int interface = 0; interface < 2; interface++)
            for (int tenth = 0; tenth < 20; tenth++) {
                when_t time = SECONDS(1000) + (piece * 20 + tenth) * NS_PER_SECOND / 10, read = clock_read(&clock, time);
                if (piece > 0 && (piece > 1 || interface > 0))
                    g_assert_cmpint(read, ==, time);
            }
}

/*
 * A file of two interfaces that is sorted by time: nothing is to come that could break the silence.
 * other frames by turns; ALICE asks, SYN 1, SYN 1 a second later, ALICE gets 502 at 3 s
 */
static void
test_sorted(void)
{
    scene(2);
    for (unsigned i = 0; i < 20; i++)
        other_frame_at(i % 2, i * 50);
    asks_at(0, 1100);
    switch_to(1, 1110);
    uint32_t first = syn(UPSTREAM_1);
    switch_to(1, 2110);
    uint32_t second = syn(UPSTREAM_1), response = gets_502_at(0, 4000);

    EXPECT_AT(response, SYN_TIMEOUT, LIKELY, first, second);
}

/* One that is written in pieces is not. */
static void
test_not_sorted(void)
{
    scene(2);
    for (unsigned i = 0; i < 20; i++)
        other_frame_at(i / 5 % 2, i / 10 * 100 + i % 5 * 20);
    asks_at(0, 1100);
    switch_to(0, 3000);
    uint32_t response = gets_502_at(0, 3000);

    expect_unknown_at(response, MISSING_LATE);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/clock/read", test_read);
    g_test_add_func("/clock/far", test_far);
    g_test_add_func("/clock/pieces", test_pieces);
    g_test_add_func("/clock/set back", test_set_back);
    g_test_add_func("/clock/set back meanwhile", test_set_back_meanwhile);
    g_test_add_func("/clock/out of order once", test_out_of_order_once);
    g_test_add_func("/clock/sorted", test_sorted);
    g_test_add_func("/clock/not sorted", test_not_sorted);
    return g_test_run();
}
