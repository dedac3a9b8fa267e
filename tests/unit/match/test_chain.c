/* test_chain.c
 * chain.h: which try followed which
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"
#include "match/chain.h"
#include "match/profile.h"
#include "tcp/conn.h"

static struct conn *
conn_of(unsigned stream)
{
    return (struct conn *)bounded_find(&capture_tracker()->root->conns.table, GUINT_TO_POINTER(stream + 1));
}

static void
expect_before(unsigned stream, int before)
{
    struct exchange *child;
    struct conn *conn = conn_of(stream), *found = chain_before(capture_tracker()->root, conn, (struct exchange *)list_last(&conn->exchanges), &child);

    g_assert_cmpint(found ? (int)found->stream : -1, ==, before);
    if (before >= 0)
        g_assert_true(chain_is_followed(conn_of((unsigned)before), (struct exchange *)list_last(&conn_of((unsigned)before)->exchanges)));
}

#define NOTHING (-1)

static void
begin(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
}

/* ALICE asks, SYN 1, RST 1 */
static void
begin_refused(void)
{
    begin();
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
}

/* ALICE asks, SYN 1, RST 1, SYN 2, RST 2, SYN 3 */
static void
test_retries(void)
{
    begin_refused();
    syn(UPSTREAM_2);
    refused(UPSTREAM_2);
    syn(UPSTREAM_3);
    expect_before(UPSTREAM_1, NOTHING);
    expect_before(UPSTREAM_2, UPSTREAM_1);
    expect_before(UPSTREAM_3, UPSTREAM_2);
    g_assert_false(chain_is_followed(conn_of(UPSTREAM_3), NULL));
}

/*
 * Of many requests that wait none fits well, but it is likely that the gateway turned to one of them.
 * ALICE asks, three or twenty others ask, 100 ms, SYN 1, RST 1, 4 ms, SYN 2 (another server)
 */
static void
crowd_waits(unsigned others, int before, bool doubtful)
{
    scene_with(1);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    asks_proxy(ALICE, HOST, "/a");
    for (unsigned i = 0; i < others; i++) {
        leg(DIRECT_2 + 1 + i, "10.0.1.1", GATEWAY, 9090);
        asks_proxy(DIRECT_2 + 1 + i, HOST, "/b");
    }
    passes(100);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    passes(4);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
    g_assert_cmpint(conn_of(UPSTREAM_2)->chain.doubtful, ==, doubtful);
}

static void
test_crowd_waits(void)
{
    crowd_waits(3, UPSTREAM_1, true);
    crowd_waits(20, NOTHING, false);
}

/* Of two connections that a proxy opens in one go one is for whoever comes: ALICE asks, SYN 1, RST 1, SYN 2, SYN 3 at once, or a millisecond later */
static void
in_one_go(bool at_once, int before)
{
    begin();
    asks_proxy(BOB, HOST, "/b");
    syn(UPSTREAM_4);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    syn(UPSTREAM_2);
    if (at_once)
        is_set_back(1);
    syn(UPSTREAM_3);
    expect_before(UPSTREAM_2, UPSTREAM_1);
    expect_before(UPSTREAM_3, before);
    g_assert_cmpuint(conn_of(UPSTREAM_3)->chain.waiter, ==, at_once ? conn_of(UPSTREAM_1)->chain.waiter : 0);
    g_assert_cmpint(conn_of(UPSTREAM_3)->chain.doubtful, ==, at_once && conn_of(UPSTREAM_1)->chain.doubtful);
}

static void
test_in_one_go(void)
{
    in_one_go(true, UPSTREAM_1);
    in_one_go(false, NOTHING);
}

/* The same server again after a second, or after two: ALICE asks, SYN 1, RST 1, SYN 2 to another server, that pause, SYN 3 to the one of 1 */
static void
late_turn_around(unsigned pause, int before, int instead)
{
    begin();
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    passes(5);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, UPSTREAM_1);
    passes(pause - 7);
    syn(UPSTREAM_3);
    expect_before(UPSTREAM_3, before);
    expect_before(UPSTREAM_2, instead);
}

