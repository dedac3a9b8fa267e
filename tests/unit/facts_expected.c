/* facts_expected.c
 * What the tracker makes of a capture by hand
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

const struct verdict *
verdict_at(uint32_t frame)
{
    const struct verdict *v = track_verdicts(capture_tracker(), frame);

    g_assert_nonnull(v);
    g_assert_null(v->next);
    return v;
}

void
no_verdict_at(uint32_t frame)
{
    g_assert_null(track_verdicts(capture_tracker(), frame));
}

static char *
in_words(enum cause cause, enum confidence confidence, const uint32_t *cited, unsigned n)
{
    GString *words = g_string_new(NULL);

    g_string_printf(words, "%s (%s):", cause_token(cause), confidence_token(confidence));
    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(words, " %u", cited[i]);
    return g_string_free(words, FALSE);
}

void
expect_at(uint32_t frame, enum cause cause, enum confidence confidence, const uint32_t *cited)
{
    const struct verdict *v = verdict_at(frame);
    uint32_t found[EVIDENCE_MAX];
    unsigned n = 0;

    while (cited[n])
        n++;
    for (unsigned i = 0; i < v->n_cited; i++)
        found[i] = v->cited[i].frame;
    char *expected = in_words(cause, confidence, cited, n), *is = in_words(v->cause, v->confidence, found, v->n_cited);
    g_assert_cmpstr(is, ==, expected);
    g_free(expected);
    g_free(is);
}

void
expect_unknown_at(uint32_t frame, enum missing missing)
{
    const struct verdict *v = verdict_at(frame);

    g_assert_cmpstr(cause_token(v->cause), ==, cause_token(CAUSE_UNKNOWN));
    g_assert_cmpuint(v->missing, ==, missing);
}
