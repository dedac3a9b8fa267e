/* test_late.c
 * track.h, inorder.h: files that are not in order of time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"
#include "net/lookup.h"

#define HOST "one.example"
#define SERVER_1 "10.2.0.1"
#define SERVER_2 "10.2.0.2"
#define OTHER_ADDRESS "10.1.0.2"        /* of the gateway, to servers */
#define NAME_ERROR 3

/* Stream 0 is a client's, 1 and 2 the gateway's. */
static void
begin(unsigned interfaces)
{
    capture_begin(interfaces);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, GATEWAY, SERVER_1, 80);
    leg(2, GATEWAY, SERVER_2, 80);
}

/* Anything that is nobody's. */
static void
mark(unsigned interface_id, unsigned ms)
{
    switch_to(interface_id, ms);
    arp("10.3.0.9", "10.3.0.8");
}

static uint32_t
asks(unsigned interface_id, unsigned ms)
{
    switch_to(interface_id, ms);
    stands(0);
    return asks_proxy(0, HOST, "/a");
}

static uint32_t
answered(unsigned interface_id, unsigned ms)
{
    switch_to(interface_id, ms);
    return responds(0, 502);
}

/* The attempt comes behind its response in the file, and is its cause once all is there. */
static void
then_refused(uint32_t response, unsigned interface_id, unsigned ms)
{
    switch_to(interface_id, ms);
    uint32_t first = syn(1), second = refused(1);
    capture_ends();
    EXPECT_AT(response, RST, LIKELY, first, second);
}

/* what is waited for ******************************************************/

/* The file begins with the frames of one interface. */
static void
test_second_interface(void)
{
    begin(2);
    asks(0, 10);
    then_refused(answered(0, 100), 1, 20);
}

/* A file that does not name interfaces, made from one of two, long after its first frames. */
static void
test_nameless(void)
{
    begin(0);
    mark(0, 200);
    mark(0, 0);
    for (unsigned n = 0; n < 256; n++)
        mark(0, 200);
    asks(0, 250);
    uint32_t response = answered(0, 400);
    mark(0, 410);
    then_refused(response, 0, 300);
}

/* Little was late so far; dumpcap may hold back a quiet interface's frames for longer. */
static void
test_quiet_interface(void)
{
    begin(2);
    mark(1, 0);
    mark(0, 10);
    mark(1, 8);
    asks(0, 20);
    uint32_t response = answered(0, 100);
    mark(0, 200);
    then_refused(response, 1, 30);
}

/* what can be said sooner *************************************************/

/* The host has these addresses. Interface 1 was seen last 100 ms before the response. */
static void
has_addresses(const char *first, const char *second)
{
    mark(1, 0);
    switch_to(0, 1);
    looks_up(98, GATEWAY, HOST);
    resolved(98, GATEWAY, HOST, 0, first);
    looks_up(99, GATEWAY, HOST);
    resolved(99, GATEWAY, HOST, 0, second);
    asks(0, 20);
}