static void
test_late_turn_around(void)
{
    late_turn_around(1000, UPSTREAM_1, NOTHING);
    late_turn_around(2000, NOTHING, UPSTREAM_1);
}

/*
 * A gateway that writes requests anew asks again on a connection that it kept: behind what it asked there before, rather than behind
 * what failed last. 1 stands, 2 stands, 3 stands, 3 asks, 3 gets 200, ALICE asks, BOB asks, 1 asks a, FIN 1, 2 asks b, FIN 2, 3 asks a
 */
static void
test_same_request_again(void)
{
    scene_with(2);
    for (unsigned n = UPSTREAM_1; n <= UPSTREAM_3; n++)
        stands(n);
    asks_server(UPSTREAM_3, "inner", "/x/c");
    responds(UPSTREAM_3, 200);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, "two.example", "/b");
    asks_server(UPSTREAM_1, "inner", "/x/a");
    closes(UPSTREAM_1, SERVER);
    asks_server(UPSTREAM_2, "inner", "/x/b");
    closes(UPSTREAM_2, SERVER);
    asks_server(UPSTREAM_3, "inner", "/x/a");
    expect_before(UPSTREAM_3, UPSTREAM_1);
}

/* The next server of a site mostly has the same port. ALICE asks, BOB asks, SYN 1, SYN 2 to another port, RST 1, RST 2, SYN 3 to the port of 1 */
static void
test_same_port_again(void)
{
    scene_with(2);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 8080);
    leg(UPSTREAM_3, GATEWAY, "10.2.0.3", 80);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, "two.example", "/b");
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    refused(UPSTREAM_1);
    refused(UPSTREAM_2);
    syn(UPSTREAM_3);
    expect_before(UPSTREAM_3, UPSTREAM_1);
}

/*
 * A kept connection that served another request before is not that one's any more.
 * ALICE asks /a, 1 stands, 1 asks, 1 gets 200, ALICE gets 200, ALICE asks /b, 1 asks, RST 1 inside the response, SYN 2
 */
static void
test_cut_on_kept(void)
{
    begin();
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    asks_server(UPSTREAM_1, HOST, "/b");
    says(UPSTREAM_1, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", 200);
    reset(UPSTREAM_1);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, UPSTREAM_1);
}

static void
serves(const char *server, uint64_t routes)
{
    struct ipaddr at = ip(server);

    host_get(capture_tracker()->root, &at)->served = routes;
}

/* A gateway goes on within a request's upstream. ALICE asks, SYN 1, SYN 2, RST 1, RST 2, SYN 3: the servers of 2 and 3 serve different paths, or not */
static void
other_upstream(uint64_t routes, int before)
{
    begin();
    asks_proxy(BOB, "two.example", "/b");
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    leg(UPSTREAM_3, GATEWAY, "10.2.0.3", 80);
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    refused(UPSTREAM_1);
    refused(UPSTREAM_2);
    serves(SERVER_1, 1);
    serves(SERVER_2, routes);
    serves("10.2.0.3", 1);
    syn(UPSTREAM_3);
    expect_before(UPSTREAM_3, before);
}

static void
test_other_upstream(void)
{
    other_upstream(0, UPSTREAM_2);
    other_upstream(2, UPSTREAM_1);
    other_upstream(3, UPSTREAM_2);
}

/*
 * What clients ask for at two hosts is not tried for one request; a proxy's parents are, and no client asks for their names.
 * CAROL asks for two, or nobody does, ALICE asks, SYN 1, RST 1, SYN 2 to the address of two
 */
static void
other_host(bool is_asked_for, int before)
{
    scene_with(3);
    is_known(HOST, SERVER_1);
    is_known("two.example", SERVER_2);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    if (is_asked_for) {
        asks_proxy(CAROL, "two.example", "/c");
        responds(CAROL, 200);
    }
    asks_proxy(ALICE, HOST, "/a");
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
}

static void
test_other_host(void)
{
    other_host(true, NOTHING);
    other_host(false, UPSTREAM_1);
}

