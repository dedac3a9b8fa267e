/* test_relation.c
 * relation.h, likeness.h: each clue, by a client's request and one of the gateway's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"
#include "match/likeness.h"
#include "match/relation.h"
#include "tcp/conn.h"

static struct root *
root_of_capture(void)
{
    return capture_tracker()->root;
}

static struct conn *
conn_of(unsigned stream)
{
    return (struct conn *)bounded_find(&root_of_capture()->conns.table, GUINT_TO_POINTER(stream + 1));
}

static struct exchange *
exchange_of(unsigned stream)
{
    struct conn *conn = conn_of(stream);

    return conn ? (struct exchange *)list_last(&conn->exchanges) : NULL;
}

/* What is said of it before its texts are read is no less. */
static struct relation
relation_to_alice(unsigned stream)
{
    struct relation place = relation_of_place(root_of_capture(), exchange_of(ALICE), conn_of(stream));
    struct relation r = relation_of(root_of_capture(), exchange_of(ALICE), conn_of(stream), exchange_of(stream));

    g_assert_cmpint(place.gain, <=, relation_of_place_most());
    g_assert_cmpint(r.gain - place.gain, <=, relate_request_most(exchange_of(ALICE), exchange_of(stream)));
    return r;
}

static char *
names_of_clues(uint32_t clues)
{
    static const char *const names[] = {
#define CLUE_TEXT(name, gain, tie, words) [CLUE_##name] = #name,
        MWG502_CLUES(CLUE_TEXT)
#undef CLUE_TEXT
    };
    GString *text = g_string_new(NULL);

    for (int i = 0; i < N_CLUES; i++)
        if (clues & 1u << i)
            g_string_append_printf(text, "%s%s", text->len ? " " : "", names[i]);
    return g_string_free(text, FALSE);
}

static void
expect(struct relation r, const char *clues, enum tie tie, int least, int most)
{
    char *found = names_of_clues(r.clues);

    g_assert_cmpstr(found, ==, clues);
    g_assert_cmpint(r.tie, ==, tie);
    g_assert_cmpint(r.gain, >=, least);
    g_assert_cmpint(r.gain, <=, most);
    g_free(found);
}

/* texts *******************************************************************/

/*
 * ALICE asks, 1 stands, 1 asks, by address alone unless its words tell more. Gains are
 * bounds: what speaks for it outweighs a delay of some octaves or does not, and by how much.
 */
