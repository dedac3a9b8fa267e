/* test_traits.c
 * Who ended a connection, by TTL and time; which RST ends none
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* Alice's request, and the gateway's connection for it. */
static void
begin_request(uint8_t synack_ttl)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    servers_ttl(synack_ttl);
    stands(UPSTREAM_1);
}

static const struct row {
    const char *name;
    uint8_t synack, data, rst;  /* TTLs */
    unsigned idle_ms;
    const char *cause;
    enum sender sender;
} rows[] = {
    { "same",               60, 60, 60, 0, "server_reset", SENDER_SERVER },
    { "nearer",             60, 60, 64, 0, "server_reset", SENDER_ON_PATH },
    { "nearer_by_two",      52, 52, 54, 0, "server_reset", SENDER_ON_PATH },
    { "nearer_by_one",      52, 52, 53, 0, "server_reset", SENDER_UNKNOWN },
    { "nearer_by_two_after_a_pause", 52, 52, 54, 61 * 1000, "server_reset", SENDER_UNKNOWN },
    { "nearer_by_three_after_a_pause", 52, 52, 55, 61 * 1000, "server_reset", SENDER_ON_PATH },
    { "farther",            60, 60, 50, 0, "server_reset", SENDER_UNKNOWN },
    { "nearer_another_system", 52, 52, 254, 0, "server_reset", SENDER_ON_PATH },
    { "as_far_another_system", 52, 52, 116, 0, "server_reset", SENDER_UNKNOWN },
    { "handshake_by_another", 63, 52, 63, 0, "server_reset", SENDER_UNKNOWN },
    { "unknown",            0, 0, 64, 0, "server_reset", SENDER_UNKNOWN },
    { "rst_unknown",        60, 60, 0, 0, "server_reset", SENDER_UNKNOWN },
};

static void
test_row(gconstpointer data)
{
    const struct row *row = data;

    begin_request(row->synack);
    asks_server(UPSTREAM_1, HOST, "/a");
    servers_ttl(row->data);
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    passes(row->idle_ms);
    asks_proxy(ALICE, HOST, "/b");
    asks_server(UPSTREAM_1, HOST, "/b");
    servers_ttl(row->rst);
    reset(UPSTREAM_1);
    const struct verdict *v = verdict_at(responds(ALICE, 502));

    g_assert_cmpstr(cause_token(v->cause), ==, row->cause);
    g_assert_cmpint(v->sender, ==, row->sender);
}

/* Of one packet nobody can tell whether it is like the others. */
static void
test_one_packet(void)
{
    begin_request(60);
    asks_server(UPSTREAM_1, HOST, "/a");
    servers_ttl(64);
    reset(UPSTREAM_1);
    const struct verdict *v = verdict_at(responds(ALICE, 502));

    g_assert_cmpstr(cause_token(v->cause), ==, "server_reset");
    g_assert_cmpint(v->sender, ==, SENDER_UNKNOWN);
}

/* One SYN/ACK is not enough of a server, three of its address and port are; where two hosts share it, nothing is. */
static void
refused_after(const uint8_t *ttls, unsigned n, uint8_t rst, enum sender sender)
{
    scene_with(1);
    for (unsigned i = 0; i < n; i++) {
        servers_ttl(ttls[i]);
        stands(UPSTREAM_2 + i);
    }
    asks_proxy(ALICE, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    syn(UPSTREAM_1);
    servers_ttl(rst);
    refused(UPSTREAM_1);
    const struct verdict *v = verdict_at(responds(ALICE, 502));

    g_assert_cmpstr(cause_token(v->cause), ==, "rst");
    g_assert_cmpint(v->sender, ==, sender);
}

static void
test_refused(void)
{
    static const uint8_t alike[] = { 52, 52, 52 }, hosts[] = { 52, 53, 52 };

    refused_after(alike, 3, 62, SENDER_ON_PATH);
    refused_after(alike, 3, 52, SENDER_SERVER);
    refused_after(alike, 2, 62, SENDER_UNKNOWN);
    refused_after(hosts, 3, 62, SENDER_UNKNOWN);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/traits/", rows, test_row);
    g_test_add_func("/traits/one_packet", test_one_packet);
    g_test_add_func("/traits/refused", test_refused);
    return g_test_run();
}
