/* test_provisional.c
 * provisional.h: what can be said before a late frame could come
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"
#include "net/lookup.h"

/* The gateway's second connection goes to another server. */
static void
begins(unsigned interfaces)
{
    scene(interfaces);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
}

/* The host has these addresses. Interface 1 was seen last 100 ms before the response. */
static void
has_addresses(const char *first, const char *second)
{
    other_frame_at(1, 0);
    switch_to(0, 1);
    looks_up(98, GATEWAY, HOST);
    resolved(98, GATEWAY, HOST, 0, first);
    looks_up(99, GATEWAY, HOST);
    resolved(99, GATEWAY, HOST, 0, second);
    asks_at(0, 20);
}

static uint32_t
answered_late(void)
{
    other_frame_at(1, 2900);
    return gets_502_at(0, 3000);
}

static void
expect_early(uint32_t response, enum cause cause)
{
    g_assert_cmpstr(cause_token(verdict_at(response)->cause), ==, cause_token(cause));
    g_assert_false(verdict_at(response)->settled);
}

/* What comes late could still break it. */
static void
expect_silence(uint32_t response, enum cause cause)
{
    expect_early(response, cause);
    g_assert_cmpint(verdict_at(response)->confidence, <=, CONFIDENCE_LIKELY);
}

/* silence *****************************************************************/

/*
 * Silence from the only address, or from one of two.
 * ALICE asks, SYN 1, 1 s, SYN 1, ALICE gets 502 at 3 s
 */
static void
silent_syns(const char *other_address, enum cause cause)
{
    begins(2);
    has_addresses(SERVER_1, other_address);
    switch_to(0, 100);
    syn(UPSTREAM_1);
    switch_to(0, 1100);
    syn(UPSTREAM_1);
    expect_silence(answered_late(), cause);
}

static void
test_silent(void)
{
    silent_syns(SERVER_1, CAUSE_SYN_TIMEOUT);
}

/*
 * Nothing of the other interface was seen for most of it.
 * ALICE asks, SYN 1, 1 s, SYN 1, ALICE gets 502 at 3 s; interface 1 until 1.4 s
 */
static void
test_silent_unseen(void)
{
    begins(2);
    has_addresses(SERVER_1, SERVER_1);
    switch_to(0, 100);
    syn(UPSTREAM_1);
    switch_to(0, 1100);
    syn(UPSTREAM_1);
    other_frame_at(1, 1400);
    expect_early(gets_502_at(0, 3000), CAUSE_UNKNOWN);
}

static void
test_silent_untried(void)
{
    silent_syns(SERVER_2, CAUSE_UNKNOWN);
}

/*
 * Three SYNs in vain; interface 1 is seen no longer than that.
 * ALICE asks, SYN 1, 1 s, SYN 1, 2 s, SYN 1, so long, ALICE gets 502
 */
static void
third_syn(unsigned waited, enum cause cause)
{
    begins(2);
    has_addresses(SERVER_1, SERVER_1);
    for (unsigned ms = 100; ms < 4000; ms = 2 * ms + 900) {
        switch_to(0, ms);
        syn(UPSTREAM_1);
    }
    other_frame_at(1, 3101);
    expect_early(gets_502_at(0, 3100 + waited), cause);
}

static void
test_third_syn(void)
{
    third_syn(500, CAUSE_SYN_TIMEOUT);
}

/* What ends it so soon may be an answer that is late. */
static void
test_third_syn_just_now(void)
{
    third_syn(200, CAUSE_UNKNOWN);
}

/*
 * The same, where ARP finds no neighbour.
 * ARP three times, 1 s apart
 */
static void
asks_neighbor(void)
{
    for (unsigned ms = 100; ms < 2200; ms += 1000) {
        switch_to(0, ms);
        arp(GATEWAY, SERVER_1);
    }
}

static void
arp_in_vain(const char *other_address, enum cause cause)
{
    begins(2);
    has_addresses(SERVER_1, other_address);
    asks_neighbor();
    expect_silence(answered_late(), cause);
}

static void
test_arp(void)
{
    arp_in_vain(SERVER_1, CAUSE_ARP);
}

static void
test_arp_untried(void)
{
    arp_in_vain(SERVER_2, CAUSE_UNKNOWN);
}

/*
 * A request behind it in its segment, whose look-up may be late.
 * ALICE asks, twice in one segment; ARP for 2 s; ALICE gets 502 three times
 */
static void
test_pipelined(void)
{
    begins(2);
    has_addresses(SERVER_1, SERVER_1);
    switch_to(0, 30);
    says(ALICE, CLIENT, "GET http://" HOST "/a HTTP/1.1\r\nHost: " HOST "\r\n\r\nGET http://two.example/b HTTP/1.1\r\nHost: two.example\r\n\r\n", 0);
    asks_neighbor();
    other_frame_at(1, 2900);
    switch_to(0, 2999);
    responds(ALICE, 502);           /* to the request before both */
    expect_early(gets_502_at(0, 3000), CAUSE_ARP);
    expect_early(gets_502_at(0, 3001), CAUSE_UNKNOWN);
}

/*
 * ICMP errors for each SYN, long before.
 * ALICE asks, SYN 1, ICMP 1, 1 s, SYN 1, ICMP 1, ALICE gets 502 at 3 s
 */
static void
test_icmp(void)
{
    begins(2);
    has_addresses(SERVER_1, SERVER_1);
    for (unsigned ms = 100; ms < 1200; ms += 1000) {
        switch_to(0, ms);
        syn(UPSTREAM_1);
        unreachable(UPSTREAM_1, "10.2.0.254");
    }
    expect_early(answered_late(), CAUSE_ICMP);
}

