/* test_rivals.c
 * tie.h, parent.h, lookup.h: a gateway with several addresses, and several tries, while others wait for the same
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define HOST "one.example"
#define SERVER_1 "10.2.0.1"
#define SERVER_2 "10.2.0.2"
#define OTHER_ADDRESS "10.1.0.2"        /* of the gateway; it serves clients, too */
#define SERVER_FAILURE 2
#define NAME_ERROR 3

/* an address that serves others *******************************************/

/* Stream 0 is of a client of GATEWAY, 1 of one of its other address, from which the rest are. */
static void
two_addresses(void)
{
    capture_begin(0);
    card(GATEWAY, 1);
    card(OTHER_ADDRESS, 1);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, "10.0.0.2", OTHER_ADDRESS, 9090);
    leg(3, OTHER_ADDRESS, SERVER_1, 80);
    leg(4, OTHER_ADDRESS, SERVER_2, 80);
}

static void
begin_two_addresses(void)
{
    two_addresses();
    stands(0);
    stands(1);
}

static void
is_known(void)
{
    looks_up(99, GATEWAY, HOST);
    resolved(99, GATEWAY, HOST, 0, SERVER_1);
    passes(60000);
}

static void
both_ask(unsigned first, unsigned second)
{
    asks_proxy(first, HOST, "/a");
    asks_proxy(second, HOST, "/a");
}

