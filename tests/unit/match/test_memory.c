/* test_memory.c
 * What a gateway remembers of earlier requests, and address resolution
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* address resolution ******************************************************/

/* ALICE asks, ARP, 1 s, ARP, 1 s, ALICE gets 502 */
static void
test_arp(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    all_ask(1);
    uint32_t first = arp(GATEWAY, SERVER_1);
    passes(1000);
    uint32_t second = arp(GATEWAY, SERVER_1);
    passes(1000);
    EXPECT_AT(responds(ALICE, 502), ARP, OBSERVED, first, second);
}

/*
 * Where others wait too: one for a neighbour that nobody asked for by name, and that failed.
 * ALICE asks /a, BOB asks two /a, ARP, 1 s, ARP, so long, ALICE gets 502
 */
static void
arp_by_time(unsigned waits, enum cause cause)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, "two.example", "/a");
    arp(GATEWAY, "10.1.0.99");
    passes(1000);
    arp(GATEWAY, "10.1.0.99");
    passes(waits);
    g_assert_cmpint(verdict_at(responds(ALICE, 502))->cause, ==, cause);
}

static void
test_arp_in_crowd(void)
{
    arp_by_time(1000, CAUSE_DNS_UNREACHABLE);
    arp_by_time(300, CAUSE_UNKNOWN);
}

/* ARP, 10 s, ALICE asks, ALICE gets 502 */
static void
test_arp_long_ago(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    arp(GATEWAY, SERVER_1);
    passes(10000);
    all_ask(1);
    g_assert_cmpint(verdict_at(responds(ALICE, 502))->cause, ==, CAUSE_UNKNOWN);
}

/* memory ******************************************************************/

/* ALICE asks /a, query 1, NXDOMAIN 1, ALICE gets 502, so long, BOB asks /b, BOB gets 502 */
static void
lookup_then(unsigned after, bool known)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST), answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, OBSERVED, asked, answered);
    passes(after);
    asks_proxy(BOB, HOST, "/b");
    uint32_t response = responds(BOB, 502);
    if (known)
        EXPECT_AT(response, NXDOMAIN, INFERRED, asked, answered);
    else
        g_assert_cmpint(verdict_at(response)->cause, ==, CAUSE_UNKNOWN);
}

static void
test_lookup_remembered(void)
{
    lookup_then(20000, true);
}

static void
test_lookup_forgotten(void)
{
    lookup_then(40000, false);
}

/*
 * A pipelined request's turn comes when the gateway has learnt it from another client's.
 * ALICE asks two /, ALICE asks /a, 1 s, BOB asks /b, SYN 1, RST 1, BOB gets 502, 1 s, ALICE gets 200, ALICE gets 502
 */
static void
test_learnt_before_its_turn(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, "two.example", "/");
    asks_proxy(ALICE, HOST, "/a");
    passes(1000);
    asks_proxy(BOB, HOST, "/b");
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(BOB, 502), RST, OBSERVED, first, second);
    passes(1000);
    responds(ALICE, 200);
    EXPECT_AT(responds(ALICE, 502), RST, INFERRED, first, second);
}

static void
expect_remembered(uint32_t response, bool known, uint32_t first, uint32_t second)
{
    if (known)
        EXPECT_AT(response, RST, INFERRED, first, second);
    else
        g_assert_cmpint(verdict_at(response)->cause, ==, CAUSE_UNKNOWN);
}

/* ALICE asks /a, SYN 1, RST 1, ALICE gets 502, so long, BOB asks /b, so long, BOB gets 502 */
static void
failure_then(unsigned after, unsigned waits, bool known)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, second);
    passes(after);
    asks_proxy(BOB, HOST, "/b");
    passes(waits);
    expect_remembered(responds(BOB, 502), known, first, second);
}

static void
test_target_remembered(void)
{
    failure_then(20000, 0, true);
    failure_then(20000, 900, true);
}

static void
test_target_forgotten(void)
{
    failure_then(40000, 0, false);
}

/* Who remembers waits for nothing. */
static void
test_waited_for_something(void)
{
    failure_then(20000, 1100, false);
}

/* Another upstream of the host was live, and would have been asked: ALICE asks /a, 2 stands, 2 asks, 2 gets 200, ALICE gets 200; then the same as above */
static void
test_another_is_live(void)
{
    scene_with(2);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    is_known(HOST, SERVER_1);
    is_known(HOST, SERVER_2);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_2);
    asks_server(UPSTREAM_2, HOST, "/a");
    responds(UPSTREAM_2, 200);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    responds(ALICE, 502);
    passes(5000);
    asks_proxy(BOB, HOST, "/b");
    g_assert_cmpint(verdict_at(responds(BOB, 502))->cause, ==, CAUSE_UNKNOWN);
}

/*
 * Another connection there stood after the failure; whether it was begun before.
 * CAROL asks /c, (SYN 2,) ALICE asks /a, SYN 1, RST 1, ALICE gets 502, (SYN 2,) 2 stands, CAROL gets 200, BOB asks /b, BOB gets 502
 */
static void
stood_after(bool begun_before, bool known)
{
    scene_with(3);
    is_known(HOST, SERVER_1);
    asks_proxy(CAROL, HOST, "/c");
    if (begun_before)
        syn(UPSTREAM_2);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    responds(ALICE, 502);
    if (!begun_before)
        syn(UPSTREAM_2);
    synack(UPSTREAM_2);
    acked(UPSTREAM_2);
    asks_server(UPSTREAM_2, HOST, "/c");
    responds(UPSTREAM_2, 200);
    responds(CAROL, 200);
    asks_proxy(BOB, HOST, "/b");
    expect_remembered(responds(BOB, 502), known, first, second);
}

