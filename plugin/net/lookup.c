/* lookup.c
 * DNS: questions and what they drew
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "net/lookup.h"
#include "net/search.h"
#include "net/turn.h"

/* The same socket, id and question mean one question for so long. */
#define REPEATED_WITHIN (40 * NS_PER_SECOND)

/*
 * No resolver asks again sooner (RFC 1035 section 4.2.1 wants two seconds at least), unless an ICMP error
 * woke it: where the IP header has no identification, what comes sooner is a copy.
 */
#define REPEAT_SOONEST (NS_PER_SECOND / 20)

void
asked_evict(bounded_t *table _U_, struct bounded_entry *entry)
{
    ((struct asked *)entry)->in_table = false;
}

/* questions ***************************************************************/

/* An ICMP error for the socket's other question wakes the asker for both. */
static bool
drew_error_since(const struct asked *asked)
{
    const struct lookup *lookup = asked->lookup;
    uint32_t sent = asked->q.sent.n > 0 ? asked->q.sent.no[asked->q.sent.n - 1] : 0;

    for (unsigned i = 0; i < lookup->n; i++) {
        const struct frames *icmp = &lookup->questions[i]->q.icmp;
        if (lookup->questions[i]->key.port == asked->key.port && icmp->n > 0 && icmp->no[icmp->n - 1] > sent)
            return true;
    }
    return false;
}

/* The packet of the latest sending once more, seen elsewhere or mirrored: told by identity where there is one, not by a clock. */
static bool
is_copy(const struct asked *asked, const struct dns_message *m)
{
    if (m->ip_id && asked->ip_id)
        return m->ip_id == asked->ip_id;
    if (m->link_src && asked->link && m->link_src != asked->link)
        return true;            /* behind a router or a bridge */
    if (asked->q.answers.seen + asked->q.icmp.seen >= asked->q.sent.seen || drew_error_since(asked))
        return false;
    return m->time - asked->q.last_sent < REPEAT_SOONEST;
}

static void
note_sent(struct asked *asked, const struct dns_message *m)
{
    if (m->frame)
        frames_add(&asked->q.sent, m->frame);
    asked->q.last_sent = asked->lookup->last = m->time;
    asked->ip_id = m->ip_id;
    asked->link = m->link_src;
}

/* NULL: the search is full */
static struct asked *
asked_new(struct root *root, const struct asked_key *key, const struct dns_message *m)
{
    struct lookup *lookup = search_for(root, m);
    struct asked *asked;

    if (lookup->n == QUESTIONS_MAX)
        return NULL;
    asked = wmem_new0(wmem_file_scope(), struct asked);
    asked->key = *key;
    asked->lookup = lookup;
    asked->q.name = wmem_strdup(wmem_file_scope(), m->name);
    asked->q.type = m->type;
    asked->q.server = m->dst;
    asked->q.asker = m->src;
    asked->q.first_sent = m->time;
    note_sent(asked, m);
    lookup->questions[lookup->n++] = asked;
    asked->in_table = true;
    bounded_insert(&root->asked, &asked->entry, &asked->key);
    return asked;
}

static bool
asks_for(const struct asked *asked, const struct dns_message *m)
{
    return asked->q.type == m->type && strcmp(asked->q.name, m->name) == 0;
}

/* One socket may ask for A, then for AAAA under the same id (HAProxy): the table has the latest, its search has both. */
static struct asked *
with_same_id(struct asked *latest, const struct dns_message *m)
{
    if (!latest || asks_for(latest, m))
        return latest;
    for (unsigned i = latest->lookup->n; i-- > 0; ) {
        struct asked *asked = latest->lookup->questions[i];
        if (asks_for(asked, m) && memcmp(&asked->key, &latest->key, sizeof asked->key) == 0)
            return asked;
    }
    return NULL;
}

static struct asked *
question(struct root *root, const struct dns_message *m)
{
    struct asked_key key;
    struct asked *asked, *same;

    memset(&key, 0, sizeof key);
    key.from = m->src;
    key.to = m->dst;
    key.port = m->sport;
    key.id = m->id;
    asked = (struct asked *)bounded_find(&root->asked, &key);
    same = with_same_id(asked, m);
    if (same && m->time - same->q.last_sent < REPEATED_WITHIN) {
        if (!is_copy(same, m))
            note_sent(same, m);
        return same;
    }
    if (asked) {
        bounded_remove(&root->asked, &asked->entry);
        asked->in_table = false;
    }
    return asked_new(root, &key, m);
}

void
lookup_copy(struct root *root, const struct asked_key *original, const struct dns_message *m)
{
    struct asked *asked = with_same_id((struct asked *)bounded_find(&root->asked, original), m);

    if (asked && !asked->q.copy_frame)
        asked->q.copy_frame = m->frame;
}

/* answers *****************************************************************/

static void
learn_addresses(struct root *root, struct name *name, const struct dns_message *m)
{
    for (unsigned i = 0; name && i < m->n_addresses; i++)
        name_add_address(root, name, &m->addresses[i]);
}

/* The look-up itself is forgotten sooner than its addresses are. */
static void
note_told(struct name *name, const struct asked *asked)
{
    bool v6 = asked->q.type == DNS_TYPE_AAAA;

    name->told[v6].question = asked->q.sent.n > 0 ? asked->q.sent.no[0] : 0;
    name->told[v6].answer = asked->q.answers.no[0];
}

static enum dns_outcome
outcome_of(const struct dns_message *m)
{
    if (m->rcode == 3)
        return DNS_NAME_ERROR;
    if (m->rcode != 0)
        return DNS_OTHER_ERROR;
    return m->n_addresses > 0 || m->cut_short ? DNS_ADDRESS : DNS_NO_DATA;
}

