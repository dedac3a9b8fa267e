/* test_parents.c
 * Whose request it is that goes out, where several ask for the same
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

static unsigned
children_of(unsigned stream)
{
    struct conn *conn = (struct conn *)bounded_find(&capture_tracker()->root->conns.table, GUINT_TO_POINTER(stream + 1));

    return list_length(&((struct exchange *)list_last(&conn->exchanges))->children);
}

/* who is served ***********************************************************/

/* ALICE, BOB ask, 1 asks for BOB, 2 asks for ALICE, FIN 2, FIN 1, ALICE gets 502, BOB gets 502 */
static void
test_named_client(void)
{
    scene_with(2);
    all_ask(2);
    stands(UPSTREAM_1);
    uint32_t second = asks_server_for(UPSTREAM_1, HOST, "/a", "10.0.0.2");
    stands(UPSTREAM_2);
    uint32_t first = asks_server_for(UPSTREAM_2, HOST, "/a", "10.0.0.1"), closed_1 = closes(UPSTREAM_2, SERVER), closed_2 = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, first, closed_1);
    EXPECT_AT(responds(BOB, 502), SERVER_CLOSED, OBSERVED, second, closed_2);
}

/*
 * A 502 follows its cause at once.
 * ALICE, BOB ask, 1 stands, 1 asks /a, 2 stands, 2 asks /a, FIN 1, ALICE gets 502, 10 ms, FIN 2, BOB gets 502
 */
static void
test_one_child_each(void)
{
    scene_with(2);
    all_ask(2);
    stands(UPSTREAM_1);
    uint32_t asked_1 = asks_server(UPSTREAM_1, HOST, "/a");
    stands(UPSTREAM_2);
    uint32_t asked_2 = asks_server(UPSTREAM_2, HOST, "/a");
    g_assert_cmpuint(children_of(ALICE), ==, 1);
    g_assert_cmpuint(children_of(BOB), ==, 1);
    uint32_t closed_1 = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked_1, closed_1);
    passes(10);
    uint32_t closed_2 = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(BOB, 502), SERVER_CLOSED, OBSERVED, asked_2, closed_2);
}

/*
 * Nothing serves a client any more on whom the gateway hung up.
 * ALICE asks, FIN to ALICE, BOB asks /a, 1 stands, 1 asks /a, FIN 1, BOB gets 502
 */
