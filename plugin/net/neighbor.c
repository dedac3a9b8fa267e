/* neighbor.c
 * Neighbours that do not answer ARP or Neighbour Discovery
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "net/lookup.h"

/* A pause in asking that begins a new resolution. */
#define ASKING_PAUSE (10 * NS_PER_SECOND)

void
neighbor_free(struct neighbor *n)
{
    if (n->host)
        g_queue_unlink(&n->host->neighbors, &n->host_link);
    frames_free(&n->asked);
    wmem_free(wmem_file_scope(), n);
}

void
neighbor_asked(struct root *root, const struct ipaddr *ip, const struct ipaddr *asker, uint32_t frame, when_t time)
{
    struct neighbor *n = (struct neighbor *)bounded_find(&root->neighbors, ip);

    if (n && (!ipaddr_equal(&n->asker, asker) || time - n->last > ASKING_PAUSE)) {
        bounded_remove(&root->neighbors, &n->entry);
        neighbor_free(n);
        n = NULL;
    }
    if (!n) {
        n = wmem_new0(wmem_file_scope(), struct neighbor);
        n->ip = *ip;
        n->asker = *asker;
        n->first = time;
        n->host = host_get(root, asker);
        n->host_link.data = n;
        g_queue_push_tail_link(&n->host->neighbors, &n->host_link);
        bounded_insert(&root->neighbors, &n->entry, &n->ip);
    } else if (time - n->last < COPY_WITHIN) {
        return;
    }
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

    if (n) {
        bounded_remove(&root->neighbors, &n->entry);
        neighbor_free(n);
    }
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
