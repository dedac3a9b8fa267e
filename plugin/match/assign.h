/* assign.h
 * The most valuable assignment of some things to others
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_ASSIGN_H
#define MWG502_MATCH_ASSIGN_H

#include <stdbool.h>

/* More are not looked at: who calls keeps the nearest. */
#define ASSIGN_ROWS_MAX 24
#define ASSIGN_COLUMNS_MAX 32

/* The gain of a pair that cannot be. */
#define ASSIGN_NEVER (-1000000)

/*
 * Rows are requests, columns are what a gateway did; gain[row][column] is in hundredths of
 * a bit. Each row gets one column at most and each column one row; a pair that loses, or
 * cannot be, is not made. Of all such assignments the one with the largest sum is found
 * (H. W. Kuhn's Hungarian method with potentials, O(rows * rows * columns)).
 */
struct assignment {
    unsigned n_rows, n_columns;
    int gain[ASSIGN_ROWS_MAX][ASSIGN_COLUMNS_MAX];
    int column_of[ASSIGN_ROWS_MAX];     /* the result; -1: none */
};

/* Fills column_of and returns the sum. */
int assign(struct assignment *assignment);

#endif

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