static const struct text_row {
    const char *name, *alice, *upstream;
    const char *clues;
    enum tie tie;
    int least, most;
} texts[] = {
    { "same request", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n", "GET /a HTTP/1.1\r\nHost: one.example\r\n\r\n",
      "SAME_REQUEST ADDRESS", TIE_REQUEST, 2000, 3200 },
    { "names its client", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n",
      "NAMES_CLIENT ADDRESS OTHER_REQUEST", TIE_REQUEST, 1200, 2400 },
    { "names its client last", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nX-Forwarded-For: 10.9.9.9, 10.0.0.1\r\n\r\n",
      "NAMES_CLIENT ADDRESS OTHER_REQUEST", TIE_REQUEST, 1200, 2400 },
    { "names a longer address", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nX-Forwarded-For: 10.0.0.11\r\n\r\n",
      "ADDRESS OTHER_CLIENT OTHER_REQUEST", TIE_ADDRESS, -1000, 0 },
    { "names a shorter address", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nX-Forwarded-For: 10.0.0.\r\n\r\n",
      "ADDRESS OTHER_CLIENT OTHER_REQUEST", TIE_ADDRESS, -1000, 0 },
    { "CONNECT", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n", "CONNECT one.example:443 HTTP/1.1\r\nHost: one.example\r\n\r\n",
      "SAME_TARGET ADDRESS", TIE_REQUEST, 1600, 2600 },
    { "CONNECT elsewhere", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n", "CONNECT two.example:443 HTTP/1.1\r\nHost: two.example\r\n\r\n",
      "ADDRESS OTHER_TARGET", TIE_ADDRESS, -800, 0 },
    { "same path", "GET http://one.example/shop/item HTTP/1.1\r\nHost: one.example\r\n\r\n", "GET /shop/item HTTP/1.1\r\nHost: two.example\r\n\r\n",
      "SAME_PATH ADDRESS OTHER_REQUEST", TIE_REQUEST, 1300, 2400 },
    { "same path, another method", "GET http://one.example/shop/item HTTP/1.1\r\nHost: one.example\r\n\r\n", "HEAD /shop/item HTTP/1.1\r\nHost: two.example\r\n\r\n",
      "ADDRESS OTHER_REQUEST", TIE_ADDRESS, 0, 900 },
    { "same end", "GET http://one.example/shop/item7 HTTP/1.1\r\nHost: one.example\r\n\r\n", "GET /v2/item7 HTTP/1.1\r\nHost: two.example\r\n\r\n",
      "SAME_TAIL ADDRESS OTHER_REQUEST", TIE_ADDRESS, 700, 1600 },
    { "end too short", "GET http://one.example/shop/a HTTP/1.1\r\nHost: one.example\r\n\r\n", "GET /v2/a HTTP/1.1\r\nHost: two.example\r\n\r\n",
      "ADDRESS OTHER_REQUEST", TIE_ADDRESS, 0, 900 },
    { "same cookie", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\nCookie: x=1\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nCookie: x=1\r\n\r\n",
      "SAME_MARK ADDRESS OTHER_REQUEST", TIE_REQUEST, 1100, 2200 },
    { "same credentials", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\nAuthorization: Basic eA==\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nAuthorization: Basic eA==\r\n\r\n",
      "SAME_MARK ADDRESS OTHER_REQUEST", TIE_REQUEST, 1100, 2200 },
    { "another cookie", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\nCookie: x=1\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nCookie: x=2\r\n\r\n",
      "ADDRESS OTHER_MARK OTHER_REQUEST", TIE_ADDRESS, -600, 400 },
    { "same agent", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\nUser-Agent: x\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nUser-Agent: x\r\n\r\n",
      "SAME_AGENT ADDRESS OTHER_REQUEST", TIE_ADDRESS, 750, 1000 },
    { "another agent", "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\nUser-Agent: x\r\n\r\n", "GET /b HTTP/1.1\r\nHost: two.example\r\nUser-Agent: y\r\n\r\n",
      "ADDRESS OTHER_AGENT OTHER_REQUEST", TIE_ADDRESS, -500, 400 },
};

static void
test_text(const void *data)
{
    const struct text_row *row = (const struct text_row *)data;

    scene_with(1);
    is_known(HOST, SERVER_1);
    says(ALICE, CLIENT, row->alice, 0);
    stands(UPSTREAM_1);
    says(UPSTREAM_1, CLIENT, row->upstream, 0);
    expect(relation_to_alice(UPSTREAM_1), row->clues, row->tie, row->least, row->most);
}

/* An application that is told neither host nor path (SCGI): it is no other request for that. */
static void
test_no_path(void)
{
    static const char request[] = "54:CONTENT_LENGTH\0" "0\0REQUEST_METHOD\0GET\0HTTP_USER_AGENT\0x\0,";

    scene_with(1);
    is_known(HOST, SERVER_1);
    says(ALICE, CLIENT, "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\nUser-Agent: x\r\n\r\n", 0);
    stands(UPSTREAM_1);
    says_bytes(UPSTREAM_1, CLIENT, request, sizeof request - 1);
    expect(relation_to_alice(UPSTREAM_1), "SAME_AGENT ADDRESS", TIE_ADDRESS, 1000, 1000);
    g_assert_cmpuint(exchange_of(ALICE)->gateway->n_other, ==, 0);
}

