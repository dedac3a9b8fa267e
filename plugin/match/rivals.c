/* rivals.c
 * Which other requests may have caused what a gateway did
 *
 * Some hundred of them can wait, and few matter: so it is asked first what each could gain at most. What
 * they have in common is found out once, see struct rivals.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <limits.h>

#include <glib.h>

#include "match/gain.h"
#include "match/likeness.h"

/* What gains less, in hundredths of a bit, is no rival's: one that goes on waiting need not have done any of it, unlike the one that is answered. */
#define RIVALS_FROM 0

/* Requests that wait for the gateway and are looked at. */
#define RIVALS_LOOKED_AT_MAX 256

/* Connections of one place that carry the same request, and what the columns among them, or behind them, gain at most apart from it. */
struct kind {
    const struct use *use;      /* the first one */
    int anyway;                 /* whenever they began */
    int again;                  /* as tries behind a failed one */
};

/* What addresses say of each kind, for requests of which they say the same. A power of two. */
#define SEATS_MAX 16
struct seat {
    const struct exchange *ex;  /* one of them; NULL: the entry is free */
    int gain[USES_MAX];
};

struct column {
    const struct use *use, *first;      /* its last and its first try */
    when_t start;               /* of the first */
    uint64_t kinds;             /* of all of its tries, by their places there */
    int waiting;                /* the gain of its end, where the request waits for nothing else */
    int again;                  /* of its start, as a try behind a failed one, whosever that was */
    int followed;               /* what it loses where another try was begun behind it */
};

/* One of them, while it is looked at. */
struct rival {
    struct waiting w;
    const struct seat *seat;
    int relations[USES_MAX];    /* to each kind, as far as it was asked for */
    uint64_t related;           /* which of them are set */
};

struct rivals {
    struct contest *c;
    struct kind kinds[USES_MAX];
    unsigned n_kinds;
    uint8_t kind_of[USES_MAX];  /* of each of the scope's uses */
    struct column columns[ASSIGN_COLUMNS_MAX];
    when_t starts[ASSIGN_COLUMNS_MAX];  /* of the columns, in order */
    when_t first_start;         /* of all that ended */
    struct seat seats[SEATS_MAX];
    int best[ASSIGN_ROWS_MAX];  /* of each row */
    unsigned least;             /* the row of a rival that gains least, once there is no room for more */
};

/* columns *****************************************************************/

static unsigned
index_of(const struct rivals *r, const struct use *use)
{
    return (unsigned)(use - r->c->s->uses);
}

static void
find_kind(struct rivals *r, const struct use *use)
{
    unsigned kind = 0;

    while (kind < r->n_kinds && !(same_place(r->kinds[kind].use->conn, use->conn) && same_asked(r->kinds[kind].use->ex, use->ex)))
        kind++;
    if (kind == r->n_kinds)
        r->kinds[r->n_kinds++] = (struct kind){ use, ASSIGN_NEVER, ASSIGN_NEVER };
    r->kind_of[index_of(r, use)] = (uint8_t)kind;
}

static void
find_kinds(struct rivals *r)
{
    struct scope *s = r->c->s;

    r->first_start = INT64_MAX;
    for (unsigned i = 0; i < s->n; i++) {
        find_kind(r, &s->uses[i]);
        if (s->uses[i].end)
            r->first_start = MIN(r->first_start, s->uses[i].start);
    }
}

static void
note_most(struct rivals *r, const struct column *column, int anyway)
{
    for (unsigned i = 0; i < r->n_kinds; i++) {
        struct kind *kind = &r->kinds[i];
        if (!(column->kinds & (UINT64_C(1) << i)))
            continue;
        kind->anyway = MAX(kind->anyway, anyway);
        kind->again = MAX(kind->again, anyway + column->again);
    }
}

static uint64_t
kinds_of(const struct rivals *r, const struct use *use)
{
    uint64_t kinds = 0;

    for (unsigned i = 0; i < r->c->s->n; i++)
        if (use->tries & (UINT64_C(1) << i))
            kinds |= UINT64_C(1) << r->kind_of[i];
    return kinds;
}

/* Of k columns the starts are in order already. */
static void
sort_start(struct rivals *r, unsigned k, when_t start)
{
    for (; k > 0 && r->starts[k - 1] > start; k--)
        r->starts[k] = r->starts[k - 1];
    r->starts[k] = start;
}

static void
weigh_columns(struct rivals *r)
{
    const struct scope *s = r->c->s;

    for (unsigned k = 0; k < r->c->a.n_columns; k++) {
        struct column *column = &r->columns[k];
        static const struct waiting nothing_else;
        column->use = r->c->columns[k];
        column->first = first_try(s, column->use);
        column->start = column->first->start;
        column->kinds = kinds_of(r, column->use);
        column->waiting = waiting_gain(s, &nothing_else, column->use);
        column->again = failure_gain(s, 0, column->first);
        sort_start(r, k, column->start);
        column->followed = column->use->followed ? FOLLOWED : 0;
        note_most(r, column, column->waiting + column->followed + BEGUN_FOR_IT);
    }
}

/* rivals ******************************************************************/

static const struct seat *
seat_of(struct rivals *r, const struct exchange *rival)
{
    struct seat *seat = &r->seats[(GPOINTER_TO_SIZE(rival->name) / sizeof(struct name)) % SEATS_MAX];

    if (seat->ex && same_seat(seat->ex, rival))
        return seat;
    seat->ex = rival;
    for (unsigned kind = 0; kind < r->n_kinds; kind++)
        seat->gain[kind] = relation_of_place(r->c->s->root, rival, r->kinds[kind].use->conn).gain;
    return seat;
}

