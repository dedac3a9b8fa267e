/* lookups.c
 * The DNS questions that a verdict lists: those of the failed search, and those that told the address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "cases/lookups.h"

/* Searches of the host's name that are looked at for the one that told its address. */
#define LOOKED_AT_MAX 16

const struct lookup *
lookups_telling(const struct exchange *ex, when_t until)
{
    unsigned looked_at = 0;

    for (const node_t *l = ex->name ? ex->name->searches.tail : NULL; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct lookup *lookup = (const struct lookup *)l->data;
        if (lookup->resolved && lookup->start <= until)
            return lookup;
    }
    return NULL;
}

/* questions, each once *****************************************************/

struct listed {
    const struct question *questions[LISTED_MAX];
    unsigned n;
};

static void
list_question(struct listed *listed, const struct question *q)
{
    for (unsigned i = 0; i < listed->n; i++)
        if (listed->questions[i] == q)
            return;
    if (listed->n < LISTED_MAX)
        listed->questions[listed->n++] = q;
}

static int
by_first_sent(const void *x, const void *y)
{
    const struct question *a = *(const struct question *const *)x, *b = *(const struct question *const *)y;

    return a->first_sent < b->first_sent ? -1 : a->first_sent > b->first_sent;
}

/* as a row *****************************************************************/

static bool
is_answered(const struct question *q, const struct evidence *e)
{
    return q->answers.n > 0 && q->answered <= e->response_time;
}

static unsigned
n_kept(const struct question *q, const struct evidence *e)
{
    return is_answered(q, e) ? MIN(q->n_told, TOLD_MAX) : 0;
}

/* Verdicts stay, so texts that are equal are kept once: A and AAAA ask for the same name, which mostly is the host. */
static const char *
keep_name(const struct verdict *v, const char *name, const char *before)
{
    if (v->host && strcmp(v->host, name) == 0)
        return v->host;
    return before && strcmp(before, name) == 0 ? before : wmem_strdup(wmem_file_scope(), name);
}

static struct looked_up
row_of(const struct question *q, const struct evidence *e)
{
    bool answered = is_answered(q, e);
    struct looked_up row = {
        .type = q->type,
        .server = q->server,
        .frame = q->sent.n > 0 ? q->sent.no[0] : 0,
        .answer_frame = answered ? q->answers.no[0] : q->icmp.n > 0 ? q->icmp.no[0] : 0,
        .after = q->first_sent - e->request_time,
        .took = answered ? q->answered - q->first_sent : 0,
        .outcome = answered ? q->outcome : q->icmp.n > 0 ? DNS_ICMP : DNS_SILENT,
        .rcode = q->rcode,
        .n_told = answered ? q->n_told : 0,
    };

    return row;
}

static void
fill_rows(struct verdict *v, const struct listed *listed, const struct evidence *e)
{
    const char *name = NULL;
    struct ipaddr *told = NULL;
    unsigned n = 0;

    for (unsigned i = 0; i < listed->n; i++)
        n += n_kept(listed->questions[i], e);
    if (n > 0)
        told = wmem_alloc_array(wmem_file_scope(), struct ipaddr, n);
    v->looked_up = wmem_alloc_array(wmem_file_scope(), struct looked_up, listed->n);
    for (unsigned i = 0; i < listed->n; i++) {
        const struct question *q = listed->questions[i];
        struct looked_up *row = &v->looked_up[i];

        *row = row_of(q, e);
        row->name = name = keep_name(v, q->name, name);
        if ((n = n_kept(q, e)) > 0) {
            memcpy(told, q->told, n * sizeof *told);
            row->told = told;
            told += n;
        }
    }
}

void
lookups_fill(struct verdict *v, const struct exchange *ex, const struct evidence *e)
{
    const struct lookup *telling = e->search && e->search_decides ? NULL : lookups_telling(ex, e->response_time);
    struct listed listed = { .n = 0 };

    for (unsigned i = 0; e->search && i < e->search->n; i++)
        list_question(&listed, e->search->questions[i]);
    for (unsigned i = 0; telling && i < telling->n; i++)
        list_question(&listed, &telling->questions[i]->q);
    qsort(listed.questions, listed.n, sizeof listed.questions[0], by_first_sent);
    v->n_looked_up = listed.n;
    if (listed.n > 0)
        fill_rows(v, &listed, e);
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
