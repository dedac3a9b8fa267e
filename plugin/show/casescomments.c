/* casescomments.c
 * -z mwg502,comments: for each frame of a case its number, a tab and a sentence, as `editcap -a` takes them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <stdio.h>

#include "show/advice.h"
#include "show/caseslist.h"
#include "words/phrases.h"

/* An option of a pcapng holds 65,535 bytes; a comment is to be read in a row of the packet details. */
#define TEXT_MAX 500

static void
write_shortened(wmem_allocator_t *scope, const char *text)
{
    char *clean = cases_clean(scope, text);

    if (g_utf8_strlen(clean, -1) > TEXT_MAX)
        strcpy(g_utf8_offset_to_pointer(clean, TEXT_MAX - 3), "...");
    fputs(clean, stdout);
}

static void
write_frame(const struct verdict *v, uint32_t frame, uint32_t number, enum role role)
{
    if (number && number != frame)
        printf("%u\tmwg502 case %u: %s; led to the %u in frame %u (%s)\n", number, v->number, role_words(role), v->status, frame,
               cause_token(v->cause));
}

static void
write_case(wmem_allocator_t *scope, const struct listed_case *c)
{
    const struct verdict *v = c->verdict;
    uint32_t request = verdict_number(v, v->request_frame);
    char *evidence = cases_evidence(scope, v);

    printf("%u\tmwg502 case %u: %s (%s): ", c->frame, v->number, cause_category(v->cause), cause_token(v->cause));
    write_shortened(scope, verdict_summary(scope, v));
    if (request)
        printf("; request in frame %u", request);
    if (*evidence)
        printf("; evidence in frame%s %s", strpbrk(evidence, ",-") ? "s" : "", evidence);
    fputs("; next: ", stdout);
    write_shortened(scope, advice_for(scope, v));
    putchar('\n');
    write_frame(v, c->frame, request, ROLE_REQUEST);
    for (unsigned i = 0; i < v->n_cited; i++)
        if (v->cited[i].frame != v->request_frame)
            write_frame(v, c->frame, verdict_number(v, v->cited[i].frame), v->cited[i].role);
}

void
cases_write_comments(const struct case_list *list)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);

    for (unsigned i = 0; i < list->cases->len; i++) {
        write_case(scope, &g_array_index(list->cases, struct listed_case, i));
        wmem_free_all(scope);
    }
    wmem_destroy_allocator(scope);
    fflush(stdout);
}
