/* test_addresses.c
 * A gateway with two addresses, of which the other one serves clients, too
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* ALICE is a client of GATEWAY, BOB one of its other address, from which UPSTREAM_1 and 2 are. */
static void
two_addresses(void)
{
    capture_begin(0);
    card(GATEWAY, 1);
    card(OTHER_ADDRESS, 1);
    leg(ALICE, "10.0.0.1", GATEWAY, 9090);
    leg(BOB, "10.0.0.2", OTHER_ADDRESS, 9090);
    leg(UPSTREAM_1, OTHER_ADDRESS, SERVER_1, 80);
    leg(UPSTREAM_2, OTHER_ADDRESS, SERVER_2, 80);
}

static void
begin_two_addresses(void)
{
    two_addresses();
    stands(ALICE);
    stands(BOB);
}

static void
both_ask(unsigned first, unsigned second)
{
    asks_proxy(first, HOST, "/a");
    asks_proxy(second, HOST, "/a");
}

/* ALICE, BOB ask, 1 stands, 1 asks /a, FIN 1, ALICE gets 502 */
static void
test_card_request(void)
{
    begin_two_addresses();
    both_ask(ALICE, BOB);
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a"), closed = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/* ALICE, BOB ask, SYN 1, RST 1, ALICE gets 502 */
static void
test_card_attempt(void)
{
    begin_two_addresses();
    is_known(HOST, SERVER_1);
    both_ask(ALICE, BOB);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, second);
}

/*
 * The clients' connections are seen from a response on: who opened them shows late.
 * ALICE gets 200, BOB gets 200, ALICE, BOB ask, SYN 1, RST 1, ALICE gets 502
 */
static void
test_card_from_the_middle(void)
{
    two_addresses();
    responds(ALICE, 200);
    responds(BOB, 200);
    is_known(HOST, SERVER_1);
    both_ask(ALICE, BOB);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, second);
}

/* ALICE, BOB ask, query 1, NXDOMAIN 1, ALICE gets 502 */
static void
test_card_lookup(void)
{
    begin_two_addresses();
    both_ask(ALICE, BOB);
    uint32_t asked = looks_up(1, OTHER_ADDRESS, HOST), answered = resolved(1, OTHER_ADDRESS, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, OBSERVED, asked, answered);
}

/*
 * The look-up shows that both are one: what the other address does next is the gateway's.
 * BOB, ALICE ask, query 1, address 1, SYN 2, RST 2, ALICE gets 502
 */
static void
test_card_learnt(void)
{
    begin_two_addresses();
    both_ask(BOB, ALICE);
    looks_up(1, OTHER_ADDRESS, HOST);
    resolved(1, OTHER_ADDRESS, HOST, 0, SERVER_1);
    uint32_t first = syn(UPSTREAM_2), second = refused(UPSTREAM_2);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, second);
}

/*
 * Everything behind a router comes from its card: a client that asks a server for something else does not
 * serve, and where it asks for the same at the same time that is no certainty.
 * ALICE asks /a, so long, DIRECT_1 asks, FIN DIRECT_1, so long, ALICE gets 502
 */
static uint32_t
behind_router(const char *path, unsigned ms, uint32_t *cited)
{
    capture_begin(0);
    card(GATEWAY, 1);
    card("10.0.0.9", 1);
    leg(ALICE, "10.0.0.1", GATEWAY, 80);
    leg(DIRECT_1, "10.0.0.9", SERVER_1, 80);
    stands(ALICE);
    asks_server(ALICE, HOST, "/a");
    passes(ms);
    stands(DIRECT_1);
    cited[0] = asks_server(DIRECT_1, HOST, path);
    cited[1] = closes(DIRECT_1, SERVER);
    passes(ms);
    return responds(ALICE, 502);
}

static void
test_card_of_router(void)
{
    uint32_t cited[2];

    expect_unknown_at(behind_router("/b", 200, cited), MISSING_GATEWAY_SIDE);
    EXPECT_AT(behind_router("/a", 0, cited), SERVER_CLOSED, LIKELY, cited[0], cited[1]);
}

/* both families ***********************************************************/

#define GATEWAY_6 "2001:db8::1"

/*
 * Nothing can be read of what the gateway asks, but the card of its IPv4 address, which opens connections while clients wait for it, is that of
 * the IPv6 address that other clients ask from another card.
 * BOB asks, 1 stands, TLS on it, FIN 1, BOB gets 504, ALICE asks the IPv6 address, SYN 2, RST 2, ALICE gets 502
 */