/* How long the first column that begins once the gateway could turn to the request begins after that. */
static when_t
soonest(const struct rivals *r, when_t ready)
{
    unsigned low = 0, high = r->c->a.n_columns;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (r->starts[middle] < ready)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->c->a.n_columns ? r->starts[low] - ready : INT64_MAX;
}

/* No column gains more for it. */
static int
most_of(const struct rivals *r, const struct rival *rival)
{
    const struct waiting *w = &rival->w;
    int first = start_gain_most(r->c->s, w, soonest(r, w->ex->ready_at)), most = ASSIGN_NEVER;

    if (w->child)
        return INT_MAX;         /* it went on to something else: few do */
    for (unsigned i = 0; i < r->n_kinds; i++) {
        const struct kind *kind = &r->kinds[i];
        most = MAX(most, rival->seat->gain[i] + relate_request_most(w->ex, kind->use->ex) + MAX(kind->anyway + first, kind->again));
    }
    return most;
}

/* The uses that are the rival's own connection: few stand among those of a gateway. */
static uint64_t
uses_on(const struct scope *s, const struct conn *conn)
{
    uint64_t on = 0;

    for (unsigned i = 0; conn->activities && i < s->n; i++)
        if (s->uses[i].conn == conn)
            on |= UINT64_C(1) << i;
    return on;
}

static int
relation_to(const struct rivals *r, struct rival *rival, unsigned kind)
{
    if (!(rival->related & (UINT64_C(1) << kind))) {
        struct relation asked = { 0, 0, TIE_TIME };
        relate_request(&asked, r->c->s->gateway, rival->w.ex, r->kinds[kind].use->ex);
        rival->relations[kind] = rival->seat->gain[kind] + asked.gain;
        rival->related |= UINT64_C(1) << kind;
    }
    return rival->relations[kind];
}

/* The strongest that ties any of the tries to the request. */
static int
relation_gain(const struct rivals *r, struct rival *rival, const struct column *column)
{
    int best = ASSIGN_NEVER;

    for (unsigned i = 0; i < r->n_kinds; i++)
        if (column->kinds & (UINT64_C(1) << i))
            best = MAX(best, relation_to(r, rival, i));
    return best;
}

static int
gain_of(const struct rivals *r, struct rival *rival, const struct column *column)
{
    const struct scope *s = r->c->s;
    const struct waiting *w = &rival->w;
    when_t slack = s->root->disorder ? CLOCK_SLACK : 0;
    int end = w->child || w->over ? waiting_gain(s, w, column->use) : column->waiting;

    if (end == ASSIGN_NEVER || column->start + slack < w->ex->request.time)
        return ASSIGN_NEVER;
    bool before_all = w->ex->request.time <= r->first_start;
    int again = before_all ? column->again : failure_gain(s, w->ex->request.time, column->first);
    int start = MAX(start_gain(s, w, column->start), again);
    return relation_gain(r, rival, column) + start + end + waiter_gain(column->use, w->ex) + column->followed;
}

/* rows ********************************************************************/

static void
find_least(struct rivals *r)
{
    r->least = 1;
    for (unsigned row = 2; row < ASSIGN_ROWS_MAX; row++)
        if (r->best[row] < r->best[r->least])
            r->least = row;
}

/* What a row has to gain to be one. */
static int
needed(const struct rivals *r)
{
    return r->c->a.n_rows < ASSIGN_ROWS_MAX ? 0 : MAX(r->best[r->least], 0);
}

/* Where there is no room, instead of the one that gains least. */
static void
add_row(struct rivals *r, const struct exchange *rival, const int *gain, int best)
{
    struct assignment *a = &r->c->a;
    unsigned row = a->n_rows < ASSIGN_ROWS_MAX ? a->n_rows++ : r->least;

    r->c->rows[row] = rival;
    r->best[row] = best;
    memcpy(a->gain[row], gain, sizeof a->gain[row]);
    if (a->n_rows == ASSIGN_ROWS_MAX)
        find_least(r);
}

static void
look_at(struct rivals *r, const struct exchange *ex)
{
    struct rival rival = { .seat = seat_of(r, ex) };
    int gain[ASSIGN_COLUMNS_MAX], best = ASSIGN_NEVER;

    gain_waiting_init(&rival.w, ex);
    if (most_of(r, &rival) <= needed(r) + RIVALS_FROM)
        return;
    uint64_t on = uses_on(r->c->s, ex->conn);
    for (unsigned k = 0; k < r->c->a.n_columns; k++) {
        bool is_its_own = r->c->columns[k]->tries & on;
        gain[k] = (is_its_own ? ASSIGN_NEVER : gain_of(r, &rival, &r->columns[k])) - RIVALS_FROM;
        best = MAX(best, gain[k]);
    }
    if (best > needed(r))
        add_row(r, ex, gain, best);
}

void
add_rivals(struct contest *c)
{
    struct scope *s = c->s;
    struct rivals *r = NULL;
    unsigned looked_at = 0;

    for (node_t *l = s->gateway->open.tail; l && looked_at < RIVALS_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct exchange *rival = (const struct exchange *)l->data;
        bool is_behind = rival->conn == s->ex->conn && !rival->h2_stream;       /* its turn comes after this one's */
        if (rival == s->ex || is_behind || rival->request.time > s->until || rival->served)
            continue;
        if (!r) {
            r = g_new0(struct rivals, 1);
            r->c = c;
            find_kinds(r);
            weigh_columns(r);
        }
        look_at(r, rival);
    }
    g_free(r);
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
