/* decide.c
 * Which of the things that a gateway did are a request's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/chain.h"
#include "match/gain.h"

/* Hundredths of a bit. What fits worse by this than chance is not looked at; see BELONGS_FROM. */
#define LOOKED_AT_FROM (-800)

/* So much the assignment is better than any in which another request has the deciding connection: calibrated by tests/bench/check.py. */
#define MARGIN_OBSERVED 850
#define MARGIN_LIKELY 250

/* What fits less by this is no alternative. */
#define ABOUT_AS_WELL 800

/* From the gain on that is taken for granted: next hops are learnt from it. */
#define MARGIN_LEARNT 600

/* What an order that is kept gains for each place. */
#define IN_ORDER 200

/* columns *****************************************************************/

static void
add_columns(struct contest *c)
{
    struct scope *s = c->s;

    for (unsigned i = 0; i < s->n; i++) {
        struct use *use = &s->uses[i];
        use->gain = own_gain(s, use);
        if (use->gain < LOOKED_AT_FROM)
            continue;
        unsigned at = c->a.n_columns;
        if (at == ASSIGN_COLUMNS_MAX) {
            for (unsigned k = 0; k < at; k++)
                if (at == ASSIGN_COLUMNS_MAX || c->columns[k]->gain < c->columns[at]->gain)
                    at = k;
            if (c->columns[at]->gain >= use->gain)
                continue;
        } else {
            c->a.n_columns++;
        }
        c->columns[at] = use;
    }
    for (unsigned k = 0; k < c->a.n_columns; k++)
        c->a.gain[0][k] = c->columns[k]->gain - BELONGS_FROM;
    c->rows[0] = s->ex;
    c->a.n_rows = 1;
}

static int
best_of(const int *gain, unsigned n)
{
    int best = ASSIGN_NEVER;

    for (unsigned k = 0; k < n; k++)
        best = MAX(best, gain[k]);
    return best;
}

static bool
same_server(const struct use *x, const struct use *y)
{
    return x->conn->side[SERVER].port == y->conn->side[SERVER].port && ipaddr_equal(&x->conn->side[SERVER].ip, &y->conn->side[SERVER].ip);
}

/* order *******************************************************************/

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

/* Among what was tried at the same server: others take longer or shorter for reasons of their own. */
static void
rank_columns(const struct contest *c, int *ranks)
{
    for (unsigned k = 0; k < c->a.n_columns; k++) {
        const struct use *use = c->columns[k];
        for (unsigned other = 0; other < k; other++) {
            int before = ends_before(c->columns[other], use) - ends_before(use, c->columns[other]);
            if (!before || !same_server(c->columns[other], use))
                continue;
            ranks[k] += before;
            ranks[other] -= before;
        }
    }
}

static void
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

/* whose *******************************************************************/

static unsigned
rivals_for(const struct assignment *a, unsigned column)
{
    unsigned n = 0;

    for (unsigned row = 1; row < a->n_rows; row++)
        n += a->gain[row][column] > 0;
    return n;
}

static bool
is_assigned_to_rival(const struct contest *c, unsigned column)
{
    for (unsigned row = 1; row < c->a.n_rows; row++)
        if (c->a.column_of[row] == (int)column)
            return true;
    return false;
}

/* How much better the assignment is than the best one in which the column is another request's; what is left for the own one there. */
static int
margin_of(const struct assignment *a, int sum, unsigned column, int *instead)
{
    struct assignment other;

    *instead = -1;
    if (rivals_for(a, column) == 0)
        return INT_MAX;
    other = *a;
    other.gain[0][column] = ASSIGN_NEVER;
    int without = assign(&other);
    *instead = other.column_of[0];
    for (unsigned row = 1; row < other.n_rows; row++)
        if (other.column_of[row] == (int)column)
            return sum - without;
    return INT_MAX;
}

/* Somebody else has what fits best, and it hardly fits that one better. */
static bool
is_close(const struct contest *c)
{
    for (unsigned row = 1; row < c->a.n_rows; row++) {
        int k = c->a.column_of[row];
        if (k >= 0 && c->a.gain[0][k] > 0 && c->a.gain[row][k] - c->a.gain[0][k] < MARGIN_LIKELY)
            return true;
    }
    return false;
}

/*
 * What could have been this request's just as well: whoever is found to have it has it by what is left,
 * and is no surer of it than this one is of its own. Example: two clients ask for the same, two
 * connections are refused; whoever is answered first, both are `likely`.
 */
static void
dispute(struct contest *c)
{
    int best = best_of(c->a.gain[0], c->a.n_columns);

    if (c->decided ? c->margin >= MARGIN_OBSERVED : !c->s->several)
        return;
    for (unsigned k = 0; k < c->a.n_columns; k++)
        if (!c->columns[k]->its && (c->decided ? (int)k == c->instead : best - c->a.gain[0][k] < MARGIN_OBSERVED))
            use_dispute(c->columns[k]);
}

