/* test_bounded.c
 * The table that never grows beyond its limit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "base/bounded.h"
#include "common.h"

#define LIMIT 3

struct item {
    struct bounded_entry entry;
    char key;
};

/* Entries are named by letters; capitals are in use and may not go. */
struct log {
    GString *evicted;
};

static bool
may_evict(const struct bounded_entry *entry)
{
    return !g_ascii_isupper(((const struct item *)entry)->key);
}

static void
evict(bounded_t *table, struct bounded_entry *entry)
{
    struct log *log = table->owner;

    g_string_append_c(log->evicted, ((struct item *)entry)->key);
    g_assert_null(wmem_map_lookup(table->map, entry->key));
    wmem_free(wmem_file_scope(), entry);
}

static unsigned
hash(const void *key)
{
    return *(const char *)key % 2;              /* collisions are part of life */
}

static gboolean
equal(const void *x, const void *y)
{
    return *(const char *)x == *(const char *)y;
}

/* Steps: "+a" insert, "?a" find, "-a" remove, "5." the fifth turn begins. left: the entries at the end, oldest first. */
static const struct row {
    const char *name, *steps, *evicted, *left;
    bool all_may_go;            /* no may_evict callback */
} rows[] = {
    { "below_limit",     "+a+b+c", "", "abc", false },
    { "oldest_goes",     "+a+b+c+d+e", "ab", "cde", false },
    { "found_stays",     "+a+b+c?a+d", "b", "cad", false },
    { "found_newest",    "+a+b+c?c+d", "a", "bcd", false },
    { "found_all",       "+a+b+c?b?a?c+d+e", "ab", "cde", false },
    { "spared_once",     "+a+b+c?a+d+e", "bc", "ade", false },
    { "not_found",       "+a?x+b+c", "", "abc", false },
    { "removed",         "+a+b+c-b+d", "", "acd", false },
    { "removed_oldest",  "+a+b+c-a+d+e", "b", "cde", false },
    { "removed_again",   "+a-a+a+b", "", "ab", false },
    { "in_use_stays",    "+A+b+c+d", "b", "cAd", false },
    { "two_in_use",      "+A+B+c+d", "c", "ABd", false },
    { "all_in_use",      "+A+B+C+D+E", "", NULL, false },
    { "back_to_limit",   "+A+B+C+D-A-B+e+f", "e", NULL, false },
    { "no_callback",     "+A+B+C+D", "A", "BCD", true },
    { "new_now",         "1.+a+b+c+d+e", "", "cabde", false },
    { "new_earlier",     "1.+a+b+c2.+d+e", "ab", "cde", false },
    { "found_now",       "1.+a+b+c2.?a?b?c+d", "", "cabd", false },
    { "found_earlier",   "1.+a+b+c2.?a?b?c3.+d", "a", "bcd", false },
    { "found_now_again", "1.+a+b+c2.?a?b?c+d3.+e", "ca", "bde", false },
    { "no_turn",         "0.+a+b+c?a?b?c+d", "a", "bcd", false },
};

static void
insert(bounded_t *table, char key)
{
    struct item *item = wmem_new0(wmem_file_scope(), struct item);

    item->key = key;
    bounded_insert(table, &item->entry, &item->key);
}

static char *
left(const bounded_t *table)
{
    GString *keys = g_string_new("");

    for (GList *l = table->order.head; l; l = l->next)
        g_string_append_c(keys, ((const struct item *)l->data)->key);
    return g_string_free(keys, FALSE);
}

static void
clear(bounded_t *table)
{
    while (table->order.head) {
        struct item *item = table->order.head->data;
        bounded_remove(table, &item->entry);
        wmem_free(wmem_file_scope(), item);
    }
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    uint32_t turn = 0;
    struct log log = { g_string_new("") };
    bounded_t table = { .may_evict = row->all_may_go ? NULL : may_evict, .evict = evict, .owner = &log };

    bounded_init(&table, LIMIT, hash, equal);
    table.turn = &turn;
    for (const char *s = row->steps; *s; s += 2) {
        if (s[1] == '.') {
            turn = (uint32_t)g_ascii_digit_value(s[0]);
            continue;
        }
        struct item *item = s[0] == '+' ? NULL : bounded_find(&table, s + 1);
        if (s[0] == '+')
            insert(&table, s[1]);
        else if (item)
            g_assert_cmpint(item->key, ==, s[1]);
        if (s[0] == '-') {
            bounded_remove(&table, &item->entry);
            wmem_free(wmem_file_scope(), item);
        }
        g_assert_cmpuint(wmem_map_size(table.map), ==, g_queue_get_length(&table.order));
    }
    char *keys = left(&table);
    g_assert_cmpstr(log.evicted->str, ==, row->evicted);
    if (row->left)
        g_assert_cmpstr(keys, ==, row->left);
    else
        g_assert_cmpuint(strlen(keys), >=, LIMIT);
    g_free(keys);
    clear(&table);
    g_string_free(log.evicted, TRUE);
}

/* One insertion looks at a few entries only, and a crowd of used ones does not stop the rest from going. */
static void
test_many(void)
{
    struct log log = { g_string_new("") };
    bounded_t table = { .may_evict = may_evict, .evict = evict, .owner = &log };

    bounded_init(&table, 26, hash, equal);
    for (char key = 'A'; key <= 'Z'; key++)
        insert(&table, key);
    for (char key = 'a'; key <= 'z'; key++)
        insert(&table, key);
    g_assert_cmpuint(g_queue_get_length(&table.order), <=, 26 + 26);
    for (char key = 'A'; key <= 'Z'; key++)
        g_assert_nonnull(bounded_find(&table, &key));
    clear(&table);
    g_string_free(log.evicted, TRUE);
}

static void
test_hash(void)
{
    char bytes[41], moved[42];

    /* Wherever they lie; every byte and the length count. */
    for (size_t n = 0; n < sizeof bytes; n++)
        bytes[n] = (char)(n * 7);
    memcpy(moved + 1, bytes, sizeof bytes);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        unsigned before = bytes_hash(bytes, n, 0);
        g_assert_cmphex(before, ==, bytes_hash(moved + 1, n, 0));
        if (n == 0)
            continue;
        g_assert_cmphex(before, !=, bytes_hash(bytes, n - 1, 0));
        bytes[n - 1] ^= 1;
        g_assert_cmphex(before, !=, bytes_hash(bytes, n, 0));
        bytes[n - 1] ^= 1;
    }
    g_assert_cmphex(bytes_hash("a", 1, 0), !=, bytes_hash("a", 1, 1));
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/bounded/", rows, test_row);
    g_test_add_func("/bounded/many", test_many);
    g_test_add_func("/bounded/hash", test_hash);
    return g_test_run();
}
