/* test_attempt.c
 * attempt.h: how a connection to a server ended, and whose doing that was
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* ALICE asks /a, which the gateway hands on to UPSTREAM_1; the frame in which it does. */
static uint32_t
handed_on(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    return asks_server(UPSTREAM_1, HOST, "/a");
}

/* ALICE asks /a, 1 asks /a, FIN of the gateway to 1, 3 s, FIN of 1, ALICE gets 502 */
static void
test_half_closed(void)
{
    uint32_t request = handed_on();

    closes(UPSTREAM_1, CLIENT);
    passes(3000);
    uint32_t fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, request, fin);
}

/* ALICE asks /a, 1 asks /a, 3 s, FIN of the gateway to 1, FIN of 1, ALICE gets 502 */
static void
test_gave_up(void)
{
    uint32_t request = handed_on();

    passes(3000);
    closes(UPSTREAM_1, CLIENT);
    closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), RESPONSE_TIMEOUT, OBSERVED, request);
}

/* ALICE asks /a, 1 asks /a, FIN of the gateway to 1, 3 s, RST of the gateway to 1, ALICE gets 502 */
static void
test_half_closed_and_gave_up(void)
{
    uint32_t request = handed_on();

    closes(UPSTREAM_1, CLIENT);
    passes(3000);
    resets(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), RESPONSE_TIMEOUT, OBSERVED, request);
}

/* ALICE asks /a, 1 asks /a, 1 says this, FIN of the gateway to 1, ALICE gets 502 */
static void
refuses(const char *answer, enum confidence confidence)
{
    uint32_t request = handed_on(), reply = says(UPSTREAM_1, SERVER, answer, 0);

    acked(UPSTREAM_1);
    closes(UPSTREAM_1, CLIENT);
    uint32_t response = responds(ALICE, 502), cited[] = { request, reply, 0 };
    expect_at(response, CAUSE_INVALID_RESPONSE, confidence, cited);
}

static void
test_refused_answers(void)
{
    refuses("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", CONFIDENCE_OBSERVED);
    refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: xyzzy\r\n\r\nwhatever", CONFIDENCE_OBSERVED);
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: one\r\n two\r\n\r\nhello", CONFIDENCE_OBSERVED);
    refuses("HTTP/1.1 103 Early Hints\r\n\r\n", CONFIDENCE_LIKELY);
    refuses("HTTP/1.1 2", CONFIDENCE_LIKELY);
}

/* ALICE asks /a, 1 asks /a, 1 answers with bytes that the snap length cut, 3 s, ALICE gets 502 */
static void
test_cut_answer(void)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    for (unsigned captured = 0; captured < 10; captured += 9) {
        handed_on();
        says_cut(UPSTREAM_1, SERVER, answer, captured, 0);
        passes(3000);
        expect_unknown_at(responds(ALICE, 502), MISSING_BYTES);
    }
}

/* Whose acknowledgement proves a request did not speak first. ALICE asks /a, the capture lacks that the gateway asks, 1 answers, ALICE gets 502 */
static void
test_lost_request(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    skips(UPSTREAM_1, CLIENT, 80);
    says(UPSTREAM_1, SERVER, "HTTP/1.1 200 OK\r\n: no name\r\n\r\n", 0);
    g_assert_cmpint(verdict_at(responds(ALICE, 502))->cause, ==, CAUSE_UNKNOWN);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/attempt/half closed", test_half_closed);
    g_test_add_func("/attempt/gave up", test_gave_up);
    g_test_add_func("/attempt/half closed and gave up", test_half_closed_and_gave_up);
    g_test_add_func("/attempt/refused answers", test_refused_answers);
    g_test_add_func("/attempt/cut answer", test_cut_answer);
    g_test_add_func("/attempt/lost request", test_lost_request);
    return g_test_run();
}
