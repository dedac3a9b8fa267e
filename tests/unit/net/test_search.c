/* test_search.c
 * Which DNS questions are one search, and what they drew
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"
#include "net/lookup.h"

#define RESOLVER_2 "10.1.0.54"
#define REFUSED 5

/* one search **************************************************************/

/* Nothing was pending any more: who asks the same a moment later does it for somebody else. */
static void
test_older_search(void)
{
    scene_with(1);
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, REFUSED, NULL);
    passes(700);
    all_ask(1);
    uint32_t asked = looks_up(2, GATEWAY, HOST), answered = resolved(2, GATEWAY, HOST, REFUSED, NULL);
    EXPECT_AT(responds(ALICE, 502), DNS_ERROR, OBSERVED, asked, answered);
}

/* The next server is asked at once. */
static void
test_next_server(void)
{
    uint32_t cited[4];

    scene_with(1);
    all_ask(1);
    cited[0] = looks_up(1, GATEWAY, HOST);
    cited[1] = resolved(1, GATEWAY, HOST, SERVER_FAILURE, NULL);
    dns_server(RESOLVER_2);
    cited[2] = looks_up(2, GATEWAY, HOST);
    cited[3] = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, OBSERVED, cited[0], cited[1], cited[2], cited[3]);
}

/* Three servers are asked at once, and one has answered both questions when the gateway gives up. */
static void
test_parallel_servers(void)
{
    static const char *const servers[] = { RESOLVER, RESOLVER_2, "10.1.0.55" };

    scene_with(1);
    all_ask(1);
    for (uint16_t i = 0; i < G_N_ELEMENTS(servers); i++) {
        dns_server(servers[i]);
        dns_type(DNS_TYPE_A);
        looks_up(2 * i, GATEWAY, HOST);
        dns_type(DNS_TYPE_AAAA);
        looks_up(2 * i + 1, GATEWAY, HOST);
    }
    dns_server(RESOLVER_2);
    dns_type(DNS_TYPE_A);
    resolved(2, GATEWAY, HOST, 0, NULL);
    dns_type(DNS_TYPE_AAAA);
    resolved(3, GATEWAY, HOST, 0, NULL);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "dns_nodata");
}

/*
 * Two members of a cluster run on the host that captures, and seem to be one gateway. Each looks up the name for its own client, from its own
 * address: these are two searches.
 * A, AAAA of GATEWAY, A of OTHER_ADDRESS, 5 s: the same again, 5 s: ALICE gets 502
 */
static void
test_members_of_cluster(void)
{
    scene(0);
    leg(BOB, "10.0.0.2", OTHER_ADDRESS, 9090);
    card(GATEWAY, 7);
    card(OTHER_ADDRESS, 7);
    stands(ALICE);
    stands(BOB);
    asks_proxy(BOB, HOST, "/first");
    asks_proxy(ALICE, HOST, "/first");
    looks_up(1, OTHER_ADDRESS, HOST);
    resolved(1, OTHER_ADDRESS, HOST, NAME_ERROR, NULL);
    responds(ALICE, 504);
    responds(BOB, 504);
    g_assert_true(host_at(GATEWAY)->gateway == host_at(OTHER_ADDRESS)->gateway);
    passes(60000);
    asks_proxy(ALICE, HOST, "/again");
    uint32_t asked = looks_up(2, GATEWAY, HOST);
    passes(200);
    asks_proxy(BOB, HOST, "/again");
    looks_up(3, OTHER_ADDRESS, HOST);
    passes(4800);
    uint32_t again = looks_up(2, GATEWAY, HOST);
    passes(200);
    looks_up(3, OTHER_ADDRESS, HOST);
    passes(4800);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, LIKELY, asked, again);
}

/* An alias without an address, which the gateway asks for itself. */
static void
test_alias(void)
{
    uint32_t cited[4];

    scene_with(1);
    all_ask(1);
    cited[0] = looks_up(1, GATEWAY, HOST);
    cited[1] = resolved_alias(1, GATEWAY, HOST, "edge.cdn.test");
    cited[2] = looks_up(2, GATEWAY, "edge.cdn.test");
    cited[3] = resolved(2, GATEWAY, "edge.cdn.test", NAME_ERROR, NULL);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpstr(v->dns_name, ==, "edge.cdn.test");
    EXPECT_AT(v->frame, NXDOMAIN, OBSERVED, cited[0], cited[1], cited[2], cited[3]);
}

/* Of a service, whose name nobody asked for. */
static void
test_service(void)
{
    scene_with(1);
    all_ask(1);
    dns_type(DNS_TYPE_SRV);
    uint32_t asked = looks_up(1, GATEWAY, "_http._tcp.svc.test"), answered = resolved(1, GATEWAY, "_http._tcp.svc.test", NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, LIKELY, asked, answered);
}

/* HTTPS beside A: an answer without an address says nothing while the other one brought one. */
static void
test_https_beside_a(void)
{
    scene_with(1);
    all_ask(1);
    dns_type(DNS_TYPE_HTTPS);
    looks_up(1, GATEWAY, HOST);
    dns_type(DNS_TYPE_A);
    looks_up(2, GATEWAY, HOST);
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    dns_type(DNS_TYPE_HTTPS);
    resolved(1, GATEWAY, HOST, 0, NULL);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, second);
}