/* Somebody asks for the same who does nothing that only a gateway does: another client may, too. */
static bool
may_be_clients(const struct use *use)
{
    return (use->relation.clues & (1u << CLUE_STRAY)) && use->ex && use->ex->request.method && !use->ex->parent;
}

/*
 * One request is tried at one server after the other: when the one before failed, or was silent for a while. That one is
 * given up once another one stands and carries the request.
 */
static bool
may_follow(const struct use *earlier, const struct use *later)
{
    if (earlier->end && earlier->end <= later->start)
        return true;
    return later->start - earlier->start >= SILENT_LONG && !(later->ex && earlier->conn->last > later->ex->request.time);
}

static bool
is_in_sequence(const struct contest *c, const struct use *use)
{
    for (unsigned i = 0; i < c->s->n; i++) {
        const struct use *other = &c->s->uses[i];
        if (other->its && other != use && !(other->start <= use->start ? may_follow(other, use) : may_follow(use, other)))
            return false;
    }
    return true;
}

/* It was begun for another one, as far as could be told then. */
static bool
has_other_waiter(const struct contest *c, const struct use *use)
{
    const struct chain *chain = chain_get(use->conn, use->ex);

    return chain->waiter && chain->waiter != c->s->ex->serial;
}

/* What nobody else can have caused, and is tied as strongly, is the request's too: one try after the other. */
static void
take_uncontested(struct contest *c, const struct use *decided)
{
    for (unsigned k = 0; k < c->a.n_columns; k++) {
        struct use *use = c->columns[k];
        if (use->its || is_assigned_to_rival(c, k) || rivals_for(&c->a, k) > 0 || has_other_waiter(c, use) || !is_in_sequence(c, use))
            continue;
        use->its = use->alone = use->relation.tie > TIE_LEARNT ? use->relation.tie >= MIN(decided->relation.tie, TIE_ADDRESS) : same_server(use, decided);
    }
    /* Where nobody else waits, a try in the middle of others need not explain the response. */
    for (unsigned i = 0; i < c->s->n && c->a.n_rows == 1; i++) {
        struct use *use = &c->s->uses[i];
        if (!use->its && same_server(use, decided) && use->relation.tie >= TIE_ADDRESS && !has_other_waiter(c, use) && is_in_sequence(c, use))
            use->its = use->alone = true;
    }
}

/* The tries that went before it. */
static void
take_earlier_tries(struct contest *c, const struct use *last)
{
    struct scope *s = c->s;

    for (unsigned steps = 0; last->before >= 0 && steps < USES_MAX; steps++) {
        struct use *before = &s->uses[last->before];
        if (!before->its)
            before->alone = last->alone;
        before->its = true;
        last = before;
    }
}

/* A try that went before may be another request's last one: then this one's evidence is not sure. */
static bool
may_be_anothers(const struct contest *c)
{
    for (unsigned k = 0; k < c->a.n_columns; k++)
        for (unsigned row = 1; row < c->a.n_rows && c->columns[k]->its && c->columns[k] != c->decided; row++)
            if (c->a.gain[row][k] > 0 && c->a.gain[0][k] - c->a.gain[row][k] < MARGIN_OBSERVED)
                return true;
    return false;
}

/* Whichever of those that fit about as well it was. */
static bool
all_say_the_same(const struct contest *c, const struct use *decided)
{
    for (unsigned k = 0; k < c->a.n_columns; k++)
        if (c->columns[k]->gain > decided->gain - ABOUT_AS_WELL && c->columns[k]->outcome.cause != decided->outcome.cause)
            return false;
    return decided->outcome.cause != CAUSE_UNKNOWN;
}

/*
 * Something with another cause, to another server, that nothing ties to the request fits it as well: with nothing but time to
 * go by either of them may be nobody's. Example: a refused connection and one that its server closed, both 1 ms before the 502.
 */
static bool
has_equal(const struct contest *c, const struct use *decided)
{
    if (decided->relation.tie > TIE_TIME)
        return false;
    for (unsigned k = 0; k < c->a.n_columns; k++) {
        const struct use *use = c->columns[k];
        if (!use->its && !is_assigned_to_rival(c, k) && use->outcome.cause != decided->outcome.cause && decided->gain - use->gain < MARGIN_LIKELY)
            return true;
    }
    return false;
}

/* learning ****************************************************************/