static struct gateway *
its_gateway(void)
{
    return host_at(GATEWAY)->gateway;
}

/* Gateways differ in whether they try a server again that refused. ALICE asks, SYN 1, RST 1, so long, SYN 2 */
static void
refused_before(unsigned pause, unsigned again)
{
    begin_refused();
    passes(pause - 1);
    syn(UPSTREAM_2);
    g_assert_cmpuint(its_gateway()->refused_again, ==, again);
    g_assert_cmpuint(its_gateway()->refused_once, ==, !again);
}

static void
test_refused_before(void)
{
    refused_before(1, 1);
    refused_before(3, 1);
    refused_before(4, 0);
    refused_before(900, 0);
    refused_before(998, 1);
    refused_before(1003, 1);
    refused_before(1100, 0);
}

/* What stood did not refuse. ALICE asks, 1 stands, FIN 1, SYN 2 */
static void
test_closed_before(void)
{
    begin();
    stands(UPSTREAM_1);
    closes(UPSTREAM_1, SERVER);
    syn(UPSTREAM_2);
    g_assert_cmpuint(its_gateway()->refused_again, ==, 0);
}

/* What it has never done it hardly does now, there or at all: two requests may be refused at once. ALICE asks, SYN 1, RST 1, SYN 2 */
static void
refused_once(uint32_t there, uint32_t at_all, int before)
{
    begin_refused();
    its_gateway()->refused_once = there;
    its_gateway()->n_once = at_all;
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
}

static void
test_refused_once(void)
{
    refused_once(0, 0, UPSTREAM_1);
    refused_once(1000000, 0, NOTHING);
    refused_once(0, 1000000, NOTHING);
}

/*
 * A server that took a new connection and failed behind that is hardly asked again; one whose kept connection was stale is.
 * ALICE asks, 1 stands, 1 asks, 1 gets 200 if it is kept, ALICE gets 200, BOB asks, 1 asks, FIN 1, 20 ms, SYN 2
 */
static void
asked_in_vain(bool kept, int before)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    if (kept) {
        responds(UPSTREAM_1, 200);
        responds(ALICE, 200);
        asks_proxy(BOB, HOST, "/b");
        asks_server(UPSTREAM_1, HOST, "/b");
    }
    closes(UPSTREAM_1, SERVER);
    passes(20);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
}

static void
test_asked_in_vain(void)
{
    asked_in_vain(true, UPSTREAM_1);
    asked_in_vain(false, NOTHING);
}

/* What a request explains follows nothing, however soon behind a failure it comes. ALICE asks, SYN 1, RST 1, so long, BOB asks, SYN 2 */
static void
new_request(unsigned after)
{
    begin_refused();
    passes(after);
    asks_proxy(BOB, HOST, "/b");
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, NOTHING);
    g_assert_false(chain_is_followed(conn_of(UPSTREAM_1), NULL));
}

static void
test_new_request(void)
{
    new_request(50);
    new_request(0);
}

/* Nothing is begun for a request whose connection the gateway ended. BOB asks, SYN 1, RST 1, ALICE asks, FIN to ALICE, SYN 2 */
static void
test_nobody_waits(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(BOB, HOST, "/b");
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    asks_proxy(ALICE, HOST, "/a");
    closes(ALICE, SERVER);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, UPSTREAM_1);
}

/* One thing follows each failure. ALICE asks, SYN 1, RST 1, SYN 2, SYN 3 */
static void
test_once(void)
{
    begin_refused();
    syn(UPSTREAM_2);
    syn(UPSTREAM_3);
    expect_before(UPSTREAM_2, UPSTREAM_1);
    expect_before(UPSTREAM_3, NOTHING);
}

/* ALICE asks, SYN 1, RST 1, so long, SYN 2 to another server's port */
static void
then_elsewhere(unsigned after, uint16_t port, int before)
{
    begin_refused();
    passes(after);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, port);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
}