/* errors ******************************************************************/

/* A and AAAA on one socket each draw an error, which quotes the ports and no more; the first error comes twice. */
static void
test_errors_for_both(void)
{
    uint32_t cited[4];

    scene_with(1);
    all_ask(1);
    dns_socket(20000);
    cited[0] = looks_up(1, GATEWAY, HOST);
    dns_type(DNS_TYPE_AAAA);
    cited[1] = looks_up(2, GATEWAY, HOST);
    cited[2] = dns_port_rejected(1, GATEWAY, 77);
    dns_port_rejected(1, GATEWAY, 77);
    cited[3] = dns_port_rejected(2, GATEWAY, 78);
    EXPECT_AT(responds(ALICE, 502), DNS_UNREACHABLE, OBSERVED, cited[0], cited[1], cited[2], cited[3]);
}

/* copies ******************************************************************/

/* Told by the identification of the packet, however much later it comes; one with another is a repeat, however soon. */
static void
test_copies(void)
{
    uint32_t cited[2];

    scene_with(1);
    all_ask(1);
    dns_packet(100);
    cited[0] = looks_up(1, GATEWAY, HOST);
    passes(500);
    looks_up(1, GATEWAY, HOST);
    dns_packet(101);
    cited[1] = looks_up(1, GATEWAY, HOST);
    dns_packet(0);
    passes(3000);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, OBSERVED, cited[0], cited[1]);
}

/*
 * One id for both types (HAProxy): the copy of the first question, which comes behind the second, is no question of its own.
 * Query A, its answer, query AAAA, its answer, query A again, ALICE gets 502
 */
static void
test_one_id(void)
{
    uint32_t cited[4];

    scene_with(1);
    all_ask(1);
    dns_socket(5000);
    for (unsigned i = 0; i < 2; i++) {
        dns_type(i == 0 ? DNS_TYPE_A : DNS_TYPE_AAAA);
        dns_packet((uint16_t)(100 + i));
        cited[2 * i] = looks_up(7, GATEWAY, HOST);
        cited[2 * i + 1] = resolved(7, GATEWAY, HOST, SERVER_FAILURE, NULL);
    }
    dns_type(DNS_TYPE_A);
    dns_packet(100);
    looks_up(7, GATEWAY, HOST);
    EXPECT_AT(responds(ALICE, 502), DNS_ERROR, OBSERVED, cited[0], cited[1], cited[2], cited[3]);
}

/* Without an identification: at once, or from another network card. */
static void
test_copies_unnumbered(void)
{
    uint32_t cited[2];

    scene_with(1);
    all_ask(1);
    card(GATEWAY, 1);
    cited[0] = looks_up(1, GATEWAY, HOST);
    looks_up(1, GATEWAY, HOST);
    card(GATEWAY, 2);
    passes(300);
    looks_up(1, GATEWAY, HOST);
    card(GATEWAY, 1);
    passes(1000);
    cited[1] = looks_up(1, GATEWAY, HOST);
    passes(3000);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, OBSERVED, cited[0], cited[1]);
}

/* DNS over TCP ************************************************************/

/* A silent look-up is not answered over TCP, which another name's needed. */
static void
test_over_tcp_of_another(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, RESOLVER, DNS_PORT);
    all_ask(1);
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    passes(2000);
    looks_up(2, GATEWAY, "two.example");
    truncated(2, GATEWAY, "two.example");
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    passes(2000);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, OBSERVED, asked);
}

/* Nor one of whose answers one came in full meanwhile, and one is missing. */
static void
test_over_tcp_beside_an_answer(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, RESOLVER, DNS_PORT);
    all_ask(1);
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    dns_type(DNS_TYPE_AAAA);
    uint32_t silent = looks_up(3, GATEWAY, HOST);
    dns_type(DNS_TYPE_A);
    looks_up(2, GATEWAY, "two.example");
    truncated(2, GATEWAY, "two.example");
    uint32_t answered = resolved(1, GATEWAY, HOST, SERVER_FAILURE, NULL);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    passes(2000);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, OBSERVED, asked, silent, answered);
}

static void
test_over_tcp(void)
{
    uint32_t cited[4];

    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, RESOLVER, DNS_PORT);
    all_ask(1);
    cited[0] = looks_up(1, GATEWAY, HOST);
    cited[1] = truncated(1, GATEWAY, HOST);
    cited[2] = syn(UPSTREAM_1);
    cited[3] = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), DNS_UNREACHABLE, OBSERVED, cited[0], cited[1], cited[2], cited[3]);
}

/* others ******************************************************************/

/* In a cluster each gateway has a memory of its own. */
static void
test_memory_of_another_gateway(void)
{
    scene_with(1);
    looks_up(1, "10.1.0.9", HOST);
    resolved(1, "10.1.0.9", HOST, NAME_ERROR, NULL);
    passes(500);
    all_ask(1);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "unknown");
}

