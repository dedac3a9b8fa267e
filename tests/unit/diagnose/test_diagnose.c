/* test_diagnose.c
 * Every row of the case_*.c tables, and that the tables leave nothing out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "case.h"

static const struct case_table *const tables[] = { &case_names, &case_connect, &case_tls, &case_response, &case_unknown };

static void
test_row(gconstpointer data)
{
    const struct case_row *row = data;
    char *difference = case_difference(row);

    if (difference && row->todo)
        g_test_incomplete(row->todo);
    else
        g_assert_cmpstr(difference, ==, NULL);
    g_free(difference);
}

static unsigned
count_rows(bool (*fits)(const struct case_row *, int), int what)
{
    unsigned n = 0;

    for (size_t t = 0; t < G_N_ELEMENTS(tables); t++)
        for (size_t i = 0; i < tables[t]->n; i++)
            n += fits(&tables[t]->rows[i], what);
    return n;
}

static bool
has_cause(const struct case_row *row, int cause)
{
    return (int)row->cause == cause;
}

static bool
has_missing(const struct case_row *row, int missing)
{
    return row->cause == CAUSE_UNKNOWN && (int)row->missing == missing;
}

static bool
has_confidence(const struct case_row *row, int confidence)
{
    return (int)row->confidence == confidence;
}

static bool
cites(const struct case_row *row, int role)
{
    return row->cited && strstr(row->cited, role_token((enum role)role)) != NULL;
}

/* A cause, a confession, a confidence or a role that nobody tests is a mistake. */
static void
test_nothing_left_out(void)
{
#define TWO_ROWS(e, token, category, rfc9209, explained) g_assert_cmpuint(count_rows(has_cause, CAUSE_##e), >=, 2);
    MWG502_CAUSES(TWO_ROWS)
#undef TWO_ROWS
#define CITED(e, token, words) if (ROLE_##e != ROLE_REQUEST) g_assert_cmpuint(count_rows(cites, ROLE_##e), >=, 1);
    MWG502_ROLES(CITED)
#undef CITED
    for (int missing = MISSING_REQUEST; missing < MISSING_LATE; missing++)      /* the last one is finding_withdraw()'s */
        g_assert_cmpuint(count_rows(has_missing, missing), >=, 1);
    for (int confidence = CONFIDENCE_NONE; confidence <= CONFIDENCE_OBSERVED; confidence++)
        g_assert_cmpuint(count_rows(has_confidence, confidence), >=, 1);
}

/* The strings of interface.md, which saved filters depend on. */
static const struct words {
    const char *name, *category, *rfc9209;
} contract[] = {
    { "nxdomain", "Host Not Resolvable", "dns_error" },       { "dns_nodata", "Host Not Resolvable", "dns_error" },
    { "dns_error", "Host Not Resolvable", "dns_error" },      { "dns_timeout", "Host Not Resolvable", "dns_timeout" },
    { "dns_unreachable", "Host Not Resolvable", "dns_error" }, { "syn_timeout", "Cannot Connect", "connection_timeout" },
    { "rst", "Cannot Connect", "connection_refused" },        { "icmp", "Cannot Connect", "destination_ip_unroutable" },
    { "arp", "Cannot Connect", "destination_ip_unroutable" }, { "tls", "Cannot Connect", "tls_protocol_error" },
    { "invalid_response", "Bad Response", "http_protocol_error" }, { "truncated", "Bad Response", "http_response_incomplete" },
    { "server_closed", "Bad Response", "connection_terminated" }, { "server_reset", "Bad Response", "connection_terminated" },
    { "response_timeout", "Bad Response", "connection_read_timeout" }, { "relayed", "Relayed", NULL }, { "unknown", "Unknown", NULL },
};

static void
test_contract(gconstpointer data)
{
    const struct words *row = data;
    enum cause cause = (enum cause)(row - contract);

    g_assert_cmpstr(cause_token(cause), ==, row->name);
    g_assert_cmpstr(cause_category(cause), ==, row->category);
    g_assert_cmpstr(cause_rfc9209(cause), ==, row->rfc9209);
    g_assert_cmpint(cause_explains(cause), ==, cause != CAUSE_UNKNOWN);
}

static void
test_tokens(void)
{
    static const char *const roles[] = { "request", "dns_query", "dns_response", "syn", "synack", "rst", "icmp", "arp",
        "server_request", "server_response", "server_close", "tls_alert" };
    static const char *const confidences[] = { "none", "inferred", "likely", "observed" };

    g_assert_cmpuint(G_N_ELEMENTS(contract), ==, N_CAUSES);
    g_assert_cmpuint(G_N_ELEMENTS(roles), ==, N_ROLES);
    for (int i = 0; i < N_ROLES; i++) {
        g_assert_cmpstr(role_token((enum role)i), ==, roles[i]);
        g_assert_cmpuint(strlen(role_words((enum role)i)), >, 0);
    }
    for (int i = 0; i <= CONFIDENCE_OBSERVED; i++)
        g_assert_cmpstr(confidence_token((enum confidence)i), ==, confidences[i]);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    for (size_t t = 0; t < G_N_ELEMENTS(tables); t++)
        for (size_t i = 0; i < tables[t]->n; i++) {
            const struct case_row *row = &tables[t]->rows[i];
            char *path = g_strdup_printf("/diagnose/%s/%s", cause_token(row->cause), row->name);
            g_test_add_data_func(path, row, test_row);
            g_free(path);
        }
    ADD_ROWS("/contract/", contract, test_contract);
    g_test_add_func("/contract/tokens", test_tokens);
    g_test_add_func("/nothing_left_out", test_nothing_left_out);
    return g_test_run();
}