/* For whoever reads the verdict: what the name stood for then. */
static void
keep_told(struct question *q, const struct dns_message *m)
{
    wmem_free(wmem_file_scope(), (void *)q->told);
    q->n_told = (uint8_t)m->n_addresses;
    q->told = q->n_told > 0 ? (struct ipaddr *)wmem_memdup(wmem_file_scope(), m->addresses, MIN(q->n_told, TOLD_MAX) * sizeof *q->told) : NULL;
}

static void
answer(struct root *root, const struct dns_message *m)
{
    struct asked_key key;
    struct asked *asked;

    memset(&key, 0, sizeof key);
    key.from = m->dst;
    key.to = m->src;
    key.port = m->dport;
    key.id = m->id;
    asked = with_same_id((struct asked *)bounded_find(&root->asked, &key), m);
    if (m->n_addresses > 0) {
        learn_addresses(root, name_get(root, m->name), m);
        for (unsigned i = 0; i < m->n_canonical; i++)
            learn_addresses(root, name_get(root, m->canonical[i]), m);
    }
    if (!asked)
        return;
    if (asked->q.answers.seen > 0 && asked->q.answers.seen >= asked->q.sent.seen)
        return;                         /* a copy */
    frames_add(&asked->q.answers, m->frame);
    asked->q.answered = asked->lookup->last = m->time;
    asked->q.truncated = m->truncated;
    asked->q.rcode = m->rcode;
    asked->q.outcome = m->truncated && m->n_addresses == 0 && m->rcode == 0 ? DNS_SILENT : outcome_of(m);
    keep_told(&asked->q, m);
    if (asked->q.outcome == DNS_ADDRESS) {
        learn_addresses(root, asked->lookup->name, m);
        note_told(asked->lookup->name, asked);
        asked->lookup->resolved = true;
        search_shelve(asked->lookup, &root->lookups_resolved);
    } else if (m->rcode == 0) {
        for (unsigned i = 0; i < m->n_canonical; i++)
            name_set_alias(name_get(root, m->canonical[i]), asked->lookup->name);
    }
    turn_told(asked->lookup);
}

/* What a gateway asks for when it looks for a server. */
static bool
is_search(const struct dns_message *m)
{
    static const uint16_t types[] = { DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_SRV, DNS_TYPE_SVCB, DNS_TYPE_HTTPS };
    bool searches = false;

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        searches = searches || m->type == types[i];
    return searches && m->name && m->name[0] && m->src.family && m->dst.family;
}

void
lookup_message(struct root *root, const struct dns_message *m)
{
    if (!is_search(m))
        return;
    if (m->response)
        answer(root, m);
    else
        question(root, m);
}

/* Searches of one asker that are looked at from the latest one. */
#define LOOKED_AT_MAX 64

static bool
lacks_error(const struct asked *asked)
{
    return asked->q.icmp.seen < MAX(asked->q.sent.seen, 1);
}

/*
 * The question that an error is for of which only the ports are quoted: of those that the latest search sent
 * from this socket to that server the oldest without an error, since A and AAAA share a socket and each draws one.
 */
static struct asked *
asked_from(struct root *root, const struct asked_key *key)
{
    const struct host *host = host_find(root, &key->from);
    struct asked *last = NULL;
    unsigned looked_at = 0;

    for (const node_t *l = host ? host->searches.tail : NULL; l && !last && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct lookup *lookup = (const struct lookup *)l->data;
        for (unsigned i = 0; i < lookup->n; i++) {
            struct asked *asked = lookup->questions[i];
            if (asked->key.port != key->port || !ipaddr_equal(&asked->key.to, &key->to))
                continue;
            last = asked;
            if (lacks_error(asked))
                return asked;
        }
    }
    return last;
}

/* The same error once more: for this question, or where only ports are quoted, for another one of the socket. */
static bool
is_copy_of_error(const struct asked *asked, const struct dns_error *e)
{
    const struct lookup *lookup = asked->lookup;

    if (!lacks_error(asked))
        return true;
    for (unsigned i = 0; e->ip_id && i < lookup->n; i++)
        if (lookup->questions[i]->icmp_ip_id == e->ip_id && lookup->questions[i]->key.port == asked->key.port)
            return true;
    return false;
}

void
lookup_icmp(struct root *root, const struct dns_error *e)
{
    struct asked *asked = e->id_known ? (struct asked *)bounded_find(&root->asked, &e->key) : asked_from(root, &e->key);

    if (!asked && e->quoted && is_search(e->quoted) && !e->quoted->response)
        asked = question(root, e->quoted);
    if (!asked || is_copy_of_error(asked, e))
        return;
    asked->icmp_ip_id = e->ip_id;
    frames_add(&asked->q.icmp, e->frame);
    asked->q.icmp_type = e->type;
    asked->q.icmp_code = e->code;
    asked->lookup->last = asked->q.rejected = e->time;
    if (asked->q.outcome == DNS_SILENT)
        asked->q.outcome = DNS_ICMP;
}

/* DNS over TCP ************************************************************/

struct lookup *
lookup_over_tcp(struct root *root, const struct conn *conn)
{
    const struct host *host = host_find(root, &conn->side[CLIENT].ip);
    struct lookup *nearest = NULL;
    when_t latest = 0;
    unsigned looked_at = 0;

    for (const node_t *l = host ? host->searches.tail : NULL; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;
        for (unsigned i = 0; i < lookup->n; i++) {
            const struct question *q = &lookup->questions[i]->q;
            if (!q->truncated || q->answered > conn->hs.first_syn || q->answered <= latest || !ipaddr_equal(&q->server, &conn->side[SERVER].ip))
                continue;
            latest = q->answered;
            nearest = lookup;
        }
    }
    return nearest;
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
