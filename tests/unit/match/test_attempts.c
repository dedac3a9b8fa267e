/* test_attempts.c
 * Which connections that were begun belong to a request, where several wait
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* that fit ****************************************************************/

/*
 * A 502 follows its cause at once, and needs one that failed.
 * ALICE, BOB ask, SYN 1, SYN 2, RST 1, one gets 502, 10 ms, RST 2, the other one gets 502
 */
static void
each_its_own(unsigned first, unsigned second)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    uint32_t syn_1 = syn(UPSTREAM_1), syn_2 = syn(UPSTREAM_2), rst_1 = refused(UPSTREAM_1);
    EXPECT_AT(responds(first, 502), RST, OBSERVED, syn_1, rst_1);
    passes(10);
    uint32_t rst_2 = refused(UPSTREAM_2);
    EXPECT_AT(responds(second, 502), RST, OBSERVED, syn_2, rst_2);
}

static void
test_each_its_own(void)
{
    each_its_own(ALICE, BOB);
    each_its_own(BOB, ALICE);
}

/*
 * Where both had failed either of them could be either one's: nobody is surer of what is left.
 * ALICE, BOB ask, SYN 1, SYN 2, RST 1, RST 2, one gets 502, the other one gets 502
 */
static void
equal_confidence(unsigned first, unsigned second)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    refused(UPSTREAM_1);
    refused(UPSTREAM_2);
    const struct verdict *v[] = { verdict_at(responds(first, 502)), verdict_at(responds(second, 502)) };
    for (unsigned i = 0; i < 2; i++) {
        g_assert_cmpint(v[i]->cause, ==, CAUSE_RST);
        g_assert_cmpint(v[i]->confidence, ==, CONFIDENCE_LIKELY);
    }
    g_assert_cmpuint(v[0]->cited[0].frame, !=, v[1]->cited[0].frame);
}

static void
test_equal_confidence(void)
{
    equal_confidence(ALICE, BOB);
    equal_confidence(BOB, ALICE);
}

/*
 * Where they differ in what they tell, nobody's cause is certain.
 * ALICE, BOB ask, SYN 1, SYN 2, RST 1, ICMP 2, ALICE gets 502
 */
static void
test_equal_but_for_cause(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    refused(UPSTREAM_1);
    unreachable(UPSTREAM_2, "10.1.0.254");
    expect_unknown_at(responds(ALICE, 502), MISSING_CHOICE);
}

/*
 * One that began while another one was tried is no next try of the same request.
 * ALICE asks, SYN 1, SYN 2, RST 1, ALICE gets 502
 */
static void
test_beside(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    all_ask(1);
    uint32_t first = syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    uint32_t second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, second);
}

/*
 * Who asks when it has begun did not cause it.
 * ALICE asks, SYN 1, BOB asks, RST 1, ALICE gets 502
 */
static void
test_begun_before(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(1);
    uint32_t first = syn(UPSTREAM_1);
    asks_proxy(BOB, HOST, "/a");
    uint32_t second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, second);
}

/*
 * The gateway turned to it as soon as it knew the address.
 * ALICE asks /a, query 1, 2 s, BOB asks /b, 100 ms, address 1, SYN 1, RST 1, ALICE gets 502
 */
static void
test_as_soon_as_resolved(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    passes(1900);
    asks_proxy(BOB, HOST, "/b");
    passes(100);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, second);
}

/*
 * What somebody else waits for, silent as it is, explains nothing.
 * ALICE, BOB ask, 1 stands, 1 asks for BOB, 2 s, ALICE gets 502
 */
static void
test_anothers_silence(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    stands(UPSTREAM_1);
    asks_server_for(UPSTREAM_1, HOST, "/a", "10.0.0.2");
    passes(2000);
    expect_unknown_at(responds(ALICE, 502), MISSING_ATTEMPT);
}

/* ALICE, BOB ask, SYN 1, 1.03 s (no time-out that somebody would set), SYN 2, RST 2, ALICE gets 502, 1 s, SYN 1, 1 s, BOB gets 502 */
static void
test_failed_before_pending(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    uint32_t pending = syn(UPSTREAM_1);
    passes(1030);
    uint32_t failed = syn(UPSTREAM_2), rst = refused(UPSTREAM_2);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, failed, rst);
    passes(1000);
    uint32_t again = syn(UPSTREAM_1);
    passes(1000);
    EXPECT_AT(responds(BOB, 502), SYN_TIMEOUT, OBSERVED, pending, again);
}

/*
 * No gateway gives up after a millisecond: that one is not for ALICE.
 * ALICE, BOB ask, 2 s, SYN 1, ALICE gets 502
 */
static void
test_just_begun(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    passes(2000);
    syn(UPSTREAM_1);
    expect_unknown_at(responds(ALICE, 502), MISSING_ATTEMPT);
}

