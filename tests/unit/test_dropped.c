/* test_dropped.c
 * track.h: packets that were received, but are not in the capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define HOST "one.example"
#define SERVER_1 "10.2.0.1"
#define SOME 100                /* bytes that are missing */

/* Stream 0 is a client's, 1 the gateway's. */
static void
begin(void)
{
    capture_begin(0);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, GATEWAY, SERVER_1, 80);
    stands(0);
}

/* A second request, refused: the verdict is on it alone. */
static void
second_is_refused(void)
{
    uint32_t request = asks_proxy(0, HOST, "/b"), first = syn(1), second = refused(1), response = responds(0, 502);

    EXPECT_AT(response, RST, LIKELY, first, second);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
}

/* responses ***************************************************************/

static void
test_response(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    skips(0, SERVER, SOME);
    second_is_refused();
}

static void
test_responses(void)
{
    begin();
    for (int n = 0; n < 3; n++) {
        asks_proxy(0, HOST, "/a");
        skips(0, SERVER, SOME);
    }
    second_is_refused();
}

/* What follows tells that there was one, before the next request was sent. */
static void
test_response_head(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    skips(0, SERVER, SOME);
    says(0, SERVER, "the rest of a page", 0);
    acked(0);
    second_is_refused();
}

static void
test_body_end(void)
{
    static const char *const heads[] = { "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nthe first of them",
                                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst" };

    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
        begin();
        asks_proxy(0, HOST, "/a");
        says(0, SERVER, heads[i], 0);
        skips(0, SERVER, SOME);
        second_is_refused();
    }
}

/* Wireshark shows none of it, so the one that it shows is the next. */
static void
test_same_status(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    says(0, SERVER, "HTTP/1.1 502 so\r\nContent-Length: 50\r\n\r\nthe first of them", 0);
    skips(0, SERVER, 33);
    second_is_refused();
}

/* requests ****************************************************************/

static void
test_request(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    responds(0, 200);
    skips(0, CLIENT, SOME);
    expect_unknown_at(responds(0, 502), MISSING_REQUEST);
}

/* The response to the one before, too. */
static void
test_response_and_request(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    skips(0, SERVER, SOME);
    skips(0, CLIENT, SOME);
    expect_unknown_at(responds(0, 502), MISSING_REQUEST);
}

/* The client closed its side: its FIN is acknowledged like a byte. */
static void
test_half_closed(void)
{
    begin();
    uint32_t request = asks_proxy(0, HOST, "/a");
    closes(0, CLIENT);
    responds(0, 200);
    g_assert_cmpuint(verdict_at(responds(0, 502))->request_frame, ==, request);
}

/* The connection begins inside a request, with its body's rest. */
static void
test_first_request(void)
{
    begin();
    skips(0, CLIENT, SOME);
    says(0, CLIENT, "name=value", 0);
    says(0, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200);
    second_is_refused();
}

/* the gateway's side ******************************************************/

static void
asks_for_client(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    stands(1);
    asks_server(1, HOST, "/a");
}

static void
test_answer(void)
{
    asks_for_client();
    skips(1, SERVER, SOME);
    acked(1);
    expect_unknown_at(responds(0, 502), MISSING_BYTES);
}

/* It is sent again and again, and told from no answer at all. */
static void
test_acknowledgment(void)
{
    struct segment ack = { .stream = 1, .flags = TCP_ACK, .sport = 40001, .dport = 80, .ack = 9000001 + SOME };

    asks_for_client();
    g_assert_false(track_expected(capture_tracker(), &ack));
    ack.ack = 9000001;
    g_assert_true(track_expected(capture_tracker(), &ack));
    /* Which side's bytes it is of cannot be told. */
    ack.dport = ack.sport;
    g_assert_false(track_expected(capture_tracker(), &ack));
}

/* The next answer on the connection is cut off. */
static void
test_answer_behind(void)
{
    asks_for_client();
    says(1, SERVER, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst", 0);
    skips(1, SERVER, SOME);
    responds(0, 200);
    asks_proxy(0, HOST, "/b");
    uint32_t asked = asks_server(1, HOST, "/b"), half = says(1, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst", 0);
    uint32_t closed = closes(1, SERVER);
    EXPECT_AT(responds(0, 502), TRUNCATED, OBSERVED, asked, half, closed);
}

static void
test_answer_then_closed(void)
{
    asks_for_client();
    skips(1, SERVER, SOME);
    closes(1, SERVER);
    const struct verdict *v = verdict_at(responds(0, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "server_closed");
    g_assert_cmpint(v->confidence, ==, CONFIDENCE_LIKELY);
}

static void
test_asked_then_closed(void)
{
    begin();
    asks_proxy(0, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    stands(1);
    skips(1, CLIENT, SOME);
    closes(1, SERVER);
    const struct verdict *v = verdict_at(responds(0, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "server_closed");
    g_assert_cmpint(v->confidence, ==, CONFIDENCE_LIKELY);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/dropped/response", test_response);
    g_test_add_func("/dropped/responses", test_responses);
    g_test_add_func("/dropped/response/head", test_response_head);
    g_test_add_func("/dropped/response/end of body", test_body_end);
    g_test_add_func("/dropped/response/same status", test_same_status);
    g_test_add_func("/dropped/request", test_request);
    g_test_add_func("/dropped/response and request", test_response_and_request);
    g_test_add_func("/dropped/request/half closed", test_half_closed);
    g_test_add_func("/dropped/request/first", test_first_request);
    g_test_add_func("/dropped/answer", test_answer);
    g_test_add_func("/dropped/answer/acknowledgment", test_acknowledgment);
    g_test_add_func("/dropped/answer/behind it", test_answer_behind);
    g_test_add_func("/dropped/answer/closed", test_answer_then_closed);
    g_test_add_func("/dropped/asked/closed", test_asked_then_closed);
    return g_test_run();
}
