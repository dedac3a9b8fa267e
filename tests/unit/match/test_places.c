/* test_places.c
 * Where a capture was taken: before and behind address translation, on the gateway's own host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define CONTAINER "172.17.0.2"          /* the gateway's own address, behind GATEWAY's port 9090 */
#define SERVICE "10.96.0.10"            /* stands for SERVER_1 */

/* address translation *****************************************************/

/* A client's connection and its copy behind the published port, both up to the request. */
static uint32_t
asks_published_port(unsigned outside, unsigned inside)
{
    leg(inside, "10.0.0.1", CONTAINER, 80);
    translated(inside, outside);
    syn(outside);
    syn(inside);
    synack(inside);
    synack(outside);
    acked(outside);
    acked(inside);
    uint32_t request = asks_server(outside, HOST, "/a");
    asks_server(inside, HOST, "/a");
    return request;
}

/* ALICE asks, SYN 1 from the container, RST 1, 502 inside, ALICE gets 502 */
static void
test_published_port(void)
{
    scene(0);
    leg(UPSTREAM_1, CONTAINER, SERVER_1, 3000);
    uint32_t request = asks_published_port(ALICE, DIRECT_1);
    uint32_t first = syn(UPSTREAM_1), rst = refused(UPSTREAM_1);
    uint32_t inside = responds(DIRECT_1, 502), outside = responds(ALICE, 502);
    no_verdict_at(inside);
    EXPECT_AT(outside, RST, LIKELY, first, rst);
    g_assert_cmpuint(verdict_at(outside)->request_frame, ==, request);
}

/* BOB asks the host of the container over IPv6, and its port needs no translation: SYN 1 from the container, RST 1, BOB gets 502 */
static void
test_other_family(void)
{
    scene(0);
    captured_on(GATEWAY);
    captured_on("2001:db8::1");
    leg(BOB, "2001:db8::b", "2001:db8::1", 9090);
    leg(UPSTREAM_1, CONTAINER, SERVER_1, 3000);
    asks_published_port(ALICE, DIRECT_1);
    responds(DIRECT_1, 200);
    responds(ALICE, 200);
    stands(BOB);
    asks_server(BOB, HOST, "/b");
    uint32_t first = syn(UPSTREAM_1), rst = refused(UPSTREAM_1);
    EXPECT_AT(responds(BOB, 502), RST, LIKELY, first, rst);
}

/* The gateway asks a service's address, behind which its connection is seen as UPSTREAM_2. */
static void
begin_service(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, SERVICE, 80);
    leg(UPSTREAM_2, GATEWAY, SERVER_1, 8080);
    translated(UPSTREAM_2, UPSTREAM_1);
    is_known(HOST, SERVICE);
    all_ask(1);
}

/* The container's connection as it leaves the host too: of each frame the first copy, and the server that was asked. */
static void
test_service_address(void)
{
    begin_service();
    uint32_t first = syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    uint32_t rst = refused(UPSTREAM_2);
    refused(UPSTREAM_1);
    uint32_t response = responds(ALICE, 502);
    EXPECT_AT(response, RST, OBSERVED, first, rst);
    struct ipaddr service = ip(SERVICE);
    g_assert_true(ipaddr_equal(&verdict_at(response)->server, &service));
    g_assert_cmpuint(verdict_at(response)->attempts, ==, 1);
}