/* So many names that nobody can wait for them: the oldest are forgotten. */
static void
test_flood(void)
{
    struct root *root;

    scene_with(1);
    for (unsigned i = 0; i < 70 * 1000; i++) {
        char *name = g_strdup_printf("n%u.example", i);
        looks_up((uint16_t)i, GATEWAY, name);
        g_free(name);
    }
    root = capture_tracker()->root;
    g_assert_cmpuint(list_length(&root->lookups_open) + list_length(&root->lookups_resolved), <=, 1u << 15);
    all_ask(1);
    uint32_t asked = looks_up(1, GATEWAY, HOST), answered = resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, OBSERVED, asked, answered);
}

/* an upstream's name ******************************************************/

/*
 * An ingress looks up a name that no client asked for: while a request waits for which nothing was begun, the same question is its own; where
 * none does, or whole half seconds have passed, it repeats the one that has waited longest.
 * ALICE asks, query 1, so long, BOB asks, query 2, 5 s behind query 1: query 3, ALICE gets 502, BOB gets 502
 */
static void
upstream_for_each(unsigned apart)
{
    scene_with(2);
    asks_server(ALICE, HOST, "/a");
    uint32_t first = looks_up(1, GATEWAY, "web.shop.svc");
    passes(apart - 2);
    asks_server(BOB, HOST, "/b");
    uint32_t second = looks_up(2, GATEWAY, "web.shop.svc");
    passes(5000 - apart - 1);
    uint32_t again = looks_up(3, GATEWAY, "web.shop.svc");
    passes(3000);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, LIKELY, first, again);
    EXPECT_AT(responds(BOB, 502), DNS_TIMEOUT, LIKELY, second);
}

static void
test_upstream_for_each(void)
{
    upstream_for_each(700);
    upstream_for_each(1200);
}

/*
 * Both 5 s behind query 1, while BOB waits, and at any time, while nobody else does.
 * ALICE asks, query 1, BOB asks or not, so long, query 2, ALICE gets 502
 */
static void
upstream_again(unsigned after, bool another_waits)
{
    scene_with(2);
    asks_server(ALICE, HOST, "/a");
    uint32_t first = looks_up(1, GATEWAY, "web.shop.svc");
    passes(after - 2);
    if (another_waits)
        asks_server(BOB, HOST, "/b");
    else
        passes(1);
    uint32_t again = looks_up(2, GATEWAY, "web.shop.svc");
    passes(3000);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, LIKELY, first, again);
}

static void
test_upstream_again(void)
{
    upstream_again(5000, true);
    upstream_again(2700, false);
}

/*
 * Whose turn it was tells two searches apart, but not where both have waited about as long: there the one is taken that fits better by time.
 * ALICE asks, so long, BOB asks, so long, query 1, query 2, NXDOMAIN 1, 5 ms, NXDOMAIN 2, BOB gets 502
 */
static void
upstream_turn(unsigned apart, unsigned waited, bool first_is_his)
{
    uint32_t asked[2], answered[2];
    int his = first_is_his ? 0 : 1;

    scene_with(2);
    asks_server(ALICE, HOST, "/a");
    passes(apart);
    asks_server(BOB, HOST, "/b");
    passes(waited);
    for (uint16_t i = 0; i < 2; i++)
        asked[i] = looks_up(i, GATEWAY, "web.shop.svc");
    for (uint16_t i = 0; i < 2; i++) {
        passes(5);
        answered[i] = resolved(i, GATEWAY, "web.shop.svc", NAME_ERROR, NULL);
    }
    EXPECT_AT(responds(BOB, 502), NXDOMAIN, LIKELY, asked[his], answered[his]);
}

static void
test_upstream_turn(void)
{
    upstream_turn(30, 0, true);
    upstream_turn(30, 30, false);
    upstream_turn(0, 0, false);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/search/older", test_older_search);
    g_test_add_func("/search/next_server", test_next_server);
    g_test_add_func("/search/parallel_servers", test_parallel_servers);
    g_test_add_func("/search/alias", test_alias);
    g_test_add_func("/search/service", test_service);
    g_test_add_func("/search/https_beside_a", test_https_beside_a);
    g_test_add_func("/search/errors_for_both", test_errors_for_both);
    g_test_add_func("/search/copies", test_copies);
    g_test_add_func("/search/one id", test_one_id);
    g_test_add_func("/search/copies_unnumbered", test_copies_unnumbered);
    g_test_add_func("/search/over_tcp_of_another", test_over_tcp_of_another);
    g_test_add_func("/search/over_tcp_beside_an_answer", test_over_tcp_beside_an_answer);
    g_test_add_func("/search/over_tcp", test_over_tcp);
    g_test_add_func("/search/memory_of_another_gateway", test_memory_of_another_gateway);
    g_test_add_func("/search/flood", test_flood);
    g_test_add_func("/search/members of a cluster", test_members_of_cluster);
    g_test_add_func("/search/upstream for each", test_upstream_for_each);
    g_test_add_func("/search/upstream again", test_upstream_again);
    g_test_add_func("/search/upstream turn", test_upstream_turn);
    return g_test_run();
}
