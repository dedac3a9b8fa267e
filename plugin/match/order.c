/* order.c
 * What failed first is answered first
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/chain.h"
#include "match/gain.h"

/* What an order that is kept gains for each place. */
#define IN_ORDER 200

/*
 * What failed first is answered first, and this request's answer comes before those of all others
 * that wait; those that came first come next. Products of ranks sum up
 * to the most where both are in the same order; ranks count from the middle, so that nothing
 * is gained by a place alone.
 */
static when_t
answered_after(const struct contest *c, unsigned row)
{
    return row == 0 ? 0 : MAX(c->rows[row]->ready_at, address_told(c->rows[row], c->s->until));
}

static void
rank_rows(const struct contest *c, int *ranks)
{
    when_t answered[ASSIGN_ROWS_MAX];

    for (unsigned row = 0; row < c->a.n_rows; row++) {
        answered[row] = answered_after(c, row);
        for (unsigned other = 0; other < row; other++) {
            int before = (answered[other] < answered[row]) - (answered[other] > answered[row]);
            ranks[row] += before;
            ranks[other] -= before;
        }
    }
}

/* What goes on ends behind all that has ended; of two that do, what was begun first is given up first, where it was waited for at all. */
static bool
ends_before(const struct use *x, const struct use *y)
{
    if (x->end && y->end)
        return x->end < y->end;
    return x->end || (!y->end && x->start < y->start && x->silent >= SILENT_LONG);
}

/* Those that failed, and behind which another one was surely tried, by their places among the uses. */
static uint64_t
passed_tries(const struct scope *s)
{
    uint64_t passed = 0;

    for (unsigned i = 0; i < s->n; i++) {
        const struct use *use = &s->uses[i];
        if (use->before >= 0 && s->uses[use->before].end && !chain_get(use->conn, use->ex)->doubtful)
            passed |= UINT64_C(1) << use->before;
    }
    return passed;
}

static bool
is_passed(const struct contest *c, uint64_t passed, unsigned column)
{
    return passed & (UINT64_C(1) << (c->columns[column] - c->s->uses));
}

/* Among what was tried at the same server: others take longer or shorter for reasons of their own. Behind a try that another one followed nobody is answered. */
static void
rank_columns(const struct contest *c, int *ranks)
{
    uint64_t passed = passed_tries(c->s);

    for (unsigned k = 0; k < c->a.n_columns; k++) {
        const struct use *use = c->columns[k];
        for (unsigned other = 0; other < k; other++) {
            int before = ends_before(c->columns[other], use) - ends_before(use, c->columns[other]);
            if (!before || is_passed(c, passed, k) || is_passed(c, passed, other) || !same_server(c->columns[other]->conn, use->conn))
                continue;
            ranks[k] += before;
            ranks[other] -= before;
        }
    }
}

void
favour_order(struct contest *c)
{
    int rows[ASSIGN_ROWS_MAX] = { 0 }, columns[ASSIGN_COLUMNS_MAX] = { 0 };

    rank_rows(c, rows);
    rank_columns(c, columns);
    for (unsigned row = 0; row < c->a.n_rows; row++)
        for (unsigned k = 0; k < c->a.n_columns; k++)
            if (c->a.gain[row][k] > 0)
                c->a.gain[row][k] += IN_ORDER * rows[row] * columns[k] / 4;
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
