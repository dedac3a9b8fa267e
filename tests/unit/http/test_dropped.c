/* test_dropped.c
 * Packets that were received, but are not in the capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define SOME 100                /* bytes that are missing */

/*
 * A second request, refused: the verdict is on it alone.
 * ALICE asks /b, SYN 1, RST 1, ALICE gets 502
 */
static void
second_is_refused(void)
{
    uint32_t request = asks_proxy(ALICE, HOST, "/b"), first = syn(UPSTREAM_1), second = refused(UPSTREAM_1), response = responds(ALICE, 502);

    EXPECT_AT(response, RST, LIKELY, first, second);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, request);
}

/* responses ***************************************************************/

/* ALICE asks /a, its response lost, then /b */
static void
test_response(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    skips(ALICE, SERVER, SOME);
    second_is_refused();
}

/* ALICE asks /a three times, the responses lost, then /b */
static void
test_responses(void)
{
    scene_with(1);
    for (int n = 0; n < 3; n++) {
        asks_proxy(ALICE, HOST, "/a");
        skips(ALICE, SERVER, SOME);
    }
    second_is_refused();
}

/*
 * What follows tells that there was one, before the next request was sent.
 * ALICE asks /a, a head lost, the rest of its body, then /b
 */
static void
test_response_head(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    skips(ALICE, SERVER, SOME);
    says(ALICE, SERVER, "the rest of a page", 0);
    acked(ALICE);
    second_is_refused();
}

/* ALICE asks /a, a response without its end, then /b */
static void
test_body_end(void)
{
    static const char *const heads[] = { "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nthe first of them",
                                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst" };

    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
        scene_with(1);
        asks_proxy(ALICE, HOST, "/a");
        says(ALICE, SERVER, heads[i], 0);
        skips(ALICE, SERVER, SOME);
        second_is_refused();
    }
}

/*
 * Wireshark shows none of it, so the one that it shows is the next.
 * ALICE asks /a, 502 without its end, then /b
 */
static void
test_same_status(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    says(ALICE, SERVER, "HTTP/1.1 502 so\r\nContent-Length: 50\r\n\r\nthe first of them", 0);
    skips(ALICE, SERVER, 33);
    second_is_refused();
}

/* requests ****************************************************************/

/* ALICE asks /a, ALICE gets 200, a request lost, ALICE gets 502 */
static void
test_request(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    responds(ALICE, 200);
    skips(ALICE, CLIENT, SOME);
    expect_unknown_at(responds(ALICE, 502), MISSING_REQUEST);
}

/*
 * The response to the one before, too.
 * ALICE asks /a, the response lost, a request lost, ALICE gets 502
 */
static void
test_response_and_request(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    skips(ALICE, SERVER, SOME);
    skips(ALICE, CLIENT, SOME);
    expect_unknown_at(responds(ALICE, 502), MISSING_REQUEST);
}

/*
 * The client closed its side: its FIN is acknowledged like a byte.
 * ALICE asks /a, FIN of ALICE, ALICE gets 200, ALICE gets 502
 */
static void
test_half_closed(void)
{
    scene_with(1);
    uint32_t request = asks_proxy(ALICE, HOST, "/a");
    closes(ALICE, CLIENT);
    responds(ALICE, 200);
    g_assert_cmpuint(verdict_at(responds(ALICE, 502))->request_frame, ==, request);
}

/*
 * The connection begins inside a request, with its body's rest.
 * a request lost up to its last bytes, ALICE gets 200, then /b
 */
static void
test_first_request(void)
{
    scene_with(1);
    skips(ALICE, CLIENT, SOME);
    says(ALICE, CLIENT, "name=value", 0);
    says(ALICE, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200);
    second_is_refused();
}

/* the gateway's side ******************************************************/

/* ALICE asks /a, 1 stands, 1 asks /a */
static void
asks_for_client(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
}

/* ALICE asks /a, 1 asks /a, the answer lost but its ACK, ALICE gets 502 */
static void
test_answer(void)
{
    asks_for_client();
    skips(UPSTREAM_1, SERVER, SOME);
    acked(UPSTREAM_1);
    expect_unknown_at(responds(ALICE, 502), MISSING_BYTES);
}

/* It is sent again and again, and told from no answer at all. */
static void
test_acknowledgment(void)
{
    struct segment ack = { .stream = UPSTREAM_1, .flags = TCP_ACK, .sport = 40000 + UPSTREAM_1, .dport = 80, .ack = 9000001 + SOME };

    asks_for_client();
    g_assert_false(track_expected(capture_tracker(), &ack));
    ack.ack = 9000001;
    g_assert_true(track_expected(capture_tracker(), &ack));
    /* Which side's bytes it is of cannot be told. */
    ack.dport = ack.sport;
    g_assert_false(track_expected(capture_tracker(), &ack));
}

/*
 * The next answer on the connection is cut off.
 * ALICE asks /a, 1 asks /a, half an answer, ALICE asks /b, 1 asks /b, half an answer, FIN 1, ALICE gets 502
 */
static void
test_answer_behind(void)
{
    asks_for_client();
    says(UPSTREAM_1, SERVER, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst", 0);
    skips(UPSTREAM_1, SERVER, SOME);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/b"), half = says(UPSTREAM_1, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst", 0);
    uint32_t closed = closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), TRUNCATED, OBSERVED, asked, half, closed);
}

/* ALICE asks /a, 1 asks /a, the answer lost, FIN 1, ALICE gets 502 */
static void
test_answer_then_closed(void)
{
    asks_for_client();
    skips(UPSTREAM_1, SERVER, SOME);
    closes(UPSTREAM_1, SERVER);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "server_closed");
    g_assert_cmpint(v->confidence, ==, CONFIDENCE_LIKELY);
}

/* ALICE asks /a, query 1, address 1, 1 stands, its request lost, FIN 1, ALICE gets 502 */
static void
test_asked_then_closed(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    stands(UPSTREAM_1);
    skips(UPSTREAM_1, CLIENT, SOME);
    closes(UPSTREAM_1, SERVER);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "server_closed");
    g_assert_cmpint(v->confidence, ==, CONFIDENCE_LIKELY);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/http/dropped/response", test_response);
    g_test_add_func("/http/dropped/responses", test_responses);
    g_test_add_func("/http/dropped/response/head", test_response_head);
    g_test_add_func("/http/dropped/response/end of body", test_body_end);
    g_test_add_func("/http/dropped/response/same status", test_same_status);
    g_test_add_func("/http/dropped/request", test_request);
    g_test_add_func("/http/dropped/response and request", test_response_and_request);
    g_test_add_func("/http/dropped/request/half closed", test_half_closed);
    g_test_add_func("/http/dropped/request/first", test_first_request);
    g_test_add_func("/http/dropped/answer", test_answer);
    g_test_add_func("/http/dropped/answer/acknowledgment", test_acknowledgment);
    g_test_add_func("/http/dropped/answer/behind it", test_answer_behind);
    g_test_add_func("/http/dropped/answer/closed", test_answer_then_closed);
    g_test_add_func("/http/dropped/asked/closed", test_asked_then_closed);
    return g_test_run();
}
