/* bounded.h
 * A hash table that never grows beyond its limit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BASE_BOUNDED_H
#define MWG502_BASE_BOUNDED_H

#include <stdbool.h>
#include <stdint.h>

#include <epan/wmem_scopes.h>

/*
 * A wmem_map whose entries also stand in a queue, oldest first. Adding one entry too many
 * evicts the first of that queue which may go; one that was found meanwhile is spared once
 * and goes to the end (the "second chance" of paging: finding stays cheap). Entries are structs
 * of the caller's that begin with a struct bounded_entry, allocated in wmem_file_scope();
 * the table frees none of them: evict() does, after it has unlinked whatever points there.
 *
 * turn       counts what is handled one after the other, such as packets; NULL or 0: nothing is counted. What was
 *            found or inserted in this turn is never evicted in it, so that a pointer to it stays good to its end. Example: a
 *            query's asker is found, and its DNS server, which is new, takes another one's place.
 * may_evict  false: the entry is in use and is passed over. At most a few are looked at
 *            on each insertion (it stays O(1)), so a table full of entries in use can
 *            stand above its limit by as many as the caller keeps in use, and a turn uses.
 */
struct bounded_entry {
    GList link;                 /* data: the entry itself */
    const void *key;
    uint32_t turn;              /* in which it was found or inserted last */
    bool used;                  /* found since it was put at the end of the queue */
};

typedef struct bounded {
    wmem_map_t *map;
    GQueue order;
    unsigned limit;
    const uint32_t *turn;
    bool (*may_evict)(const struct bounded_entry *);
    void (*evict)(struct bounded *, struct bounded_entry *);
    void *owner;                /* for the callbacks */
} bounded_t;

/* The map lives in wmem_file_scope(). */
void bounded_init(bounded_t *table, unsigned limit, GHashFunc hash, GEqualFunc equal);

/* NULL if there is none. The entry found is spared when it would be evicted next. */
void *bounded_find(bounded_t *table, const void *key);

/* key must live as long as the entry and must not be in the table. */
void bounded_insert(bounded_t *table, struct bounded_entry *entry, const void *key);

/* Takes the entry out without calling evict(). */
void bounded_remove(bounded_t *table, struct bounded_entry *entry);

/* In the manner of FNV-1a, eight bytes at a time: a hash for keys that are plain bytes. */
unsigned bytes_hash(const void *bytes, size_t n, unsigned seed);

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
