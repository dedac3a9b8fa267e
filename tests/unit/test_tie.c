/* test_tie.c
 * tie.h, parent.h: what belongs to a request, where more than one thing may
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define HOST "one.example"
#define SERVER_1 "10.2.0.1"
#define SERVER_2 "10.2.0.2"
#define NAME_ERROR 3

/* Streams 0 to 2 are of clients that ask the gateway, the others are its own. */
static void
begin(unsigned clients)
{
    capture_begin(0);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, "10.0.0.2", GATEWAY, 9090);
    leg(2, "10.0.0.3", GATEWAY, 9090);
    for (unsigned n = 3; n < 9; n++)
        leg(n, GATEWAY, SERVER_1, 80);
    for (unsigned n = 0; n < clients; n++)
        stands(n);
}

/* The capture shows what the name stands for, long before anybody waits for it. */
static void
is_known(const char *name, const char *address)
{
    looks_up(99, GATEWAY, name);
    resolved(99, GATEWAY, name, 0, address);
    passes(60000);
}

static void
equal_requests(unsigned clients)
{
    for (unsigned n = 0; n < clients; n++)
        asks_proxy(n, HOST, "/a");
}

/* attempts ****************************************************************/

static void
test_each_its_own(void)
{
    begin(2);
    is_known(HOST, SERVER_1);
    equal_requests(2);
    uint32_t syn_1 = syn(3), syn_2 = syn(4), rst_1 = refused(3), rst_2 = refused(4);
    EXPECT_AT(responds(0, 502), RST, LIKELY, syn_1, rst_1);
    EXPECT_AT(responds(1, 502), RST, OBSERVED, syn_2, rst_2);
}

static void
test_failed_before_pending(void)
{
    begin(2);
    is_known(HOST, SERVER_1);
    equal_requests(2);
    uint32_t pending = syn(3);
    passes(1000);
    uint32_t failed = syn(4), rst = refused(4);
    EXPECT_AT(responds(0, 502), RST, LIKELY, failed, rst);
    passes(1000);
    uint32_t again = syn(3);
    passes(1000);
    EXPECT_AT(responds(1, 502), SYN_TIMEOUT, OBSERVED, pending, again);
}

static void
test_just_begun(void)
{
    begin(2);
    is_known(HOST, SERVER_1);
    equal_requests(2);
    passes(2000);
    syn(3);
    expect_unknown_at(responds(0, 502), MISSING_ATTEMPT);
}

/* The response was complete when the bytes came that were lost on their way, not when those behind them did. */
static void
test_overlapping_gap(void)
{
    begin(2);
    is_known(HOST, SERVER_1);
    asks_proxy(0, HOST, "/a");
    stands(3);
    asks_server(3, HOST, "/a");
    says(3, SERVER, "HTTP/1.1 200 so\r\nContent-Length: 5\r\n\r\n", 0);
    skips(3, SERVER, 3);
    says(3, SERVER, "lo", 0);
    asks_proxy(1, HOST, "/b");
    syn(4);
    passes(500);
    says_again(3, SERVER, 5, "hel", 200);
    expect_unknown_at(responds(0, 502), MISSING_REASON);
}

/* So is one that begins while another has only just begun: the next hop is everybody's. */
static void
test_overlapping_attempts(void)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    stands(3);
    asks_server(3, HOST, "/a");
    responds(3, 200);
    responds(0, 200);
    asks_proxy(0, HOST, "/b");
    uint32_t first = syn(4);
    asks_proxy(1, "two.example", "/b");
    syn(5);
    passes(100);
    uint32_t second = refused(4);
    EXPECT_AT(responds(0, 502), RST, LIKELY, first, second);
}