static void
test_card_request(void)
{
    begin_two_addresses();
    both_ask(0, 1);
    stands(3);
    uint32_t asked = asks_server(3, HOST, "/a"), closed = closes(3, SERVER);
    EXPECT_AT(responds(0, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

static void
test_card_attempt(void)
{
    begin_two_addresses();
    is_known();
    both_ask(0, 1);
    uint32_t first = syn(3), second = refused(3);
    EXPECT_AT(responds(0, 502), RST, OBSERVED, first, second);
}

/* The clients' connections are seen from a response on: who opened them shows late. */
static void
test_card_from_the_middle(void)
{
    two_addresses();
    responds(0, 200);
    responds(1, 200);
    is_known();
    both_ask(0, 1);
    uint32_t first = syn(3), second = refused(3);
    EXPECT_AT(responds(0, 502), RST, OBSERVED, first, second);
}

static void
test_card_lookup(void)
{
    begin_two_addresses();
    both_ask(0, 1);
    uint32_t asked = looks_up(1, OTHER_ADDRESS, HOST), answered = resolved(1, OTHER_ADDRESS, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(0, 502), NXDOMAIN, OBSERVED, asked, answered);
}

/* The look-up shows that both are one: what the other address does next is the gateway's. */
static void
test_card_learnt(void)
{
    begin_two_addresses();
    both_ask(1, 0);
    looks_up(1, OTHER_ADDRESS, HOST);
    resolved(1, OTHER_ADDRESS, HOST, 0, SERVER_1);
    uint32_t first = syn(4), second = refused(4);
    EXPECT_AT(responds(0, 502), RST, LIKELY, first, second);
}

/* Everything behind a router comes from its card: a client that asks a server for the same does not serve. */
static void
test_card_of_router(void)
{
    capture_begin(0);
    card(GATEWAY, 1);
    card("10.0.0.9", 1);
    leg(0, "10.0.0.1", GATEWAY, 80);
    leg(1, "10.0.0.9", SERVER_1, 80);
    stands(0);
    asks_server(0, HOST, "/a");
    stands(1);
    asks_server(1, HOST, "/a");
    closes(1, SERVER);
    expect_unknown_at(responds(0, 502), MISSING_GATEWAY_SIDE);
}

/* several tries ***********************************************************/

/* Streams 0 to 2 are of clients of the gateway, the others its own. */
static void
begin(unsigned clients)
{
    capture_begin(0);
    for (unsigned n = 0; n < 3; n++)
        leg(n, "10.0.0.1", GATEWAY, 9090);
    for (unsigned n = 3; n < 9; n++)
        leg(n, GATEWAY, SERVER_1, 80);
    for (unsigned n = 0; n < clients; n++)
        stands(n);
}

static void
all_ask(unsigned clients)
{
    for (unsigned n = 0; n < clients; n++)
        asks_proxy(n, HOST, "/a");
}

/* It tries a server twice, as one request shows that is alone; then two others wait, of whom the first is refused. */
static void
begin_two_tries(uint32_t *cited)
{
    begin(3);
    is_known();
    asks_proxy(0, HOST, "/b");
    for (unsigned n = 3; n < 5; n++) {
        syn(n);
        refused(n);
    }
    responds(0, 502);
    asks_proxy(1, HOST, "/a");
    asks_proxy(2, HOST, "/a");
    cited[0] = syn(5);
    cited[1] = refused(5);
}

/* The second one's first attempt still runs. */
static void
test_next_try_failed_too(void)
{
    uint32_t first[2];

    begin_two_tries(first);
    syn(6);
    uint32_t again = syn(7), again_rst = refused(7);
    EXPECT_AT(responds(1, 502), RST, LIKELY, first[0], first[1], again, again_rst);
}

static void
test_running_is_no_next_try(void)
{
    uint32_t first[2];

    begin_two_tries(first);
    uint32_t running = syn(6);
    EXPECT_AT(responds(1, 502), RST, LIKELY, first[0], first[1]);
    uint32_t rst = refused(6);
    EXPECT_AT(responds(2, 502), RST, OBSERVED, running, rst);
}

/* look-ups ****************************************************************/

/* A question put again with another id, once its answer was a failure. */
static void
test_asked_again_on_its_socket(void)
{
    uint32_t cited[4];

    begin(2);
    all_ask(2);
    dns_socket(20000);
    for (uint16_t id = 0; id < 2; id++) {
        cited[2 * id] = looks_up(id, GATEWAY, HOST);
        cited[2 * id + 1] = resolved(id, GATEWAY, HOST, SERVER_FAILURE, NULL);
    }
    EXPECT_AT(responds(0, 502), DNS_ERROR, OBSERVED, cited[0], cited[1], cited[2], cited[3]);
}

/* A socket that several searches use tells nothing: each request has its own. */
static void
test_shared_socket(void)
{
    begin(2);
    dns_socket(20000);
    looks_up(1, GATEWAY, "two.example");
    resolved(1, GATEWAY, "two.example", 0, SERVER_2);
    all_ask(2);
    uint32_t asked_1 = looks_up(2, GATEWAY, HOST), answered_1 = resolved(2, GATEWAY, HOST, SERVER_FAILURE, NULL);
    uint32_t asked_2 = looks_up(3, GATEWAY, HOST), answered_2 = resolved(3, GATEWAY, HOST, SERVER_FAILURE, NULL);
    EXPECT_AT(responds(0, 502), DNS_ERROR, LIKELY, asked_1, answered_1);
    EXPECT_AT(responds(1, 502), DNS_ERROR, OBSERVED, asked_2, answered_2);
}

/* Two searches lost an answer and wait, each asked again; the older one comes to its search suffix first. */
static void
test_next_name_in_turn(void)
{
    uint32_t sent[2], again[2], suffix[2], answered[2];

    begin(2);
    for (unsigned n = 0; n < 2; n++) {
        switch_to(0, 100 + 500 * n);
        asks_proxy(n, HOST, "/a");
        sent[n] = looks_up((uint16_t)(1 + n), GATEWAY, HOST);
    }
    for (unsigned n = 0; n < 2; n++) {
        switch_to(0, 2101 + 500 * n);
        again[n] = looks_up((uint16_t)(1 + n), GATEWAY, HOST);
    }
    for (unsigned n = 0; n < 2; n++) {
        switch_to(0, 4101 + 500 * n);
        suffix[n] = looks_up((uint16_t)(3 + n), GATEWAY, HOST ".corp.example");
        answered[n] = resolved((uint16_t)(3 + n), GATEWAY, HOST ".corp.example", NAME_ERROR, NULL);
        expect_at(responds(n, 502), CAUSE_NXDOMAIN, n == 0 ? CONFIDENCE_LIKELY : CONFIDENCE_OBSERVED,
                  (const uint32_t[]){ sent[n], again[n], suffix[n], answered[n], 0 });
    }
}

/* The first client's response came from a cache. */
static void
test_running_is_left(void)
{
    begin(3);
    all_ask(3);
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    responds(0, 200);
    looks_up(2, GATEWAY, HOST);
    uint32_t answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(1, 502), NXDOMAIN, LIKELY, asked, answered);
}

/* It was told of the failure with others; the next request looked up anew before its response was there. */
static void
test_failed_for_all(void)
{
    begin(3);
    asks_proxy(0, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    asks_proxy(1, HOST, "/b");
    uint32_t answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(0, 502), NXDOMAIN, OBSERVED, asked, answered);
    asks_proxy(2, HOST, "/c");
    uint32_t again = looks_up(2, GATEWAY, HOST);
    EXPECT_AT(responds(1, 502), NXDOMAIN, OBSERVED, asked, answered);
    uint32_t answered_again = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(2, 502), NXDOMAIN, OBSERVED, again, answered_again);
}

/* The gateway knows no address yet: what is tried is another one's, be it several times. */
static void
test_tries_while_looked_up(void)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    passes(10);
    asks_proxy(1, HOST, "/b");
    looks_up(2, GATEWAY, HOST);
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    for (unsigned n = 3; n < 5; n++) {
        syn(n);
        refused(n);
    }
    leg(9, GATEWAY, SERVER_2, 80);
    stands(9);
    asks_server(9, HOST, "/b");
    responds(9, 200);
    responds(1, 200);
    passes(4000);
    EXPECT_AT(responds(0, 502), DNS_TIMEOUT, OBSERVED, asked);
}

