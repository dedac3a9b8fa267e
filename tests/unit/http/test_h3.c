/* test_h3.c
 * h3.h: clients that speak HTTP/3, as far as it is decrypted
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "cases/export.h"
#include "fact/h3frame.h"
#include "facts.h"

/* ALICE asks over QUIC, SYN 1, RST 1; the frame of the request. */
static uint32_t
asks_in_vain(uint64_t stream, const char *path, unsigned n, uint32_t *syn_frame, uint32_t *rst_frame)
{
    uint32_t request = h3_asks(ALICE, stream, HOST, path);

    *syn_frame = syn(n);
    *rst_frame = refused(n);
    return request;
}

/* ALICE asks /a, SYN 1, RST 1, ALICE gets 502 */
static void
test_refused(void)
{
    uint32_t syn_1, rst_1, request, response;

    scene(0);
    request = asks_in_vain(0, "/a", UPSTREAM_1, &syn_1, &rst_1);
    response = h3_responds(ALICE, 0, "502", true);
    EXPECT_AT(response, RST, LIKELY, syn_1, rst_1);
    const struct verdict *v = verdict_at(response);
    g_assert_cmpuint(v->request_frame, ==, request);
    g_assert_cmpstr(v->host, ==, HOST);
    g_assert_cmpstr(v->url, ==, "/a");
    g_assert_cmpuint(v->port, ==, 443);
    g_assert_false(is_tcp_stream(v->client_stream));
    char *filter = export_filter(NULL, v);
    g_assert_nonnull(strstr(filter, "(quic.connection.number == 0 && frame.number <= 4)"));
    wmem_free(NULL, filter);
}

/* ALICE asks /a and /b at once, SYN 1, RST 1, she gets 200 for /b, 502 for /a: each stream has its own */
static void
test_other_order(void)
{
    uint32_t syn_1, rst_1, request, response;

    scene(0);
    request = asks_in_vain(0, "/a", UPSTREAM_1, &syn_1, &rst_1);
    h3_asks(ALICE, 4, HOST, "/b");
    no_verdict_at(h3_responds(ALICE, 4, "200", true));
    response = h3_responds(ALICE, 0, "502", true);
    EXPECT_AT(response, RST, LIKELY, syn_1, rst_1);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
}

/* An interim response is none. */
static void
test_interim(void)
{
    uint32_t syn_1, rst_1;

    scene(0);
    asks_in_vain(0, "/a", UPSTREAM_1, &syn_1, &rst_1);
    no_verdict_at(h3_responds(ALICE, 0, "103", false));
    EXPECT_AT(h3_responds(ALICE, 0, "502", false), RST, LIKELY, syn_1, rst_1);
    no_verdict_at(h3_responds(ALICE, 0, NULL, true));
}

/* Request and 502 are captured twice, or sent again, also when ALICE has gone on to ask for more. */
static void
test_twice(void)
{
    uint32_t syn_1, rst_1, response;

    scene(0);
    asks_in_vain(0, "/a", UPSTREAM_1, &syn_1, &rst_1);
    h3_asks(ALICE, 0, HOST, "/a");
    response = h3_responds(ALICE, 0, "502", true);
    EXPECT_AT(response, RST, LIKELY, syn_1, rst_1);
    no_verdict_at(h3_responds(ALICE, 0, "502", true));
    h3_asks(ALICE, 4, HOST, "/b");
    h3_asks(ALICE, 8, HOST, "/c");
    no_verdict_at(h3_responds(ALICE, 0, "502", true));
    h3_asks(ALICE, 0, HOST, "/a");
    no_verdict_at(h3_responds(ALICE, 0, "502", true));
}

/* The network changes their order: /b, the later stream, comes first. */
static void
test_order_of_streams(void)
{
    uint32_t syn_1, rst_1, request, response;

    scene(0);
    h3_asks(ALICE, 4, HOST, "/b");
    no_verdict_at(h3_responds(ALICE, 4, "200", true));
    request = asks_in_vain(0, "/a", UPSTREAM_1, &syn_1, &rst_1);
    response = h3_responds(ALICE, 0, "502", true);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
}

/* The capture begins behind the request. Once. */
static void
test_without_request(void)
{
    scene(0);
    expect_unknown_at(h3_responds(ALICE, 8, "502", true), MISSING_REQUEST);
    h3_asks(ALICE, 12, HOST, "/b");
    no_verdict_at(h3_responds(ALICE, 8, "502", true));
}

/* What a server opens, or goes one way only, is no request. */
static void
test_other_streams(void)
{
    scene(0);
    for (uint64_t stream = 1; stream < 4; stream++) {
        h3_asks(ALICE, stream, HOST, "/a");
        no_verdict_at(h3_responds(ALICE, stream, "502", true));
    }
    no_verdict_at(h3_responds(ALICE, UINT64_C(1) << 40, "502", true));
}

/* ALICE goes on from another address. */
static void
test_migrated(void)
{
    uint32_t syn_1, rst_1, request, response;

    scene(0);
    h3_asks(ALICE, 0, HOST, "/a");
    no_verdict_at(h3_responds(ALICE, 0, "200", true));
    leg(ALICE, "10.9.9.9", GATEWAY, 9090);
    request = asks_in_vain(4, "/b", UPSTREAM_1, &syn_1, &rst_1);
    response = h3_responds(ALICE, 4, "502", true);
    EXPECT_AT(response, RST, LIKELY, syn_1, rst_1);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
}

/* Client and gateway have one address. */
static void
test_on_one_host(void)
{
    uint32_t request, response;

    scene(0);
    leg(ALICE, "127.0.0.1", "127.0.0.1", 443);
    request = h3_asks(ALICE, 0, HOST, "/a");
    response = h3_responds(ALICE, 0, "502", true);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
}

/* The 70th stream comes behind the first: the 64th may come yet, what is older is passed over. */
static void
test_far_behind(void)
{
    uint32_t request, response;

    scene(0);
    h3_asks(ALICE, 4 * 0, HOST, "/a");
    h3_asks(ALICE, 4 * 70, HOST, "/b");
    request = h3_asks(ALICE, 4 * 64, HOST, "/c");
    response = h3_responds(ALICE, 4 * 64, "502", true);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
    no_verdict_at(h3_responds(ALICE, 4 * 5, "502", true));
}

/* A request for each of more streams than are remembered: all that is kept is bounded. */
static void
test_many(void)
{
    scene(0);
    for (uint64_t stream = 0; stream < 4 * 1000; stream += 4) {
        h3_asks(ALICE, stream, HOST, "/a");
        no_verdict_at(h3_responds(ALICE, stream, "200", true));
    }
    no_verdict_at(h3_responds(ALICE, 0, "502", true));
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/h3/refused", test_refused);
    g_test_add_func("/h3/other order", test_other_order);
    g_test_add_func("/h3/interim", test_interim);
    g_test_add_func("/h3/twice", test_twice);
    g_test_add_func("/h3/order of streams", test_order_of_streams);
    g_test_add_func("/h3/without request", test_without_request);
    g_test_add_func("/h3/other streams", test_other_streams);
    g_test_add_func("/h3/migrated", test_migrated);
    g_test_add_func("/h3/on one host", test_on_one_host);
    g_test_add_func("/h3/far behind", test_far_behind);
    g_test_add_func("/h3/many", test_many);
    return g_test_run();
}