/* The SYN behind translation once more, behind the answer, is no connection of its own: SYN 1, SYN 2, SYN/ACK 2, 1, SYN 2, FIN */
static void
test_service_syn_again(void)
{
    begin_service();
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    synack(UPSTREAM_2);
    synack(UPSTREAM_1);
    acked(UPSTREAM_1);
    syn(UPSTREAM_2);
    acked(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a");
    asks_server(UPSTREAM_2, HOST, "/a");
    uint32_t closed = closes(UPSTREAM_2, SERVER);
    closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * Who asks a service with the very address that clients ask is the gateway that stands behind that, unless it is one of its clients.
 * ALICE asks, SYN 1 of the asker, and with GATEWAY's address behind translation, 1 asks, FIN 1, ALICE gets 502
 */
static uint32_t
asks_with_address_of_gateway(const char *asker, bool is_client, const char *path, uint32_t *cited)
{
    scene_with(1);
    leg(BOB, asker, GATEWAY, 9090);
    leg(UPSTREAM_1, asker, SERVICE, 80);
    leg(UPSTREAM_2, GATEWAY, SERVER_1, 8080);
    translated(UPSTREAM_2, UPSTREAM_1);
    if (is_client)
        stands(BOB);
    all_ask(1);
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    synack(UPSTREAM_2);
    synack(UPSTREAM_1);
    acked(UPSTREAM_1);
    acked(UPSTREAM_2);
    cited[0] = asks_server(UPSTREAM_1, "inner", path);
    asks_server(UPSTREAM_2, "inner", path);
    cited[1] = closes(UPSTREAM_2, SERVER);
    closes(UPSTREAM_1, SERVER);
    return responds(ALICE, 502);
}

static bool
is_gateway(const char *address)
{
    return host_at(address)->gateway && host_at(address)->gateway == host_at(GATEWAY)->gateway;
}

static void
test_address_of_gateway(void)
{
    uint32_t cited[2], response = asks_with_address_of_gateway(CONTAINER, false, "/a", cited);

    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, cited[0], cited[1]);
    g_assert_true(is_gateway(CONTAINER));
    asks_with_address_of_gateway("10.0.0.2", true, "/b", cited);
    g_assert_false(is_gateway("10.0.0.2"));
}

/* ICMP that quotes the packet as it was behind translation */
static void
test_service_unreachable(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, SERVICE, 80);
    leg(UPSTREAM_2, CONTAINER, SERVER_1, 8080);
    translated(UPSTREAM_2, UPSTREAM_1);
    is_known(HOST, SERVICE);
    all_ask(1);
    uint32_t first = syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    uint32_t error = unreachable(UPSTREAM_2, "10.2.0.254");
    unreachable(UPSTREAM_1, "10.2.0.254");
    EXPECT_AT(responds(ALICE, 502), ICMP, OBSERVED, first, error);
}

/* Numbers that come again are no copy once the first one was answered: SYN 1, RST 1, SYN 2, RST 2 */
static void
test_same_numbers(void)
{
    scene_with(1);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    translated(UPSTREAM_2, UPSTREAM_1);
    is_known(HOST, SERVER_1);
    is_known(HOST, SERVER_2);
    all_ask(1);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    uint32_t second = syn(UPSTREAM_2), rst = refused(UPSTREAM_2);
    uint32_t response = responds(ALICE, 502);
    EXPECT_AT(response, RST, OBSERVED, second, rst);
    g_assert_cmpuint(verdict_at(response)->attempts, ==, 2);
}

/* The query of the container, then as it leaves the host; the answer likewise */
static void
test_translated_query(void)
{
    scene_with(1);
    all_ask(1);
    uint32_t query = looks_up(7, CONTAINER, HOST);
    looks_up(7, GATEWAY, HOST);
    uint32_t answer = resolved(7, GATEWAY, HOST, NAME_ERROR, NULL);
    resolved(7, CONTAINER, HOST, NAME_ERROR, NULL);
    EXPECT_AT(responds(ALICE, 502), NXDOMAIN, OBSERVED, query, answer);
}

/* the gateway's own host **************************************************/

/* ALICE asks, 1 stands on loopback, 1 asks, FIN 1, ALICE gets 502 */
static void
test_loopback_upstream(void)
{
    scene(0);
    captured_on(GATEWAY);
    stands(ALICE);
    leg(UPSTREAM_1, "127.0.0.1", "127.0.0.1", 3000);
    asks_server(ALICE, HOST, "/a/long/path");
    stands(UPSTREAM_1);
    uint32_t request = asks_server(UPSTREAM_1, "localhost", "/a/long/path"), fin = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, request, fin);
}

/* Two clients on the gateway's host itself: BOB is none of the things that the gateway did for ALICE. */
static void
test_client_on_host(void)
{
    scene(0);
    captured_on(GATEWAY);
    leg(ALICE, "127.0.0.1", "127.0.0.1", 9090);
    leg(BOB, "127.0.0.1", "127.0.0.1", 9090);
    stands(ALICE);
    asks_server(ALICE, HOST, "/a/long/path");
    stands(BOB);
    asks_server(BOB, HOST, "/a/long/path");
    leg(UPSTREAM_1, "127.0.0.1", "127.0.0.1", 3000);
    uint32_t first = syn(UPSTREAM_1), rst = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, rst);
}

