/* test_tries.c
 * Several tries for one request, while others wait for the same
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "facts.h"
#include "tcp/conn.h"

/* next tries **************************************************************/

/*
 * It tries a server twice, as one request shows that is alone; then two others wait, of whom the first is refused.
 * ALICE asks /b, SYN 1, RST 1, SYN 2, RST 2, ALICE gets 502, BOB asks /a, CAROL asks /a, SYN 3, RST 3
 */
static void
begin_two_tries(uint32_t *cited)
{
    scene_with(3);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/b");
    for (unsigned n = UPSTREAM_1; n <= UPSTREAM_2; n++) {
        syn(n);
        refused(n);
    }
    responds(ALICE, 502);
    asks_proxy(BOB, HOST, "/a");
    asks_proxy(CAROL, HOST, "/a");
    cited[0] = syn(UPSTREAM_3);
    cited[1] = refused(UPSTREAM_3);
}

/*
 * The second one's first attempt still runs.
 * SYN 4, SYN 5, RST 5, BOB gets 502
 */
static void
test_next_try_failed_too(void)
{
    uint32_t first[2];

    begin_two_tries(first);
    syn(UPSTREAM_4);
    uint32_t again = syn(UPSTREAM_5), again_rst = refused(UPSTREAM_5);
    EXPECT_AT(responds(BOB, 502), RST, OBSERVED, first[0], first[1], again, again_rst);
}

/* SYN 4, BOB gets 502, RST 4, CAROL gets 502 */
static void
test_running_is_no_next_try(void)
{
    uint32_t first[2];

    begin_two_tries(first);
    uint32_t running = syn(UPSTREAM_4);
    EXPECT_AT(responds(BOB, 502), RST, OBSERVED, first[0], first[1]);
    uint32_t rst = refused(UPSTREAM_4);
    EXPECT_AT(responds(CAROL, 502), RST, OBSERVED, running, rst);
}

/*
 * The gateway knows no address yet: what is tried is another one's, be it several times.
 * ALICE asks /a, query 1, BOB asks /b, query 2, address 2, RST 1, RST 2, 3 asks /b, BOB gets 200, 4 s, ALICE gets 502
 */
static void
test_tries_while_looked_up(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t asked = looks_up(1, GATEWAY, HOST);
    passes(10);
    asks_proxy(BOB, HOST, "/b");
    looks_up(2, GATEWAY, HOST);
    resolved(2, GATEWAY, HOST, 0, SERVER_1);
    for (unsigned n = UPSTREAM_1; n <= UPSTREAM_2; n++) {
        syn(n);
        refused(n);
    }
    leg(UPSTREAM_3, GATEWAY, SERVER_2, 80);
    stands(UPSTREAM_3);
    asks_server(UPSTREAM_3, HOST, "/b");
    responds(UPSTREAM_3, 200);
    responds(BOB, 200);
    passes(4000);
    EXPECT_AT(responds(ALICE, 502), DNS_TIMEOUT, OBSERVED, asked);
}

/*
 * What was tried before a request got its answer is that request's.
 * ALICE asks /a, SYN 4 without an answer, BOB asks /b, SYN 1, RST 1, SYN 2, RST 2, 3 asks /b, 3 200, BOB gets 200, 20 ms, ALICE gets 502
 */
static void
test_tries_before_answer(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t asked = syn(UPSTREAM_4);
    passes(10);
    asks_proxy(BOB, HOST, "/b");
    for (unsigned n = UPSTREAM_1; n <= UPSTREAM_2; n++) {
        syn(n);
        refused(n);
    }
    stands(UPSTREAM_3);
    asks_server(UPSTREAM_3, HOST, "/b");
    responds(UPSTREAM_3, 200);
    responds(BOB, 200);
    passes(20);
    EXPECT_AT(responds(ALICE, 502), SYN_TIMEOUT, LIKELY, asked);
}

/*
 * It knows the address, and does not wait for the other type's answer: each has its own attempt.
 * ALICE, BOB ask, each A, AAAA and an address, SYN 1, SYN 2, RST 1, ALICE gets 502, 10 ms, RST 2, BOB gets 502
 */
