/* test_lookups.c
 * Which look-ups belong to a request, where several wait for the same name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* by name and time ********************************************************/

/*
 * A 502 follows its cause at once; who is answered first is no surer of it than the other one.
 * ALICE, BOB ask, query 1, query 2, NXDOMAIN 1, one gets 502, 10 ms, NXDOMAIN 2, the other one gets 502
 */
static void
search_each(unsigned first, unsigned second)
{
    scene_with(2);
    all_ask(2);
    uint32_t asked_1 = looks_up(1, GATEWAY, HOST), asked_2 = looks_up(2, GATEWAY, HOST);
    uint32_t answered_1 = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(first, 502), NXDOMAIN, LIKELY, asked_1, answered_1);
    passes(10);
    uint32_t answered_2 = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(second, 502), NXDOMAIN, LIKELY, asked_2, answered_2);
}

static void
test_search_each(void)
{
    search_each(ALICE, BOB);
    search_each(BOB, ALICE);
}

/*
 * Of one that another request began, and that still ran.
 * ALICE asks /a, query 1, BOB asks /b, NXDOMAIN 1, ALICE gets 502, BOB gets 502
 */
static void
test_search_shared(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    asks_proxy(BOB, HOST, "/b");
    uint32_t answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, OBSERVED, asked, answered);
    EXPECT_AT(responds(BOB, 502), NXDOMAIN, OBSERVED, asked, answered);
}

/* Nobody waits for it any more: ALICE asks /a, 3 s, query 1, 1 s, query 1, BOB asks /b, 1 s, both get 502, CAROL asks /c, query 2, 2 s, CAROL gets 502 */
static void
shared_is_over(unsigned first, unsigned second)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    passes(3000);
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    passes(1000);
    uint32_t again = looks_up(1, GATEWAY, HOST);
    asks_proxy(BOB, HOST, "/b");
    passes(1000);
    EXPECT_AT(responds(first, 502), DNS_TIMEOUT, OBSERVED, asked, again);
    EXPECT_AT(responds(second, 502), DNS_TIMEOUT, OBSERVED, asked, again);
    passes(440);
    asks_proxy(CAROL, HOST, "/c");
    asked = looks_up(2, GATEWAY, HOST);
    passes(2000);
    EXPECT_AT(responds(CAROL, 502), DNS_TIMEOUT, OBSERVED, asked);
}

static void
test_shared_is_over(void)
{
    shared_is_over(ALICE, BOB);
    shared_is_over(BOB, ALICE);
}

/* Another search brought the address, before the request came: it neither waits for the first one nor remembers it. */
static void
test_search_overtaken(void)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    asks_proxy(BOB, HOST, "/b");
    looks_up(2, GATEWAY, HOST);
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    passes(500);
    asks_proxy(CAROL, HOST, "/c");
    expect_unknown_at(responds(CAROL, 502), MISSING_ATTEMPT);
}

/* ALICE, BOB ask, query 1, query 2, NXDOMAIN 2, ALICE gets 502 */
static void
test_search_ended(void)
{
    scene_with(2);
    all_ask(2);
    looks_up(1, GATEWAY, HOST);
    uint32_t asked = looks_up(2, GATEWAY, HOST), answered = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, LIKELY, asked, answered);
}

/*
 * However long the other one is silent.
 * ALICE, BOB ask, query 1, query 2, 10 s, NXDOMAIN 2, ALICE gets 502
 */
static void
test_search_ended_late(void)
{
    scene_with(2);
    all_ask(2);
    looks_up(1, GATEWAY, HOST);
    uint32_t asked = looks_up(2, GATEWAY, HOST);
    passes(10000);
    uint32_t answered = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, LIKELY, asked, answered);
}

/* ALICE asks, query 1 of parent.example, NXDOMAIN 1, ALICE gets 502 */
static void
test_only_other_name(void)
{
    scene_with(1);
    all_ask(1);
    uint32_t asked = looks_up(1, GATEWAY, "parent.example"), answered = resolved(1, GATEWAY, "parent.example", NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, LIKELY, asked, answered);
}