static void
test_elsewhere(void)
{
    then_elsewhere(0, 80, UPSTREAM_1);
    then_elsewhere(0, 8080, UPSTREAM_1);
    then_elsewhere(200, 8080, NOTHING);
    then_elsewhere(20, 80, UPSTREAM_1);
    then_elsewhere(3000, 80, NOTHING);
}

/* HAProxy tries a server again a second behind its refusal, and another one at once. ALICE asks, SYN 1, RST 1, so long but 300 ms, BOB asks, 300 ms, SYN 2 */
static void
again(unsigned after, const char *server, int before)
{
    begin_refused();
    passes(after - 300);
    asks_proxy(BOB, HOST, "/b");
    passes(300);
    leg(UPSTREAM_2, GATEWAY, server, 80);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
}

static void
test_turn_around(void)
{
    again(1000, SERVER_1, UPSTREAM_1);
    again(600, SERVER_1, NOTHING);
    again(2000, SERVER_1, NOTHING);
    again(1000, SERVER_2, NOTHING);
}

/* Only where it was refused. ALICE asks, 1 asks so, 1 gets 200, ALICE gets 200, ALICE asks, 1 asks so, FIN 1, 1.03 s, SYN 2 */
static void
test_no_turn_around(void)
{
    begin();
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    asks_server(UPSTREAM_1, HOST, "/b");
    closes(UPSTREAM_1, SERVER);
    passes(1030);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, NOTHING);
}

static void
is_patient(when_t patience)
{
    struct profile *profile = gateway_profile(((struct exchange *)list_first(&conn_of(ALICE)->exchanges))->gateway);

    for (int i = 0; i < 20; i++)
        profile_learn(profile, DELAY_PATIENCE, patience, patience, true);
}

/* A gateway goes on to the next server when its patience is over, which has shown to be a second. ALICE asks, SYN 1, so long, SYN 2 to another server */
static void
behind_silence(unsigned after, int before)
{
    begin();
    syn(UPSTREAM_1);
    is_patient(NS_PER_SECOND);
    passes(after);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
}

static void
test_silence(void)
{
    behind_silence(1000, UPSTREAM_1);
    behind_silence(20, NOTHING);
    behind_silence(10030, NOTHING);
}

#define PATIENCE (NS_PER_SECOND * 52 / 10)

/* 3 and 4 go to another server. ALICE asks, SYN 1 */
static void
begins_silently(void)
{
    begin();
    leg(UPSTREAM_3, GATEWAY, SERVER_2, 80);
    leg(UPSTREAM_4, GATEWAY, SERVER_2, 80);
    is_patient(PATIENCE);
    syn(UPSTREAM_1);
}

/* ALICE asks, SYN 1, BOB asks and SYN 2, or not, 4.5 s, SYN 3 */
static void
seems_to_follow(bool another_waits)
{
    begins_silently();
    if (another_waits) {
        asks_proxy(BOB, HOST, "/b");
        syn(UPSTREAM_2);
    }
    passes(4500);
    syn(UPSTREAM_3);
    expect_before(UPSTREAM_3, UPSTREAM_1);
}

/*
 * What comes when the gateway's patience is over follows a silent try; what seemed to follow it was tried behind another one.
 * ALICE asks, SYN 1, BOB asks, SYN 2, 4.5 s, SYN 3, RST 3, SYN 5 behind it, 0.7 s, SYN 4
 */
static void
test_displaced(void)
{
    seems_to_follow(true);
    refused(UPSTREAM_3);
    leg(UPSTREAM_5, GATEWAY, SERVER_2, 80);
    syn(UPSTREAM_5);
    expect_before(UPSTREAM_5, UPSTREAM_3);
    g_assert_cmpuint(conn_of(UPSTREAM_5)->chain.waiter, ==, conn_of(UPSTREAM_1)->chain.waiter);
    passes(699);
    syn(UPSTREAM_4);
    expect_before(UPSTREAM_4, UPSTREAM_1);
    expect_before(UPSTREAM_3, UPSTREAM_2);
    expect_before(UPSTREAM_5, UPSTREAM_3);
    g_assert_cmpuint(conn_of(UPSTREAM_5)->chain.waiter, ==, conn_of(UPSTREAM_2)->chain.waiter);
}

