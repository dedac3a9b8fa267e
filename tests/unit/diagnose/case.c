/* case.c
 * From a row to diagnose() and back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "case.h"
#include "words/summary.h"

/* "2 syn, 3 rst" */
static char *
cited_words(const struct finding *f)
{
    GString *words = g_string_new("");

    for (unsigned i = 0; i < f->n_cited; i++)
        g_string_append_printf(words, "%s%u %s", i ? ", " : "", f->cited[i].frame, role_token(f->cited[i].role));
    return g_string_free(words, FALSE);
}

static void
compare_words(GString *difference, const char *what, const char *got, const char *want)
{
    if (strcmp(got, want) != 0)
        g_string_append_printf(difference, "%s: expected \"%s\", got \"%s\"; ", what, want, got);
}

static void
compare_numbers(GString *difference, const char *what, unsigned got, unsigned want)
{
    if (got != want)
        g_string_append_printf(difference, "%s: expected %u, got %u; ", what, want, got);
}

/* In order of frames, none twice. */
static void
check_order(GString *difference, const struct finding *f)
{
    for (unsigned i = 1; i < f->n_cited; i++)
        if (f->cited[i - 1].frame >= f->cited[i].frame)
            g_string_append_printf(difference, "frame %u is cited behind %u; ", f->cited[i].frame, f->cited[i - 1].frame);
}

/* What is said of a connection is said of the one that decides. */
static void
check_course(GString *difference, const struct finding *f)
{
    if (f->stall != STALL_UNKNOWN && f->cause != CAUSE_RESPONSE_TIMEOUT)
        g_string_append(difference, "a stall of another connection; ");
    if (f->end && f->end != &f->attempt->closed[SERVER])
        g_string_append(difference, "the end of another connection; ");
}

/* Whatever was found can be worded: one line, nothing missing. */
static void
check_summary(GString *difference, const struct evidence *e, const struct finding *f, const char *says)
{
    char *summary = words_summary(NULL, e, f, 120);

    if (strlen(summary) < 20 || strstr(summary, "(null)") || strchr(summary, '\n') || (says && !strstr(summary, says)))
        g_string_append_printf(difference, "summary: \"%s\"; ", summary);
    g_test_message("%s", summary);
    wmem_free(NULL, summary);
}

char *
case_difference(const struct case_row *row)
{
    const struct question *questions[G_N_ELEMENTS(row->questions)];
    struct search search = row->search;
    struct evidence e = {
        .status = row->status ? row->status : 502,
        .request_time = AT(1),
        .response_time = row->response_time ? row->response_time : AT(RESPONSE_FRAME),
        .host = "h.example",
        .port = 80,
        .attempts = row->attempts,
        .attempts_remembered = row->remembered,
        .search = row->search.tie ? &search : NULL,
        .search_decides = row->search.tie && !row->no_decision,
        .unreached = row->unreached.tie ? &row->unreached : NULL,
        .doubts = row->doubts,
        .remembered = AT(1),
    };
    static struct finding f;
    GString *difference = g_string_new("");

    search.questions = questions;
    while (search.n < G_N_ELEMENTS(row->questions) && row->questions[search.n].name) {
        questions[search.n] = &row->questions[search.n];
        search.n++;
    }
    while (e.n_attempts < G_N_ELEMENTS(row->attempts) && row->attempts[e.n_attempts].server.family)
        e.n_attempts++;

    diagnose(&e, &f);
    compare_words(difference, "cause", cause_token(f.cause), cause_token(row->cause));
    compare_words(difference, "confidence", confidence_token(f.confidence), confidence_token(row->confidence));
    char *cited = cited_words(&f);
    if (row->cited)
        compare_words(difference, "cited", cited, row->cited);
    g_free(cited);
    compare_numbers(difference, "missing", f.missing, row->missing);
    compare_numbers(difference, "answered", f.outcome.status, row->answered);
    if (row->decided)
        compare_numbers(difference, "decided at", (unsigned)(decided_at(&e, &f) / NS_PER_SECOND), row->decided > 0 ? (unsigned)row->decided : 0);
    if (f.attempt && f.attempt != &row->attempts[e.n_attempts - 1])
        g_string_append(difference, "another attempt than the last one decided; ");
    check_order(difference, &f);
    check_course(difference, &f);
    check_summary(difference, &e, &f, row->says);

    finding_withdraw(&f);
    compare_words(difference, "withdrawn cause", cause_token(f.cause), "unknown");
    compare_numbers(difference, "withdrawn confidence", f.confidence, CONFIDENCE_NONE);
    compare_numbers(difference, "withdrawn frames", f.n_cited, 0);
    compare_numbers(difference, "withdrawn because", f.missing, MISSING_LATE);
    check_summary(difference, &e, &f, NULL);
    return g_string_free(difference, difference->len == 0);
}