static void
test_tries_with_one_type(void)
{
    uint32_t first, second;

    scene_with(2);
    all_ask(2);
    for (uint16_t n = 0; n < 2; n++) {
        dns_socket((uint16_t)(5000 + n));
        dns_type(1);
        looks_up((uint16_t)(1 + n), GATEWAY, HOST);
        dns_type(28);
        looks_up((uint16_t)(3 + n), GATEWAY, HOST);
        dns_type(1);
        resolved((uint16_t)(1 + n), GATEWAY, HOST, 0, SERVER_1);
    }
    first = syn(UPSTREAM_1);
    second = syn(UPSTREAM_2);
    uint32_t first_end = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, first_end);
    passes(10);
    uint32_t second_end = refused(UPSTREAM_2);
    EXPECT_AT(responds(BOB, 502), RST, OBSERVED, second, second_end);
}

/* behind an end ***********************************************************/

/*
 * The gateway learns of the end when what was lost before it is sent again: meanwhile its attempts are others'.
 * ALICE asks /a, 1 asks /a, its 100 lost, FIN 1, BOB asks /a, 2 asks /a, the 100 of 1 again, ALICE gets 502
 */
static void
test_end_behind_lost(void)
{
    static const char *hundred = "HTTP/1.1 100 Continue\r\n\r\n";

    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a");
    skips(UPSTREAM_1, SERVER, (unsigned)strlen(hundred));
    closes(UPSTREAM_1, SERVER);
    asks_proxy(BOB, HOST, "/a");
    stands(UPSTREAM_2);
    asks_server(UPSTREAM_2, HOST, "/a");
    says_again(UPSTREAM_1, SERVER, (unsigned)strlen(hundred), hundred, 0);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "server_closed");
    g_assert_cmpint(v->confidence, ==, CONFIDENCE_LIKELY);
    g_assert_cmpuint(v->cited[0].frame, ==, asked);
    responds(UPSTREAM_2, 200);
    responds(BOB, 200);
}

/*
 * It acts on a reset at once, and on an end when it has what was before it: one more try is to be expected.
 * ALICE asks /a, 1 asks /a, bytes of 1 lost, its end, SYN 2, BOB asks /a, 2 stands, 2 asks /a, 2 502, ALICE gets 502
 */
static void
retried_elsewhere(uint32_t (*ends)(unsigned))
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    skips(UPSTREAM_1, SERVER, 100);
    ends(UPSTREAM_1);
    syn(UPSTREAM_2);
    asks_proxy(BOB, HOST, "/a");
    synack(UPSTREAM_2);
    acked(UPSTREAM_2);
    asks_server(UPSTREAM_2, HOST, "/a");
    responds(UPSTREAM_2, 502);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpstr(cause_token(v->cause), ==, "relayed");
}

static uint32_t
closes_acked(unsigned n)
{
    acked(n);
    return closes(n, SERVER);
}

static void
test_retried_after_end(void)
{
    retried_elsewhere(reset);
    retried_elsewhere(closes_acked);
}

/*
 * What the client got came before another one's attempt, and was given to it behind that.
 * ALICE asks /a, 1 stands, 1 asks /a, 1 200, BOB asks /b, SYN 2, ALICE gets 200, RST 2, BOB gets 502
 */
static void
test_answered_before(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    responds(UPSTREAM_1, 200);
    asks_proxy(BOB, HOST, "/b");
    uint32_t first = syn(UPSTREAM_2);
    responds(ALICE, 200);
    uint32_t second = refused(UPSTREAM_2);
    EXPECT_AT(responds(BOB, 502), RST, LIKELY, first, second);
}

/*
 * An ICMP error behind which the gateway goes on ends nothing: the older attempt is the older request's.
 * ALICE asks /a, SYN 1, 1 s, SYN 1, BOB asks /b, SYN 2, ICMP 2, 1 s, SYN 2, ICMP 2, 1 s, SYN 1, ALICE gets 502
 */
static void
test_error_ignored(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1);
    passes(1000);
    uint32_t second = syn(UPSTREAM_1);
    asks_proxy(BOB, HOST, "/b");
    syn(UPSTREAM_2);
    unreachable(UPSTREAM_2, "10.1.0.254");
    passes(1000);
    syn(UPSTREAM_2);
    unreachable(UPSTREAM_2, "10.1.0.254");
    passes(1000);
    uint32_t third = syn(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), SYN_TIMEOUT, LIKELY, first, second, third);
}

/*
 * The server is on the gateway's own host, which so waits for itself. The server resets the connection that the gateway kept, and then the new one
 * that is tried instead: that is no more what the first try waits for.
 * ALICE asks /a, 1 asks /a, 1 answers, ALICE gets 200, ALICE asks /b, 1 asks /b, RST of 1, SYN 2, 2 asks /b, RST of 2, ALICE gets 502
 */
