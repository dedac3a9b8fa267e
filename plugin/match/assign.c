/* assign.c
 * The most valuable assignment of some things to others
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <limits.h>
#include <string.h>

#include <glib.h>

#include "match/assign.h"

/* Places are the columns, from 1. What is behind them stands for "none": there is room for every row. */
#define PLACES_MAX (ASSIGN_COLUMNS_MAX + 1)

struct search {
    int row_potential[ASSIGN_ROWS_MAX + 1], place_potential[PLACES_MAX + 1];
    unsigned row_at[PLACES_MAX + 1];    /* from 1; 0: the place is free */
    unsigned came_from[PLACES_MAX + 1];
};

/* The shortest alternating path so far to each place, from a new row, which is at place 0. */
struct paths {
    int length[PLACES_MAX + 1];
    bool used[PLACES_MAX + 1];
    unsigned order[PLACES_MAX + 1], n;  /* the used ones */
};

/* Goes on from the used place; the place to which the shortest path leads. */
static unsigned
next_place(const struct assignment *a, struct search *s, struct paths *p, unsigned place)
{
    const int *gain = a->gain[s->row_at[place] - 1];
    unsigned none = a->n_columns + 1, next = none;
    int base = p->length[place] - s->row_potential[s->row_at[place]];

    if (base < p->length[none]) {
        p->length[none] = base;
        s->came_from[none] = place;
    }
    int least = INT_MAX;
    for (unsigned j = 1; j <= a->n_columns; j++) {
        if (p->used[j])
            continue;
        /* The method looks for the cheapest: what a pair gains it does not cost. */
        int length = base - MAX(gain[j - 1], 0) - s->place_potential[j];
        if (length < p->length[j]) {
            p->length[j] = length;
            s->came_from[j] = place;
        }
        if (p->length[j] < least) {
            least = p->length[j];
            next = j;
        }
    }
    return least <= p->length[none] ? next : none;
}

/* Finds a place for one more row, moving others along the cheapest alternating path. */
static void
add_row(const struct assignment *a, struct search *s, unsigned row)
{
    struct paths p = { .n = 0 };
    unsigned place = 0;

    for (unsigned j = 1; j <= a->n_columns + 1; j++)
        p.length[j] = INT_MAX;
    s->row_at[0] = row;
    do {
        p.used[place] = true;
        p.order[p.n++] = place;
        place = next_place(a, s, &p, place);
    } while (s->row_at[place] != 0);
    for (unsigned i = 0; i < p.n; i++) {
        int shorter = p.length[place] - p.length[p.order[i]];
        s->row_potential[s->row_at[p.order[i]]] += shorter;
        s->place_potential[p.order[i]] -= shorter;
    }
    while (place != 0) {
        unsigned from = s->came_from[place];
        if (place <= a->n_columns)
            s->row_at[place] = s->row_at[from];
        place = from;
    }
}

int
assign(struct assignment *a)
{
    struct search s;
    int sum = 0;

    memset(&s, 0, sizeof s);
    for (unsigned row = 1; row <= a->n_rows; row++)
        add_row(a, &s, row);
    for (unsigned row = 0; row < a->n_rows; row++)
        a->column_of[row] = -1;
    for (unsigned j = 1; j <= a->n_columns; j++) {
        unsigned row = s.row_at[j];
        if (row == 0 || a->gain[row - 1][j - 1] <= 0)
            continue;
        a->column_of[row - 1] = (int)(j - 1);
        sum += a->gain[row - 1][j - 1];
    }
    return sum;
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
