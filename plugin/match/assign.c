/* assign.c
 * The most valuable assignment of some things to others
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <limits.h>
#include <string.h>

#include "match/assign.h"

/* Columns behind the real ones stand for "none": one for each row, so that every row has a place. */
#define PLACES_MAX (ASSIGN_COLUMNS_MAX + ASSIGN_ROWS_MAX)

/* The method looks for the cheapest: what a pair gains it does not cost. */
static int
cost(const struct assignment *a, unsigned row, unsigned place)
{
    return place < a->n_columns && a->gain[row][place] > 0 ? -a->gain[row][place] : 0;
}

struct search {
    int row_potential[ASSIGN_ROWS_MAX + 1], place_potential[PLACES_MAX + 1];
    unsigned row_at[PLACES_MAX + 1];    /* from 1; 0: the place is free */
    unsigned came_from[PLACES_MAX + 1];
};

/* Finds a place for one more row, moving others along the cheapest alternating path. Indices are from 1. */
static void
add_row(const struct assignment *a, struct search *s, unsigned row, unsigned n_places)
{
    int least[PLACES_MAX + 1];
    bool used[PLACES_MAX + 1] = { false };
    unsigned place = 0;

    for (unsigned j = 0; j <= n_places; j++)
        least[j] = INT_MAX;
    s->row_at[0] = row;
    do {
        unsigned current = s->row_at[place], next = 0;
        int delta = INT_MAX;

        used[place] = true;
        for (unsigned j = 1; j <= n_places; j++) {
            if (used[j])
                continue;
            int reduced = cost(a, current - 1, j - 1) - s->row_potential[current] - s->place_potential[j];
            if (reduced < least[j]) {
                least[j] = reduced;
                s->came_from[j] = place;
            }
            if (least[j] < delta) {
                delta = least[j];
                next = j;
            }
        }
        for (unsigned j = 0; j <= n_places; j++) {
            if (used[j]) {
                s->row_potential[s->row_at[j]] += delta;
                s->place_potential[j] -= delta;
            } else if (least[j] != INT_MAX) {
                least[j] -= delta;
            }
        }
        place = next;
    } while (s->row_at[place] != 0);
    while (place != 0) {
        unsigned from = s->came_from[place];
        s->row_at[place] = s->row_at[from];
        place = from;
    }
}

int
assign(struct assignment *a)
{
    struct search s;
    unsigned n_places = a->n_columns + a->n_rows;
    int sum = 0;

    memset(&s, 0, sizeof s);
    for (unsigned row = 1; row <= a->n_rows; row++)
        add_row(a, &s, row, n_places);
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