static void
test_hung_up(void)
{
    scene_with(2);
    all_ask(1);
    closes(ALICE, SERVER);
    asks_proxy(BOB, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a");
    g_assert_cmpuint(children_of(BOB), ==, 1);
    uint32_t closed = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(BOB, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * The second one's connection stood sooner.
 * ALICE, BOB ask, SYN 1, SYN 2, 2 stands, 2 asks, 1 stands, 1 asks, FIN 2, BOB gets 502, FIN 1, ALICE gets 502
 */
static void
test_in_order_of_syns(void)
{
    scene_with(2);
    all_ask(2);
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    synack(UPSTREAM_2);
    acked(UPSTREAM_2);
    uint32_t asked_2 = asks_server(UPSTREAM_2, HOST, "/a");
    synack(UPSTREAM_1);
    acked(UPSTREAM_1);
    uint32_t asked_1 = asks_server(UPSTREAM_1, HOST, "/a"), closed_2 = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(BOB, 502), SERVER_CLOSED, OBSERVED, asked_2, closed_2);
    uint32_t closed_1 = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked_1, closed_1);
}

/*
 * The connection that was begun at once with the second one's request is not the first one's.
 * ALICE asks /a, 200 ms, BOB asks /a, SYN 1, 300 ms, 2 stands, 2 asks /a, FIN 2, ALICE gets 502
 */
static void
test_prompt_syn(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    passes(200);
    asks_proxy(BOB, HOST, "/a");
    syn(UPSTREAM_1);
    passes(300);
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, HOST, "/a"), closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * One that was begun at once with a request for something else there is neither one's.
 * ALICE, BOB ask, 200 ms, CAROL asks /b, SYN 1, 10 ms, 2 stands, 2 asks /a, FIN 2, ALICE gets 502
 */
static void
test_anothers_syn(void)
{
    scene_with(3);
    all_ask(2);
    passes(200);
    asks_proxy(CAROL, HOST, "/b");
    syn(UPSTREAM_1);
    passes(10);
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, HOST, "/a"), closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * What was ready when the request before it was answered, or its name resolved, came late.
 * ALICE asks two /, ALICE asks /a, BOB asks /a, SYN 1, 200 ms, ALICE gets 200, 2 stands, 2 asks /a, FIN 2, ALICE gets 502
 */
static void
test_ready_late(void)
{
    scene_with(2);
    asks_proxy(ALICE, "two.example", "/");
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, HOST, "/a");
    syn(UPSTREAM_1);
    passes(200);
    responds(ALICE, 200);
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, HOST, "/a"), closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/* ALICE asks /a, query 1, BOB asks /a, SYN 1, 200 ms, address 1, 2 stands, 2 asks /a, FIN 2, ALICE gets 502 */
static void
test_resolved_late(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    asks_proxy(BOB, HOST, "/a");
    syn(UPSTREAM_1);
    passes(200);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, HOST, "/a"), closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * A pipelined request is served when those before it are answered.
 * ALICE asks /b, ALICE, BOB ask, 1 stands, 1 asks /a, FIN 1, BOB gets 502
 */
static void
test_not_its_turn(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/b");
    all_ask(2);
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a"), closed = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(BOB, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * Who waited before the connection was free did not take it then.
 * ALICE asks /b, 1 stands, 1 asks /b, BOB asks /a, 1 200, ALICE gets 200, 500 ms, CAROL asks /a, 1 asks /a, FIN 1, CAROL gets 502
 */
static void
test_kept_connection(void)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/b");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/b");
    asks_proxy(BOB, HOST, "/a");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    passes(500);
    asks_proxy(CAROL, HOST, "/a");
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a"), closed = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(CAROL, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * The first one's name is not resolved yet.
 * ALICE asks, query 1, BOB asks /a, 1 stands, 1 asks /a, FIN 1, BOB gets 502
 */
static void
test_waits_for_name(void)
{
    scene_with(2);
    all_ask(1);
    looks_up(1, GATEWAY, HOST);
    asks_proxy(BOB, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a"), closed = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(BOB, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/* whose connection it is **************************************************/

static uint32_t
looks_up_both(uint16_t id, const char *name)
{
    uint32_t asked;

    dns_socket(id);
    asked = looks_up(id, GATEWAY, name);
    dns_type(DNS_TYPE_AAAA);
    looks_up((uint16_t)(id + 1), GATEWAY, name);
    dns_type(DNS_TYPE_A);
    return asked;
}

/* The second client's request goes out on the connection of this stream. */
static void
second_is_closed(unsigned n, enum confidence confidence)
{
    uint32_t asked = asks_server(n, HOST, "/a"), closed = closes(n, SERVER);

    expect_at(responds(BOB, 502), CAUSE_SERVER_CLOSED, confidence, (const uint32_t[]){ asked, closed, 0 });
}

/*
 * The first one's IPv4 address came, its IPv6 address is still waited for.
 * ALICE asks /a, queries A and AAAA, address of A, BOB asks /a, 1 stands, 1 asks /a, FIN 1, BOB gets 502
 */
static void
test_waits_for_both(void)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    looks_up_both(100, HOST);
    resolved(100, GATEWAY, HOST, 0, SERVER_1);
    asks_proxy(BOB, HOST, "/a");
    stands(UPSTREAM_1);
    second_is_closed(UPSTREAM_1, CONFIDENCE_LIKELY);
}

/*
 * A look-up from before its turn is another one's, and its own is not answered yet.
 * ALICE asks two /, ALICE asks /a, CAROL asks /c, query 1, address 1, ALICE gets 200, query 2, BOB asks /a, query 3, address 3, 1 asks /a
 */
static void
test_looked_up_in_turn(void)
{
    scene_with(3);
    asks_proxy(ALICE, "two.example", "/");
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(CAROL, HOST, "/c");
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    responds(ALICE, 200);
    looks_up(2, GATEWAY, HOST);
    asks_proxy(BOB, HOST, "/a");
    looks_up(3, GATEWAY, HOST);
    resolved(3, GATEWAY, HOST, 0, SERVER_1);
    stands(UPSTREAM_1);
    second_is_closed(UPSTREAM_1, CONFIDENCE_OBSERVED);
}

/*
 * The first one was busy with its first try when the connection began.
 * ALICE asks /a, 1 asks /a, BOB asks /a, SYN 2, FIN 1, 2 stands, 2 asks /a
 */
static void
test_tries_elsewhere(void)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    asks_proxy(BOB, HOST, "/a");
    syn(UPSTREAM_2);
    closes(UPSTREAM_1, SERVER);
    synack(UPSTREAM_2);
    acked(UPSTREAM_2);
    second_is_closed(UPSTREAM_2, CONFIDENCE_OBSERVED);
}

