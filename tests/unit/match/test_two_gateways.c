/* test_two_gateways.c
 * Two gateways that are asked for the same, and a client that was taken for one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"
#include "tcp/conn.h"

/* ALICE asks GATEWAY, BOB asks OTHER_ADDRESS, which is another gateway; UPSTREAM_1 is GATEWAY's, UPSTREAM_2 the other one's. */
static void
both_are_asked(void)
{
    scene(0);
    leg(BOB, "10.0.0.2", OTHER_ADDRESS, 9090);
    leg(UPSTREAM_2, OTHER_ADDRESS, SERVER_1, 80);
    stands(ALICE);
    stands(BOB);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, HOST, "/b");
}

/* What a gateway looked up for its own client is no other one's, also once that client is answered. */
static void
test_lookup_of_other(void)
{
    both_are_asked();
    looks_up(1, OTHER_ADDRESS, HOST);
    resolved(1, OTHER_ADDRESS, HOST, NAME_ERROR, NULL);
    responds(BOB, 504);
    uint32_t first = syn(UPSTREAM_1), rst = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, rst);
}

/* Nor is what it tried. */
static void
test_try_of_other(void)
{
    both_are_asked();
    syn(UPSTREAM_2);
    refused(UPSTREAM_2);
    responds(BOB, 504);
    expect_unknown_at(responds(ALICE, 502), MISSING_GATEWAY_SIDE);
}

/* Not even where it was tried at the very address that both know, and its own client is gone: BOB's is answered, so is ALICE. */
static void
test_try_of_other_at_same_address(void)
{
    both_are_asked();
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    syn(UPSTREAM_2);
    refused(UPSTREAM_2);
    responds(BOB, 504);
    g_assert_cmpint(verdict_at(responds(ALICE, 502))->cause, ==, CAUSE_UNKNOWN);
}

/*
 * Somebody of whom nothing is known looks up what is waited for at both: it is neither one's address.
 * Query of a third one, SYN, RST of its, ALICE gets 502
 */
static void
test_neither(void)
{
    both_are_asked();
    leg(UPSTREAM_3, "10.1.0.3", SERVER_2, 80);
    looks_up(1, "10.1.0.3", HOST);
    resolved(1, "10.1.0.3", HOST, 0, SERVER_1);
    responds(BOB, 504);
    g_assert_null(host_at("10.1.0.3")->gateway);
}

static const struct exchange *
request_of(enum stream client)
{
    return (const struct exchange *)list_first(&conn_find(capture_tracker()->root, client)->exchanges);
}

/* A look-up of the other one, of which the answer is still to come, is not this one's turn: who looks up next does it for ALICE. */
static void
test_turns(void)
{
    both_are_asked();
    looks_up(1, OTHER_ADDRESS, HOST);
    g_assert_true(request_of(BOB)->looked_up);
    g_assert_false(request_of(ALICE)->looked_up);
    looks_up(2, GATEWAY, HOST);
    g_assert_true(request_of(ALICE)->looked_up);
}

/* parting *****************************************************************/

/*
 * BOB looks up what ALICE waits for, then he asks the gateway as she did: what he tries by himself is his own.
 * ALICE asks, query of BOB, BOB asks, SYN DIRECT_1, RST DIRECT_1, ALICE gets 502
 */
static enum cause
cause_with_direct_try(uint8_t bobs_card)
{
    scene(0);
    card("10.0.0.1", 4);
    card(GATEWAY, 1);
    card("10.0.0.2", bobs_card);
    leg(DIRECT_1, "10.0.0.2", SERVER_1, 80);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    looks_up(1, "10.0.0.2", HOST);
    resolved(1, "10.0.0.2", HOST, 0, SERVER_1);
    stands(BOB);
    syn(DIRECT_1);
    refused(DIRECT_1);
    return verdict_at(responds(ALICE, 502))->cause;
}

static void
test_parted(void)
{
    g_assert_cmpint(cause_with_direct_try(3), ==, CAUSE_UNKNOWN);
    g_assert_cmpint(cause_with_direct_try(1), ==, CAUSE_RST);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/two gateways/look-up", test_lookup_of_other);
    g_test_add_func("/match/two gateways/try", test_try_of_other);
    g_test_add_func("/match/two gateways/try at the same address", test_try_of_other_at_same_address);
    g_test_add_func("/match/two gateways/neither", test_neither);
    g_test_add_func("/match/two gateways/turns", test_turns);
    g_test_add_func("/match/two gateways/parted", test_parted);
    return g_test_run();
}
