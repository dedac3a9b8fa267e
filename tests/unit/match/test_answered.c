/* test_answered.c
 * answered.c, learn.c: what requests that were answered well tell of their gateway
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"
#include "match/profile.h"

static struct conn *
stream_conn(unsigned stream)
{
    return (struct conn *)bounded_find(&capture_tracker()->root->conns.table, GUINT_TO_POINTER(stream + 1));
}

/* health checks ***********************************************************/

static void
checks(unsigned stream)
{
    leg(stream, GATEWAY, "10.2.0.9", 8080);
    stands(stream);
    asks_server(stream, "10.2.0.9", "/healthz");
}

/*
 * A 502 that a gateway gets for itself is a case; one that it may pass on is evidence. It asked for itself where it asks the same again
 * behind a good answer, and nobody was answered in between.
 * ALICE asks, SYN 1, 3 asks /healthz, 200 or 500 from 3, BOB is answered or not, 2 s, 4 asks /healthz, 502 from 4
 */
static uint32_t
second_check(unsigned first_status, bool bob_is_answered)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, HOST, "/b");
    syn(UPSTREAM_1);
    checks(UPSTREAM_3);
    responds(UPSTREAM_3, first_status);
    if (bob_is_answered)
        responds(BOB, 200);
    passes(2000);
    checks(UPSTREAM_4);
    return responds(UPSTREAM_4, 502);
}

static void
test_check(void)
{
    expect_unknown_at(second_check(200, false), MISSING_GATEWAY_SIDE);
    no_verdict_at(second_check(500, false));
    no_verdict_at(second_check(200, true));
}

/*
 * Where clients' requests are passed on word for word, what is asked again, and no client asks for, is the gateway's own.
 * So often: BOB asks /a, 1 asks /a, 200 from 1, BOB gets 200; ALICE asks /b, SYN 2, 3 asks /healthz, 500 from 3, BOB asks for
 * that or not, 4 asks it, BOB gets 200, 5 asks /healthz, 502 from 5
 */
static void
begin_passing_on(unsigned times)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    stands(UPSTREAM_1);
    for (unsigned i = 0; i < times; i++) {
        asks_proxy(BOB, HOST, "/a");
        asks_server(UPSTREAM_1, HOST, "/a");
        responds(UPSTREAM_1, 200);
        responds(BOB, 200);
    }
    asks_proxy(ALICE, HOST, "/b");
    syn(UPSTREAM_2);
}

static uint32_t
repeated_check(unsigned passed_on, bool bob_asks_for_it)
{
    begin_passing_on(passed_on);
    checks(UPSTREAM_3);
    responds(UPSTREAM_3, 500);
    if (bob_asks_for_it) {
        asks_proxy(BOB, "10.2.0.9", "/healthz");
        checks(UPSTREAM_4);
        responds(UPSTREAM_4, 500);
    }
    asks_proxy(BOB, HOST, "/c");
    responds(BOB, 200);
    checks(UPSTREAM_5);
    return responds(UPSTREAM_5, 502);
}

static void
test_repeated_check(void)
{
    expect_unknown_at(repeated_check(9, false), MISSING_GATEWAY_SIDE);
    no_verdict_at(repeated_check(7, false));
    no_verdict_at(repeated_check(9, true));
}

/* What cannot be read repeats nothing. The same, then 3 asks in another protocol, and a 502 is seen in what follows */
static void
test_unreadable(void)
{
    begin_passing_on(9);
    stands(UPSTREAM_3);
    says(UPSTREAM_3, CLIENT, "RESPMOD icap://scan/ ICAP/1.0\r\n\r\n", 0);
    no_verdict_at(says(UPSTREAM_3, CLIENT, "HTTP/1.1 502 Bad Gateway\r\n\r\n", 502));
}

/* delays ******************************************************************/

#define MS ((when_t)1000000)

/* ALICE asks so often, each time so long before the gateway turns to the server, and is answered; how much more that delay gains then. */
static int
learnt(unsigned times, unsigned delay)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    stands(UPSTREAM_1);
    for (unsigned i = 0; i < times; i++) {
        asks_proxy(ALICE, HOST, "/a");
        passes(delay - 1);
        asks_server(UPSTREAM_1, HOST, "/a");
        responds(UPSTREAM_1, 200);
        responds(ALICE, 200);
    }
    asks_proxy(ALICE, HOST, "/a");
    struct profile usual, *profile = gateway_profile(((struct exchange *)list_last(&stream_conn(ALICE)->exchanges))->gateway);
    profile_init(&usual);
    return profile_gain(profile, DELAY_START, delay * MS, 0) - profile_gain(&usual, DELAY_START, delay * MS, 0);
}

static void
test_delays(void)
{
    g_assert_cmpint(learnt(0, 40), ==, 0);
    g_assert_cmpint(learnt(1, 40), ==, 0);      /* its connection stood already */
    g_assert_cmpint(learnt(2, 40), >, 50);
    g_assert_cmpint(learnt(20, 40), >, 300);
}

/*
 * What may have been tried for a request that was answered is its own, unless that is doubtful: somebody else may get a 502 for it.
 * 3 is kept; BOB asks for that host, ALICE asks, SYN 1, RST 1, 3 asks as she does, 200, ALICE gets 200
 */
static uint32_t
owner_of_earlier(const char *bobs_host)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    stands(UPSTREAM_3);
    asks_server(UPSTREAM_3, HOST, "/");
    responds(UPSTREAM_3, 200);
    asks_proxy(BOB, bobs_host, "/b");
    asks_proxy(ALICE, HOST, "/a");
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    asks_server(UPSTREAM_3, HOST, "/a");
    responds(UPSTREAM_3, 200);
    responds(ALICE, 200);
    return stream_conn(UPSTREAM_1)->owner;
}

static void
test_doubtful(void)
{
    g_assert_cmpuint(owner_of_earlier("two.example"), !=, 0);
    g_assert_cmpuint(owner_of_earlier(HOST), ==, 0);
}

/* tries *******************************************************************/

/*
 * That a gateway did not try again is known where the one try says for whom it is, also while others wait.
 * BOB asks, ALICE asks, 1 stands, 1 asks as she does or not, RST 1, ALICE gets 502
 */
static unsigned
tried_once(bool says_for_whom)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    asks_proxy(BOB, HOST, "/other/path");
    asks_proxy(ALICE, HOST, "/shop/item");
    stands(UPSTREAM_1);
    if (says_for_whom)
        asks_server(UPSTREAM_1, HOST, "/shop/item");
    reset(UPSTREAM_1);
    const struct gateway *gateway = ((struct exchange *)list_last(&stream_conn(ALICE)->exchanges))->gateway;
    responds(ALICE, 502);
    return gateway->n_once;
}

static void
test_tried_once(void)
{
    g_assert_cmpuint(tried_once(true), ==, 1);
    g_assert_cmpuint(tried_once(false), ==, 0);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/answered/tried once", test_tried_once);
    g_test_add_func("/answered/repeated check", test_repeated_check);
    g_test_add_func("/answered/unreadable", test_unreadable);
    g_test_add_func("/answered/check", test_check);
    g_test_add_func("/answered/delays", test_delays);
    g_test_add_func("/answered/doubtful", test_doubtful);
    return g_test_run();
}

/*
 * Editor modelines  -  https://www.wireshark.org/tools/modelines.html
 *
 * Local variables:
 * c-basic-offset: 4
 * tab-width: 8
 * indent-tabs-mode: nil
 * End:
 *
 * vi: set shiftwidth=4 tabstop=8 expandtab:
 * :indentSize=4:tabSize=8:noTabs=true:
 */
