/* model.c
 * What is remembered of a capture: hosts, names and the limits of it all
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "tcp/conn.h"
#include "net/lookup.h"
#include "model/activity.h"

/*
 * What one capture may hold at once. A busy gateway has some 60,000 connections under way
 * or lately failed (500 a second, 120 s each); a flood of any size costs no more memory.
 */
#define CONNS_MAX     (1u << 17)
#define HOSTS_MAX  (CONNS_MAX + (1u << 16))
#define NAMES_MAX     (1u << 16)
#define ASKED_MAX     (1u << 16)
#define NEIGHBORS_MAX (1u << 12)

/*
 * How long what is over is kept, in seconds: the FIN's copies, what a client lost and is sent again, a failure that a 502
 * may still cite, a silent connection.
 */
#define KEEP_DONE     2
#define KEEP_SERVED   30
#define KEEP_FAILED   300
#define KEEP_OPEN     7200
#define KEEP_RESOLVED 60

/* Every so many frames some of each shelf are swept away, so that sweeping stays O(1). */
#define SWEEP_EVERY   8
#define SWEEP_MAX     (4 * SWEEP_EVERY)

void
frames_add(struct frames *f, uint32_t no)
{
    if (f->n > 0 && f->no[f->n - 1] == no)
        return;
    f->seen++;
    if (f->n == FRAMES_MAX)
        return;
    if (f->n == f->room) {
        f->room = (uint16_t)(f->room ? f->room * 2 : 2);
        f->no = (uint32_t *)wmem_realloc(wmem_file_scope(), f->no, f->room * sizeof *f->no);
    }
    f->no[f->n++] = no;
}

void
frames_free(struct frames *f)
{
    wmem_free(wmem_file_scope(), f->no);
    memset(f, 0, sizeof *f);
}

static unsigned
ipaddr_hash(const void *key)
{
    const struct ipaddr *ip = (const struct ipaddr *)key;
    uint64_t half[2], h;

    memcpy(half, ip->b, sizeof half);
    h = (half[0] ^ ip->family) * UINT64_C(1099511628211);
    h = (h ^ h >> 29 ^ half[1]) * UINT64_C(1099511628211);
    return (unsigned)(h ^ h >> 32);
}

static gboolean
ipaddr_key_equal(const void *x, const void *y)
{
    return ipaddr_equal((const struct ipaddr *)x, (const struct ipaddr *)y);
}

#define KEY_FUNCTIONS(type) \
    static unsigned type##_hash(const void *key) \
    { \
        const struct type *k = (const struct type *)key; \
        return bytes_hash(k, sizeof *k, 0); \
    } \
    static gboolean type##_equal(const void *x, const void *y) \
    { \
        return memcmp(x, y, sizeof(struct type)) == 0; \
    }

/* Keys are compared byte by byte: whoever makes one clears it first. */
KEY_FUNCTIONS(target_key)
KEY_FUNCTIONS(asked_key)

/* hosts and gateways ******************************************************/

static bool
host_may_go(const struct bounded_entry *entry)
{
    const struct host *s = (const struct host *)entry;

    return g_queue_is_empty((GQueue *)&s->conns) && g_queue_is_empty((GQueue *)&s->searches) &&
           g_queue_is_empty((GQueue *)&s->neighbors) && (!s->gateway || g_queue_is_empty(&s->gateway->open));
}

static void
gateway_free(struct root *root, struct gateway *gateway)
{
    activities_move(&root->strays, &gateway->activities);
    wmem_free(wmem_file_scope(), gateway->profile);
    wmem_free(wmem_file_scope(), gateway);
}

static void
gateway_leave(struct root *root, struct host *s)
{
    if (s->gateway && --s->gateway->n_hosts == 0)
        gateway_free(root, s->gateway);
    s->gateway = NULL;
}

static void
host_evict(bounded_t *table, struct bounded_entry *entry)
{
    gateway_leave((struct root *)table->owner, (struct host *)entry);
    wmem_free(wmem_file_scope(), entry);
}

struct host *
host_find(struct root *root, const struct ipaddr *ip)
{
    return ip->family ? (struct host *)bounded_find(&root->hosts, ip) : NULL;
}

struct host *
host_get(struct root *root, const struct ipaddr *ip)
{
    struct host *s = (struct host *)bounded_find(&root->hosts, ip);

    if (!s) {
        s = wmem_new0(wmem_file_scope(), struct host);
        s->ip = *ip;
        bounded_insert(&root->hosts, &s->entry, &s->ip);
    }
    return s;
}