/* ALICE asks, 1 asks on loopback, SYN 2, RST 2, 1 gets 502, ALICE gets 502: two gateways, two cases */
static void
two_gateways(const char *forwarded_for)
{
    scene(0);
    captured_on(GATEWAY);
    stands(ALICE);
    leg(UPSTREAM_1, "127.0.0.1", "127.0.0.1", 8080);
    asks_server(ALICE, HOST, "/a/long/path");
    stands(UPSTREAM_1);
    uint32_t request = forwarded_for ? asks_server_for(UPSTREAM_1, HOST, "/a/long/path", forwarded_for) : asks_server(UPSTREAM_1, HOST, "/a/long/path");
    uint32_t first = syn(UPSTREAM_2), rst = refused(UPSTREAM_2);
    uint32_t inner = responds(UPSTREAM_1, 502);
    EXPECT_AT(inner, RST, LIKELY, first, rst);
    EXPECT_AT(responds(ALICE, 502), RELAYED, OBSERVED, request, inner);
}

static void
test_two_gateways(void)
{
    two_gateways(NULL);
    two_gateways("10.0.0.1");
}

/* The inner one hands on whom the outer one named: its request is not the outer one's own. */
static void
test_name_handed_on(void)
{
    scene(0);
    captured_on(GATEWAY);
    stands(ALICE);
    leg(UPSTREAM_1, "127.0.0.1", "127.0.0.1", 8080);
    asks_server(ALICE, HOST, "/a/long/path");
    stands(UPSTREAM_1);
    uint32_t outer = asks_server_for(UPSTREAM_1, HOST, "/a/long/path", "10.0.0.1");
    stands(UPSTREAM_2);
    uint32_t request = asks_server_for(UPSTREAM_2, HOST, "/a/long/path", "10.0.0.1"), fin = closes(UPSTREAM_2, SERVER);
    uint32_t inner = responds(UPSTREAM_1, 502);
    EXPECT_AT(inner, SERVER_CLOSED, OBSERVED, request, fin);
    EXPECT_AT(responds(ALICE, 502), RELAYED, OBSERVED, outer, inner);
}

/* no live upstream ********************************************************/

/* ALICE asks, SYN 1, RST 1, SYN 2, RST 2, ALICE gets 502, ALICE asks, ALICE gets 502 at once */
static void
test_no_live_upstream(void)
{
    scene_with(1);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    asks_server(ALICE, HOST, "/pool/a");
    uint32_t syn_1 = syn(UPSTREAM_1), rst_1 = refused(UPSTREAM_1), syn_2 = syn(UPSTREAM_2), rst_2 = refused(UPSTREAM_2);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, syn_2, rst_2);
    asks_server(ALICE, HOST, "/pool/b");
    EXPECT_AT(responds(ALICE, 502), RST, INFERRED, syn_1, rst_1, syn_2, rst_2);
}

/* SYN 1, RST 1, 1 s, SYN 2, RST 2, 1 s, ALICE asks, ALICE gets 502 at once: nobody asked before */
static void
down_by_checks(unsigned checks, enum cause cause)
{
    uint32_t response;

    scene_with(1);
    for (unsigned i = 0; i < checks; i++) {
        syn(UPSTREAM_1 + i);
        refused(UPSTREAM_1 + i);
        passes(1000);
    }
    asks_server(ALICE, HOST, "/pool/a");
    response = responds(ALICE, 502);
    g_assert_cmpstr(cause_token(verdict_at(response)->cause), ==, cause_token(cause));
}

static void
test_health_checks(void)
{
    down_by_checks(3, CAUSE_RST);
    down_by_checks(1, CAUSE_UNKNOWN);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/places/published port", test_published_port);
    g_test_add_func("/match/places/published port, other family", test_other_family);
    g_test_add_func("/match/places/service address", test_service_address);
    g_test_add_func("/match/places/service's SYN again", test_service_syn_again);
    g_test_add_func("/match/places/address of the gateway", test_address_of_gateway);
    g_test_add_func("/match/places/service unreachable", test_service_unreachable);
    g_test_add_func("/match/places/same numbers", test_same_numbers);
    g_test_add_func("/match/places/translated query", test_translated_query);
    g_test_add_func("/match/places/loopback upstream", test_loopback_upstream);
    g_test_add_func("/match/places/client on the host", test_client_on_host);
    g_test_add_func("/match/places/two gateways", test_two_gateways);
    g_test_add_func("/match/places/name handed on", test_name_handed_on);
    g_test_add_func("/match/places/no live upstream", test_no_live_upstream);
    g_test_add_func("/match/places/health checks", test_health_checks);
    return g_test_run();
}
