/* common.h
 * What the unit tests share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TESTS_COMMON_H
#define MWG502_TESTS_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <epan/wmem_scopes.h>

#include "base/ipaddr.h"

/* g_test_init() and a file scope; first thing in each main(). */
void common_init(int *argc, char ***argv);

/* Another capture begins: what the file scope held is freed. */
void common_new_scope(wmem_allocator_type_t type);

/*
 * n bytes that end where memory ends: reading one byte more is a crash, with or without
 * sanitizers.
 */
struct tight {
    const uint8_t *bytes;
    size_t n;
    void *map;
    size_t map_size;
};
struct tight tight_copy(const void *bytes, size_t n);
void tight_free(struct tight *tight);

/* "10.1.1.2", "2001:db8::1"; "" for none */
struct ipaddr ip(const char *text);

/* One test for each row of a table, named after its member "name". */
#define ADD_ROWS(prefix, rows, test) \
    for (size_t row_ = 0; row_ < G_N_ELEMENTS(rows); row_++) { \
        char *path_ = g_strconcat(prefix, rows[row_].name, NULL); \
        g_test_add_data_func(path_, &rows[row_], test); \
        g_free(path_); \
    }

#endif