/* ALICE asks, query 1 of parent.example, NXDOMAIN 1, query 2 of else.example, NXDOMAIN 2, ALICE gets 502 */
static void
test_two_other_names(void)
{
    scene_with(1);
    all_ask(1);
    looks_up(1, GATEWAY, "parent.example");
    resolved(1, GATEWAY, "parent.example", NAME_ERROR, NULL);
    looks_up(2, GATEWAY, "else.example");
    resolved(2, GATEWAY, "else.example", NAME_ERROR, NULL);
    expect_unknown_at(responds(ALICE, 502), MISSING_CHOICE);
}

/*
 * The names of an upstream with one search suffix after the other, then without: one search, as long as only suffixes differ.
 * ALICE asks, query 1 of web.shop.a.b.c, NXDOMAIN 1, query 2 of web.shop.b.c, NXDOMAIN 2, query 3 of web.shop, NXDOMAIN 3, ALICE gets 502
 */
static uint32_t
suffixes_tried(unsigned n_names, const char *const *names, uint32_t *cited)
{
    scene_with(1);
    all_ask(1);
    for (uint16_t n = 0; n < n_names; n++) {
        *cited++ = looks_up((uint16_t)(1 + n), GATEWAY, names[n]);
        *cited++ = resolved((uint16_t)(1 + n), GATEWAY, names[n], NAME_ERROR, NULL);
    }
    *cited = 0;
    return responds(ALICE, 502);
}

static void
test_suffixes(void)
{
    static const char *const shorter[] = { "web.shop.a.b.c", "web.shop.b.c", "web.shop" }, *const other[] = { "www.shop.b.c", "www.shoppe.c" };
    static const char *const cut[] = { "web.shop.a.b.c", "web.shop.c" }, *const inside[] = { "web.shop.ab.c", "web.shop.b.c" };
    uint32_t cited[7];

    expect_at(suffixes_tried(3, shorter, cited), CAUSE_NXDOMAIN, CONFIDENCE_LIKELY, cited);
    expect_at(suffixes_tried(2, cut, cited), CAUSE_NXDOMAIN, CONFIDENCE_LIKELY, cited);
    expect_unknown_at(suffixes_tried(2, other, cited), MISSING_CHOICE);
    expect_unknown_at(suffixes_tried(2, inside, cited), MISSING_CHOICE);
}

/* ALICE asks, 1 (to a proxy) asks, the proxy's query 1, NXDOMAIN 1, 1 gets 502, ALICE gets 502 */
static void
test_next_hops_own(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, "10.2.0.9", 3128);
    all_ask(1);
    stands(UPSTREAM_1);
    uint32_t asked = asks_proxy(UPSTREAM_1, HOST, "/a");
    looks_up(1, "10.2.0.9", HOST);
    resolved(1, "10.2.0.9", HOST, NAME_ERROR, NULL);
    uint32_t answered = responds(UPSTREAM_1, 502);
    EXPECT_AT(responds(ALICE, 502), RELAYED, OBSERVED, asked, answered);
}

/*
 * The server looks up its own name, for a request that cannot be read.
 * ALICE asks, 1 stands, the server's query 1, NXDOMAIN 1, FIN 1, ALICE gets 502
 */
static void
test_servers_own(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    all_ask(1);
    stands(UPSTREAM_1);
    looks_up(1, SERVER_1, HOST);
    resolved(1, SERVER_1, HOST, NAME_ERROR, NULL);
    uint32_t closed = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, closed);
}

/* ALICE asks, SYN 1 (to port 53), RST 1, ALICE gets 502 */
static void
test_dns_over_tcp(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, RESOLVER, 53);
    all_ask(1);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), DNS_UNREACHABLE, LIKELY, first, second);
}

/* several look-ups of one search ******************************************/

/*
 * A question put again with another id, once its answer was a failure.
 * ALICE, BOB ask, query 0, SERVFAIL 0, query 1, SERVFAIL 1, ALICE gets 502
 */