static void
test_other_family(void)
{
    scene(0);
    card(GATEWAY, 1);
    card(GATEWAY_6, 1);
    card("2001:db8::a", 2);
    leg(ALICE, "2001:db8::a", GATEWAY_6, 9090);
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 443);
    leg(UPSTREAM_2, GATEWAY, SERVER_1, 443);
    stands(ALICE);
    stands(BOB);
    asks_server(BOB, HOST, "/b");
    stands(UPSTREAM_1);
    says_hello(UPSTREAM_1);
    closes(UPSTREAM_1, SERVER);
    responds(BOB, 504);
    asks_server(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_2), rst = refused(UPSTREAM_2);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, rst);
}

/*
 * One of a gateway's pool of addresses, of which nothing is known yet, asks for the same path of another host: it may pass the 502 on.
 * ALICE asks one.example for /shop/item, DIRECT_1 asks two.example so for somebody, 502 from DIRECT_1
 */
static uint32_t
of_pool(uint8_t its_card, uint8_t clients_card)
{
    capture_begin(0);
    card(GATEWAY, 1);
    card("10.9.0.2", its_card);
    card("10.0.0.1", clients_card);
    leg(ALICE, "10.0.0.1", GATEWAY, 80);
    leg(DIRECT_1, "10.9.0.2", SERVER_1, 8000);
    stands(ALICE);
    asks_server(ALICE, HOST, "/shop/item");
    stands(DIRECT_1);
    asks_server_for(DIRECT_1, "two.example", "/shop/item", "10.0.0.7");
    return responds(DIRECT_1, 502);
}

static void
test_pool(void)
{
    no_verdict_at(of_pool(1, 3));
    expect_unknown_at(of_pool(2, 3), MISSING_GATEWAY_SIDE);
    expect_unknown_at(of_pool(1, 1), MISSING_GATEWAY_SIDE);
}

/*
 * Of a pool as large as those that serve millions of connections each address is the gateway's, seen at work once.
 * 64 times: ALICE asks /item, one of the pool asks it, 200, ALICE gets 200
 */
static void
test_large_pool(void)
{
    char address[16], path[16];

    scene_with(1);
    is_known(HOST, SERVER_1);
    for (unsigned n = 0; n < 64; n++) {
        g_snprintf(address, sizeof address, "10.9.0.%u", n);
        g_snprintf(path, sizeof path, "/item/%u", n);
        leg(20 + n, address, SERVER_1, 80);
        asks_proxy(ALICE, HOST, path);
        stands(20 + n);
        asks_server(20 + n, HOST, path);
        responds(20 + n, 200);
        responds(ALICE, 200);
        g_assert_true(host_at(address)->gateway == host_at(GATEWAY)->gateway);
    }
}

/*
 * One address of the pool was seen at work, and the first thing that the next one does is refused: it has the gateway's network card, and goes where
 * requests for the host go. Where clients have that card, too, it is a router's; and who goes elsewhere may be anybody.
 * ALICE asks /first, one of the pool asks it, 200, ALICE gets 200, ALICE asks /next, SYN of another one, RST
 */
static const struct gateway *
next_of_pool(uint8_t clients_card, const char *server, uint16_t port)
{
    scene_with(0);
    card(GATEWAY, 1);
    card("10.9.0.1", 1);
    card("10.9.0.2", 1);
    card("10.0.0.1", clients_card);
    leg(UPSTREAM_1, "10.9.0.1", SERVER_1, 80);
    leg(UPSTREAM_2, "10.9.0.2", server, port);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/first");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/first");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    passes(1000);
    asks_proxy(ALICE, HOST, "/next");
    syn(UPSTREAM_2);
    return host_at("10.9.0.2")->gateway;
}

static void
test_next_of_pool(void)
{
    g_assert_null(next_of_pool(1, SERVER_1, 80));
    g_assert_null(next_of_pool(3, SERVER_2, 8443));
    g_assert_true(next_of_pool(3, SERVER_1, 80) == host_at(GATEWAY)->gateway);
    uint32_t rst = refused(UPSTREAM_2);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, rst - 1, rst);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/addresses/request", test_card_request);
    g_test_add_func("/match/addresses/attempt", test_card_attempt);
    g_test_add_func("/match/addresses/from the middle", test_card_from_the_middle);
    g_test_add_func("/match/addresses/look-up", test_card_lookup);
    g_test_add_func("/match/addresses/learnt", test_card_learnt);
    g_test_add_func("/match/addresses/of a router", test_card_of_router);
    g_test_add_func("/match/addresses/other family", test_other_family);
    g_test_add_func("/match/addresses/pool", test_pool);
    g_test_add_func("/match/addresses/large pool", test_large_pool);
    g_test_add_func("/match/addresses/next of a pool", test_next_of_pool);
    return g_test_run();
}