struct gateway *
host_gateway(struct host *s)
{
    if (!s->gateway) {
        s->gateway = wmem_new0(wmem_file_scope(), struct gateway);
        s->gateway->n_hosts = 1;
        s->gateway->hosts[s->gateway->n_known++] = s->ip;
    }
    return s->gateway;
}

bool
host_is_established(const struct host *s)
{
    return s->gateway && (s->gateway->n_known > 1 || !g_queue_is_empty(&s->gateway->open));
}

bool
host_on_same_link(const struct host *a, const struct host *b)
{
    return a && b && a->link && a->link == b->link;
}

void
host_join(struct root *root, struct host *a, struct host *b)
{
    struct gateway *gateway = host_gateway(a), *other = host_gateway(b);
    GList *link;

    if (other == gateway || gateway->n_known + other->n_known > GATEWAY_HOSTS_MAX)
        return;
    if (host_is_established(a) && host_is_established(b) && !host_on_same_link(a, b) && !ipaddr_equal(&a->suspect, &b->ip)) {
        a->suspect = b->ip;
        return;
    }
    while ((link = g_queue_pop_head_link(&other->open))) {
        ((struct exchange *)link->data)->gateway = gateway;
        g_queue_push_tail_link(&gateway->open, link);
    }
    for (unsigned i = 0; i < other->n_known; i++) {
        struct host *member = host_find(root, &other->hosts[i]);
        if (!member || member->gateway != other)
            continue;                   /* evicted meanwhile */
        member->gateway = gateway;
        gateway->n_hosts++;
        gateway->hosts[gateway->n_known++] = member->ip;
        other->n_hosts--;
    }
    activities_move(&gateway->activities, &other->activities);
    if (other->n_hosts == 0)
        gateway_free(root, other);
}

bool
host_serves(const struct host *s, const struct name *name)
{
    int looked_at = 0;

    for (GList *l = s->gateway && name ? name->open.head : NULL; l && looked_at < 64; l = l->next, looked_at++)
        if (((struct exchange *)l->data)->gateway == s->gateway)
            return true;
    return false;
}

/* names *******************************************************************/

static bool
name_may_go(const struct bounded_entry *entry)
{
    const struct name *n = (const struct name *)entry;

    return g_queue_is_empty((GQueue *)&n->open) && g_queue_is_empty((GQueue *)&n->searches);
}

static void
name_evict(bounded_t *table, struct bounded_entry *entry)
{
    struct root *root = (struct root *)table->owner;
    struct name *name = (struct name *)entry;

    for (unsigned i = 0; i < name->n_addresses; i++) {
        struct reverse *r = (struct reverse *)bounded_find(&root->reverses, &name->addresses[i]);
        for (int k = 0; r && k < ADDRESS_NAMES_MAX; k++)
            if (r->names[k] == name)
                r->names[k] = NULL;
    }
    wmem_free(wmem_file_scope(), name->text);
    wmem_free(wmem_file_scope(), name);
}

static void
entry_free(bounded_t *table _U_, struct bounded_entry *entry)
{
    wmem_free(wmem_file_scope(), entry);
}

struct name *
name_find(struct root *root, const char *text)
{
    return text ? (struct name *)bounded_find(&root->names, text) : NULL;
}

struct name *
name_get(struct root *root, const char *text)
{
    struct name *name = name_find(root, text);

    if (!name) {
        name = wmem_new0(wmem_file_scope(), struct name);
        name->text = wmem_strdup(wmem_file_scope(), text);
        bounded_insert(&root->names, &name->entry, name->text);
    }
    return name;
}

static void
reverse_add(struct root *root, struct name *name, const struct ipaddr *ip)
{
    struct reverse *r = (struct reverse *)bounded_find(&root->reverses, ip);
    int free_slot = -1;

    if (!r) {
        r = wmem_new0(wmem_file_scope(), struct reverse);
        r->ip = *ip;
        bounded_insert(&root->reverses, &r->entry, &r->ip);
    }
    for (int i = 0; i < ADDRESS_NAMES_MAX; i++) {
        if (r->names[i] == name)
            return;
        if (!r->names[i])
            free_slot = i;
    }
    if (free_slot >= 0)
        r->names[free_slot] = name;
}

bool
name_has_address(const struct name *name, const struct ipaddr *ip)
{
    for (unsigned i = 0; name && i < name->n_addresses; i++)
        if (ipaddr_equal(&name->addresses[i], ip))
            return true;
    return false;
}

