/* test_neighbor.c
 * Whose unanswered question for a neighbour it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define PC "10.2.0.77"          /* in the server's network, nobody's gateway */

#define OTHER_GATEWAY "10.2.0.9"

/* ALICE asks, address of SERVER_1, then what is said, ALICE gets 502 after three seconds */
static void
begin(void)
{
    scene(0);
    card(GATEWAY, 1);
    stands(ALICE);
    all_ask(1);
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
}

/* Copies follow at once, the next question a second later. */
static void
test_gateways(void)
{
    uint32_t cited[3];

    begin();
    for (int i = 0; i < 3; i++) {
        cited[i] = arp(GATEWAY, SERVER_1);
        arp(GATEWAY, SERVER_1);
        passes(1000);
    }
    EXPECT_AT(responds(ALICE, 502), ARP, OBSERVED, cited[0], cited[1], cited[2]);
}

/* An address of the gateway that nothing showed yet, on its network card. */
static void
test_another_address_of_it(void)
{
    begin();
    card("10.2.0.254", 1);
    uint32_t asked = arp("10.2.0.254", SERVER_1);
    passes(3000);
    EXPECT_AT(responds(ALICE, 502), ARP, OBSERVED, asked);
}

/* Somebody else looks for the same server, with a card of its own. */
static void
test_another_host(void)
{
    begin();
    card(PC, 7);
    arp(PC, SERVER_1);
    passes(3000);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpstr(cause_token(v->cause), !=, "arp");
}

/* It does not take the gateway's own questions away. */
static void
test_both(void)
{
    uint32_t cited[2];

    begin();
    card(PC, 7);
    arp(PC, SERVER_1);
    cited[0] = arp(GATEWAY, SERVER_1);
    passes(500);
    arp(PC, SERVER_1);
    passes(500);
    cited[1] = arp(GATEWAY, SERVER_1);
    passes(2000);
    EXPECT_AT(responds(ALICE, 502), ARP, OBSERVED, cited[0], cited[1]);
}

/* Two gateways on one network, and ALICE asks the one that asked second: each one's questions are its own. */
static void
test_two_gateways(void)
{
    uint32_t cited[2];

    begin();
    card(OTHER_GATEWAY, 2);
    leg(BOB, "10.0.0.2", OTHER_GATEWAY, 9090);
    stands(BOB);
    asks_proxy(BOB, HOST, "/a");
    looks_up(2, OTHER_GATEWAY, HOST);
    resolved(2, OTHER_GATEWAY, HOST, 0, SERVER_1);
    arp(OTHER_GATEWAY, SERVER_1);
    cited[0] = arp(GATEWAY, SERVER_1);
    passes(1000);
    arp(OTHER_GATEWAY, SERVER_1);
    cited[1] = arp(GATEWAY, SERVER_1);
    passes(2000);
    EXPECT_AT(responds(ALICE, 502), ARP, OBSERVED, cited[0], cited[1]);
}

/* Others who ask for the server, more than are remembered, leave room for the gateway, whose question comes last. */
static void
test_many_ask(void)
{
    begin();
    for (int i = 0; i < 6; i++) {
        g_autofree char *other = g_strdup_printf("10.2.0.%d", 100 + i);
        arp(other, SERVER_1);
    }
    uint32_t asked = arp(GATEWAY, SERVER_1);
    passes(3000);
    EXPECT_AT(responds(ALICE, 502), ARP, OBSERVED, asked);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/neighbor/gateways", test_gateways);
    g_test_add_func("/neighbor/another_address_of_it", test_another_address_of_it);
    g_test_add_func("/neighbor/another_host", test_another_host);
    g_test_add_func("/neighbor/both", test_both);
    g_test_add_func("/neighbor/two_gateways", test_two_gateways);
    g_test_add_func("/neighbor/many_ask", test_many_ask);
    return g_test_run();
}
