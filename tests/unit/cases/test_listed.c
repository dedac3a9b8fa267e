/* test_listed.c
 * Which DNS questions a verdict lists, and what they told
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "cases/verdict.h"
#include "facts.h"

static void
expect_row(const struct verdict *v, unsigned i, uint32_t asked, uint32_t answered, const char *told)
{
    g_assert_cmpuint(v->looked_up[i].frame, ==, asked);
    g_assert_cmpuint(v->looked_up[i].answer_frame, ==, answered);
    g_assert_cmpuint(v->looked_up[i].n_told, ==, told ? 1 : 0);
    if (told) {
        struct ipaddr address = ip(told);
        g_assert_true(ipaddr_equal(v->looked_up[i].told, &address));
    } else {
        g_assert_null(v->looked_up[i].told);
    }
}

/* ALICE asks, A and its address, SYN 1, RST 1, ALICE gets 502: the look-up is no evidence, but it is listed. */
static void
test_address_told(void)
{
    scene_with(1);
    all_ask(1);
    uint32_t asked = looks_up(1, GATEWAY, HOST), answered = resolved(1, GATEWAY, HOST, 0, SERVER_1);
    uint32_t cited = syn(UPSTREAM_1), refusal = refused(UPSTREAM_1);
    uint32_t frame = responds(ALICE, 502);
    EXPECT_AT(frame, RST, OBSERVED, cited, refusal);
    const struct verdict *v = verdict_at(frame);
    g_assert_cmpuint(v->n_looked_up, ==, 1);
    expect_row(v, 0, asked, answered, SERVER_1);
    g_assert_cmpint(v->looked_up[0].after, >, 0);
}

/* A and its address, a while, ALICE asks, SYN 1, RST 1, ALICE gets 502: the address was known. */
static void
test_address_known(void)
{
    scene_with(1);
    uint32_t asked = looks_up(1, GATEWAY, HOST), answered = resolved(1, GATEWAY, HOST, 0, SERVER_1);
    passes(5000);
    all_ask(1);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpuint(v->n_looked_up, ==, 1);
    expect_row(v, 0, asked, answered, SERVER_1);
    g_assert_cmpint(v->looked_up[0].after, <, -5 * NS_PER_SECOND);
}

/* A and its address, a while, ALICE asks, A again and no such name, ALICE gets 502: what was told before is over. */
static void
test_address_gone(void)
{
    scene_with(1);
    looks_up(1, GATEWAY, HOST);
    resolved(1, GATEWAY, HOST, 0, SERVER_1);
    passes(5000);
    all_ask(1);
    uint32_t asked = looks_up(2, GATEWAY, HOST), answered = resolved(2, GATEWAY, HOST, NAME_ERROR, NULL);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    g_assert_cmpint(v->cause, ==, CAUSE_NXDOMAIN);
    g_assert_cmpuint(v->n_looked_up, ==, 1);
    expect_row(v, 0, asked, answered, NULL);
}

/* ALICE asks, A, SYN 1, RST 1, ALICE gets 502, and only then the address: it was not told in time. */
static void
test_address_late(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    all_ask(1);
    uint32_t asked = looks_up(2, GATEWAY, HOST);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    uint32_t frame = responds(ALICE, 502);
    resolved(2, GATEWAY, HOST, 0, SERVER_2);
    const struct verdict *v = verdict_at(frame);
    for (unsigned i = 0; i < v->n_looked_up; i++)
        if (v->looked_up[i].frame == asked)
            expect_row(v, i, asked, 0, NULL);
        else
            g_assert_cmpint(v->looked_up[i].after, <, 0);
    g_assert_cmpuint(v->n_looked_up, >=, 1);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/listed/address_told", test_address_told);
    g_test_add_func("/listed/address_known", test_address_known);
    g_test_add_func("/listed/address_gone", test_address_gone);
    g_test_add_func("/listed/address_late", test_address_late);
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