/* The address that another request was told in the meantime, not a look-up that runs since before. */
static void
test_told_meanwhile(void)
{
    uint32_t asked[3];

    begin(3);
    asks_proxy(0, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    asks_proxy(1, HOST, "/b");
    looks_up(2, GATEWAY, HOST);
    asks_proxy(2, HOST, "/c");
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    for (unsigned n = 0; n < 3; n++) {
        asked[n] = arp(GATEWAY, SERVER_1);
        passes(1000);
    }
    EXPECT_AT(responds(1, 502), ARP, OBSERVED, asked[0], asked[1], asked[2]);
    EXPECT_AT(responds(2, 502), ARP, OBSERVED, asked[0], asked[1], asked[2]);
}

/* It knows the address, and does not wait for the other type's answer: each has its own attempt. */
static void
test_tries_with_one_type(void)
{
    uint32_t first, second;

    begin(2);
    all_ask(2);
    for (uint16_t n = 0; n < 2; n++) {
        dns_socket((uint16_t)(5000 + n));
        dns_type(1);
        looks_up((uint16_t)(1 + n), GATEWAY, HOST);
        dns_type(28);
        looks_up((uint16_t)(3 + n), GATEWAY, HOST);
        dns_type(1);
        resolved((uint16_t)(1 + n), GATEWAY, HOST, 0, SERVER_1);
    }
    first = syn(3);
    uint32_t first_end = refused(3);
    second = syn(4);
    uint32_t second_end = refused(4);
    EXPECT_AT(responds(0, 502), RST, LIKELY, first, first_end);
    EXPECT_AT(responds(1, 502), RST, OBSERVED, second, second_end);
}

/* The gateway learns of the end when what was lost before it is sent again: meanwhile its attempts are others'. */
static void
test_end_behind_lost(void)
{
    static const char *hundred = "HTTP/1.1 100 Continue\r\n\r\n";

    begin(2);
    asks_proxy(0, HOST, "/a");
    stands(3);
    uint32_t asked = asks_server(3, HOST, "/a");
    skips(3, SERVER, (unsigned)strlen(hundred));
    closes(3, SERVER);
    asks_proxy(1, HOST, "/a");
    stands(4);
    asks_server(4, HOST, "/a");
    says_again(3, SERVER, (unsigned)strlen(hundred), hundred, 0);
    const struct verdict *v = verdict_at(responds(0, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "server_closed");
    g_assert_cmpint(v->confidence, ==, CONFIDENCE_LIKELY);
    g_assert_cmpuint(v->cited[0].frame, ==, asked);
    responds(4, 200);
    responds(1, 200);
}

/* It acts on a reset at once, and on an end when it has what was before it: one more try is to be expected. */
static void
retried_elsewhere(uint32_t (*ends)(unsigned))
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    stands(3);
    asks_server(3, HOST, "/a");
    skips(3, SERVER, 100);
    ends(3);
    asks_proxy(1, HOST, "/a");
    stands(4);
    asks_server(4, HOST, "/a");
    responds(4, 502);
    const struct verdict *v = verdict_at(responds(0, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "relayed");
}

static uint32_t
closes_acked(unsigned n)
{
    acked(n);
    return closes(n, SERVER);
}

static void
test_retried_after_end(void)
{
    retried_elsewhere(reset);
    retried_elsewhere(closes_acked);
}

/* What the client got came before another one's attempt, and was given to it behind that. */
static void
test_answered_before(void)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    stands(3);
    asks_server(3, HOST, "/a");
    responds(3, 200);
    asks_proxy(1, HOST, "/b");
    uint32_t first = syn(4);
    responds(0, 200);
    uint32_t second = refused(4);
    EXPECT_AT(responds(1, 502), RST, LIKELY, first, second);
}

/* A look-up that begins while the request waits on a connection that was kept is another one's. */
static void
test_looked_up_meanwhile(void)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    stands(3);
    asks_server(3, HOST, "/a");
    responds(3, 200);
    responds(0, 200);
    asks_proxy(0, HOST, "/b");
    uint32_t asked = asks_server(3, HOST, "/b");
    passes(3000);
    asks_proxy(1, HOST, "/c");
    looks_up(1, GATEWAY, HOST);
    EXPECT_AT(responds(0, 502), RESPONSE_TIMEOUT, OBSERVED, asked);
}