/* It looks among what was there when it began. ALICE asks, SYN 1, 4.48 s, SYN 5 to a third server, 20 ms, SYN 3, 0.7 s, RST 5, SYN 4 */
static void
test_displaced_by_later(void)
{
    begins_silently();
    leg(UPSTREAM_5, GATEWAY, "10.2.0.3", 80);
    passes(4480);
    syn(UPSTREAM_5);
    passes(19);
    syn(UPSTREAM_3);
    expect_before(UPSTREAM_3, UPSTREAM_1);
    passes(697);
    refused(UPSTREAM_5);
    syn(UPSTREAM_4);
    expect_before(UPSTREAM_4, UPSTREAM_1);
    expect_before(UPSTREAM_3, NOTHING);
}

/* What a request's text confirms stays. ALICE asks, SYN 1, 4.5 s, SYN 3, 3 asks as ALICE does, 0.7 s, SYN 4 */
static void
test_not_displaced(void)
{
    seems_to_follow(false);
    synack(UPSTREAM_3);
    acked(UPSTREAM_3);
    asks_server(UPSTREAM_3, HOST, "/a");
    passes(700);
    syn(UPSTREAM_4);
    expect_before(UPSTREAM_3, UPSTREAM_1);
    expect_before(UPSTREAM_4, NOTHING);
}

/*
 * Of many that are silent the latest are looked at as well as the oldest: an address of the other family is tried a quarter of a second behind the first one (RFC 8305).
 * 70 SYNs to other servers' other ports, 40 s, ALICE asks, SYN 1, 250 ms, SYN 2 to another address of the host
 */
static void
test_silent_among_many(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    is_known(HOST, SERVER_2);
    asks_proxy(BOB, "two.example", "/b");
    for (unsigned i = 0; i < 70; i++) {
        leg(DIRECT_2 + 1 + i, GATEWAY, "10.2.0.9", (uint16_t)(9000 + i));
        syn(DIRECT_2 + 1 + i);
    }
    passes(1030);
    asks_proxy(ALICE, HOST, "/a");
    syn(UPSTREAM_1);
    passes(249);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, UPSTREAM_1);
}

/*
 * The card of the one whom clients ask is a gateway's: it asks from another address, and what it asks cannot be read.
 * ALICE asks, SYN 1, RST 1, SYN 2 to another server
 */
static void
by_card(uint8_t number, int before)
{
    capture_begin(0);
    card(GATEWAY, 1);
    card("10.9.0.1", number);
    leg(ALICE, "10.0.0.1", GATEWAY, 9090);
    leg(UPSTREAM_1, "10.9.0.1", SERVER_1, 8443);
    leg(UPSTREAM_2, "10.9.0.1", SERVER_2, 8443);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
}

static void
test_by_card(void)
{
    by_card(1, UPSTREAM_1);
    by_card(2, NOTHING);
}

/* The same server's silence is no reason to open another connection to it. */
static void
test_silence_there(void)
{
    begin();
    syn(UPSTREAM_1);
    passes(1000);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, NOTHING);
}

/* 3 has carried a request, and is kept. */
static void
begin_with_kept(void)
{
    begin();
    stands(UPSTREAM_3);
    asks_server(UPSTREAM_3, HOST, "/a");
    responds(UPSTREAM_3, 200);
    responds(ALICE, 200);
}

/* A request that is sent again on a kept connection, and another one. 3 is kept; ALICE asks /a, 1 asks /a, FIN 1, 3 asks so */
static void
asks_on_kept(const char *path, int before)
{
    begin_with_kept();
    asks_proxy(ALICE, HOST, "/shop/item");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/shop/item");
    closes(UPSTREAM_1, SERVER);
    asks_server(UPSTREAM_3, HOST, path);
    expect_before(UPSTREAM_3, before);
}

static void
test_kept(void)
{
    asks_on_kept("/shop/item", UPSTREAM_1);
    asks_on_kept("/other/path", NOTHING);
}