/* An attempt that overlaps with the connection that carried the request is another one's. */
static void
test_overlapping(void)
{
    begin(2);
    is_known(HOST, SERVER_1);
    asks_proxy(0, HOST, "/a");
    asks_proxy(1, HOST, "/b");
    stands(3);
    uint32_t asked = asks_server(3, HOST, "/a");
    syn(4);
    uint32_t closed = closes(3, SERVER);
    refused(4);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

static void
test_clients_own(void)
{
    begin(1);
    is_known(HOST, SERVER_1);
    leg(9, "10.0.0.9", SERVER_2, 80);
    leg(10, "10.0.0.9", SERVER_1, 80);
    stands(9);
    asks_server(9, "two.example", "/");
    responds(9, 200);
    equal_requests(1);
    syn(10);
    refused(10);
    expect_unknown_at(responds(0, 502), MISSING_GATEWAY_SIDE);
}

static void
test_second_card(void)
{
    begin(1);
    is_known(HOST, SERVER_1);
    leg(9, "10.1.0.2", SERVER_1, 80);
    equal_requests(1);
    uint32_t first = syn(9), second = refused(9);
    EXPECT_AT(responds(0, 502), RST, OBSERVED, first, second);
}

/* time alone **************************************************************/

static void
test_anothers_address(void)
{
    begin(2);
    is_known("two.example", SERVER_1);
    asks_proxy(0, HOST, "/a");
    asks_proxy(1, "two.example", "/b");
    uint32_t first = syn(3), second = refused(3);
    expect_unknown_at(responds(0, 502), MISSING_ATTEMPT);
    EXPECT_AT(responds(1, 502), RST, OBSERVED, first, second);
}

static void
test_several_at_once(void)
{
    begin(1);
    leg(3, GATEWAY, SERVER_1, 8001);
    leg(4, GATEWAY, SERVER_2, 8002);
    equal_requests(1);
    syn(3);
    syn(4);
    refused(3);
    refused(4);
    expect_unknown_at(responds(0, 502), MISSING_CHOICE);
}

static void
test_port_asked_for(void)
{
    begin(1);
    leg(4, GATEWAY, SERVER_2, 8002);
    equal_requests(1);
    uint32_t first = syn(3), second = refused(3);
    syn(4);
    refused(4);
    EXPECT_AT(responds(0, 502), RST, LIKELY, first, second);
}

/* parents *****************************************************************/

static void
test_named_client(void)
{
    begin(2);
    equal_requests(2);
    stands(3);
    uint32_t second = asks_server_for(3, HOST, "/a", "10.0.0.2");
    stands(4);
    uint32_t first = asks_server_for(4, HOST, "/a", "10.0.0.1"), closed_1 = closes(4, SERVER), closed_2 = closes(3, SERVER);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, OBSERVED, first, closed_1);
    EXPECT_AT(responds(1, 502), SERVER_CLOSED, OBSERVED, second, closed_2);
}

static void
test_one_child_each(void)
{
    begin(2);
    equal_requests(2);
    stands(3);
    uint32_t asked_1 = asks_server(3, HOST, "/a");
    stands(4);
    uint32_t asked_2 = asks_server(4, HOST, "/a"), closed_1 = closes(3, SERVER), closed_2 = closes(4, SERVER);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, LIKELY, asked_1, closed_1);
    EXPECT_AT(responds(1, 502), SERVER_CLOSED, OBSERVED, asked_2, closed_2);
}

