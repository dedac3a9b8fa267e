/* test_h2.c
 * h2.h: servers that speak HTTP/2 without TLS
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* ALICE asks /a, for which the gateway connects to 1 and asks; the frame in which it does. */
static uint32_t
handed_on(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    h2_connects(UPSTREAM_1);
    return h2_asks(UPSTREAM_1, 1, HOST, "/a");
}

/* ... 1 resets the stream, ALICE gets 502 */
static void
test_stream_reset(void)
{
    uint32_t request = handed_on(), end = h2_resets(UPSTREAM_1, SERVER, 1);

    EXPECT_AT(responds(ALICE, 502), SERVER_RESET, OBSERVED, request, end);
}

/* ... 1 says that it leaves, ALICE gets 502 */
static void
test_left(void)
{
    uint32_t request = handed_on(), end = h2_leaves(UPSTREAM_1);

    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, request, end);
}

/* ... and leaves. 1 says that it leaves, FIN of 1, FIN of the gateway, ALICE gets 502 */
static void
test_left_as_announced(void)
{
    uint32_t request = handed_on(), end = h2_leaves(UPSTREAM_1), fin = closes(UPSTREAM_1, SERVER);

    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, request, end, fin);
}

/* ... 1 says that it leaves, FIN of the gateway, FIN of 1, ALICE gets 502 */
static void
test_left_alone(void)
{
    uint32_t request = handed_on(), end = h2_leaves(UPSTREAM_1);

    closes(UPSTREAM_1, CLIENT);
    closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, request, end);
}

/* ... 1 answers and does not end the stream, FIN of 1, ALICE gets 502 */
static void
test_cut(void)
{
    uint32_t request = handed_on(), head = h2_responds(UPSTREAM_1, 1, "200", false), fin = closes(UPSTREAM_1, SERVER);

    EXPECT_AT(responds(ALICE, 502), TRUNCATED, OBSERVED, request, head, fin);
}

#define GARBAGE "nothing that HTTP/2 knows"

/* ... 1 says so, FIN of 1, ALICE gets 502 */
static void
test_garbage(void)
{
    uint32_t request = handed_on(), garbage = says(UPSTREAM_1, SERVER, GARBAGE, 0);

    closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), INVALID_RESPONSE, OBSERVED, request, garbage);
}

/* A complete answer before it stands. 1 answers 502, 1 says so, ALICE gets 502 */
static void
test_garbage_behind(void)
{
    uint32_t request = handed_on(), head = h2_responds(UPSTREAM_1, 1, "502", true);

    says(UPSTREAM_1, SERVER, GARBAGE, 0);
    EXPECT_AT(responds(ALICE, 502), RELAYED, OBSERVED, request, head);
}

/* 1 answers 200, 1 says so, ALICE gets 502 */
static void
test_garbage_behind_good_answer(void)
{
    handed_on();
    h2_responds(UPSTREAM_1, 1, "200", true);
    says(UPSTREAM_1, SERVER, GARBAGE, 0);
    expect_unknown_at(responds(ALICE, 502), MISSING_REASON);
}

/* Where bytes are missing nobody knows what is a frame. Something of 1 is lost, 1 says so, FIN of 1, ALICE gets 502 */
static void
test_garbage_behind_gap(void)
{
    uint32_t request = handed_on();

    skips(UPSTREAM_1, SERVER, 100);
    says(UPSTREAM_1, SERVER, GARBAGE, 0);
    acked(UPSTREAM_1);
    uint32_t fin = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, request, fin);
}

/* ... 1 answers with a header block that HPACK cannot have made, FIN of the gateway, ALICE gets 502 */
static void
test_broken_block(void)
{
    uint32_t request = handed_on(), head = h2_responds(UPSTREAM_1, 1, NULL, true);

    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), INVALID_RESPONSE, OBSERVED, request, head);
}

/* Without the blocks before it Wireshark cannot read it either. Something of 1 is lost, 1 answers with a block that cannot be read, ALICE gets 502 */
static void
test_block_behind_gap(void)
{
    handed_on();
    skips(UPSTREAM_1, SERVER, 100);
    h2_responds(UPSTREAM_1, 1, NULL, true);
    acked(UPSTREAM_1);
    g_assert_cmpint(verdict_at(responds(ALICE, 502))->cause, !=, CAUSE_INVALID_RESPONSE);
}

/* A server may speak before the preface; its next frames need not be SETTINGS. 1 sends its settings, the gateway connects and asks, 1 resets the stream, ALICE gets 502 */
static void
test_server_first(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    says_bytes(UPSTREAM_1, SERVER, "\0\0\0\4\0\0\0\0\0", 9);
    says(UPSTREAM_1, CLIENT, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0);
    uint32_t request = h2_asks(UPSTREAM_1, 1, HOST, "/a"), end = h2_resets(UPSTREAM_1, SERVER, 1);
    EXPECT_AT(responds(ALICE, 502), SERVER_RESET, OBSERVED, request, end);
}

/* Nothing is begun for a stream that ended. BOB asks the gateway in HTTP/2 and is turned away; ALICE asks, SYN 1, RST 1, ALICE gets 502 */
static void
test_ended_stream_waits_no_more(void)
{
    scene_with(1);
    h2_connects(BOB);
    h2_asks(BOB, 1, HOST, "/a");
    h2_resets(BOB, SERVER, 1);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), last = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, last);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/h2/stream reset", test_stream_reset);
    g_test_add_func("/h2/left", test_left);
    g_test_add_func("/h2/left as announced", test_left_as_announced);
    g_test_add_func("/h2/left alone", test_left_alone);
    g_test_add_func("/h2/cut", test_cut);
    g_test_add_func("/h2/garbage", test_garbage);
    g_test_add_func("/h2/garbage behind an answer", test_garbage_behind);
    g_test_add_func("/h2/garbage behind a good answer", test_garbage_behind_good_answer);
    g_test_add_func("/h2/garbage behind a gap", test_garbage_behind_gap);
    g_test_add_func("/h2/broken block", test_broken_block);
    g_test_add_func("/h2/block behind a gap", test_block_behind_gap);
    g_test_add_func("/h2/server first", test_server_first);
    g_test_add_func("/h2/ended stream waits no more", test_ended_stream_waits_no_more);
    return g_test_run();
}
