/* casescsv.c
 * -z mwg502,csv: a header line, and a line for each case (RFC 4180); docs/scripting.md describes the columns
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <inttypes.h>

#include "cases/export.h"
#include "diagnose/stall.h"
#include "show/advice.h"
#include "show/caseslist.h"
#include "words/phrases.h"
#include "words/product.h"

typedef const char *(*cell_text)(wmem_allocator_t *scope, const struct listed_case *c);

static const char *
number(wmem_allocator_t *scope, uint32_t n)
{
    return n ? wmem_strdup_printf(scope, "%u", n) : NULL;
}

#define CELL(name, value) \
    static const char *name(wmem_allocator_t *scope, const struct listed_case *c) { (void)scope; return value; }

CELL(of_case, number(scope, c->verdict->number))
CELL(of_frame, number(scope, c->frame))
CELL(of_time, cases_iso8601(scope, c->time, 6))
CELL(of_status, number(scope, c->verdict->status))
CELL(of_client, cases_address(scope, &c->verdict->client))
CELL(of_client_port, number(scope, c->verdict->client_port))
CELL(of_method, c->verdict->method)
CELL(of_host, c->verdict->host)
CELL(of_url, c->verdict->url)
CELL(of_cause, cause_token(c->verdict->cause))
CELL(of_category, cause_category(c->verdict->cause))
CELL(of_confidence, confidence_token(c->verdict->confidence))
CELL(of_server, cases_address(scope, &c->verdict->server))
CELL(of_server_port, number(scope, c->verdict->server_port))
CELL(of_wait, c->verdict->request_frame ? wmem_strdup_printf(scope, "%.6f", (double)c->verdict->wait / (double)NS_PER_SECOND) : NULL)
CELL(of_attempts, wmem_strdup_printf(scope, "%u", c->verdict->attempts))
CELL(of_request_frame, number(scope, verdict_number(c->verdict, c->verdict->request_frame)))
CELL(of_evidence, cases_evidence(scope, c->verdict))
CELL(of_rfc9209, c->verdict->rfc9209)
CELL(of_reported, c->verdict->reported)
CELL(of_agreement, agreement_token(c->verdict->agreement))
CELL(of_product, product_name(c->verdict->product))
CELL(of_stall, stall_token(c->verdict->stall))
CELL(of_idle, c->verdict->idle > 0 ? wmem_strdup_printf(scope, "%.6f", (double)c->verdict->idle / (double)NS_PER_SECOND) : NULL)
CELL(of_sender, sender_token(c->verdict->sender))
CELL(of_why, c->verdict->why)
CELL(of_summary, verdict_summary(scope, c->verdict))
CELL(of_advice, advice_for(scope, c->verdict))
CELL(of_filter, verdict_filter(scope, c->verdict))
CELL(of_export_filter, export_filter(scope, c->verdict))

static const struct {
    const char *title;
    cell_text text;
} columns[] = {
    { "case", of_case }, { "frame", of_frame }, { "time", of_time }, { "status", of_status },
    { "client", of_client }, { "client_port", of_client_port }, { "method", of_method }, { "host", of_host }, { "url", of_url },
    { "cause", of_cause }, { "category", of_category }, { "confidence", of_confidence },
    { "server", of_server }, { "server_port", of_server_port }, { "wait", of_wait }, { "attempts", of_attempts },
    { "request_frame", of_request_frame }, { "evidence", of_evidence }, { "rfc9209", of_rfc9209 }, { "reported", of_reported },
    { "agreement", of_agreement }, { "product", of_product }, { "stall", of_stall }, { "idle", of_idle }, { "sender", of_sender }, { "why", of_why },
    { "summary", of_summary }, { "advice", of_advice }, { "filter", of_filter }, { "export_filter", of_export_filter },
};

/*
 * Quoted where RFC 4180 asks for it. A spreadsheet takes a cell that begins with one of = + - @
 * for a formula, quoted or not, and the capture's clients choose host and URL: such a cell gets an
 * apostrophe in front, which a spreadsheet takes for "this is text".
 */
static void
append_cell(GString *text, wmem_allocator_t *scope, const char *cell)
{
    char *clean = cases_clean(scope, cell ? cell : "");

    if (strchr("=+-@", *clean) && *clean)
        clean = wmem_strdup_printf(scope, "'%s", clean);
    if (!strpbrk(clean, ",\"'")) {
        g_string_append(text, clean);
        return;
    }
    g_string_append_c(text, '"');
    for (; *clean; clean++) {
        if (*clean == '"')
            g_string_append_c(text, '"');
        g_string_append_c(text, *clean);
    }
    g_string_append_c(text, '"');
}

static void
append_titles(GString *text)
{
    for (unsigned column = 0; column < array_length(columns); column++)
        g_string_append_printf(text, "%s%s", column > 0 ? "," : "", columns[column].title);
    g_string_append_c(text, '\n');
}

static void
append_case(GString *text, wmem_allocator_t *scope, const struct listed_case *c)
{
    for (unsigned column = 0; column < array_length(columns); column++) {
        if (column > 0)
            g_string_append_c(text, ',');
        append_cell(text, scope, columns[column].text(scope, c));
    }
    g_string_append_c(text, '\n');
}

bool
cases_write_csv(const struct case_list *list, GString *text)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    bool ok;

    append_titles(text);
    ok = cases_put(text);
    for (unsigned i = 0; ok && i < list->cases->len; i++) {
        append_case(text, scope, &g_array_index(list->cases, struct listed_case, i));
        ok = cases_put(text);
        wmem_free_all(scope);
    }
    wmem_destroy_allocator(scope);
    return ok;
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
