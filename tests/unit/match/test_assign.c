/* test_assign.c
 * assign.h: against every assignment that there is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "common.h"
#include "match/assign.h"

/* The best sum of these rows and all behind them, over every way to give each a free column or none. */
static int
best_sum(const struct assignment *a, unsigned row, unsigned taken)
{
    if (row == a->n_rows)
        return 0;
    int best = best_sum(a, row + 1, taken);
    for (unsigned k = 0; k < a->n_columns; k++)
        if (!(taken & 1u << k) && a->gain[row][k] > 0)
            best = MAX(best, a->gain[row][k] + best_sum(a, row + 1, taken | 1u << k));
    return best;
}

static void
check(struct assignment *a)
{
    unsigned taken = 0;
    int sum = assign(a), of_pairs = 0;

    for (unsigned row = 0; row < a->n_rows; row++) {
        int k = a->column_of[row];
        if (k < 0)
            continue;
        g_assert_cmpint(k, <, (int)a->n_columns);
        g_assert_cmpint(a->gain[row][k], >, 0);
        g_assert_false(taken & 1u << k);
        taken |= 1u << k;
        of_pairs += a->gain[row][k];
    }
    g_assert_cmpint(sum, ==, of_pairs);
    g_assert_cmpint(sum, ==, best_sum(a, 0, 0));
}

/* Some pairs cannot be, some lose; small numbers make many that are equally good. */
static void
test_random(void)
{
    for (guint32 seed = 1; seed <= 300; seed++) {
        struct assignment *a = g_new0(struct assignment, 1);
        GRand *random = g_rand_new_with_seed(seed);
        int most = seed % 3 ? 2000 : 3;

        a->n_rows = (unsigned)g_rand_int_range(random, 1, 6);
        a->n_columns = (unsigned)g_rand_int_range(random, 1, 7);
        for (unsigned row = 0; row < a->n_rows; row++)
            for (unsigned k = 0; k < a->n_columns; k++)
                a->gain[row][k] = g_rand_int_range(random, 0, 4) == 0 ? ASSIGN_NEVER : g_rand_int_range(random, -most / 2, most);
        check(a);
        g_rand_free(random);
        g_free(a);
    }
}

static const struct row {
    const char *name;
    unsigned n_rows, n_columns;
    int gain[3][3];
    int column_of[3];
} cases[] = {
    { "its best", 1, 2, { { 100, 200 } }, { 1 } },
    { "none that loses", 1, 2, { { -100, 0 } }, { -1 } },
    { "none that cannot be", 1, 1, { { ASSIGN_NEVER } }, { -1 } },
    { "second best, where another one has nothing else", 2, 2, { { 300, 200 }, { 250, ASSIGN_NEVER } }, { 1, 0 } },
    { "nothing, where another one gains more", 2, 1, { { 300 }, { 301 } }, { -1, 0 } },
    { "moved along", 3, 3, { { 9, 8, 0 }, { 9, 0, 0 }, { 0, 9, 7 } }, { 1, 0, 2 } },
};

static void
test_case(const void *data)
{
    const struct row *row = (const struct row *)data;
    struct assignment *a = g_new0(struct assignment, 1);

    a->n_rows = row->n_rows;
    a->n_columns = row->n_columns;
    for (unsigned r = 0; r < a->n_rows; r++)
        memcpy(a->gain[r], row->gain[r], sizeof row->gain[r]);
    check(a);
    for (unsigned r = 0; r < a->n_rows; r++)
        g_assert_cmpint(a->column_of[r], ==, row->column_of[r]);
    g_free(a);
}

/* As large as it gets: everybody has what is in his place. */
static void
test_largest(void)
{
    struct assignment *a = g_new0(struct assignment, 1);

    a->n_rows = ASSIGN_ROWS_MAX;
    a->n_columns = ASSIGN_COLUMNS_MAX;
    for (unsigned row = 0; row < a->n_rows; row++)
        for (unsigned k = 0; k < a->n_columns; k++)
            a->gain[row][k] = row == k ? 1000 : 900;
    g_assert_cmpint(assign(a), ==, 1000 * ASSIGN_ROWS_MAX);
    for (unsigned row = 0; row < a->n_rows; row++)
        g_assert_cmpint(a->column_of[row], ==, (int)row);
    g_free(a);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/match/assign/", cases, test_case);
    g_test_add_func("/match/assign/random", test_random);
    g_test_add_func("/match/assign/largest", test_largest);
    return g_test_run();
}