/*
 * A request that waited for long is sent on a kept connection behind a failure, or a silence, of a try that was another one's.
 * BOB asks for another host, 50 ms, ALICE asks, SYN 1, RST 1 or 1 s, 3 asks as BOB does
 */
static void
kept_for_another(bool is_silent)
{
    scene_with(2);
    leg(UPSTREAM_3, GATEWAY, SERVER_2, 80);
    is_known(HOST, SERVER_1);
    is_known("two.example", SERVER_2);
    stands(UPSTREAM_3);
    asks_server(UPSTREAM_3, "two.example", "/");
    responds(UPSTREAM_3, 200);
    asks_proxy(BOB, "two.example", "/shop/list");
    passes(50);
    asks_proxy(ALICE, HOST, "/shop/item");
    syn(UPSTREAM_1);
    is_patient(NS_PER_SECOND);
    if (is_silent)
        passes(1000);
    else
        refused(UPSTREAM_1);
    asks_server(UPSTREAM_3, "two.example", "/shop/list");
    expect_before(UPSTREAM_3, NOTHING);
}

static void
test_kept_for_another(void)
{
    kept_for_another(false);
    kept_for_another(true);
}

/* So is what was answered badly, and stays open. ALICE asks, 1 asks so, 500 from 1, 3, which is kept, asks so */
static void
test_kept_behind_answer(void)
{
    begin_with_kept();
    asks_proxy(ALICE, HOST, "/shop/item");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/shop/item");
    responds(UPSTREAM_1, 500);
    passes(20);
    asks_server(UPSTREAM_3, HOST, "/shop/item");
    expect_before(UPSTREAM_3, UPSTREAM_1);
}

/*
 * A request on a kept connection that had carried others is given up: the next try follows that.
 * 3 is kept; ALICE asks, 3 asks so, 5 s, FIN of the gateway to 3, SYN 1
 */
static void
test_kept_given_up(void)
{
    begin_with_kept();
    asks_proxy(ALICE, HOST, "/shop/item");
    asks_server(UPSTREAM_3, HOST, "/shop/item");
    passes(5000);
    closes(UPSTREAM_3, CLIENT);
    syn(UPSTREAM_1);
    expect_before(UPSTREAM_1, UPSTREAM_3);
}

/* One that is closed while nothing was asked on it is no failure. 3 is kept; ALICE asks, SYN 1, FIN of the gateway to 3, SYN 2 */
static void
test_kept_closed(void)
{
    begin_with_kept();
    asks_proxy(ALICE, HOST, "/a");
    syn(UPSTREAM_1);
    closes(UPSTREAM_3, CLIENT);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, NOTHING);
}

static void
new_request_behind(const char *first, const char *second)
{
    asks_proxy(ALICE, HOST, first);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    asks_proxy(BOB, HOST, second);
    syn(UPSTREAM_2);
}

/* what is told later ******************************************************/

/*
 * What a request repeats tells which try its connection follows, also where the SYN seemed to follow another one.
 * ALICE asks /shop/item, BOB asks /other/path, 1 asks as she does, 2 as he does, FIN 1, FIN 2, SYN 3, 3 asks as 1
 */
static void
test_repeats_an_earlier_one(void)
{
    begin();
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/shop/item");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/shop/item");
    asks_proxy(BOB, HOST, "/other/path");
    stands(UPSTREAM_2);
    asks_server(UPSTREAM_2, HOST, "/other/path");
    closes(UPSTREAM_1, SERVER);
    closes(UPSTREAM_2, SERVER);
    stands(UPSTREAM_3);
    expect_before(UPSTREAM_3, UPSTREAM_2);
    asks_server(UPSTREAM_3, HOST, "/shop/item");
    expect_before(UPSTREAM_3, UPSTREAM_1);
    g_assert_false(chain_is_followed(conn_of(UPSTREAM_2), NULL));
}

/*
 * What was tried in between follows the one that is repeated, and is followed.
 * ALICE asks /shop/item, 1 asks so, FIN 1, SYN 2, RST 2, SYN 3, 3 asks so
 */
