/* casescomments.c
 * -z mwg502,comments: for each frame of a case its number, a tab and a sentence, as `editcap -a` takes them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include "show/advice.h"
#include "show/caseslist.h"
#include "words/phrases.h"

/* An option of a pcapng holds 65,535 bytes; a comment is to be read in a row of the packet details. */
#define TEXT_MAX 500

static void
append_frame(GString *text, const struct verdict *v, uint32_t frame, uint32_t number, enum role role)
{
    if (number && number != frame)
        g_string_append_printf(text, "%u\tmwg502 case %u: %s; led to the %u in frame %u (%s)\n", number, v->number, role_words(role), v->status,
                               frame, cause_token(v->cause));
}

static void
append_case(GString *text, wmem_allocator_t *scope, const struct listed_case *c)
{
    const struct verdict *v = c->verdict;
    uint32_t request = verdict_number(v, v->request_frame);
    char *summary = cases_clean(scope, verdict_summary(scope, v)), *advice = cases_clean(scope, advice_for(scope, v));
    char *evidence = cases_evidence(scope, v);

    g_string_append_printf(text, "%u\tmwg502 case %u: %s (%s): %s", c->frame, v->number, cause_category(v->cause), cause_token(v->cause),
                           cases_shortened(scope, summary, TEXT_MAX));
    if (request)
        g_string_append_printf(text, "; request in frame %u", request);
    if (*evidence)
        g_string_append_printf(text, "; evidence in frame%s %s", strpbrk(evidence, ",-") ? "s" : "", evidence);
    g_string_append_printf(text, "; next: %s\n", cases_shortened(scope, advice, TEXT_MAX));
    append_frame(text, v, c->frame, request, ROLE_REQUEST);
    for (unsigned i = 0; i < v->n_cited; i++)
        if (v->cited[i].frame != v->request_frame)
            append_frame(text, v, c->frame, verdict_number(v, v->cited[i].frame), v->cited[i].role);
}

bool
cases_write_comments(const struct case_list *list, GString *text)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    bool ok = true;

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
