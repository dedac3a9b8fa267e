/* neighbor.c
 * Neighbours that do not answer ARP or Neighbour Discovery
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "net/neighbor.h"

/* A pause in asking that begins a new resolution. */
#define ASKING_PAUSE (10 * NS_PER_SECOND)

/* Nobody asks again sooner (RFC 4861 section 10: RETRANS_TIMER is a second, as Linux' ARP has it): what comes sooner is a copy. */
#define ASKS_AGAIN_AFTER (NS_PER_SECOND / 10)

void
neighbor_free(struct neighbor *n)
{
    if (n->host)
        list_remove(&n->host->neighbors, &n->host_link);
    frames_free(&n->asked);
    wmem_free(wmem_file_scope(), n);
}

static void
forget(struct root *root, struct neighbor *n)
{
    bounded_remove(&root->neighbors, &n->entry);
    neighbor_free(n);
}

static struct neighbor *
neighbor_new(struct root *root, const struct ipaddr *ip, struct host *asker, when_t time)
{
    struct neighbor *n = wmem_new0(wmem_file_scope(), struct neighbor);

    n->ip = *ip;
    n->asker = asker->ip;
    n->first = time;
    n->host = asker;
    node_init(&n->host_link, n);
    list_append(&asker->neighbors, &n->host_link);
    bounded_insert(&root->neighbors, &n->entry, &n->ip);
    return n;
}

static bool
is_new_resolution(const struct neighbor *n, const struct host *asker, when_t time)
{
    if (time - n->last > ASKING_PAUSE)
        return true;
    return asker != n->host && asker->gateway && !(n->host && n->host->gateway);
}

void
neighbor_asked(struct root *root, const struct ipaddr *ip, const struct ipaddr *asker, link_t link, uint32_t frame, when_t time)
{
    struct host *host = host_get(root, asker);
    struct neighbor *n = (struct neighbor *)bounded_find(&root->neighbors, ip);

    if (n && is_new_resolution(n, host, time)) {
        forget(root, n);
        n = NULL;
    }
    if (!n)
        n = neighbor_new(root, ip, host, time);
    else if (n->host != host || time - n->last < ASKS_AGAIN_AFTER)
        return;
    n->link = link;
    if (n->asked.n == FRAMES_MAX) {
        /* Asked for ever: the latest matter. */
        n->asked.n /= 2;
        memmove(n->asked.no, n->asked.no + n->asked.n, n->asked.n * sizeof *n->asked.no);
        memmove(n->asked_at, n->asked_at + n->asked.n, n->asked.n * sizeof *n->asked_at);
    }
    n->asked_at[n->asked.n] = time;
    frames_add(&n->asked, frame);
    n->last = time;
}

void
neighbor_heard(struct root *root, const struct ipaddr *ip)
{
    struct neighbor *n = (struct neighbor *)bounded_find(&root->neighbors, ip);

    if (n)
        forget(root, n);
}

bool
neighbor_may_be_asked_by(const struct neighbor *n, const struct host *host)
{
    return !host || !n->link || !host->link || n->link == host->link || ipaddr_equal(&n->asker, &host->ip);
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