static void
test_tried_in_between(void)
{
    begin();
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/shop/item");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/shop/item");
    closes(UPSTREAM_1, SERVER);
    syn(UPSTREAM_2);
    refused(UPSTREAM_2);
    stands(UPSTREAM_3);
    asks_server(UPSTREAM_3, HOST, "/shop/item");
    expect_before(UPSTREAM_3, UPSTREAM_2);
    expect_before(UPSTREAM_2, UPSTREAM_1);
}

/*
 * What seemed to be begun for a request that is then sent on another connection follows the failure before it.
 * 3 is kept; ALICE asks, SYN 1, RST 1, BOB asks, SYN 2, 3 asks as BOB does
 */
static void
test_sent_elsewhere(void)
{
    begin_with_kept();
    new_request_behind("/shop/item", "/other/path");
    expect_before(UPSTREAM_2, NOTHING);
    asks_server(UPSTREAM_3, HOST, "/other/path");
    expect_before(UPSTREAM_2, UPSTREAM_1);
}

/*
 * A silent try that repeats its SYN behind the next one's begin was not given up for that.
 * ALICE asks, SYN 1, 1 s, SYN 2 to another server, SYN 1
 */
static void
test_silence_goes_on(void)
{
    behind_silence(1000, UPSTREAM_1);
    syn(UPSTREAM_1);
    expect_before(UPSTREAM_2, NOTHING);
    g_assert_false(chain_is_followed(conn_of(UPSTREAM_1), NULL));
}

/*
 * Whose upstream's address is not known yet begins no connection: it is the next one's, whose look-up is answered.
 * ALICE asks, query 1, BOB asks, query 2, address 2, SYN 1
 */
static void
test_upstream_not_told(void)
{
    scene_with(2);
    asks_server(ALICE, HOST, "/a");
    looks_up(1, GATEWAY, "web.shop.svc");
    passes(5);
    asks_server(BOB, HOST, "/b");
    looks_up(2, GATEWAY, "web.shop.svc");
    resolved(2, GATEWAY, "web.shop.svc", 0, SERVER_1);
    syn(UPSTREAM_1);
    g_assert_cmpuint(conn_of(UPSTREAM_1)->chain.waiter, ==, ((struct exchange *)list_last(&conn_of(BOB)->exchanges))->serial);
}

/* nobody else waits *******************************************************/

/*
 * Where the delay alone says nothing, the next server of the same port follows a failed one, unless it is asked while nobody waits, too.
 * SYN 4 to SERVER_2 or not, ALICE asks, SYN 1, RST 1, so long, SYN 2 to SERVER_2
 */
static void
next_server(unsigned after, bool is_checked, int before)
{
    scene_with(2);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    leg(UPSTREAM_4, GATEWAY, SERVER_2, 80);
    is_known(HOST, SERVER_1);
    if (is_checked)
        stands(UPSTREAM_4);
    asks_proxy(ALICE, HOST, "/a");
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    passes(after);
    syn(UPSTREAM_2);
    expect_before(UPSTREAM_2, before);
}

static void
test_next_server(void)
{
    next_server(20, false, UPSTREAM_1);
}

static void
test_checked_server(void)
{
    next_server(20, true, NOTHING);
    next_server(0, true, UPSTREAM_1);
}

/*
 * A gateway writes requests anew, and asks the same again on a new connection: that was begun for no other request, and is the last of the two tries.
 * ALICE asks, 1 asks something else for her, FIN 1, 20 ms, BOB asks, 2 asks that again for ALICE, FIN 2, ALICE gets 502
 */