/* Nothing serves a client any more on whom the gateway hung up. */
static void
test_hung_up(void)
{
    begin(2);
    equal_requests(1);
    closes(0, SERVER);
    asks_proxy(1, HOST, "/a");
    stands(3);
    uint32_t asked = asks_server(3, HOST, "/a"), closed = closes(3, SERVER);
    EXPECT_AT(responds(1, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/* The second one's connection stood sooner. */
static void
test_in_order_of_syns(void)
{
    begin(2);
    equal_requests(2);
    syn(3);
    syn(4);
    synack(4);
    acked(4);
    uint32_t asked_2 = asks_server(4, HOST, "/a");
    synack(3);
    acked(3);
    uint32_t asked_1 = asks_server(3, HOST, "/a"), closed_2 = closes(4, SERVER), closed_1 = closes(3, SERVER);
    EXPECT_AT(responds(1, 502), SERVER_CLOSED, LIKELY, asked_2, closed_2);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, OBSERVED, asked_1, closed_1);
}

/* The connection that was begun at once with the second one's request is not the first one's. */
static void
test_prompt_syn(void)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    passes(200);
    asks_proxy(1, HOST, "/a");
    syn(3);
    passes(300);
    stands(4);
    uint32_t asked = asks_server(4, HOST, "/a"), closed = closes(4, SERVER);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/* One that was begun at once with a request for something else there is neither one's. */
static void
test_anothers_syn(void)
{
    begin(3);
    equal_requests(2);
    passes(200);
    asks_proxy(2, HOST, "/b");
    syn(3);
    passes(10);
    stands(4);
    uint32_t asked = asks_server(4, HOST, "/a"), closed = closes(4, SERVER);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/* What was ready when the request before it was answered, or its name resolved, came late. */
static void
test_ready_late(void)
{
    begin(2);
    asks_proxy(0, "two.example", "/");
    asks_proxy(0, HOST, "/a");
    asks_proxy(1, HOST, "/a");
    syn(3);
    passes(200);
    responds(0, 200);
    stands(4);
    uint32_t asked = asks_server(4, HOST, "/a"), closed = closes(4, SERVER);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

static void
test_resolved_late(void)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    asks_proxy(1, HOST, "/a");
    syn(3);
    passes(200);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    stands(4);
    uint32_t asked = asks_server(4, HOST, "/a"), closed = closes(4, SERVER);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/* A pipelined request is served when those before it are answered. */
static void
test_not_its_turn(void)
{
    begin(2);
    asks_proxy(0, HOST, "/b");
    equal_requests(2);
    stands(3);
    uint32_t asked = asks_server(3, HOST, "/a"), closed = closes(3, SERVER);
    EXPECT_AT(responds(1, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/* Who waited before the connection was free did not take it then. */
static void
test_kept_connection(void)
{
    begin(3);
    asks_proxy(0, HOST, "/b");
    stands(3);
    asks_server(3, HOST, "/b");
    asks_proxy(1, HOST, "/a");
    responds(3, 200);
    responds(0, 200);
    passes(500);
    asks_proxy(2, HOST, "/a");
    uint32_t asked = asks_server(3, HOST, "/a"), closed = closes(3, SERVER);
    EXPECT_AT(responds(2, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/* The first one's name is not resolved yet. */
static void
test_waits_for_name(void)
{
    begin(2);
    equal_requests(1);
    looks_up(1, GATEWAY, HOST);
    asks_proxy(1, HOST, "/a");
    stands(3);
    uint32_t asked = asks_server(3, HOST, "/a"), closed = closes(3, SERVER);
    EXPECT_AT(responds(1, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/* look-ups ****************************************************************/

static void
test_search_each(void)
{
    begin(2);
    equal_requests(2);
    uint32_t asked_1 = looks_up(1, GATEWAY, HOST), asked_2 = looks_up(2, GATEWAY, HOST);
    uint32_t answered_1 = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL), answered_2 = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(0, 502), NXDOMAIN, LIKELY, asked_1, answered_1);
    EXPECT_AT(responds(1, 502), NXDOMAIN, OBSERVED, asked_2, answered_2);
}

/* Of one that another request began, and that still ran. */
static void
test_search_shared(void)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    asks_proxy(1, HOST, "/b");
    uint32_t answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(0, 502), NXDOMAIN, OBSERVED, asked, answered);
    EXPECT_AT(responds(1, 502), NXDOMAIN, OBSERVED, asked, answered);
}

/* Another search brought the address, before the request came: it neither waits for the first one nor remembers it. */
static void
test_search_overtaken(void)
{
    begin(3);
    asks_proxy(0, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    asks_proxy(1, HOST, "/b");
    looks_up(2, GATEWAY, HOST);
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    passes(500);
    asks_proxy(2, HOST, "/c");
    expect_unknown_at(responds(2, 502), MISSING_ATTEMPT);
}

static void
test_search_ended(void)
{
    begin(2);
    equal_requests(2);
    looks_up(1, GATEWAY, HOST);
    uint32_t asked = looks_up(2, GATEWAY, HOST), answered = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(0, 502), NXDOMAIN, LIKELY, asked, answered);
}

static void
test_only_other_name(void)
{
    begin(1);
    equal_requests(1);
    uint32_t asked = looks_up(1, GATEWAY, "parent.example"), answered = resolved(1, GATEWAY, "parent.example", NAME_ERROR, NULL);
    EXPECT_AT(responds(0, 502), NXDOMAIN, LIKELY, asked, answered);
}

static void
test_two_other_names(void)
{
    begin(1);
    equal_requests(1);
    looks_up(1, GATEWAY, "parent.example");
    resolved(1, GATEWAY, "parent.example", NAME_ERROR, NULL);
    looks_up(2, GATEWAY, "else.example");
    resolved(2, GATEWAY, "else.example", NAME_ERROR, NULL);
    expect_unknown_at(responds(0, 502), MISSING_CHOICE);
}

static void
test_next_hops_own(void)
{
    begin(1);
    leg(3, GATEWAY, "10.2.0.9", 3128);
    equal_requests(1);
    stands(3);
    uint32_t asked = asks_proxy(3, HOST, "/a");
    looks_up(1, "10.2.0.9", HOST);
    resolved(1, "10.2.0.9", HOST, NAME_ERROR, NULL);
    uint32_t answered = responds(3, 502);
    EXPECT_AT(responds(0, 502), RELAYED, OBSERVED, asked, answered);
}

/* The server looks up its own name, for a request that cannot be read. */
static void
test_servers_own(void)
{
    begin(1);
    is_known(HOST, SERVER_1);
    equal_requests(1);
    stands(3);
    looks_up(1, SERVER_1, HOST);
    resolved(1, SERVER_1, HOST, NAME_ERROR, NULL);
    uint32_t closed = closes(3, SERVER);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, OBSERVED, closed);
}

static void
test_dns_over_tcp(void)
{
    begin(1);
    leg(3, GATEWAY, RESOLVER, 53);
    equal_requests(1);
    uint32_t first = syn(3), second = refused(3);
    EXPECT_AT(responds(0, 502), DNS_UNREACHABLE, LIKELY, first, second);
}

/* neighbours and memory ***************************************************/

static void
test_arp(void)
{
    begin(1);
    is_known(HOST, SERVER_1);
    equal_requests(1);
    uint32_t first = arp(GATEWAY, SERVER_1);
    passes(1000);
    uint32_t second = arp(GATEWAY, SERVER_1);
    passes(1000);
    EXPECT_AT(responds(0, 502), ARP, OBSERVED, first, second);
}

/* Where others wait too: one for a neighbour that nobody asked for by name, and that failed. */
static void
arp_by_time(unsigned waits, enum cause cause)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    asks_proxy(1, "two.example", "/a");
    arp(GATEWAY, "10.1.0.99");
    passes(1000);
    arp(GATEWAY, "10.1.0.99");
    passes(waits);
    g_assert_cmpint(verdict_at(responds(0, 502))->cause, ==, cause);
}

static void
test_arp_in_crowd(void)
{
    arp_by_time(1000, CAUSE_DNS_UNREACHABLE);
    arp_by_time(300, CAUSE_UNKNOWN);
}

static void
test_arp_long_ago(void)
{
    begin(1);
    is_known(HOST, SERVER_1);
    arp(GATEWAY, SERVER_1);
    passes(10000);
    equal_requests(1);
    g_assert_cmpint(verdict_at(responds(0, 502))->cause, ==, CAUSE_UNKNOWN);
}

static void
lookup_then(unsigned after, bool known)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST), answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(0, 502), NXDOMAIN, OBSERVED, asked, answered);
    passes(after);
    asks_proxy(1, HOST, "/b");
    uint32_t response = responds(1, 502);
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

/* A pipelined request's turn comes when the gateway has learnt it from another client's. */
static void
test_learnt_before_its_turn(void)
{
    begin(2);
    is_known(HOST, SERVER_1);
    asks_proxy(0, "two.example", "/");
    asks_proxy(0, HOST, "/a");
    passes(1000);
    asks_proxy(1, HOST, "/b");
    uint32_t first = syn(3), second = refused(3);
    EXPECT_AT(responds(1, 502), RST, OBSERVED, first, second);
    passes(1000);
    responds(0, 200);
    EXPECT_AT(responds(0, 502), RST, INFERRED, first, second);
}

static void
failure_then(unsigned after, bool known)
{
    begin(2);
    is_known(HOST, SERVER_1);
    asks_proxy(0, HOST, "/a");
    uint32_t first = syn(3), second = refused(3);
    EXPECT_AT(responds(0, 502), RST, OBSERVED, first, second);
    passes(after);
    asks_proxy(1, HOST, "/b");
    uint32_t response = responds(1, 502);
    if (known)
        EXPECT_AT(response, RST, INFERRED, first, second);
    else
        g_assert_cmpint(verdict_at(response)->cause, ==, CAUSE_UNKNOWN);
}

static void
test_target_remembered(void)
{
    failure_then(20000, true);
}

static void
test_target_forgotten(void)
{
    failure_then(40000, false);
}

/* Another connection there stood after the failure; whether it was begun before. */
static void
stood_after(bool begun_before, bool known)
{
    begin(3);
    is_known(HOST, SERVER_1);
    asks_proxy(2, HOST, "/c");
    if (begun_before)
        syn(4);
    asks_proxy(0, HOST, "/a");
    uint32_t first = syn(3), second = refused(3);
    responds(0, 502);
    if (!begun_before)
        syn(4);
    synack(4);
    acked(4);
    asks_server(4, HOST, "/c");
    responds(4, 200);
    responds(2, 200);
    asks_proxy(1, HOST, "/b");
    uint32_t response = responds(1, 502);
    if (known)
        EXPECT_AT(response, RST, INFERRED, first, second);
    else
        g_assert_cmpint(verdict_at(response)->cause, ==, CAUSE_UNKNOWN);
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

/* A next hop that is down explains what is asked of it: no host that the gateway looks up itself. */
static void
test_hop_remembered(void)
{
    begin(3);
    is_known(HOST, SERVER_1);
    leg(7, GATEWAY, SERVER_2, 8080);
    leg(8, GATEWAY, SERVER_2, 8080);
    asks_proxy(2, "three.example", "/a");
    stands(7);
    asks_proxy(7, "three.example", "/a");
    responds(7, 200);
    responds(2, 200);
    asks_proxy(2, "three.example", "/b");
    uint32_t first = syn(8), second = refused(8);
    EXPECT_AT(responds(2, 502), RST, LIKELY, first, second);
    asks_proxy(0, "four.example", "/");
    EXPECT_AT(responds(0, 502), RST, INFERRED, first, second);
    asks_proxy(1, HOST, "/");
    g_assert_cmpint(verdict_at(responds(1, 502))->cause, ==, CAUSE_UNKNOWN);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/tie/attempts/each its own", test_each_its_own);
    g_test_add_func("/tie/attempts/failed before pending", test_failed_before_pending);
    g_test_add_func("/tie/attempts/just begun", test_just_begun);
    g_test_add_func("/tie/attempts/overlapping", test_overlapping);
    g_test_add_func("/tie/attempts/overlapping/gap", test_overlapping_gap);
    g_test_add_func("/tie/attempts/overlapping/each other", test_overlapping_attempts);
    g_test_add_func("/tie/attempts/a client's own", test_clients_own);
    g_test_add_func("/tie/attempts/second card", test_second_card);
    g_test_add_func("/tie/time/another's address", test_anothers_address);
    g_test_add_func("/tie/time/several at once", test_several_at_once);
    g_test_add_func("/tie/time/port asked for", test_port_asked_for);
    g_test_add_func("/tie/parent/named client", test_named_client);
    g_test_add_func("/tie/parent/one child each", test_one_child_each);
    g_test_add_func("/tie/parent/hung up", test_hung_up);
    g_test_add_func("/tie/parent/in order of SYNs", test_in_order_of_syns);
    g_test_add_func("/tie/parent/not its turn", test_not_its_turn);
    g_test_add_func("/tie/parent/kept connection", test_kept_connection);
    g_test_add_func("/tie/parent/waits for its name", test_waits_for_name);
    g_test_add_func("/tie/parent/prompt SYN", test_prompt_syn);
    g_test_add_func("/tie/parent/another's SYN", test_anothers_syn);
    g_test_add_func("/tie/parent/ready late", test_ready_late);
    g_test_add_func("/tie/parent/resolved late", test_resolved_late);
    g_test_add_func("/tie/look-ups/each its own", test_search_each);
    g_test_add_func("/tie/look-ups/shared", test_search_shared);
    g_test_add_func("/tie/look-ups/overtaken", test_search_overtaken);
    g_test_add_func("/tie/look-ups/ended", test_search_ended);
    g_test_add_func("/tie/look-ups/only other name", test_only_other_name);
    g_test_add_func("/tie/look-ups/two other names", test_two_other_names);
    g_test_add_func("/tie/look-ups/next hop's own", test_next_hops_own);
    g_test_add_func("/tie/look-ups/server's own", test_servers_own);
    g_test_add_func("/tie/look-ups/over TCP", test_dns_over_tcp);
    g_test_add_func("/tie/arp", test_arp);
    g_test_add_func("/tie/arp/in a crowd", test_arp_in_crowd);
    g_test_add_func("/tie/arp/long ago", test_arp_long_ago);
    g_test_add_func("/tie/memory/look-up", test_lookup_remembered);
    g_test_add_func("/tie/memory/learnt before its turn", test_learnt_before_its_turn);
    g_test_add_func("/tie/memory/look-up forgotten", test_lookup_forgotten);
    g_test_add_func("/tie/memory/server", test_target_remembered);
    g_test_add_func("/tie/memory/server forgotten", test_target_forgotten);
    g_test_add_func("/tie/memory/server stood already", test_target_stood_already);
    g_test_add_func("/tie/memory/server stood again", test_target_stood_again);
    g_test_add_func("/tie/memory/next hop", test_hop_remembered);
    return g_test_run();
}
