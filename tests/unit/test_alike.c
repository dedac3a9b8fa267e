/* test_alike.c
 * alike.h: whose connection it is where several ask for the same
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define HOST "one.example"
#define ADDRESS "10.2.0.1"

/* Streams 0 to 2 are of clients that ask the gateway, the others are its own. */
static void
begin(void)
{
    capture_begin(0);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, "10.0.0.2", GATEWAY, 9090);
    leg(2, "10.0.0.3", GATEWAY, 9090);
    for (unsigned n = 3; n < 9; n++)
        leg(n, GATEWAY, ADDRESS, 80);
    for (unsigned n = 0; n < 3; n++)
        stands(n);
}

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
second_is_closed(unsigned n)
{
    uint32_t asked = asks_server(n, HOST, "/a"), closed = closes(n, SERVER);

    EXPECT_AT(responds(1, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/* The first one's IPv4 address came, its IPv6 address is still waited for. */
static void
test_waits_for_both(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    looks_up_both(100, HOST);
    resolved(100, GATEWAY, HOST, 0, ADDRESS);
    asks_proxy(1, HOST, "/a");
    stands(3);
    second_is_closed(3);
}

/* A look-up from before its turn is another one's. */
static void
test_looked_up_in_turn(void)
{
    begin();
    asks_proxy(0, "two.example", "/");
    asks_proxy(0, HOST, "/a");
    asks_proxy(2, HOST, "/c");
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, ADDRESS);
    responds(0, 200);
    looks_up(2, GATEWAY, HOST);
    asks_proxy(1, HOST, "/a");
    looks_up(3, GATEWAY, HOST);
    resolved(3, GATEWAY, HOST, 0, ADDRESS);
    stands(3);
    second_is_closed(3);
}

/* The first one was busy with its first try when the connection began. */
static void
test_tries_elsewhere(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    stands(3);
    asks_server(3, HOST, "/a");
    asks_proxy(1, HOST, "/a");
    syn(4);
    closes(3, SERVER);
    synack(4);
    acked(4);
    second_is_closed(4);
}

/* The SYN at once behind the end of its first try is the first one's. */
static void
test_tries_again(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    stands(3);
    asks_server(3, HOST, "/a");
    asks_proxy(2, HOST, "/c");
    closes(3, SERVER);
    syn(4);
    passes(200);
    asks_proxy(1, HOST, "/a");
    stands(5);
    second_is_closed(5);
}

/* Who asks for another port begins no connection to this one. */
static void
test_other_port(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    says(2, CLIENT, "CONNECT " HOST ":443 HTTP/1.1\r\n\r\n", 0);
    syn(3);
    passes(200);
    asks_proxy(1, HOST, "/a");
    stands(4);
    second_is_closed(4);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/alike/waits for both", test_waits_for_both);
    g_test_add_func("/alike/looked up in turn", test_looked_up_in_turn);
    g_test_add_func("/alike/tries elsewhere", test_tries_elsewhere);
    g_test_add_func("/alike/tries again", test_tries_again);
    g_test_add_func("/alike/other port", test_other_port);
    return g_test_run();
}