/*
 * The SYN at once behind the end of its first try is the first one's.
 * ALICE asks /a, 1 asks /a, CAROL asks /c, FIN 1, SYN 2, 200 ms, BOB asks /a, 3 stands, 3 asks /a
 */
static void
test_tries_again(void)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    asks_proxy(CAROL, HOST, "/c");
    closes(UPSTREAM_1, SERVER);
    syn(UPSTREAM_2);
    passes(200);
    asks_proxy(BOB, HOST, "/a");
    stands(UPSTREAM_3);
    second_is_closed(UPSTREAM_3, CONFIDENCE_OBSERVED);
}

/*
 * Who asks for another port begins no connection to this one.
 * ALICE asks /a, CAROL asks for port 443, SYN 1, 200 ms, BOB asks /a, 2 stands, 2 asks /a
 */
static void
test_other_port(void)
{
    scene_with(3);
    asks_proxy(ALICE, HOST, "/a");
    says(CAROL, CLIENT, "CONNECT " HOST ":443 HTTP/1.1\r\n\r\n", 0);
    syn(UPSTREAM_1);
    passes(200);
    asks_proxy(BOB, HOST, "/a");
    stands(UPSTREAM_2);
    second_is_closed(UPSTREAM_2, CONFIDENCE_OBSERVED);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/parents/named client", test_named_client);
    g_test_add_func("/match/parents/one child each", test_one_child_each);
    g_test_add_func("/match/parents/hung up", test_hung_up);
    g_test_add_func("/match/parents/in order of SYNs", test_in_order_of_syns);
    g_test_add_func("/match/parents/prompt SYN", test_prompt_syn);
    g_test_add_func("/match/parents/another's SYN", test_anothers_syn);
    g_test_add_func("/match/parents/ready late", test_ready_late);
    g_test_add_func("/match/parents/resolved late", test_resolved_late);
    g_test_add_func("/match/parents/not its turn", test_not_its_turn);
    g_test_add_func("/match/parents/kept connection", test_kept_connection);
    g_test_add_func("/match/parents/waits for its name", test_waits_for_name);
    g_test_add_func("/match/parents/connection/waits for both", test_waits_for_both);
    g_test_add_func("/match/parents/connection/looked up in turn", test_looked_up_in_turn);
    g_test_add_func("/match/parents/connection/tries elsewhere", test_tries_elsewhere);
    g_test_add_func("/match/parents/connection/tries again", test_tries_again);
    g_test_add_func("/match/parents/connection/other port", test_other_port);
    return g_test_run();
}