static void
test_tried_again_on_own_host(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, GATEWAY, 9000);
    leg(UPSTREAM_2, GATEWAY, GATEWAY, 9000);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    asks_server(UPSTREAM_1, HOST, "/b");
    reset(UPSTREAM_1);
    stands(UPSTREAM_2);
    uint32_t request = asks_server(UPSTREAM_2, HOST, "/b"), rst = reset(UPSTREAM_2), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_RESET, OBSERVED, request, rst);
}

/*
 * The capture lacks a first try, behind which HAProxy waited a second: requests for the host went to SERVER_1 before.
 * ALICE asks /a, 1 asks so, 1 answers, ALICE gets 200, ALICE asks /b, so long, SYN 2 to SERVER_2, RST 2, ALICE gets 502
 */
static uint32_t
tried_behind_unseen(unsigned after, uint32_t *cited)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    responds(UPSTREAM_1, 200);
    responds(ALICE, 200);
    passes(3000);
    asks_proxy(ALICE, HOST, "/b");
    passes(after);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    cited[0] = syn(UPSTREAM_2);
    cited[1] = refused(UPSTREAM_2);
    passes(5);
    return responds(ALICE, 502);
}

static void
test_behind_unseen_try(void)
{
    uint32_t cited[2], response = tried_behind_unseen(1000, cited);

    EXPECT_AT(response, RST, LIKELY, cited[0], cited[1]);
}

/*
 * No gateway gives a try up that soon: what was begun behind the failure, and is silent yet, is something else's.
 * ALICE asks, 1 asks so, 1 answers what is no HTTP, 5 ms, SYN 2, so long, ALICE gets 502
 */
static void
just_begun(bool is_known_address, unsigned silent, enum cause cause)
{
    scene_with(1);
    if (is_known_address)
        is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t request = asks_server(UPSTREAM_1, HOST, "/a"), answer = says(UPSTREAM_1, SERVER, "220 mail.example\r\n", 0);
    passes(5);
    uint32_t begun = syn(UPSTREAM_2);
    passes(silent);
    if (cause == CAUSE_SYN_TIMEOUT)
        EXPECT_AT(responds(ALICE, 502), SYN_TIMEOUT, LIKELY, begun);
    else
        EXPECT_AT(responds(ALICE, 502), INVALID_RESPONSE, OBSERVED, request, answer);
}

static void
test_just_begun(void)
{
    just_begun(false, 40, CAUSE_INVALID_RESPONSE);
    just_begun(false, 5000, CAUSE_SYN_TIMEOUT);
    just_begun(true, 40, CAUSE_INVALID_RESPONSE);
}

/* whose else **************************************************************/

/*
 * What repeats a request word for word is its own once it is answered, also what does not explain its 502: nobody else's later one rests on it.
 * BOB asks /other/path, ALICE asks /shop/item, 1 asks so, 2 asks so, 502 on 1, 502 on 2, ALICE gets 502, BOB gets 502
 */
static void
test_repeats_are_its_own(void)
{
    scene_with(2);
    asks_proxy(BOB, HOST, "/other/path");
    asks_proxy(ALICE, HOST, "/shop/item");
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/shop/item");
    stands(UPSTREAM_2);
    asks_server(UPSTREAM_2, HOST, "/shop/item");
    uint32_t answered = responds(UPSTREAM_1, 502);
    responds(UPSTREAM_2, 502);
    EXPECT_AT(responds(ALICE, 502), RELAYED, OBSERVED, asked, answered);
    expect_unknown_at(responds(BOB, 502), MISSING_ATTEMPT);
}

/*
 * Also what it waits for yet: the gateway's own requests are nobody who waits for the same.
 * BOB asks /other/path, ALICE asks /shop/item, 1 asks so, 2 asks so, FIN 2, ALICE gets 502, FIN 1, BOB gets 502
 */
static void
test_pending_repeats(void)
{
    scene_with(2);
    asks_proxy(BOB, HOST, "/other/path");
    asks_proxy(ALICE, HOST, "/shop/item");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/shop/item");
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, HOST, "/shop/item"), closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
    closes(UPSTREAM_1, SERVER);
    expect_unknown_at(responds(BOB, 502), MISSING_ATTEMPT);
}

