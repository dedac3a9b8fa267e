/* test_begin.c
 * http.h: captures that begin inside a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* A connection to ALICE that stands since before the capture, and what the gateway does for her. */
static void
refused_then(uint32_t request)
{
    uint32_t first = syn(UPSTREAM_1), last = refused(UPSTREAM_1), response = responds(ALICE, 502);

    EXPECT_AT(response, RST, OBSERVED, first, last);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
}

static void
begin(void)
{
    scene(0);
    is_known(HOST, SERVER_1);
}

/* ALICE goes on with the body of a POST, ALICE gets 200, ALICE asks /b, SYN 1, RST 1, ALICE gets 502 */
static void
test_inside_request_body(void)
{
    begin();
    says(ALICE, CLIENT, "the middle of a form", 0);
    says(ALICE, CLIENT, "the rest of it", 0);
    responds(ALICE, 200);
    refused_then(asks_proxy(ALICE, HOST, "/b"));
}

/* ALICE gets the rest of a page, ALICE asks /b, SYN 1, RST 1, ALICE gets 502 */
static void
test_inside_response_body(void)
{
    begin();
    says(ALICE, SERVER, "the middle of a page", 0);
    says(ALICE, SERVER, "the rest of it", 0);
    acked(ALICE);
    refused_then(asks_proxy(ALICE, HOST, "/b"));
}

/* A byte that only probes the connection (RFC 9293 section 3.8.4). */
static void
test_probe(void)
{
    begin();
    says_bytes(ALICE, CLIENT, "", 1);
    refused_then(asks_proxy(ALICE, HOST, "/b"));
}

/* UPSTREAM_1 is in the middle of an answer when the capture begins; ALICE asks, 1 asks, 1 answers 502, ALICE gets it */
static void
test_inside_server_response(void)
{
    begin();
    says(UPSTREAM_1, SERVER, "the middle of a page", 0);
    acked(UPSTREAM_1);
    says(UPSTREAM_1, SERVER, "the rest of it", 0);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t request = asks_server(UPSTREAM_1, HOST, "/a"), answer = responds(UPSTREAM_1, 502), response = responds(ALICE, 502);
    EXPECT_AT(response, RELAYED, OBSERVED, request, answer);
}

/* Protocols that are not read stay so where the connection's beginning is seen. */
static void
test_other_protocol(void)
{
    begin();
    stands(ALICE);
    says(ALICE, CLIENT, "some other protocol", 0);
    says(ALICE, SERVER, "and its answer", 0);
    says(ALICE, CLIENT, "GET / HTTP/1.1\r\n\r\n", 0);
    no_verdict_at(says(ALICE, SERVER, "HTTP/1.1 502 no\r\n\r\n", 0));
}

/* PROXY headers **************************************************************/

#define LINE "PROXY TCP4 10.9.0.1 10.9.0.2 40000 80\r\n"
#define BINARY "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" "\x0a\x09\0\1\x0a\x09\0\2\x9c\x40\0\x50"
#define BINARY_LENGTH 28
#define REQUEST "GET http://" HOST "/b HTTP/1.1\r\nHost: " HOST "\r\n\r\n"

/* A balancer sends it before ALICE's request: the header, ALICE asks /b, SYN 1, RST 1, ALICE gets 502 */
static void
test_proxy_line(void)
{
    begin();
    stands(ALICE);
    says(ALICE, CLIENT, LINE, 0);
    refused_then(asks_proxy(ALICE, HOST, "/b"));
    begin();
    stands(ALICE);
    says_bytes(ALICE, CLIENT, BINARY, BINARY_LENGTH);
    refused_then(asks_proxy(ALICE, HOST, "/b"));
}

/* In one segment */
static void
test_proxy_line_and_request(void)
{
    static const char both[] = BINARY REQUEST;

    begin();
    stands(ALICE);
    refused_then(says(ALICE, CLIENT, LINE REQUEST, 0));
    begin();
    stands(ALICE);
    refused_then(says_bytes(ALICE, CLIENT, both, sizeof both - 1));
}

/* The gateway sends it to 1: ALICE asks /a, the header to 1, 1 asks, FIN of 1, ALICE gets 502 */
static void
test_proxy_line_to_server(void)
{
    begin();
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    says_bytes(UPSTREAM_1, CLIENT, BINARY, BINARY_LENGTH);
    uint32_t request = asks_server(UPSTREAM_1, HOST, "/a"), fin = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, request, fin);
}

/* It is no byte of the request: ALICE asks /a, the header to 1, RST of 1, ALICE gets 502 */
static void
test_reset_behind_proxy_line(void)
{
    begin();
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = stands(UPSTREAM_1);
    says(UPSTREAM_1, CLIENT, LINE, 0);
    uint32_t rst = reset(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, rst);
}

/* It stands before everything else, and only there. ALICE asks /a, the header as a request's body */
static void
test_proxy_line_within(void)
{
    begin();
    stands(ALICE);
    says(ALICE, CLIENT, "POST http://" HOST "/a HTTP/1.1\r\nHost: " HOST "\r\nContent-Length: 39\r\n\r\n", 0);
    says(ALICE, CLIENT, LINE, 0);
    responds(ALICE, 200);
    refused_then(asks_proxy(ALICE, HOST, "/b"));
}

/* Inside TLS: who listens on the low port is the server; a second request is told from the first. */
static void
test_inside_tls(void)
{
    static const char data[] = "\x17\x03\x03\x00\x30" "0123456789012345678901234567890123456789012345678";

    begin();
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 443);
    for (int i = 0; i < 3; i++) {
        says_bytes(UPSTREAM_1, SERVER, data, 53);
        says_bytes(UPSTREAM_1, CLIENT, data, 53);
    }
    const struct conn *conn = (const struct conn *)list_last(&capture_tracker()->root->shelves[SHELF_OPEN]);
    const struct exchange *last = (const struct exchange *)list_last(&conn->exchanges);
    g_assert_cmpuint(conn->side[SERVER].port, ==, 443);
    g_assert_true(last->opaque);
    g_assert_cmpuint(last->nth, ==, 3);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/begin/inside a request's body", test_inside_request_body);
    g_test_add_func("/begin/inside a response's body", test_inside_response_body);
    g_test_add_func("/begin/probe", test_probe);
    g_test_add_func("/begin/inside a server's response", test_inside_server_response);
    g_test_add_func("/begin/other protocol", test_other_protocol);
    g_test_add_func("/begin/inside tls", test_inside_tls);
    g_test_add_func("/begin/proxy line", test_proxy_line);
    g_test_add_func("/begin/proxy line and request", test_proxy_line_and_request);
    g_test_add_func("/begin/proxy line to a server", test_proxy_line_to_server);
    g_test_add_func("/begin/reset behind a proxy line", test_reset_behind_proxy_line);
    g_test_add_func("/begin/proxy line within", test_proxy_line_within);
    return g_test_run();
}