/* The more requests a gateway passes on as they are, the less another one is of its clients; the gain has an end. */
static void
test_habit(void)
{
    int gain[4];

    for (unsigned i = 0; i < 4; i++) {
        scene_with(1);
        is_known(HOST, SERVER_1);
        asks_proxy(ALICE, HOST, "/a");
        stands(UPSTREAM_1);
        asks_server(UPSTREAM_1, "two.example", "/b");
        exchange_of(ALICE)->gateway->n_same = i == 3 ? 1000000000 : i == 2 ? 100 : 0;
        exchange_of(ALICE)->gateway->n_other = i == 1 ? 100 : 0;
        gain[i] = relation_to_alice(UPSTREAM_1).gain;
    }
    g_assert_cmpint(gain[1], >, gain[0] + 100);
    g_assert_cmpint(gain[2], <, gain[0] - 300);
    g_assert_cmpint(gain[3], <, gain[2] - 300);
    g_assert_cmpint(gain[3], >, gain[1] - 2000);
}

/* addresses ***************************************************************/

static void
knows_it(void)
{
    is_known(HOST, SERVER_1);
}

static void
knows_another_port(void)
{
    knows_it();
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 8080);
}

static void
knows_another_address(void)
{
    is_known(HOST, SERVER_2);
}

/* BOB waits for the host that has the address. */
static void
knows_it_as_anothers(void)
{
    is_known("two.example", SERVER_1);
    asks_proxy(BOB, "two.example", "/b");
}

static void
knows_nothing(void)
{
}

static void
other_port(void)
{
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 8080);
}

static void
from_elsewhere(void)
{
    knows_it();
    leg(UPSTREAM_1, OTHER_ADDRESS, SERVER_1, 80);
}

static void
from_its_card(void)
{
    card(GATEWAY, 1);
    card(OTHER_ADDRESS, 1);
    from_elsewhere();
}

/* ALICE and BOB wait, SYN 1 */
static const struct address_row {
    const char *name;
    void (*prepare)(void);
    const char *clues;
    enum tie tie;
    int least, most;
} addresses[] = {
    { "of the host", knows_it, "ADDRESS", TIE_ADDRESS, 500, 1200 },
    { "another port", knows_another_port, "OTHER_PORT", TIE_TIME, -1200, -300 },
    { "not the host's", knows_another_address, "OTHER_ROUTE", TIE_TIME, -600, -100 },
    { "of another host", knows_it_as_anothers, "OTHER_ADDRESS", TIE_TIME, -1200, -400 },
    { "the port asked for", knows_nothing, "PORT", TIE_TIME, 50, 400 },
    { "nothing", other_port, "", TIE_TIME, 0, 0 },
    { "from elsewhere", from_elsewhere, "ADDRESS STRAY", TIE_ADDRESS, 0, 600 },
    { "from its card", from_its_card, "ADDRESS SAME_LINK STRAY", TIE_ADDRESS, 400, 900 },
};

static void
test_address(const void *data)
{
    const struct address_row *row = (const struct address_row *)data;

    scene(0);
    row->prepare();
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    syn(UPSTREAM_1);
    expect(relation_to_alice(UPSTREAM_1), row->clues, row->tie, row->least, row->most);
}

/* Where requests went before: this host's, or any. */
static void
test_routes(void)
{
    for (int of_host = 0; of_host < 2; of_host++) {
        struct ipaddr server = ip(SERVER_1);
        scene_with(1);
        asks_proxy(ALICE, HOST, "/a");
        syn(UPSTREAM_1);
        struct exchange *waiting = exchange_of(ALICE);
        struct next_hop hop = { .ip = server, .port = 80, .route = route_hash(waiting), .last = 1 };
        next_hop_learn(of_host ? waiting->name->next_hops : waiting->gateway->next_hops, &hop);
        expect(relation_to_alice(UPSTREAM_1), of_host ? "ROUTE" : "NEXT_HOP", TIE_LEARNT, of_host ? 250 : 100, of_host ? 600 : 249);
    }
}

static void
goes_to(struct exchange *ex, unsigned upstream)
{
    const struct conn *conn = conn_find(root_of_capture(), upstream);
    struct next_hop hop = next_hop_of(root_of_capture(), ex, conn);

    learn_route(root_of_capture(), ex, conn);
    next_hop_learn(ex->name->next_hops, &hop);
}