static void
test_asked_again_on_its_socket(void)
{
    uint32_t cited[4];

    scene_with(2);
    all_ask(2);
    dns_socket(20000);
    for (uint16_t id = 0; id < 2; id++) {
        cited[2 * id] = looks_up(id, GATEWAY, HOST);
        cited[2 * id + 1] = resolved(id, GATEWAY, HOST, SERVER_FAILURE, NULL);
    }
    EXPECT_AT(responds(ALICE, 502), DNS_ERROR, OBSERVED, cited[0], cited[1], cited[2], cited[3]);
}

/*
 * A socket that several searches use tells nothing: each request has its own.
 * query 1 of two, address 1, ALICE, BOB ask, query 2, SERVFAIL 2, ALICE gets 502, query 3, SERVFAIL 3, BOB gets 502
 */
static void
test_shared_socket(void)
{
    scene_with(2);
    dns_socket(20000);
    looks_up(1, GATEWAY, "two.example");
    resolved(1, GATEWAY, "two.example", 0, SERVER_2);
    all_ask(2);
    uint32_t asked_1 = looks_up(2, GATEWAY, HOST), answered_1 = resolved(2, GATEWAY, HOST, SERVER_FAILURE, NULL);
    EXPECT_AT(responds(ALICE, 502), DNS_ERROR, OBSERVED, asked_1, answered_1);
    uint32_t asked_2 = looks_up(3, GATEWAY, HOST), answered_2 = resolved(3, GATEWAY, HOST, SERVER_FAILURE, NULL);
    EXPECT_AT(responds(BOB, 502), DNS_ERROR, OBSERVED, asked_2, answered_2);
}

/*
 * Two searches lost an answer and wait, each asked again; the older one comes to its search suffix first.
 * query 1 for ALICE, query 2 for BOB, each again after 2 s; after 4 s query 3, NXDOMAIN 3, ALICE gets 502, query 4, NXDOMAIN 4, BOB gets 502
 */
static void
test_next_name_in_turn(void)
{
    uint32_t sent[2], again[2], suffix[2], answered[2];

    scene_with(2);
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
        expect_at(responds(n, 502), CAUSE_NXDOMAIN, CONFIDENCE_LIKELY,
                  (const uint32_t[]){ sent[n], again[n], suffix[n], answered[n], 0 });
    }
}

/*
 * The first client's response came from a cache.
 * ALICE, BOB, CAROL ask, query 1, ALICE gets 200, query 2, NXDOMAIN 1, NXDOMAIN 2, BOB gets 502
 */
static void
test_running_is_left(void)
{
    scene_with(3);
    all_ask(3);
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    responds(ALICE, 200);
    looks_up(2, GATEWAY, HOST);
    uint32_t answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(BOB, 502), NXDOMAIN, LIKELY, asked, answered);
}

/*
 * It was told of the failure with others; the next request looked up anew before its response was there.
 * ALICE asks /a, query 1, BOB asks /b, NXDOMAIN 1, ALICE gets 502, CAROL asks /c, query 2, BOB gets 502, NXDOMAIN 2, CAROL gets 502
 */
static void
test_failed_for_all(void)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    asks_proxy(BOB, HOST, "/b");
    uint32_t answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, OBSERVED, asked, answered);
    asks_proxy(CAROL, HOST, "/c");
    uint32_t again = looks_up(2, GATEWAY, HOST);
    EXPECT_AT(responds(BOB, 502), NXDOMAIN, OBSERVED, asked, answered);
    uint32_t begin_next_answer = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(CAROL, 502), NXDOMAIN, OBSERVED, again, begin_next_answer);
}

/* while the request waits elsewhere ***************************************/

/*
 * The address that another request was told in the meantime, not a look-up that runs since before.
 * ALICE asks /a, query 1, BOB asks /b, query 2, CAROL asks /c, address 2, ARP for 3 s, BOB gets 502, CAROL gets 502
 */
static void
test_told_meanwhile(void)
{
    uint32_t asked[3];

    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    asks_proxy(BOB, HOST, "/b");
    looks_up(2, GATEWAY, HOST);
    asks_proxy(CAROL, HOST, "/c");
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    for (unsigned n = 0; n < 3; n++) {
        asked[n] = arp(GATEWAY, SERVER_1);
        passes(1000);
    }
    EXPECT_AT(responds(BOB, 502), ARP, OBSERVED, asked[0], asked[1], asked[2]);
    EXPECT_AT(responds(CAROL, 502), ARP, OBSERVED, asked[0], asked[1], asked[2]);
}