/*
 * The response was complete when the bytes came that were lost on their way, not when those behind them did.
 * ALICE asks /a, 1 asks /a, 3 bytes of its answer lost, BOB asks /b, SYN 2, 500 ms, those bytes of 1, ALICE gets 502
 */
static void
test_overlapping_gap(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    says(UPSTREAM_1, SERVER, "HTTP/1.1 200 so\r\nContent-Length: 5\r\n\r\n", 0);
    skips(UPSTREAM_1, SERVER, 3);
    says(UPSTREAM_1, SERVER, "lo", 0);
    asks_proxy(BOB, HOST, "/b");
    syn(UPSTREAM_2);
    passes(500);
    says_again(UPSTREAM_1, SERVER, 5, "hel", 200);
    expect_unknown_at(responds(ALICE, 502), MISSING_REASON);
}

/*
 * So is one that begins while another has only just begun: the next hop is everybody's.
 * ALICE asks /a, 1 stands, 1 asks /a, 1 200, ALICE gets 200, ALICE asks /b, SYN 2, BOB asks two /b, SYN 3, 100 ms, RST 2, ALICE gets 502
 */
static void
test_overlapping_attempts(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    uint32_t first = syn(UPSTREAM_2);
    asks_proxy(BOB, "two.example", "/b");
    syn(UPSTREAM_3);
    passes(100);
    uint32_t second = refused(UPSTREAM_2);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, second);
}

/*
 * An attempt that overlaps with the connection that carried the request is another one's.
 * ALICE asks /a, BOB asks /b, 1 stands, 1 asks /a, SYN 2, FIN 1, RST 2, ALICE gets 502
 */
static void
test_overlapping(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, HOST, "/b");
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a");
    syn(UPSTREAM_2);
    uint32_t closed = closes(UPSTREAM_1, SERVER);
    refused(UPSTREAM_2);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * Another client asks the same server by itself, but not just then.
 * direct 1 stands, direct 1 asks two /, direct 1 200, ALICE asks, 100 ms, SYN direct 2, RST direct 2, 300 ms, ALICE gets 502
 */
static void
test_clients_own(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    leg(DIRECT_1, "10.0.0.9", SERVER_2, 80);
    leg(DIRECT_2, "10.0.0.9", SERVER_1, 80);
    stands(DIRECT_1);
    asks_server(DIRECT_1, "two.example", "/");
    responds(DIRECT_1, 200);
    all_ask(1);
    passes(100);
    syn(DIRECT_2);
    refused(DIRECT_2);
    passes(300);
    expect_unknown_at(responds(ALICE, 502), MISSING_GATEWAY_SIDE);
}

/*
 * The gateway answers 270 ms behind the reset: what it tries at that server meanwhile is hardly for ALICE.
 * ALICE asks /x, 1 asks /x, 1 200, ALICE gets 200, ALICE asks /a, 2 stands, 2 asks /a, RST 2, 130 ms, SYN 3, RST 3, 140 ms, ALICE gets 502
 */
static void
test_no_next_try(void)
{
    scene_with(1);
    leg(UPSTREAM_2, GATEWAY, SERVER_1, 80);
    leg(UPSTREAM_3, GATEWAY, SERVER_1, 80);
    asks_proxy(ALICE, HOST, "/x");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/x");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, HOST, "/a"), rst = reset(UPSTREAM_2);
    passes(130);
    syn(UPSTREAM_3);
    refused(UPSTREAM_3);
    passes(140);
    EXPECT_AT(responds(ALICE, 502), SERVER_RESET, OBSERVED, asked, rst);
}

/*
 * What the gateway says to another port behind a server's answer is no next try: it shows the answer to a filter.
 * 2 stands, ALICE asks /a, 1 asks /a, 1 502, 2 is shown that 502 in another protocol, ALICE gets 502
 */
static void
test_shown_to_filter(void)
{
    scene_with(1);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 1344);
    is_known(HOST, SERVER_1);
    stands(UPSTREAM_2);
    says(UPSTREAM_2, CLIENT, "REQMOD icap://scan/ ICAP/1.0\r\n\r\n", 0);
    says(UPSTREAM_2, SERVER, "ICAP/1.0 204 No Content\r\n\r\n", 0);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a"), answer = responds(UPSTREAM_1, 502);
    says(UPSTREAM_2, CLIENT, "RESPMOD icap://scan/ ICAP/1.0\r\n\r\nHTTP/1.1 502 Bad Gateway\r\n\r\n", 502);
    says(UPSTREAM_2, SERVER, "ICAP/1.0 204 No Content\r\n\r\n", 0);
    EXPECT_AT(responds(ALICE, 502), RELAYED, OBSERVED, asked, answer);
}

/* ALICE asks, SYN 1, RST 1, ALICE gets 502 */
static void
test_second_card(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    leg(UPSTREAM_1, OTHER_ADDRESS, SERVER_1, 80);
    all_ask(1);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, second);
}

