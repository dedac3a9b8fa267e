/* capture.c
 * What one capture may hold at once, and for how long
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/exchange.h"
#include "http/http.h"
#include "match/chain.h"
#include "match/match.h"
#include "model/encrypted.h"
#include "model/retention.h"
#include "net/lookup.h"
#include "net/neighbor.h"
#include "net/search.h"
#include "tcp/copies.h"
#include "track/capture.h"

/*
 * A busy gateway has some 60,000 connections under way or lately failed (500 a second,
 * 120 s each); a flood of any size costs no more memory.
 */
#define CONNS_MAX     (1u << 17)
#define HOSTS_MAX     (CONNS_MAX + (1u << 16))
#define NAMES_MAX     (1u << 16)
#define ASKED_MAX     (1u << 16)
#define NEIGHBORS_MAX (1u << 12)
#define PORTS_MAX     (1u << 12)

/* How long look-ups are kept after their last word, in seconds. */
#define KEEP_RESOLVED 60
#define KEEP_FAILED   300

/* Every so many frames some of each shelf are swept away, so that sweeping stays O(1). */
#define SWEEP_EVERY   8
#define SWEEP_MAX     (4 * SWEEP_EVERY)

static const struct exchange_listener matching = { chain_connection_begun, match_begun, match_answered, match_forgotten };

static unsigned
asked_key_hash(const void *key)
{
    return bytes_hash(key, sizeof(struct asked_key), 0);
}

static gboolean
asked_key_equal(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct asked_key)) == 0;
}

static void
entry_free(bounded_t *table _U_, struct bounded_entry *entry)
{
    wmem_free(wmem_file_scope(), entry);
}

static void
neighbor_evict(bounded_t *table _U_, struct bounded_entry *entry)
{
    neighbor_free((struct neighbor *)entry);
}

static void
table_init(struct root *root, bounded_t *table, unsigned limit, GHashFunc hash, GEqualFunc equal,
           bool (*may_evict)(const struct bounded_entry *), void (*evict)(bounded_t *, struct bounded_entry *))
{
    bounded_init(table, limit, hash, equal);
    table->may_evict = may_evict;
    table->evict = evict;
    table->owner = root;
    table->turn = &root->frame;
}

struct root *
capture_new(const struct settings *settings)
{
    struct root *root = wmem_new0(wmem_file_scope(), struct root);

    table_init(root, &root->conns.table, CONNS_MAX, g_direct_hash, g_direct_equal, NULL, conn_evict);
    table_init(root, &root->conns.copies, CONNS_MAX, g_direct_hash, g_direct_equal, NULL, copies_evict);
    table_init(root, &root->gateways.hosts, HOSTS_MAX, ipaddr_hash, ipaddr_key_equal, host_may_go, host_evict);
    table_init(root, &root->attempts.targets, CONNS_MAX * 2, target_key_hash, target_key_equal, target_may_go, target_evict);
    table_init(root, &root->attempts.approaches, CONNS_MAX * 2, target_key_hash, target_key_equal, NULL, entry_free);
    table_init(root, &root->names.by_text, NAMES_MAX, wmem_str_hash, g_str_equal, name_may_go, name_evict);
    table_init(root, &root->names.by_address, NAMES_MAX * 2, ipaddr_hash, ipaddr_key_equal, NULL, entry_free);
    table_init(root, &root->asked, ASKED_MAX, asked_key_hash, asked_key_equal, NULL, asked_evict);
    table_init(root, &root->neighbors, NEIGHBORS_MAX, ipaddr_hash, ipaddr_key_equal, NULL, neighbor_evict);
    table_init(root, &root->reported, NEIGHBORS_MAX, target_key_hash, target_key_equal, NULL, entry_free);
    table_init(root, &root->encrypted, PORTS_MAX, target_key_hash, target_key_equal, NULL, encrypted_evict);
    root->conn_listener = &http_listener;
    root->exchange_listener = &matching;
    root->settings = *settings;
    return root;
}

void
capture_copy_learnt(struct root *to, struct root *from)
{
    for (node_t *l = from->names.by_text.order.head; l; l = l->next) {
        const struct name *name = (const struct name *)l->data;
        struct name *copy = name_get(to, name->text);
        for (unsigned i = 0; i < name->n_addresses; i++)
            name_add_address(to, copy, &name->addresses[i]);
        memcpy(copy->next_hops, name->next_hops, sizeof copy->next_hops);
    }
    for (node_t *l = from->gateways.hosts.order.head; l; l = l->next) {
        const struct host *host = (const struct host *)l->data;
        struct host *copy = host_get(to, &host->ip);
        copy->answers_dns = host->answers_dns;
        copy->is_client = host->is_client;
        copy->asks_itself = host->asks_itself;
        copy->link = host->link;
        if (host->gateway && host->gateway->n_known > 1)
            host_join(to, host_get(to, &host->gateway->hosts[0]), copy);
    }
}

static void
sweep_shelf(struct root *root, enum shelf shelf)
{
    struct conn *conn;

    for (int i = 0; i < SWEEP_MAX && (conn = retention_due(root, shelf)); i++)
        conn_drop(root, conn);
}

static void
sweep_lookups(struct root *root, const list_t *shelf, unsigned seconds)
{
    for (int i = 0; i < SWEEP_MAX && !list_is_empty(shelf); i++) {
        struct lookup *lookup = (struct lookup *)list_first(shelf);

        if (lookup->last + seconds * NS_PER_SECOND > root->now)
            break;
        search_drop(root, lookup);
    }
}

void
capture_sweep(struct root *root)
{
    if (++root->sweeps % SWEEP_EVERY != 0)
        return;
    sweep_shelf(root, SHELF_DONE);
    sweep_shelf(root, SHELF_SERVED);
    sweep_shelf(root, SHELF_FAILED);
    sweep_shelf(root, SHELF_OPEN);
    sweep_lookups(root, &root->lookups_resolved, KEEP_RESOLVED);
    sweep_lookups(root, &root->lookups_open, KEEP_FAILED);
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