/*
 * A look-up that begins while the request waits on a connection that was kept is another one's.
 * ALICE asks /a, 1 stands, 1 asks /a, 1 200, ALICE gets 200, ALICE asks /b, 1 asks /b, 3 s, BOB asks /c, query 1, ALICE gets 502
 */
static void
test_looked_up_meanwhile(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/b");
    passes(3000);
    asks_proxy(BOB, HOST, "/c");
    looks_up(1, GATEWAY, HOST);
    EXPECT_AT(responds(ALICE, 502), RESPONSE_TIMEOUT, OBSERVED, asked);
}

/*
 * One from before it took another one's connection is its own, and nobody else's.
 * ALICE asks /a, query 1, BOB asks /b, query 2, CAROL asks /c, 1 brings CAROL 200, address 2, 1 brings BOB 200, SYN 3, RST 3, ALICE gets 502
 */
static void
test_looked_up_before(void)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    passes(100);
    asks_proxy(BOB, HOST, "/b");
    looks_up(2, GATEWAY, HOST);
    asks_proxy(CAROL, HOST, "/c");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/c");
    responds(UPSTREAM_1, 200);
    responds(CAROL, 200);
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    asks_server(UPSTREAM_1, HOST, "/b");
    responds(UPSTREAM_1, 200);
    responds(BOB, 200);
    leg(UPSTREAM_3, GATEWAY, SERVER_2, 80);
    syn(UPSTREAM_3);
    refused(UPSTREAM_3);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, LIKELY, asked);
}

/*
 * A copy of the first error is not the second query's.
 * ALICE asks, query 1, 1 s, query 1, ICMP, its copy, ICMP, ALICE gets 502
 */
static void
test_error_twice(void)
{
    scene_with(1);
    all_ask(1);
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    passes(1000);
    uint32_t again = looks_up(1, GATEWAY, HOST), error = dns_rejected(1, GATEWAY, 7);
    dns_rejected(1, GATEWAY, 7);
    uint32_t second = dns_rejected(1, GATEWAY, 8);
    EXPECT_AT(responds(ALICE, 502), DNS_UNREACHABLE, OBSERVED, asked, again, error, second);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/look-ups/each its own", test_search_each);
    g_test_add_func("/match/look-ups/shared", test_search_shared);
    g_test_add_func("/match/look-ups/shared, over", test_shared_is_over);
    g_test_add_func("/match/look-ups/overtaken", test_search_overtaken);
    g_test_add_func("/match/look-ups/ended", test_search_ended);
    g_test_add_func("/match/look-ups/ended late", test_search_ended_late);
    g_test_add_func("/match/look-ups/suffixes", test_suffixes);
    g_test_add_func("/match/look-ups/only other name", test_only_other_name);
    g_test_add_func("/match/look-ups/two other names", test_two_other_names);
    g_test_add_func("/match/look-ups/next hop's own", test_next_hops_own);
    g_test_add_func("/match/look-ups/server's own", test_servers_own);
    g_test_add_func("/match/look-ups/over TCP", test_dns_over_tcp);
    g_test_add_func("/match/look-ups/on its socket", test_asked_again_on_its_socket);
    g_test_add_func("/match/look-ups/shared socket", test_shared_socket);
    g_test_add_func("/match/look-ups/next name in turn", test_next_name_in_turn);
    g_test_add_func("/match/look-ups/running", test_running_is_left);
    g_test_add_func("/match/look-ups/failed for all", test_failed_for_all);
    g_test_add_func("/match/look-ups/told meanwhile", test_told_meanwhile);
    g_test_add_func("/match/look-ups/meanwhile", test_looked_up_meanwhile);
    g_test_add_func("/match/look-ups/before", test_looked_up_before);
    g_test_add_func("/match/look-ups/error twice", test_error_twice);
    return g_test_run();
}