/* time alone **************************************************************/

/* ALICE asks /a, BOB asks two /b, SYN 1, RST 1, ALICE gets 502, BOB gets 502 */
static void
test_anothers_address(void)
{
    scene_with(2);
    is_known("two.example", SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, "two.example", "/b");
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    expect_unknown_at(responds(ALICE, 502), MISSING_ATTEMPT);
    EXPECT_AT(responds(BOB, 502), RST, OBSERVED, first, second);
}

/*
 * Which of two servers it was nothing tells; the cause is certain if both tell the same.
 * ALICE asks, SYN 1 (port 8001), SYN 2 (port 8002), RST 1, RST or ICMP 2, ALICE gets 502
 */
static uint32_t
two_at_once(uint32_t *cited, bool alike)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 8001);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 8002);
    all_ask(1);
    syn(UPSTREAM_1);
    cited[0] = syn(UPSTREAM_2);
    refused(UPSTREAM_1);
    cited[1] = alike ? refused(UPSTREAM_2) : unreachable(UPSTREAM_2, "10.1.0.254");
    return responds(ALICE, 502);
}

static void
test_several_at_once(void)
{
    uint32_t cited[2];

    expect_unknown_at(two_at_once(cited, false), MISSING_CHOICE);
    EXPECT_AT(two_at_once(cited, true), RST, LIKELY, cited[0], cited[1]);
}

/* ALICE asks, SYN 1 (port 80), SYN 2 (port 8002), RST 1, RST 2, ALICE gets 502 */
static void
test_port_asked_for(void)
{
    scene_with(1);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 8002);
    all_ask(1);
    uint32_t first = syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    uint32_t second = refused(UPSTREAM_1);
    refused(UPSTREAM_2);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, second);
}

/*
 * Failures stand in the order in which they came: a second RST on a connection puts it behind none of them, so that all since the request are found.
 * ALICE asks /b, 1 stands, RST 1, ALICE gets 200, ALICE asks /a, SYN 2, RST 2, RST 1, ALICE gets 502
 */
static void
test_second_rst(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/b");
    stands(UPSTREAM_1);
    reset(UPSTREAM_1);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_2), rst = refused(UPSTREAM_2);
    reset(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, rst);
}

/*
 * Nobody can read what the server answered on a kept connection to which the gateway turned for the request, but it is what the 502 followed.
 * 1 is kept, in TLS; ALICE asks /a, 1 asks in TLS, 1 answers, ALICE gets 502
 */
static void
test_hidden_answer(void)
{
    static const char data[] = "\x17\x03\x03\x00\x30" "0123456789012345678901234567890123456789012345678";

    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 443);
    for (int i = 0; i < 2; i++) {
        says_bytes(UPSTREAM_1, CLIENT, data, 53);
        says_bytes(UPSTREAM_1, SERVER, data, 53);
    }
    passes(1000);
    asks_server(ALICE, HOST, "/a");
    says_bytes(UPSTREAM_1, CLIENT, data, 53);
    says_bytes(UPSTREAM_1, SERVER, data, 53);
    expect_unknown_at(responds(ALICE, 502), MISSING_KEYS);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/attempts/each its own", test_each_its_own);
    g_test_add_func("/match/attempts/equal confidence", test_equal_confidence);
    g_test_add_func("/match/attempts/equal but for the cause", test_equal_but_for_cause);
    g_test_add_func("/match/attempts/beside", test_beside);
    g_test_add_func("/match/attempts/begun before", test_begun_before);
    g_test_add_func("/match/attempts/as soon as resolved", test_as_soon_as_resolved);
    g_test_add_func("/match/attempts/another's silence", test_anothers_silence);
    g_test_add_func("/match/attempts/failed before pending", test_failed_before_pending);
    g_test_add_func("/match/attempts/just begun", test_just_begun);
    g_test_add_func("/match/attempts/overlapping/gap", test_overlapping_gap);
    g_test_add_func("/match/attempts/overlapping/each other", test_overlapping_attempts);
    g_test_add_func("/match/attempts/overlapping", test_overlapping);
    g_test_add_func("/match/attempts/a client's own", test_clients_own);
    g_test_add_func("/match/attempts/no next try", test_no_next_try);
    g_test_add_func("/match/attempts/shown to a filter", test_shown_to_filter);
    g_test_add_func("/match/attempts/second card", test_second_card);
    g_test_add_func("/match/attempts/time alone/another's address", test_anothers_address);
    g_test_add_func("/match/attempts/time alone/several at once", test_several_at_once);
    g_test_add_func("/match/attempts/time alone/port asked for", test_port_asked_for);
    g_test_add_func("/match/attempts/second rst", test_second_rst);
    g_test_add_func("/match/attempts/hidden answer", test_hidden_answer);
    return g_test_run();
}
