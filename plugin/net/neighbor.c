/* neighbor.c
 * Neighbours that do not answer ARP or Neighbour Discovery
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "net/neighbor.h"

/* So many askers of one neighbour are told apart: the members of a cluster of proxies, which are few. */
#define ASKERS_MAX 4

/* A pause in asking that begins a new resolution. */
#define ASKING_PAUSE (10 * NS_PER_SECOND)

/* Nobody asks again sooner (RFC 4861 section 10: RETRANS_TIMER is a second, as Linux' ARP has it): what comes sooner is a copy. */
#define ASKS_AGAIN_AFTER (NS_PER_SECOND / 10)

static void
resolution_free(struct resolution *r)
{
    list_remove(&r->neighbor->resolutions, &r->neighbor_link);
    list_remove(&r->host->resolutions, &r->host_link);
    frames_free(&r->asked);
    wmem_free(wmem_file_scope(), r);
}

void
neighbor_free(struct neighbor *n)
{
    while (!list_is_empty(&n->resolutions))
        resolution_free((struct resolution *)list_first(&n->resolutions));
    wmem_free(wmem_file_scope(), n);
}

static struct neighbor *
neighbor_get(struct root *root, const struct ipaddr *ip)
{
    struct neighbor *n = (struct neighbor *)bounded_find(&root->neighbors, ip);

    if (!n) {
        n = wmem_new0(wmem_file_scope(), struct neighbor);
        n->ip = *ip;
        bounded_insert(&root->neighbors, &n->entry, &n->ip);
    }
    return n;
}

static struct resolution *
resolution_of(const struct neighbor *n, const struct host *asker)
{
    for (node_t *l = n->resolutions.head; l; l = l->next)
        if (((struct resolution *)l->data)->host == asker)
            return (struct resolution *)l->data;
    return NULL;
}

static struct resolution *
resolution_new(struct neighbor *n, struct host *asker, when_t time)
{
    struct resolution *r = wmem_new0(wmem_file_scope(), struct resolution);

    r->neighbor = n;
    r->host = asker;
    r->asker = asker->ip;
    r->first = time;
    node_init(&r->neighbor_link, r);
    node_init(&r->host_link, r);
    list_append(&n->resolutions, &r->neighbor_link);
    list_append(&asker->resolutions, &r->host_link);
    return r;
}

/* There are many who ask: a gateway takes the place of who is none. */
static bool
has_room(struct neighbor *n, const struct host *asker)
{
    if (list_length(&n->resolutions) < ASKERS_MAX)
        return true;
    for (node_t *l = n->resolutions.head; l && asker->gateway; l = l->next) {
        struct resolution *r = (struct resolution *)l->data;
        if (!r->host->gateway) {
            resolution_free(r);
            return true;
        }
    }
    return false;
}

void
neighbor_asked(struct root *root, const struct ipaddr *ip, const struct ipaddr *asker, link_t link, uint32_t frame, when_t time)
{
    struct host *host = host_get(root, asker);
    struct neighbor *n = neighbor_get(root, ip);
    struct resolution *r = resolution_of(n, host);

    if (r && time - r->last > ASKING_PAUSE) {
        resolution_free(r);
        r = NULL;
    }
    if (r ? time - r->last < ASKS_AGAIN_AFTER : !has_room(n, host))
        return;
    if (!r)
        r = resolution_new(n, host, time);
    r->link = link;
    if (r->asked.n == FRAMES_MAX) {
        /* Asked for ever: the latest matter. */
        r->asked.n /= 2;
        memmove(r->asked.no, r->asked.no + r->asked.n, r->asked.n * sizeof *r->asked.no);
        memmove(r->asked_at, r->asked_at + r->asked.n, r->asked.n * sizeof *r->asked_at);
    }
    r->asked_at[r->asked.n] = time;
    frames_add(&r->asked, frame);
    r->last = time;
}

void
neighbor_heard(struct root *root, const struct ipaddr *ip)
{
    struct neighbor *n = (struct neighbor *)bounded_find(&root->neighbors, ip);

    if (n) {
        bounded_remove(&root->neighbors, &n->entry);
        neighbor_free(n);
    }
}

bool
resolution_may_be_of(const struct resolution *r, const struct host *host)
{
    return !host || !r->link || !host->link || r->link == host->link || ipaddr_equal(&r->asker, &host->ip);
}

void
neighbor_reported(struct root *root, const struct target_key *key, when_t time)
{
    struct reported *r = (struct reported *)bounded_find(&root->reported, key);

    if (!r) {
        r = wmem_new0(wmem_file_scope(), struct reported);
        r->key = *key;
        bounded_insert(&root->reported, &r->entry, &r->key);
    }
    r->time = time;
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
