/* test_late.c
 * reorder.h: files that are not in order of time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* The attempt comes behind its response in the file, and is its cause once all is there. */
static void
then_refused(uint32_t response, unsigned interface_id, unsigned ms)
{
    switch_to(interface_id, ms);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    capture_ends();
    EXPECT_AT(response, RST, LIKELY, first, second);
}

/* what is waited for ******************************************************/

/*
 * The file begins with the frames of one interface.
 * 0: ALICE asks, ALICE gets 502; then 1: SYN 1, RST 1 from between them
 */
static void
test_second_interface(void)
{
    scene(2);
    asks_at(0, 10);
    then_refused(gets_502_at(0, 100), 1, 20);
}

/*
 * A file that does not name interfaces, made from one of two, long after its first frames.
 * late frames, then 256 in order; ALICE asks, ALICE gets 502; then SYN 1, RST 1 from between them
 */
static void
test_nameless(void)
{
    scene(0);
    other_frame_at(0, 200);
    other_frame_at(0, 0);
    for (unsigned n = 0; n < 256; n++)
        other_frame_at(0, 200);
    asks_at(0, 296);
    uint32_t response = gets_502_at(0, 303);
    other_frame_at(0, 410);
    then_refused(response, 0, 300);
}

/*
 * Little was late so far; dumpcap may hold back a quiet interface's frames for longer.
 * 2 ms late; ALICE asks, ALICE gets 502, 100 ms; then SYN 1, RST 1 from between them
 */
static void
test_quiet_interface(void)
{
    scene(2);
    other_frame_at(1, 0);
    other_frame_at(0, 10);
    other_frame_at(1, 8);
    asks_at(0, 20);
    uint32_t response = gets_502_at(0, 100);
    other_frame_at(0, 200);
    then_refused(response, 1, 30);
}

/* what is known in order of time ******************************************/

/*
 * All that may come before a response is there with it: its verdict in order of time is the first one, and the only one.
 * 0: ALICE asks, ALICE gets 502, behind 1: something later
 */
static void
test_once(void)
{
    scene(2);
    asks_at(0, 10);
    other_frame_at(1, 200);
    uint32_t response = gets_502_at(0, 100);
    g_assert_true(verdict_at(response)->settled);
    capture_ends();
    g_assert_true(verdict_at(response)->settled);
}

/*
 * Of the requests for the address those count that are later than the client's, which stands behind them in the file.
 * 1: ARP 10, ARP 1010, ARP 2010 ms; then 0: ALICE asks at 900 ms, ALICE gets 502 at 2500 ms
 */
static void
test_arp_since(void)
{
    scene(2);
    other_frame_at(0, 0);
    switch_to(1, 1);
    looks_up(99, GATEWAY, HOST);
    resolved(99, GATEWAY, HOST, 0, SERVER_1);
    switch_to(1, 10);
    arp(GATEWAY, SERVER_1);
    switch_to(1, 1010);
    uint32_t first = arp(GATEWAY, SERVER_1);
    switch_to(1, 2010);
    uint32_t second = arp(GATEWAY, SERVER_1);
    asks_at(0, 900);
    uint32_t response = gets_502_at(0, 2500);
    capture_ends();
    EXPECT_AT(response, ARP, OBSERVED, first, second);
}

/*
 * What is known in order of time: that the server's client is a gateway for which somebody waits.
 * in the file: 1 asks /a; ALICE asks before it; 2 asks two /b, 2 502
 */
static void
test_servers_response(void)
{
    scene(2);
    leg(UPSTREAM_1, OTHER_ADDRESS, SERVER_1, 80);
    leg(UPSTREAM_2, OTHER_ADDRESS, SERVER_2, 80);
    switch_to(1, 110);
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    for (unsigned n = 0; n < 100; n++)
        other_frame_at(1, 120);
    asks_at(0, 100);
    other_frame_at(0, 130);
    switch_to(1, 140);
    stands(UPSTREAM_2);
    asks_server(UPSTREAM_2, "two.example", "/b");
    no_verdict_at(responds(UPSTREAM_2, 502));
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/track/late/second interface", test_second_interface);
    g_test_add_func("/track/late/nameless", test_nameless);
    g_test_add_func("/track/late/quiet interface", test_quiet_interface);
    g_test_add_func("/track/late/once", test_once);
    g_test_add_func("/track/late/ARP/since the request", test_arp_since);
    g_test_add_func("/track/late/server's response", test_servers_response);
    return g_test_run();
}