static void
test_repeated_word_for_word(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server_for(UPSTREAM_1, "inner.example", "/rewritten", "10.0.0.1");
    closes(UPSTREAM_1, SERVER);
    passes(20);
    asks_proxy(BOB, HOST, "/b");
    stands(UPSTREAM_2);
    uint32_t asked = asks_server_for(UPSTREAM_2, "inner.example", "/rewritten", "10.0.0.1"), closed = closes(UPSTREAM_2, SERVER);
    g_assert_cmpuint(conn_find(capture_tracker()->root, UPSTREAM_2)->chain.before, ==, UPSTREAM_1 + 1);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

static void
asks_rewritten(unsigned n, const char *client)
{
    stands(n);
    if (client)
        asks_server_for(n, "inner.example", "/rewritten", client);
    else
        asks_server(n, "inner.example", "/rewritten");
}

/* Where nothing tells whose it is, another client may have asked for the same; and where something does, it is another one's. */
static void
repeats_for(const char *first, const char *second)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    asks_rewritten(UPSTREAM_1, first);
    closes(UPSTREAM_1, SERVER);
    passes(20);
    asks_proxy(BOB, HOST, "/a");
    asks_rewritten(UPSTREAM_2, second);
    g_assert_cmpuint(conn_find(capture_tracker()->root, UPSTREAM_2)->chain.before, ==, 0);
}

static void
test_repeated_for_another(void)
{
    repeats_for(NULL, NULL);
    repeats_for("10.0.0.1", "10.0.0.2");
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/chain/retries", test_retries);
    g_test_add_func("/match/chain/crowd waits", test_crowd_waits);
    g_test_add_func("/match/chain/in one go", test_in_one_go);
    g_test_add_func("/match/chain/late turn-around", test_late_turn_around);
    g_test_add_func("/match/chain/same request again", test_same_request_again);
    g_test_add_func("/match/chain/same port again", test_same_port_again);
    g_test_add_func("/match/chain/cut on a kept one", test_cut_on_kept);
    g_test_add_func("/match/chain/other upstream", test_other_upstream);
    g_test_add_func("/match/chain/other host", test_other_host);
    g_test_add_func("/match/chain/refused before", test_refused_before);
    g_test_add_func("/match/chain/closed before", test_closed_before);
    g_test_add_func("/match/chain/refused once", test_refused_once);
    g_test_add_func("/match/chain/asked in vain", test_asked_in_vain);
    g_test_add_func("/match/chain/new request", test_new_request);
    g_test_add_func("/match/chain/nobody waits", test_nobody_waits);
    g_test_add_func("/match/chain/once", test_once);
    g_test_add_func("/match/chain/elsewhere", test_elsewhere);
    g_test_add_func("/match/chain/turn-around", test_turn_around);
    g_test_add_func("/match/chain/no turn-around", test_no_turn_around);
    g_test_add_func("/match/chain/silence", test_silence);
    g_test_add_func("/match/chain/silence there", test_silence_there);
    g_test_add_func("/match/chain/displaced", test_displaced);
    g_test_add_func("/match/chain/displaced by a later one", test_displaced_by_later);
    g_test_add_func("/match/chain/not displaced", test_not_displaced);
    g_test_add_func("/match/chain/silent among many", test_silent_among_many);
    g_test_add_func("/match/chain/by card", test_by_card);
    g_test_add_func("/match/chain/kept", test_kept);
    g_test_add_func("/match/chain/kept for another", test_kept_for_another);
    g_test_add_func("/match/chain/kept behind answer", test_kept_behind_answer);
    g_test_add_func("/match/chain/kept given up", test_kept_given_up);
    g_test_add_func("/match/chain/kept closed", test_kept_closed);
    g_test_add_func("/match/chain/sent elsewhere", test_sent_elsewhere);
    g_test_add_func("/match/chain/repeats an earlier one", test_repeats_an_earlier_one);
    g_test_add_func("/match/chain/tried in between", test_tried_in_between);
    g_test_add_func("/match/chain/silence goes on", test_silence_goes_on);
    g_test_add_func("/match/chain/upstream not told", test_upstream_not_told);
    g_test_add_func("/match/chain/next server", test_next_server);
    g_test_add_func("/match/chain/checked server", test_checked_server);
    g_test_add_func("/match/chain/repeated word for word", test_repeated_word_for_word);
    g_test_add_func("/match/chain/repeated for another", test_repeated_for_another);
    return g_test_run();
}
