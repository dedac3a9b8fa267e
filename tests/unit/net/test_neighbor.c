/* test_neighbor.c
 * Whose unanswered question for a neighbour it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define PC "10.2.0.77"          /* in the server's network, nobody's gateway */

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

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/neighbor/gateways", test_gateways);
    g_test_add_func("/neighbor/another_address_of_it", test_another_address_of_it);
    g_test_add_func("/neighbor/another_host", test_another_host);
    g_test_add_func("/neighbor/both", test_both);
    return g_test_run();
}