void
name_add_address(struct root *root, struct name *name, const struct ipaddr *ip)
{
    if (!ip->family || name_has_address(name, ip))
        return;
    if (name->n_addresses == NAME_ADDRESSES_MAX) {
        memmove(name->addresses, name->addresses + 1, (NAME_ADDRESSES_MAX - 1) * sizeof *ip);
        name->n_addresses--;
    }
    name->addresses[name->n_addresses++] = *ip;
    reverse_add(root, name, ip);
}

void
next_hop_learn(struct next_hop *hops, const struct ipaddr *ip, uint16_t port, when_t now)
{
    struct next_hop *oldest = hops;

    for (struct next_hop *h = hops; h < hops + NEXT_HOPS_MAX; h++) {
        if (h->port == port && ipaddr_equal(&h->ip, ip)) {
            h->last = now;
            return;
        }
        if (h->last < oldest->last)
            oldest = h;
    }
    *oldest = (struct next_hop){ *ip, port, now };
}

/* the root ****************************************************************/

static bool
target_may_go(const struct bounded_entry *entry)
{
    const struct target *t = (const struct target *)entry;

    return g_queue_is_empty((GQueue *)&t->waiting) && g_queue_is_empty((GQueue *)&t->claimed);
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
}

struct root *
root_new(void)
{
    struct root *root = wmem_new0(wmem_file_scope(), struct root);

    table_init(root, &root->conns, CONNS_MAX, g_direct_hash, g_direct_equal, NULL, conn_evict);
    table_init(root, &root->hosts, HOSTS_MAX, ipaddr_hash, ipaddr_key_equal, host_may_go, host_evict);
    table_init(root, &root->targets, CONNS_MAX * 2, target_key_hash, target_key_equal, target_may_go, entry_free);
    table_init(root, &root->approaches, CONNS_MAX * 2, target_key_hash, target_key_equal, NULL, entry_free);
    table_init(root, &root->names, NAMES_MAX, wmem_str_hash, g_str_equal, name_may_go, name_evict);
    table_init(root, &root->reverses, NAMES_MAX * 2, ipaddr_hash, ipaddr_key_equal, NULL, entry_free);
    table_init(root, &root->asked, ASKED_MAX, asked_key_hash, asked_key_equal, NULL, asked_evict);
    table_init(root, &root->neighbors, NEIGHBORS_MAX, ipaddr_hash, ipaddr_key_equal, NULL, neighbor_evict);
    table_init(root, &root->reported, NEIGHBORS_MAX, target_key_hash, target_key_equal, NULL, entry_free);
    return root;
}

void
root_copy_learnt(struct root *to, struct root *from)
{
    for (GList *l = from->names.order.head; l; l = l->next) {
        const struct name *name = (const struct name *)l->data;
        struct name *copy = name_get(to, name->text);
        for (unsigned i = 0; i < name->n_addresses; i++)
            name_add_address(to, copy, &name->addresses[i]);
        memcpy(copy->next_hops, name->next_hops, sizeof copy->next_hops);
    }
    for (GList *l = from->hosts.order.head; l; l = l->next) {
        const struct host *host = (const struct host *)l->data;
        struct host *copy = host_get(to, &host->ip);
        copy->answers_dns = host->answers_dns;
        copy->is_client = host->is_client;
        copy->link = host->link;
        if (host->gateway && host->gateway->n_known > 1)
            host_join(to, host_get(to, &host->gateway->hosts[0]), copy);
    }
}

static void
sweep_shelf(struct root *root, GQueue *shelf, unsigned seconds)
{
    for (int i = 0; i < SWEEP_MAX && !g_queue_is_empty(shelf); i++) {
        struct conn *conn = (struct conn *)shelf->head->data;

        if (conn->shelved + seconds * NS_PER_SECOND > root->now)
            break;
        conn_drop(root, conn);
    }
}

static void
sweep_lookups(struct root *root, GQueue *shelf, unsigned seconds)
{
    for (int i = 0; i < SWEEP_MAX && !g_queue_is_empty(shelf); i++) {
        struct lookup *lookup = (struct lookup *)shelf->head->data;

        if (lookup->last + seconds * NS_PER_SECOND > root->now)
            break;
        lookup_drop(root, lookup);
    }
}

void
root_sweep(struct root *root)
{
    if (++root->sweeps % SWEEP_EVERY != 0)
        return;
    sweep_shelf(root, &root->shelf_done, KEEP_DONE);
    sweep_shelf(root, &root->shelf_served, KEEP_SERVED);
    sweep_shelf(root, &root->shelf_failed, KEEP_FAILED);
    sweep_shelf(root, &root->shelf_open, KEEP_OPEN);
    sweep_lookups(root, &root->lookups_resolved, KEEP_RESOLVED);
    sweep_lookups(root, &root->lookups_open, KEEP_FAILED);
}
