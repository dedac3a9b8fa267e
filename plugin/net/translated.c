/* translated.c
 * DNS messages that the capture holds a second time, behind address translation
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "net/lookup.h"
#include "net/translated.h"

/* So long a packet is under way between the two places where it was captured, at most: sooner than any resolver repeats it. */
#define UNDER_WAY (NS_PER_SECOND / 5)

static struct asked_key
key_of(const struct dns_message *m)
{
    struct asked_key key;

    memset(&key, 0, sizeof key);
    key.from = m->response ? m->dst : m->src;
    key.to = m->response ? m->src : m->dst;
    key.port = m->response ? m->dport : m->sport;
    key.id = m->id;
    return key;
}

static bool
same_key(const struct asked_key *x, const struct asked_key *y)
{
    return x->id == y->id && x->port == y->port && ipaddr_equal(&x->from, &y->from) && ipaddr_equal(&x->to, &y->to);
}

static bool
is_loopback(const struct asked_key *key)
{
    return ipaddr_is_loopback(&key->from) || ipaddr_is_loopback(&key->to);
}

/* A forwarded packet has the same identification, and has come one hop further. */
static bool
is_same_packet(const struct first_query *first, const struct asked_key *key, const struct dns_message *m)
{
    bool kept_port = first->key.port == key->port, further = m->ttl && m->ttl < first->ttl;

    return first->time && ABS(m->time - first->time) < UNDER_WAY && first->ip_id == m->ip_id && (kept_port || further) &&
           !is_loopback(&first->key) && !is_loopback(key);
}

static struct dns_message
as_original(const struct dns_message *m, const struct asked_key *original)
{
    struct dns_message as = *m;

    as.src = m->response ? original->to : original->from;
    as.dst = m->response ? original->from : original->to;
    *(m->response ? &as.dport : &as.sport) = original->port;
    return as;
}

/* NULL: the message is no copy. */
static const struct first_query *
original_of(struct root *root, const struct dns_message *m)
{
    struct asked_key key = key_of(m);
    unsigned hash = bytes_hash(m->name, strlen(m->name), (unsigned)m->id << 16 | m->type);
    struct first_query *first = &root->first_queries[hash % FIRST_QUERIES];
    bool known = first->time && first->hash == hash;

    if (known && same_key(&first->copy, &key))
        return first;
    if (m->response)
        return NULL;
    if (known && !same_key(&first->key, &key) && is_same_packet(first, &key, m)) {
        first->copy = key;
        return first;
    }
    if (!known || !same_key(&first->key, &key))
        *first = (struct first_query){ .hash = hash, .key = key };
    first->time = m->time;
    first->ip_id = m->ip_id;
    first->ttl = m->ttl;
    return NULL;
}

void
translated_message(struct root *root, const struct dns_message *m)
{
    const struct first_query *original = m->name ? original_of(root, m) : NULL;

    if (!original) {
        lookup_message(root, m);
    } else if (m->response) {
        struct dns_message as = as_original(m, &original->key);
        lookup_message(root, &as);
    } else {
        lookup_copy(root, &original->key, m);
    }
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
