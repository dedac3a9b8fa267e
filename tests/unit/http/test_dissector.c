/* test_dissector.c
 * dissector.h, hidden.h: responses that Wireshark's HTTP dissector does not show
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define REQUEST(method, path) method " http://one.example" path " HTTP/1.1\r\nHost: one.example\r\n\r\n"

/* ALICE asks, ALICE gets 200 and no more, 1 asks, FIN 1, ALICE gets a 502 where the body was to be */
static void
test_behind_early_head(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    says(ALICE, SERVER, "HTTP/1.1 200 OK\r\n\r\n", 0);
    stands(UPSTREAM_1);
    uint32_t request = asks_server(UPSTREAM_1, HOST, "/a"), fin = closes(UPSTREAM_1, SERVER);
    uint32_t response = says(ALICE, SERVER, "HTTP/1.1 502 badgateway\r\nContent-Length: 0\r\n\r\n", 0);
    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, request, fin);
}

/* One whose body goes on is served: what comes meanwhile is another one's. */
static void
test_behind_body(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    says(ALICE, SERVER, "HTTP/1.1 200 OK\r\n\r\n", 0);
    says(ALICE, SERVER, "a page", 0);
    asks_proxy(BOB, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t request = asks_server(UPSTREAM_1, HOST, "/a"), fin = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(BOB, 502), SERVER_CLOSED, OBSERVED, request, fin);
}

/* ALICE asks GET /a and HEAD /b at once; the dissector takes the answer to the first for one to the second. ALICE asks GET /c, SYN 1, RST 1, ALICE gets 502 */
static void
test_pipelined_head(void)
{
    scene_with(1);
    says(ALICE, CLIENT, REQUEST("GET", "/a") REQUEST("HEAD", "/b"), 0);
    says(ALICE, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200);
    says(ALICE, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 0);
    uint32_t request = says(ALICE, CLIENT, REQUEST("GET", "/c"), 0), first = syn(UPSTREAM_1), last = refused(UPSTREAM_1);
    uint32_t response = says(ALICE, SERVER, "HTTP/1.1 502 no\r\nContent-Length: 6\r\n\r\nabc", 0);
    EXPECT_AT(response, RST, LIKELY, first, last);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
    g_assert_cmpstr(verdict_at(response)->url, ==, "http://one.example/c");
    /* It is shown later all the same: that is no other one. */
    no_verdict_at(says(ALICE, SERVER, "def", 502));
}

/* The head stands alone, and the snap length cuts what follows it. */
static void
test_snap_length(void)
{
    scene(0);
    frames_are_cut(512);
    stands(ALICE);
    frames_are_cut(0);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), last = refused(UPSTREAM_1);
    uint32_t response = says(ALICE, SERVER, "HTTP/1.1 502 no\r\nContent-Length: 900\r\n\r\n", 0);
    EXPECT_AT(response, RST, LIKELY, first, last);
}

/* One that fits is shown with its last byte. */
static void
test_below_snap_length(void)
{
    scene(0);
    frames_are_cut(512);
    stands(ALICE);
    frames_are_cut(0);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), last = refused(UPSTREAM_1);
    no_verdict_at(says(ALICE, SERVER, "HTTP/1.1 502 no\r\nContent-Length: 3\r\n\r\n", 0));
    EXPECT_AT(says(ALICE, SERVER, "abc", 502), RST, LIKELY, first, last);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/dissector/behind an early head", test_behind_early_head);
    g_test_add_func("/dissector/behind a body", test_behind_body);
    g_test_add_func("/dissector/pipelined head", test_pipelined_head);
    g_test_add_func("/dissector/snap length", test_snap_length);
    g_test_add_func("/dissector/below the snap length", test_below_snap_length);
    return g_test_run();
}