/*
 * A silent try that repeats its SYN while another one carries the request was not given up for that one: it may be somebody else's.
 * ALICE asks /a, SYN 1, 200 ms, 2 stands, 2 asks /a, SYN 1 or not, FIN 2, ALICE gets 502
 */
static bool
silent_one_is_its(bool goes_on)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    syn(UPSTREAM_1);
    passes(200);
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, HOST, "/a");
    if (goes_on)
        syn(UPSTREAM_1);
    uint32_t closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
    return conn_find(capture_tracker()->root, UPSTREAM_1)->owner != 0;
}

static void
test_silent_one_goes_on(void)
{
    g_assert_true(silent_one_is_its(false));
    g_assert_false(silent_one_is_its(true));
}

/*
 * A silent try was taken for the request that was answered, and repeats its SYN: it was not given up for that response.
 * ALICE asks /a, BOB asks /a, SYN 1, 5 s, ALICE gets 502, SYN 1 again, 5 s, BOB gets 502
 */
static void
test_claimed_one_goes_on(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1);
    passes(5000);
    EXPECT_AT(responds(ALICE, 502), SYN_TIMEOUT, OBSERVED, first);
    uint32_t again = syn(UPSTREAM_1);
    passes(5000);
    EXPECT_AT(responds(BOB, 502), SYN_TIMEOUT, OBSERVED, first, again);
}

/*
 * What was begun for another request is not this one's, also when that one is answered.
 * ALICE asks /a, SYN 1, RST 1, 10 ms, BOB asks /b, SYN 2, RST 2, BOB gets 504, ALICE gets 502
 */
static void
test_begun_for_another(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), rst = refused(UPSTREAM_1);
    passes(10);
    asks_proxy(BOB, HOST, "/b");
    syn(UPSTREAM_2);
    refused(UPSTREAM_2);
    responds(BOB, 504);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, rst);
}

/*
 * Others of the same client wait for long, and would be answered later in any order: that does not make the try that failed first
 * the one behind which ALICE is answered.
 * Twelve of ALICE's host ask /slow, 1 s, ALICE asks /orders/42, 1 asks it, FIN 1, 2 asks it, FIN 2, ALICE gets 502
 */
static void
test_last_of_two_named_tries(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    for (unsigned n = 20; n < 32; n++) {
        leg(n, "10.0.0.1", GATEWAY, 9090);
        stands(n);
        asks_proxy(n, HOST, "/slow");
    }
    passes(1000);
    asks_proxy(ALICE, HOST, "/orders/42");
    stands(UPSTREAM_1);
    asks_server_for(UPSTREAM_1, HOST, "/orders/42", "10.0.0.1");
    passes(7);
    closes(UPSTREAM_1, SERVER);
    stands(UPSTREAM_2);
    uint32_t asked = asks_server_for(UPSTREAM_2, HOST, "/orders/42", "10.0.0.1");
    passes(9);
    uint32_t closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/*
 * What failed first is answered first, but behind a try that another one followed nobody is answered.
 * Twelve ask, a SYN for each, 10 ms, ALICE asks, 1 asks something else, FIN 1, 2 asks that, FIN 2, ALICE gets 502
 */
static void
test_order_of_passed_try(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    for (unsigned n = 20; n < 32; n++) {
        leg(n, "10.0.0.7", GATEWAY, 9090);
        leg(n + 20, GATEWAY, SERVER_1, 80);
        stands(n);
        asks_proxy(n, HOST, "/a");
        syn(n + 20);
    }
    passes(10);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, "inner.example", "/rewritten");
    closes(UPSTREAM_1, SERVER);
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, "inner.example", "/rewritten"), closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, LIKELY, asked, closed);
}

/*
 * A CONNECT has no path, and may be passed on word for word all the same.
 * ALICE asks for a tunnel, BOB for another one, 1 asks for ALICE's, FIN 1, 2 asks for it, FIN 2, ALICE gets 502
 */
static void
test_tunnel_is_tried_again(void)
{
    static const char tunnel[] = "CONNECT " HOST ":443 HTTP/1.1\r\nHost: " HOST ":443\r\n\r\n";
    uint32_t asked = 0, closed = 0;

    scene_with(2);
    says(ALICE, CLIENT, tunnel, 0);
    says(BOB, CLIENT, "CONNECT two.example:443 HTTP/1.1\r\nHost: two.example:443\r\n\r\n", 0);
    for (unsigned n = UPSTREAM_1; n <= UPSTREAM_2; n++) {
        stands(n);
        asked = says(n, CLIENT, tunnel, 0);
        closed = closes(n, SERVER);
    }
    EXPECT_AT(responds(ALICE, 502), SERVER_CLOSED, OBSERVED, asked, closed);
}

