/* bounded.c
 * A hash table that never grows beyond its limit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "base/bounded.h"

/* How many entries one insertion may look at, so that it stays O(1). */
#define MAX_LOOKED_AT 8

/* How many of these are spared because they were found of late. */
#define MAX_SPARED    4

void
bounded_init(bounded_t *table, unsigned limit, GHashFunc hash, GEqualFunc equal)
{
    table->map = wmem_map_new(wmem_file_scope(), hash, equal);
    g_queue_init(&table->order);
    table->limit = limit;
}

static uint32_t
turn_of(const bounded_t *table)
{
    return table->turn ? *table->turn : 0;
}

static bool
may_go(const bounded_t *table, const struct bounded_entry *entry)
{
    if (entry->turn && entry->turn == turn_of(table))
        return false;
    return !table->may_evict || table->may_evict(entry);
}

void *
bounded_find(bounded_t *table, const void *key)
{
    struct bounded_entry *entry = (struct bounded_entry *)wmem_map_lookup(table->map, key);

    if (entry) {
        entry->used = true;
        entry->turn = turn_of(table);
    }
    return entry;
}

void
bounded_insert(bounded_t *table, struct bounded_entry *entry, const void *key)
{
    for (int i = 0; i < MAX_LOOKED_AT && g_queue_get_length(&table->order) >= table->limit; i++) {
        GList *oldest = g_queue_pop_head_link(&table->order);
        struct bounded_entry *victim = (struct bounded_entry *)oldest->data;

        if ((victim->used && i < MAX_SPARED) || !may_go(table, victim)) {
            victim->used = false;
            g_queue_push_tail_link(&table->order, oldest);
            continue;
        }
        wmem_map_remove(table->map, victim->key);
        table->evict(table, victim);
    }
    entry->key = key;
    entry->turn = turn_of(table);
    entry->used = false;
    entry->link.data = entry;
    g_queue_push_tail_link(&table->order, &entry->link);
    wmem_map_insert(table->map, key, entry);
}

void
bounded_remove(bounded_t *table, struct bounded_entry *entry)
{
    wmem_map_remove(table->map, entry->key);
    g_queue_unlink(&table->order, &entry->link);
}

unsigned
bytes_hash(const void *bytes, size_t n, unsigned seed)
{
    const unsigned char *p = (const unsigned char *)bytes;
    uint64_t h = seed ^ UINT64_C(14695981039346656037), word;

    for (; n >= sizeof word; n -= sizeof word, p += sizeof word) {
        memcpy(&word, p, sizeof word);
        h = (h ^ word) * UINT64_C(1099511628211);
        h ^= h >> 29;
    }
    for (word = n; n > 0; n--)
        word = word << 8 | p[n - 1];
    h = (h ^ word) * UINT64_C(1099511628211);
    return (unsigned)(h ^ h >> 32);
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