static uint32_t
answered_late(void)
{
    mark(1, 2900);
    return answered(0, 3000);
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

/* Silence from the only address, or from one of two. */
static void
silent_syns(const char *other_address, enum cause cause)
{
    begin(2);
    has_addresses(SERVER_1, other_address);
    switch_to(0, 100);
    syn(1);
    switch_to(0, 1100);
    syn(1);
    expect_silence(answered_late(), cause);
}

static void
test_silent(void)
{
    silent_syns(SERVER_1, CAUSE_SYN_TIMEOUT);
}

/* Nothing of the other interface was seen for most of it. */
static void
test_silent_unseen(void)
{
    begin(2);
    has_addresses(SERVER_1, SERVER_1);
    switch_to(0, 100);
    syn(1);
    switch_to(0, 1100);
    syn(1);
    mark(1, 1400);
    expect_early(answered(0, 3000), CAUSE_UNKNOWN);
}

static void
test_silent_untried(void)
{
    silent_syns(SERVER_2, CAUSE_UNKNOWN);
}

/* Three SYNs in vain; interface 1 is seen no longer than that. */
static void
third_syn(unsigned waited, enum cause cause)
{
    begin(2);
    has_addresses(SERVER_1, SERVER_1);
    for (unsigned ms = 100; ms < 4000; ms = 2 * ms + 900) {
        switch_to(0, ms);
        syn(1);
    }
    mark(1, 3101);
    expect_early(answered(0, 3100 + waited), cause);
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

/* The same, where ARP finds no neighbour. */
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
    begin(2);
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

/* A request behind it in its segment, whose look-up may be late. */
static void
test_pipelined(void)
{
    begin(2);
    has_addresses(SERVER_1, SERVER_1);
    switch_to(0, 30);
    says(0, CLIENT, "GET http://" HOST "/a HTTP/1.1\r\nHost: " HOST "\r\n\r\nGET http://two.example/b HTTP/1.1\r\nHost: two.example\r\n\r\n", 0);
    asks_neighbor();
    mark(1, 2900);
    switch_to(0, 2999);
    responds(0, 502);           /* to the request before both */
    expect_early(answered(0, 3000), CAUSE_ARP);
    expect_early(answered(0, 3001), CAUSE_UNKNOWN);
}

/* ICMP errors for each SYN, long before. */
static void
test_icmp(void)
{
    begin(2);
    has_addresses(SERVER_1, SERVER_1);
    for (unsigned ms = 100; ms < 1200; ms += 1000) {
        switch_to(0, ms);
        syn(1);
        unreachable(1, "10.2.0.254");
    }
    expect_early(answered_late(), CAUSE_ICMP);
}

/* A ClientHello without an answer. */
static void
test_tls(void)
{
    begin(2);
    has_addresses(SERVER_1, SERVER_2);
    switch_to(0, 100);
    stands(1);
    says_hello(1);
    expect_early(answered_late(), CAUSE_TLS);
}

/* A server that takes its time, or more than interface 1 has shown yet. */
static void
silent_server(unsigned seen_until, enum cause cause)
{
    begin(2);
    has_addresses(SERVER_1, SERVER_2);
    switch_to(0, 100);
    stands(1);
    asks_server(1, HOST, "/a");
    mark(1, seen_until);
    expect_silence(answered(0, seen_until + 100), cause);
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

/* A response's second half, sent again, comes behind the end of the connection. */
static void
test_truncated_again(void)
{
    begin(2);
    mark(1, 0);
    asks(0, 20);
    switch_to(1, 30);
    stands(1);
    asks_server(1, HOST, "/a");
    says(1, SERVER, "HTTP/1.1 200 OK\r\n", 0);
    skips(1, SERVER, 25);
    closes(1, SERVER);
    switch_to(1, 230);
    says_again(1, SERVER, 26, "Content-Length: 1000\r\n\r\na", 0);
    mark(1, 231);
    expect_early(answered(0, 233), CAUSE_TRUNCATED);
}

/* Both questions for a name, of which one has an answer; the other one was asked so often. */
static void
half_answered(unsigned asked, enum cause cause)
{
    begin(2);
    mark(1, 0);
    asks(0, 20);
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

/* What the first name's other question brings is past once the search suffix was answered. */
static void
test_next_name_answered(void)
{
    begin(2);
    mark(1, 0);
    asks(0, 20);
    switch_to(0, 100);
    looks_up(1, GATEWAY, HOST);
    switch_to(0, 2100);
    looks_up(1, GATEWAY, HOST);
    switch_to(0, 4100);
    looks_up(2, GATEWAY, HOST ".corp.example");
    resolved(2, GATEWAY, HOST ".corp.example", NAME_ERROR, NULL);
    mark(1, 4102);
    expect_early(answered(0, 4103), CAUSE_NXDOMAIN);
}

/* Nothing of the other interface was seen for nearly as long as the silence lasted. */
static void
test_unseen_interface(void)
{
    begin(2);
    has_addresses(SERVER_1, SERVER_1);
    switch_to(0, 100);
    stands(1);
    asks_server(1, HOST, "/a");
    mark(1, 400);
    expect_early(answered(0, 3000), CAUSE_UNKNOWN);
}

/* ARP *********************************************************************/

/* Of the requests for the address those count that are later than the client's, which stands behind them in the file. */
static void
test_arp_since(void)
{
    begin(2);
    mark(0, 0);
    switch_to(1, 1);
    looks_up(99, GATEWAY, HOST);
    resolved(99, GATEWAY, HOST, 0, SERVER_1);
    switch_to(1, 10);
    arp(GATEWAY, SERVER_1);
    switch_to(1, 1010);
    uint32_t first = arp(GATEWAY, SERVER_1);
    switch_to(1, 2010);
    uint32_t second = arp(GATEWAY, SERVER_1);
    asks(0, 900);
    uint32_t response = answered(0, 2500);
    capture_ends();
    EXPECT_AT(response, ARP, OBSERVED, first, second);
}

/* What is known in order of time: that the server's client is a gateway for which somebody waits. */
static void
test_servers_response(void)
{
    capture_begin(2);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, OTHER_ADDRESS, SERVER_1, 80);
    leg(2, OTHER_ADDRESS, SERVER_2, 80);
    switch_to(1, 110);
    stands(1);
    asks_server(1, HOST, "/a");
    for (unsigned n = 0; n < 100; n++)
        mark(1, 120);
    asks(0, 100);
    mark(0, 130);
    switch_to(1, 140);
    stands(2);
    asks_server(2, "two.example", "/b");
    no_verdict_at(responds(2, 502));
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/late/second interface", test_second_interface);
    g_test_add_func("/late/nameless", test_nameless);
    g_test_add_func("/late/quiet interface", test_quiet_interface);
    g_test_add_func("/late/silent", test_silent);
    g_test_add_func("/late/silent/unseen", test_silent_unseen);
    g_test_add_func("/late/silent/untried", test_silent_untried);
    g_test_add_func("/late/silent/third SYN", test_third_syn);
    g_test_add_func("/late/silent/third SYN just now", test_third_syn_just_now);
    g_test_add_func("/late/ARP", test_arp);
    g_test_add_func("/late/ARP/untried", test_arp_untried);
    g_test_add_func("/late/ARP/since the request", test_arp_since);
    g_test_add_func("/late/pipelined", test_pipelined);
    g_test_add_func("/late/TLS", test_tls);
    g_test_add_func("/late/ICMP", test_icmp);
    g_test_add_func("/late/silent/server", test_silent_server);
    g_test_add_func("/late/silent/slow server", test_slow_server);
    g_test_add_func("/late/truncated/sent again", test_truncated_again);
    g_test_add_func("/late/look-up/half answered", test_half_answered);
    g_test_add_func("/late/look-up/half answered, asked once", test_half_answered_once);
    g_test_add_func("/late/look-up/next name", test_next_name_answered);
    g_test_add_func("/late/unseen interface", test_unseen_interface);
    g_test_add_func("/late/server's response", test_servers_response);
    return g_test_run();
}
