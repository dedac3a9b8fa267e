/* store.c
 * The verdicts of a capture, and the frames that are part of one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "cases/store.h"

void
cases_init(struct cases *cases, const struct numbers *numbers)
{
    memset(cases, 0, sizeof *cases);
    cases->numbers = numbers;
    cases->verdicts = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
    cases->parts = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
}

struct verdict *
cases_verdicts(const struct cases *cases, uint32_t frame)
{
    /* Of a frame that is new nothing is known in most cases. */
    return frame > cases->last_frame ? NULL : (struct verdict *)wmem_map_lookup(cases->verdicts, GUINT_TO_POINTER(frame));
}

const struct part *
cases_parts(const struct cases *cases, uint32_t frame)
{
    return (const struct part *)wmem_map_lookup(cases->parts, GUINT_TO_POINTER(frame));
}

/* What a frame has now; first NULL: nothing any more. */
static void
set_first(wmem_map_t *map, uint32_t frame, void *first)
{
    if (first)
        wmem_map_insert(map, GUINT_TO_POINTER(frame), first);
    else
        wmem_map_remove(map, GUINT_TO_POINTER(frame));
}

/* parts *******************************************************************/

/* In order of the cases' numbers; one failure that led to thousands of responses lists them all. */
static void
link_part(struct cases *cases, const struct verdict *v, uint32_t frame, enum role role)
{
    struct part *part = wmem_new(wmem_file_scope(), struct part);
    struct part *first = (struct part *)wmem_map_lookup(cases->parts, GUINT_TO_POINTER(frame)), **at = &first;
    struct part *last = first ? first->last : NULL;

    if (last && last->verdict->number <= v->number)
        at = &last->next;
    while (*at && (*at)->verdict->number <= v->number)
        at = &(*at)->next;      /* only a verdict that frames out of time order changed goes between others */
    *part = (struct part){ v, role, *at, NULL };
    *at = part;
    first->last = part->next ? last : part;
    set_first(cases->parts, frame, first);
}

static void
unlink_part(struct cases *cases, const struct verdict *v, uint32_t frame)
{
    struct part *first = (struct part *)wmem_map_lookup(cases->parts, GUINT_TO_POINTER(frame)), **at = &first, *before = NULL;
    struct part *last = first ? first->last : NULL;

    for (; *at && (*at)->verdict != v; at = &(*at)->next)
        before = *at;
    if (!*at)
        return;
    if (*at == last)
        last = before;
    *at = (*at)->next;
    if (first)
        first->last = last;
    set_first(cases->parts, frame, first);
}

void
cases_link(struct cases *cases, const struct verdict *v)
{
    if (v->request_frame)
        link_part(cases, v, v->request_frame, ROLE_REQUEST);
    for (unsigned i = 0; i < v->n_cited; i++)
        link_part(cases, v, v->cited[i].frame, v->cited[i].role);
}

void
cases_unlink(struct cases *cases, const struct verdict *v)
{
    if (v->request_frame)
        unlink_part(cases, v, v->request_frame);
    for (unsigned i = 0; i < v->n_cited; i++)
        unlink_part(cases, v, v->cited[i].frame);
}

/* verdicts ****************************************************************/

struct verdict *
cases_add(struct cases *cases, uint32_t frame)
{
    struct verdict *v = wmem_new0(wmem_file_scope(), struct verdict);
    struct verdict *last = cases_verdicts(cases, frame);

    v->number = ++cases->n;
    v->frame = frame;
    v->numbers = cases->numbers;
    cases->last_frame = MAX(cases->last_frame, frame);
    if (!last) {
        set_first(cases->verdicts, frame, v);
        return v;
    }
    while (last->next)
        last = last->next;
    last->next = v;
    return v;
}

void
cases_drop(struct cases *cases, uint32_t frame, const struct verdict *v)
{
    struct verdict *first = cases_verdicts(cases, frame), **at = &first;

    while (*at && *at != v)
        at = &(*at)->next;
    if (!*at)
        return;
    cases_unlink(cases, v);
    *at = v->next;
    set_first(cases->verdicts, frame, first);
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