static void
test_target_stood_already(void)
{
    stood_after(true, true);
}

static void
test_target_stood_again(void)
{
    stood_after(false, false);
}

/*
 * A server that a client was served by since it failed, on a connection that was kept, is live; one that answered a health check need not be.
 * CAROL asks /c, 2 stands, 2 asks /c, 2 200, CAROL gets 200, ALICE asks /a, SYN 1, RST 1, ALICE gets 502, then
 * CAROL asks /d, 2 asks /d, 2 200, CAROL gets 200, or 3 stands, 3 asks /healthz, 3 200; BOB asks /b, BOB gets 502
 */
static void
answered_after(bool client, bool known)
{
    scene_with(3);
    leg(UPSTREAM_3, GATEWAY, SERVER_1, 80);
    is_known(HOST, SERVER_1);
    asks_proxy(CAROL, HOST, "/c");
    stands(UPSTREAM_2);
    asks_server(UPSTREAM_2, HOST, "/c");
    responds(UPSTREAM_2, 200);
    responds(CAROL, 200);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    responds(ALICE, 502);
    if (client) {
        asks_proxy(CAROL, HOST, "/d");
        asks_server(UPSTREAM_2, HOST, "/d");
        responds(UPSTREAM_2, 200);
        responds(CAROL, 200);
    } else {
        stands(UPSTREAM_3);
        asks_server(UPSTREAM_3, "10.2.0.1", "/healthz");
        responds(UPSTREAM_3, 200);
    }
    asks_proxy(BOB, HOST, "/b");
    expect_remembered(responds(BOB, 502), known, first, second);
}

static void
test_served_since(void)
{
    answered_after(true, false);
}

static void
test_checked_since(void)
{
    answered_after(false, true);
}

/* So is one to which a tunnel was opened since: ALICE connects, SYN 1, RST 1, ALICE gets 502, CAROL connects, 2 stands, CAROL gets 200, BOB connects, BOB gets 502 */
static void
test_tunnel_since(void)
{
    static const char wants[] = "CONNECT " HOST ":443 HTTP/1.1\r\n\r\n";

    scene_with(3);
    is_known(HOST, SERVER_1);
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 443);
    leg(UPSTREAM_2, GATEWAY, SERVER_1, 443);
    says(ALICE, CLIENT, wants, 0);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    responds(ALICE, 502);
    says(CAROL, CLIENT, wants, 0);
    stands(UPSTREAM_2);
    responds(CAROL, 200);
    says(BOB, CLIENT, wants, 0);
    g_assert_cmpint(verdict_at(responds(BOB, 502))->cause, ==, CAUSE_UNKNOWN);
}

/*
 * A next hop that is down explains what is asked of it: no host that the gateway looks up itself.
 * CAROL asks three /a, 5 gets 200, CAROL asks three /b, SYN 6, RST 6, CAROL gets 502, ALICE asks four, ALICE gets 502, BOB asks, BOB gets 502
 */
static void
test_hop_remembered(void)
{
    scene_with(3);
    is_known(HOST, SERVER_1);
    leg(UPSTREAM_5, GATEWAY, SERVER_2, 8080);
    leg(UPSTREAM_6, GATEWAY, SERVER_2, 8080);
    asks_proxy(CAROL, "three.example", "/a");
    stands(UPSTREAM_5);
    asks_proxy(UPSTREAM_5, "three.example", "/a");
    responds(UPSTREAM_5, 200);
    responds(CAROL, 200);
    asks_proxy(CAROL, "three.example", "/b");
    uint32_t first = syn(UPSTREAM_6), second = refused(UPSTREAM_6);
    EXPECT_AT(responds(CAROL, 502), RST, LIKELY, first, second);
    asks_proxy(ALICE, "four.example", "/");
    EXPECT_AT(responds(ALICE, 502), RST, INFERRED, first, second);
    asks_proxy(BOB, HOST, "/");
    g_assert_cmpint(verdict_at(responds(BOB, 502))->cause, ==, CAUSE_UNKNOWN);
}

/*
 * What failed so surely is where this host's requests go.
 * ALICE asks, SYN 1 (port 8080), RST 1, ALICE gets 502
 */
static void
test_route_learnt(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, SERVER_2, 8080);
    all_ask(1);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, second);
    const struct name *name = name_find(capture_tracker()->root, HOST);
    g_assert_cmpuint(name->next_hops[0].port + name->next_hops[1].port, ==, 8080);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/memory/waited for something", test_waited_for_something);
    g_test_add_func("/match/memory/served since", test_served_since);
    g_test_add_func("/match/memory/checked since", test_checked_since);
    g_test_add_func("/match/memory/tunnel since", test_tunnel_since);
    g_test_add_func("/match/memory/another is live", test_another_is_live);
    g_test_add_func("/match/arp", test_arp);
    g_test_add_func("/match/arp/in a crowd", test_arp_in_crowd);
    g_test_add_func("/match/arp/long ago", test_arp_long_ago);
    g_test_add_func("/match/memory/look-up", test_lookup_remembered);
    g_test_add_func("/match/memory/look-up forgotten", test_lookup_forgotten);
    g_test_add_func("/match/memory/learnt before its turn", test_learnt_before_its_turn);
    g_test_add_func("/match/memory/server", test_target_remembered);
    g_test_add_func("/match/memory/server forgotten", test_target_forgotten);
    g_test_add_func("/match/memory/server stood already", test_target_stood_already);
    g_test_add_func("/match/memory/server stood again", test_target_stood_again);
    g_test_add_func("/match/memory/next hop", test_hop_remembered);
    g_test_add_func("/match/memory/route", test_route_learnt);
    return g_test_run();
}
