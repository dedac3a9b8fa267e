/* decide.c
 * Which of the things that a gateway did are a request's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/chain.h"
#include "match/gain.h"
#include "match/profile.h"

/* Hundredths of a bit. What fits worse by this than chance is not looked at; see BELONGS_FROM. */
#define LOOKED_AT_FROM (-800)

/* So much the assignment is better than any in which another request has the deciding connection: calibrated by tests/bench/check.py. */
#define MARGIN_OBSERVED 850
#define MARGIN_LIKELY 250

/* What fits less by this is no alternative. */
#define ABOUT_AS_WELL 800

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
 * given up once another one stands and carries the request, and before the same server is tried again.
 */
static bool
may_follow(const struct use *earlier, const struct use *later)
{
    if (earlier->end && earlier->end <= later->start)
        return true;
    if (same_server(earlier->conn, later->conn) && earlier->conn->hs.last_syn > later->start)
        return false;
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

    return (chain->waiter && chain->waiter != c->s->ex->serial) || (use->ex && use->ex->parent && use->ex->parent != c->s->ex);
}

/* The decided one failed, and no gateway gives up so soon what it begins behind that. Example: the SYN is 44 ms old. */
static bool
is_just_begun(const struct use *use, const struct use *decided)
{
    return decided->end && decided->end <= use->start && !use->end && use->silent < SILENT_LONG;
}

static bool
may_be_one_more(const struct contest *c, const struct use *use, const struct use *decided)
{
    return !use->its && !has_other_waiter(c, use) && is_in_sequence(c, use) && !is_just_begun(use, decided);
}

/*
 * The gateway went on to it when the decided one had failed, rather than that it answered then. Example: 269 ms behind a reset comes the 502; a server
 * that refuses 129 ms behind that reset is not one more try, unless this gateway is known to pause for so long.
 */
static bool
is_next_try(const struct contest *c, const struct use *use, const struct use *decided)
{
    const struct scope *s = c->s;
    const struct use *first = first_try(s, use);

    if (!decided->end)
        return true;
    int pause = profile_gain(s->gateway->profile, DELAY_AGAIN, first->start - decided->end, s->rate) + s->again;
    return pause + response_gain(s, use) >= response_gain(s, decided);
}

/* What is no surer than what was learnt is one more try where its server may serve the same, and the times say so. */
static bool
is_tied_as_strongly(const struct contest *c, const struct use *use, const struct use *decided)
{
    if (use->relation.tie > TIE_LEARNT)
        return use->relation.tie >= MIN(decided->relation.tie, TIE_ADDRESS);
    return same_port(use, decided) && is_next_try(c, use, decided);
}

/* What nobody else can have caused, and is tied as strongly, is the request's too: one try after the other. */
static void
take_uncontested(struct contest *c, const struct use *decided)
{
    for (unsigned k = 0; k < c->a.n_columns; k++) {
        struct use *use = c->columns[k];
        if (!is_assigned_to_rival(c, k) && rivals_for(&c->a, k) == 0 && may_be_one_more(c, use, decided))
            use->its = use->alone = is_tied_as_strongly(c, use, decided);
    }
    /* Where nobody else waits, a try in the middle of others need not explain the response. */
    for (unsigned i = 0; i < c->s->n && c->a.n_rows == 1; i++) {
        struct use *use = &c->s->uses[i];
        if (same_server(use->conn, decided->conn) && use->relation.tie >= TIE_ADDRESS && may_be_one_more(c, use, decided))
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

void
commit_uses(struct contest *c)
{
    struct scope *s = c->s;

    dispute(c);
    if (!c->decided || !c->decided->its)
        return;
    learn_from(c);
    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its)
            use_own(&s->uses[i], s->ex->serial);
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