/* One from before it took another one's connection is its own, and nobody else's. */
static void
test_looked_up_before(void)
{
    begin(3);
    asks_proxy(0, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    passes(100);
    asks_proxy(1, HOST, "/b");
    looks_up(2, GATEWAY, HOST);
    asks_proxy(2, HOST, "/c");
    stands(3);
    asks_server(3, HOST, "/c");
    responds(3, 200);
    responds(2, 200);
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    asks_server(3, HOST, "/b");
    responds(3, 200);
    responds(1, 200);
    leg(9, GATEWAY, SERVER_2, 80);
    syn(9);
    refused(9);
    EXPECT_AT(responds(0, 502), DNS_TIMEOUT, LIKELY, asked);
}

/* An ICMP error behind which the gateway goes on ends nothing: the older attempt is the older request's. */
static void
test_error_ignored(void)
{
    begin(2);
    asks_proxy(0, HOST, "/a");
    uint32_t first = syn(3);
    passes(1000);
    uint32_t second = syn(3);
    asks_proxy(1, HOST, "/b");
    syn(4);
    unreachable(4, "10.1.0.254");
    passes(1000);
    syn(4);
    unreachable(4, "10.1.0.254");
    passes(1000);
    uint32_t third = syn(3);
    EXPECT_AT(responds(0, 502), SYN_TIMEOUT, LIKELY, first, second, third);
}

/* A copy of the first error is not the second query's. */
static void
test_error_twice(void)
{
    begin(1);
    all_ask(1);
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    passes(1000);
    uint32_t again = looks_up(1, GATEWAY, HOST), error = dns_rejected(1, GATEWAY, 7);
    dns_rejected(1, GATEWAY, 7);
    uint32_t second = dns_rejected(1, GATEWAY, 8);
    EXPECT_AT(responds(0, 502), DNS_UNREACHABLE, OBSERVED, asked, again, error, second);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/rivals/card/request", test_card_request);
    g_test_add_func("/rivals/card/attempt", test_card_attempt);
    g_test_add_func("/rivals/card/from the middle", test_card_from_the_middle);
    g_test_add_func("/rivals/card/look-up", test_card_lookup);
    g_test_add_func("/rivals/card/learnt", test_card_learnt);
    g_test_add_func("/rivals/card/of a router", test_card_of_router);
    g_test_add_func("/rivals/tries/failed too", test_next_try_failed_too);
    g_test_add_func("/rivals/tries/answered before", test_answered_before);
    g_test_add_func("/rivals/tries/while looked up", test_tries_while_looked_up);
    g_test_add_func("/rivals/tries/end behind lost", test_end_behind_lost);
    g_test_add_func("/rivals/tries/with one type", test_tries_with_one_type);
    g_test_add_func("/rivals/tries/after end", test_retried_after_end);
    g_test_add_func("/rivals/tries/error ignored", test_error_ignored);
    g_test_add_func("/rivals/tries/running", test_running_is_no_next_try);
    g_test_add_func("/rivals/look-ups/meanwhile", test_looked_up_meanwhile);
    g_test_add_func("/rivals/look-ups/before", test_looked_up_before);
    g_test_add_func("/rivals/look-ups/on its socket", test_asked_again_on_its_socket);
    g_test_add_func("/rivals/look-ups/shared socket", test_shared_socket);
    g_test_add_func("/rivals/look-ups/next name in turn", test_next_name_in_turn);
    g_test_add_func("/rivals/look-ups/running", test_running_is_left);
    g_test_add_func("/rivals/look-ups/failed for all", test_failed_for_all);
    g_test_add_func("/rivals/look-ups/told meanwhile", test_told_meanwhile);
    g_test_add_func("/rivals/look-ups/error twice", test_error_twice);
    return g_test_run();
}