/*
 * A ClientHello without an answer.
 * ALICE asks, 1 stands, its ClientHello, ALICE gets 502 at 3 s
 */
static void
test_tls(void)
{
    begins(2);
    has_addresses(SERVER_1, SERVER_2);
    switch_to(0, 100);
    stands(UPSTREAM_1);
    says_hello(UPSTREAM_1);
    expect_early(answered_late(), CAUSE_TLS);
}

/*
 * A server that takes its time, or more than interface 1 has shown yet.
 * ALICE asks, 1 stands, 1 asks /a, so long, ALICE gets 502
 */
static void
silent_server(unsigned seen_until, enum cause cause)
{
    begins(2);
    has_addresses(SERVER_1, SERVER_2);
    switch_to(0, 100);
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    other_frame_at(1, seen_until);
    expect_silence(gets_502_at(0, seen_until + 100), cause);
}

static void
test_silent_server(void)
{
    silent_server(2900, CAUSE_RESPONSE_TIMEOUT);
}

static void
test_slow_server(void)
{
    silent_server(1900, CAUSE_UNKNOWN);
}

/*
 * A response's second half, sent again, comes behind the end of the connection.
 * ALICE asks, 1 asks, half a head, 25 bytes lost, FIN 1, 200 ms, those bytes, ALICE gets 502
 */
static void
test_truncated_again(void)
{
    begins(2);
    other_frame_at(1, 0);
    asks_at(0, 20);
    switch_to(1, 30);
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    says(UPSTREAM_1, SERVER, "HTTP/1.1 200 OK\r\n", 0);
    skips(UPSTREAM_1, SERVER, 25);
    closes(UPSTREAM_1, SERVER);
    switch_to(1, 230);
    says_again(UPSTREAM_1, SERVER, 26, "Content-Length: 1000\r\n\r\na", 0);
    other_frame_at(1, 231);
    expect_early(gets_502_at(0, 233), CAUSE_TRUNCATED);
}

/*
 * Nothing of the other interface was seen for nearly as long as the silence lasted.
 * ALICE asks, 1 asks /a, ALICE gets 502 at 3 s; interface 1 until 0.4 s
 */
static void
test_unseen_interface(void)
{
    begins(2);
    has_addresses(SERVER_1, SERVER_1);
    switch_to(0, 100);
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    other_frame_at(1, 400);
    expect_early(gets_502_at(0, 3000), CAUSE_UNKNOWN);
}

/* look-ups ****************************************************************/

/*
 * Both questions for a name, of which one has an answer; the other one was asked so often.
 * ALICE asks, queries AAAA and A, NXDOMAIN of A, AAAA so often, ALICE gets 502 at 3 s
 */
static void
half_answered(unsigned asked, enum cause cause)
{
    begins(2);
    other_frame_at(1, 0);
    asks_at(0, 20);
    dns_socket(5353);
    for (unsigned n = 0; n < asked; n++) {
        switch_to(0, 100 + 1000 * n);
        dns_type(DNS_TYPE_AAAA);
        looks_up(2, GATEWAY, HOST);
        dns_type(DNS_TYPE_A);
        if (n == 0) {
            looks_up(1, GATEWAY, HOST);
            resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
        }
    }
    expect_silence(answered_late(), cause);
}

static void
test_half_answered(void)
{
    half_answered(2, CAUSE_NXDOMAIN);
}

/* The resolver would have asked again. */
static void
test_half_answered_once(void)
{
    half_answered(1, CAUSE_UNKNOWN);
}

/*
 * What the first name's other question brings is past once the search suffix was answered.
 * ALICE asks, query 1, 2 s, query 1, 2 s, query 2 of the next name, NXDOMAIN 2, ALICE gets 502
 */
static void
test_next_name_answered(void)
{
    begins(2);
    other_frame_at(1, 0);
    asks_at(0, 20);
    switch_to(0, 100);
    looks_up(1, GATEWAY, HOST);
    switch_to(0, 2100);
    looks_up(1, GATEWAY, HOST);
    switch_to(0, 4100);
    looks_up(2, GATEWAY, HOST ".corp.example");
    resolved(2, GATEWAY, HOST ".corp.example", NAME_ERROR, NULL);
    other_frame_at(1, 4102);
    expect_early(gets_502_at(0, 4103), CAUSE_NXDOMAIN);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/track/provisional/silent", test_silent);
    g_test_add_func("/track/provisional/silent/unseen", test_silent_unseen);
    g_test_add_func("/track/provisional/silent/untried", test_silent_untried);
    g_test_add_func("/track/provisional/silent/third SYN", test_third_syn);
    g_test_add_func("/track/provisional/silent/third SYN just now", test_third_syn_just_now);
    g_test_add_func("/track/provisional/ARP", test_arp);
    g_test_add_func("/track/provisional/ARP/untried", test_arp_untried);
    g_test_add_func("/track/provisional/pipelined", test_pipelined);
    g_test_add_func("/track/provisional/ICMP", test_icmp);
    g_test_add_func("/track/provisional/TLS", test_tls);
    g_test_add_func("/track/provisional/silent/server", test_silent_server);
    g_test_add_func("/track/provisional/silent/slow server", test_slow_server);
    g_test_add_func("/track/provisional/truncated/sent again", test_truncated_again);
    g_test_add_func("/track/provisional/unseen interface", test_unseen_interface);
    g_test_add_func("/track/provisional/look-up/half answered", test_half_answered);
    g_test_add_func("/track/provisional/look-up/half answered, asked once", test_half_answered_once);
    g_test_add_func("/track/provisional/look-up/next name", test_next_name_answered);
    return g_test_run();
}