static void
learn_delays(const struct contest *c, const struct use *decided)
{
    const struct scope *s = c->s;
    struct profile *p = s->gateway->profile;
    when_t ready = MAX(s->ex->ready_at, s->from), window = s->until - s->from;
    bool certain = c->a.n_columns == 1 && c->a.n_rows == 1;

    when_t responses[ASSIGN_COLUMNS_MAX], starts[ASSIGN_COLUMNS_MAX];
    unsigned n_responses = 0, n_starts = 0;

    for (unsigned k = 0; k < c->a.n_columns; k++) {
        const struct use *use = c->columns[k];
        if (use->end && use->end >= s->from)
            responses[n_responses++] = s->until - use->end;
        if (use->start >= ready)
            starts[n_starts++] = use->start - ready;
    }
    for (unsigned i = 0; i < s->n; i++) {
        const struct use *use = &s->uses[i], *before = use->before >= 0 ? &s->uses[use->before] : NULL;
        if (use->its && before && before->end && before->end <= use->start)
            profile_learn(p, DELAY_AGAIN, use->start - before->end, window, c->a.n_rows == 1);
    }
    profile_learn_all(p, DELAY_RESPONSE, responses, n_responses, window, certain);
    profile_learn_all(p, DELAY_START, starts, n_starts, window, certain);
    if (!decided->end)
        profile_learn(p, DELAY_PATIENCE, decided->silent, window, true);
}

/* How often it tries again, where no other request can have caused what looks like it. */
static void
learn_tries(const struct contest *c)
{
    struct gateway *gateway = c->s->gateway;
    unsigned tries = 0;

    for (unsigned i = 0; i < c->s->n; i++)
        tries += c->s->uses[i].its;
    if (c->a.n_rows > 1 || gateway->n_again > UINT32_MAX / 2 || gateway->n_once > UINT32_MAX / 2)
        return;
    gateway->n_again += tries - 1;
    gateway->n_once += tries == 1;
}

static void
learn_places(const struct scope *s, const struct use *use)
{
    const struct conn *conn = use->conn;
    struct host *opener = host_get(s->root, &conn->side[CLIENT].ip);

    if (opener->gateway != s->gateway && use->relation.tie >= TIE_ADDRESS && !ipaddr_equal(&opener->ip, &s->ex->conn->side[CLIENT].ip) &&
        !ipaddr_is_loopback(&opener->ip))
        host_join(s->root, host_get(s->root, &s->ex->conn->side[SERVER].ip), opener);
    struct next_hop hop = next_hop_of(s->root, s->ex, conn);
    if (s->name)
        next_hop_learn(s->name->next_hops, &hop);
    if (!name_has_address(s->name, &hop.ip))
        next_hop_learn(s->gateway->next_hops, &hop);
}

void
commit_uses(struct contest *c)
{
    struct scope *s = c->s;
    const struct use *decided = c->decided;

    dispute(c);
    if (!decided || !decided->its)
        return;
    learn_delays(c, decided);
    learn_tries(c);
    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its)
            use_own(&s->uses[i], s->ex->serial);
    if (c->margin < MARGIN_LEARNT || decided->gain < MARGIN_LEARNT)
        return;
    unsigned steps = 0;
    for (const struct use *use = decided; use && steps < NEXT_HOPS_MAX; steps++) {
        learn_places(s, use);
        use = use->before >= 0 ? &s->uses[use->before] : NULL;
    }
}

/* the whole ***************************************************************/

static void
explain(struct contest *c, unsigned column, int margin)
{
    const struct use *decided = c->columns[column], *next = NULL;
    struct why *why = &c->s->why;

    for (unsigned k = 0; k < c->a.n_columns; k++)
        if (!c->columns[k]->its && (!next || c->columns[k]->gain > next->gain))
            next = c->columns[k];
    why->decided = true;
    why->clues = decided->relation.clues;
    why->after = decided->start - c->s->from;
    why->before = decided->end ? c->s->until - decided->end : 0;
    why->next_frame = !next ? 0 : next->ex ? next->ex->request.frame : next->conn->hs.syn.n > 0 ? next->conn->hs.syn.no[0] : 0;
    why->margin = margin < INT_MAX ? margin : next ? decided->gain - next->gain : 0;
    why->rivals = rivals_for(&c->a, column);
}

void
decide_uses(struct contest *c)
{
    struct scope *s = c->s;

    add_columns(c);
    if (c->a.n_columns == 0)
        return;
    add_rivals(c);
    if (c->a.n_rows > 1)
        favour_order(c);
    int sum = assign(&c->a);
    if (c->a.column_of[0] < 0) {
        s->several = is_close(c);
        return;
    }
    unsigned column = (unsigned)c->a.column_of[0];
    struct use *decided = c->columns[column];
    c->margin = margin_of(&c->a, sum, column, &c->instead);
    if (c->margin < MARGIN_LIKELY) {
        s->several = true;
        s->same_cause = all_say_the_same(c, decided);
        if (!s->same_cause)
            return;
    }
    c->decided = decided;
    decided->its = true;
    decided->alone = c->margin >= MARGIN_OBSERVED && !use_is_disputed(decided) && !may_be_clients(decided);
    take_uncontested(c, decided);
    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its)
            take_earlier_tries(c, &s->uses[i]);
    if (may_be_anothers(c))
        decided->alone = false;
    if (has_equal(c, decided)) {
        s->several = true;
        c->decided = NULL;
        for (unsigned i = 0; i < s->n; i++)
            s->uses[i].its = false;
        return;
    }
    explain(c, column, c->margin);
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