/* Nothing is done any more for a request that the gateway gave up. ALICE asks, BOB asks, FIN to BOB, SYN 1, RST 1, ALICE gets 502 */
static void
test_given_up(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    closes(BOB, SERVER);
    uint32_t first = syn(UPSTREAM_1), rst = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, first, rst);
}

/* A server is not tried again while the SYN before is repeated: that is somebody's own, such as a health check. ALICE asks, SYN 1, SYN 2, both again */
static void
test_silent_at_once(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1);
    passes(500);
    syn(UPSTREAM_2);
    passes(500);
    uint32_t again = syn(UPSTREAM_1);
    passes(500);
    syn(UPSTREAM_2);
    passes(3000);
    EXPECT_AT(responds(ALICE, 502), SYN_TIMEOUT, OBSERVED, first, again);
}

/*
 * Of two tries that fit two requests equally either one is either one's: where both failed in one way, that is the cause.
 * ALICE asks, BOB asks, SYN 1, SYN 2, RST 1, RST 2 or ICMP 2, ALICE gets 502
 */
static enum cause
cause_of_equal_tries(bool in_one_way)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    is_known(HOST, SERVER_2);
    leg(UPSTREAM_2, GATEWAY, SERVER_2, 80);
    all_ask(2);
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    refused(UPSTREAM_1);
    if (in_one_way)
        refused(UPSTREAM_2);
    else
        unreachable(UPSTREAM_2, "10.2.0.254");
    return verdict_at(responds(ALICE, 502))->cause;
}

static void
test_equal_tries(void)
{
    g_assert_cmpint(cause_of_equal_tries(true), ==, CAUSE_RST);
    g_assert_cmpint(cause_of_equal_tries(false), ==, CAUSE_UNKNOWN);
}

/*
 * Where a try says for whom it is, it tells how often the gateway tries again, though others wait.
 * ALICE asks /a, BOB asks /b, 1 asks /a, FIN 1, ALICE gets 502
 */
static void
test_told_tries_count(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, HOST, "/b");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    closes(UPSTREAM_1, SERVER);
    responds(ALICE, 502);
    g_assert_cmpuint(host_at(GATEWAY)->gateway->n_once, ==, 1);
    g_assert_cmpuint(host_at(GATEWAY)->gateway->n_again, ==, 0);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/tries/failed too", test_next_try_failed_too);
    g_test_add_func("/match/tries/silent at once", test_silent_at_once);
    g_test_add_func("/match/tries/given up", test_given_up);
    g_test_add_func("/match/tries/just begun", test_just_begun);
    g_test_add_func("/match/tries/running", test_running_is_no_next_try);
    g_test_add_func("/match/tries/while looked up", test_tries_while_looked_up);
    g_test_add_func("/match/tries/before an answer", test_tries_before_answer);
    g_test_add_func("/match/tries/with one type", test_tries_with_one_type);
    g_test_add_func("/match/tries/end behind lost", test_end_behind_lost);
    g_test_add_func("/match/tries/after end", test_retried_after_end);
    g_test_add_func("/match/tries/answered before", test_answered_before);
    g_test_add_func("/match/tries/error ignored", test_error_ignored);
    g_test_add_func("/tries/tried again on own host", test_tried_again_on_own_host);
    g_test_add_func("/match/tries/behind an unseen one", test_behind_unseen_try);
    g_test_add_func("/match/tries/last of two named", test_last_of_two_named_tries);
    g_test_add_func("/match/tries/tunnel again", test_tunnel_is_tried_again);
    g_test_add_func("/match/tries/order of a passed one", test_order_of_passed_try);
    g_test_add_func("/match/tries/repeats are its own", test_repeats_are_its_own);
    g_test_add_func("/match/tries/silent one goes on", test_silent_one_goes_on);
    g_test_add_func("/match/tries/claimed one goes on", test_claimed_one_goes_on);
    g_test_add_func("/match/tries/begun for another", test_begun_for_another);
    g_test_add_func("/match/tries/pending repeats", test_pending_repeats);
    g_test_add_func("/match/tries/equal", test_equal_tries);
    g_test_add_func("/match/tries/told ones count", test_told_tries_count);
    return g_test_run();
}
