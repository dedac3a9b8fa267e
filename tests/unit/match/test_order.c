/* test_order.c
 * Two clients wait for the same: which of them is answered first changes no cause and no confidence
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* Each scene ends before ALICE and BOB get their 502. */

/* ALICE, BOB ask, SYN 1, SYN 2, RST 1, RST 2 */
static void
both_refused(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    syn(UPSTREAM_1);
    syn(UPSTREAM_2);
    refused(UPSTREAM_1);
    refused(UPSTREAM_2);
}

/* ALICE, BOB ask, 1 asks, 2 asks, FIN 1, FIN 2 */
static void
both_closed(void)
{
    scene_with(2);
    all_ask(2);
    for (unsigned n = UPSTREAM_1; n <= UPSTREAM_2; n++) {
        stands(n);
        asks_server(n, HOST, "/a");
    }
    closes(UPSTREAM_1, SERVER);
    closes(UPSTREAM_2, SERVER);
}

/* ALICE, BOB ask, query 1, query 2, NXDOMAIN 1, NXDOMAIN 2 */
static void
both_unknown(void)
{
    scene_with(2);
    all_ask(2);
    looks_up(1, GATEWAY, HOST);
    looks_up(2, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
    resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
}

/* ALICE, BOB ask, query 1, NXDOMAIN 1 */
static void
one_search(void)
{
    scene_with(2);
    all_ask(2);
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, NAME_ERROR, NULL);
}

/* ALICE, BOB ask, SYN 1, SYN 2, 1 s, SYN 1, SYN 2, 2 s */
static void
both_silent(void)
{
    scene_with(2);
    is_known(HOST, SERVER_1);
    all_ask(2);
    for (unsigned n = 0; n < 2; n++) {
        syn(UPSTREAM_1);
        syn(UPSTREAM_2);
        passes(1000 * (n + 1));
    }
}

static const struct row {
    const char *name;
    void (*happens)(void);
} rows[] = {
    { "refused", both_refused }, { "closed", both_closed }, { "no such name", both_unknown }, { "one search", one_search },
    { "silent", both_silent },
};

static char *
answered(void (*happens)(void), unsigned first, unsigned second)
{
    const struct verdict *of[2];

    happens();
    of[first] = verdict_at(responds(first, 502));
    of[second] = verdict_at(responds(second, 502));
    return g_strdup_printf("ALICE %s (%s), BOB %s (%s)", cause_token(of[ALICE]->cause), confidence_token(of[ALICE]->confidence),
                           cause_token(of[BOB]->cause), confidence_token(of[BOB]->confidence));
}

static void
test_either_order(gconstpointer data)
{
    const struct row *row = (const struct row *)data;
    char *alice_first = answered(row->happens, ALICE, BOB), *bob_first = answered(row->happens, BOB, ALICE);

    g_assert_cmpstr(alice_first, ==, bob_first);
    g_free(alice_first);
    g_free(bob_first);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/match/order/", rows, test_either_order);
    return g_test_run();
}