/* A host's paths are parted among its upstreams; a proxy, which is told the whole URL, does not part them. BOB's go to 2, ALICE's to 1. */
static void
test_parted_paths(const void *data)
{
    bool absolute = GPOINTER_TO_INT(data);

    scene_with(2);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    (absolute ? asks_proxy : asks_server)(ALICE, HOST, "/cart/a");
    (absolute ? asks_proxy : asks_server)(BOB, HOST, "/img/b");
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    goes_to(exchange_of(BOB), UPSTREAM_2);
    expect(relation_to_alice(UPSTREAM_2), "ROUTE", TIE_LEARNT, 250, 600);
    goes_to(exchange_of(ALICE), UPSTREAM_1);
    expect(relation_to_alice(UPSTREAM_2), absolute ? "ROUTE" : "OTHER_ROUTE", absolute ? TIE_LEARNT : TIE_TIME, absolute ? 250 : -600, absolute ? 600 : -100);
    expect(relation_to_alice(UPSTREAM_1), "ROUTE", TIE_LEARNT, 250, 600);
}

/* A server of another route is none where requests of this one are known to go. BOB asks for two, goes to 2, ALICE asks, goes to 1 */
static void
test_hop_of_another(void)
{
    scene_with(2);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    asks_server(ALICE, HOST, "/cart/a");
    asks_server(BOB, "two.example", "/img/b");
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    goes_to(exchange_of(BOB), UPSTREAM_2);
    next_hop_learn(exchange_of(BOB)->gateway->next_hops, exchange_of(BOB)->name->next_hops);
    expect(relation_to_alice(UPSTREAM_2), "NEXT_HOP", TIE_LEARNT, 100, 249);
    goes_to(exchange_of(ALICE), UPSTREAM_1);
    expect(relation_to_alice(UPSTREAM_2), "OTHER_ROUTE", TIE_TIME, -600, -100);
}

static void
is_served(enum stream client, enum stream upstream, const char *path)
{
    asks_server(client, HOST, path);
    stands(upstream);
    asks_server(upstream, HOST, path);
    responds(upstream, 200);
    responds(client, 200);
}

/* Nor is it the one that does not answer ARP. ALICE's /cart goes to 1, BOB's /img to 2, both ask again, ARP for 2, both get 502 */
static void
test_unreached_of_another(void)
{
    scene_with(2);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    is_served(ALICE, UPSTREAM_1, "/cart/a");
    is_served(BOB, UPSTREAM_2, "/img/b");
    asks_server(ALICE, HOST, "/cart/c");
    asks_server(BOB, HOST, "/img/c");
    uint32_t first = arp(GATEWAY, SERVER_2);
    passes(1000);
    uint32_t second = arp(GATEWAY, SERVER_2);
    g_assert_cmpint(verdict_at(responds(ALICE, 502))->cause, ==, CAUSE_UNKNOWN);
    EXPECT_AT(responds(BOB, 502), ARP, LIKELY, first, second);
}

/* A site has more servers than are remembered for it; what one of them served is known of that. */
static void
test_served_before(void)
{
    scene_with(1);
    asks_server(ALICE, HOST, "/cart/a");
    syn(UPSTREAM_1);
    learn_route(root_of_capture(), exchange_of(ALICE), conn_find(root_of_capture(), UPSTREAM_1));
    expect(relation_to_alice(UPSTREAM_1), "ROUTE", TIE_LEARNT, 250, 600);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/match/relation/text/", texts, test_text);
    g_test_add_func("/match/relation/no path", test_no_path);
    g_test_add_func("/match/relation/habit", test_habit);
    ADD_ROWS("/match/relation/address/", addresses, test_address);
    g_test_add_func("/match/relation/routes", test_routes);
    g_test_add_data_func("/match/relation/parted paths", GINT_TO_POINTER(false), test_parted_paths);
    g_test_add_data_func("/match/relation/parted paths of a proxy", GINT_TO_POINTER(true), test_parted_paths);
    g_test_add_func("/match/relation/hop of another", test_hop_of_another);
    g_test_add_func("/match/relation/unreached of another", test_unreached_of_another);
    g_test_add_func("/match/relation/served before", test_served_before);
    return g_test_run();
}
