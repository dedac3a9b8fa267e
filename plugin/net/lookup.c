/* lookup.c
 * DNS: questions, their answers, and which of them are one search; neighbours that do not answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "net/lookup.h"
#include "bytes/url.h"

/* A question within this time of the last one may belong to the same search. */
#define SEARCH_PAUSE (40 * NS_PER_SECOND)

/* Searches for one name that are looked at for each question. */
#define LOOKED_AT_MAX 64
#define SOCKETS_LOOKED_AT_MAX 16

static void
shelve(GQueue *shelf, struct lookup *lookup)
{
    if (lookup->shelf)
        g_queue_unlink(lookup->shelf, &lookup->shelf_link);
    lookup->shelf = shelf;
    g_queue_push_tail_link(shelf, &lookup->shelf_link);
}

static struct lookup *
lookup_new(struct root *root, struct name *name, struct host *host, when_t time)
{
    struct lookup *lookup = wmem_new0(wmem_file_scope(), struct lookup);

    lookup->name_link.data = lookup->host_link.data = lookup->shelf_link.data = lookup;
    lookup->name = name;
    g_queue_push_tail_link(&name->searches, &lookup->name_link);
    if (g_queue_get_length(&host->searches) >= HOST_RECENT_MAX) {
        struct lookup *oldest = (struct lookup *)g_queue_pop_head_link(&host->searches)->data;
        oldest->host = NULL;
    }
    lookup->host = host;
    g_queue_push_tail_link(&host->searches, &lookup->host_link);
    lookup->start = lookup->last = time;
    shelve(&root->lookups_open, lookup);
    return lookup;
}

void
asked_evict(bounded_t *table _U_, struct bounded_entry *entry)
{
    ((struct asked *)entry)->in_table = false;
}

void
lookup_drop(struct root *root, struct lookup *lookup)
{
    for (unsigned i = 0; i < lookup->n; i++) {
        struct asked *asked = lookup->questions[i];

        if (asked->in_table)
            bounded_remove(&root->asked, &asked->entry);
        frames_free(&asked->q.sent);
        frames_free(&asked->q.answers);
        frames_free(&asked->q.icmp);
        wmem_free(wmem_file_scope(), (char *)asked->q.name);
        wmem_free(wmem_file_scope(), asked);
    }
    g_queue_unlink(&lookup->name->searches, &lookup->name_link);
    if (lookup->host)
        g_queue_unlink(&lookup->host->searches, &lookup->host_link);
    g_queue_unlink(lookup->shelf, &lookup->shelf_link);
    wmem_free(wmem_file_scope(), lookup);
}

/* questions ***************************************************************/

static struct exchange *
waiting_for(struct name *name, when_t time)
{
    for (GList *l = name ? name->open.tail : NULL; l; l = l->prev) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->request.time <= time + CLOCK_SLACK)
            return ex;
    }
    return NULL;
}

/*
 * The name whose search this is: the name asked for itself, or where nobody waits for
 * that one, the host behind which a search suffix was put.
 */
static struct name *
searched_name(struct root *root, const char *asked, when_t time, struct exchange **waiting)
{
    char host[URL_HOST_BUFFER];
    char *dot;

    g_strlcpy(host, asked, sizeof host);
    *waiting = waiting_for(name_find(root, host), time);
    if (!*waiting) {
        while ((dot = strrchr(host, '.')) && dot > host) {
            *dot = '\0';
            struct name *name = name_find(root, host);
            if ((*waiting = waiting_for(name, time)))
                return name;
        }
    }
    return name_get(root, asked);
}

static bool
is_gateways(const struct host *asker, const struct lookup *lookup)
{
    return !lookup->host || asker == lookup->host || ipaddr_is_loopback(&asker->ip) || ipaddr_is_loopback(&lookup->host->ip) ||
           (asker->gateway && asker->gateway == lookup->host->gateway);
}

/* Other searches went over this socket too: it tells nothing. */
static bool
is_shared_socket(const struct host *asker, const struct lookup *lookup, uint16_t port)
{
    unsigned looked_at = 0;

    for (const GList *l = asker->searches.tail; l && looked_at < SOCKETS_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct lookup *other = (const struct lookup *)l->data;
        for (unsigned i = 0; other != lookup && i < other->n; i++)
            if (other->questions[i]->key.port == port)
                return true;
    }
    return false;
}

/* How a question fits to a search, best last. */
enum fit { FITS_NOT, FITS_AS_REPEAT, FITS_AS_NEXT_NAME, FITS_AS_OTHER_TYPE, FITS_SOCKET };

/* Every question has an answer or an error, or the asker waited in vain for long. */
static bool
is_settled(const struct lookup *lookup, when_t now)
{
    if (now - lookup->last > NS_PER_SECOND * 9 / 10)
        return true;
    for (unsigned i = 0; i < lookup->n; i++)
        if (lookup->questions[i]->q.answers.seen + lookup->questions[i]->q.icmp.seen == 0)
            return false;
    return true;
}

/* The same question, on the same leg (a loopback resolver asks on with the same words). */
static bool
is_same_question(const struct asked *asked, const struct dns_message *m)
{
    return asked->q.type == m->type && strcmp(asked->q.name, m->name) == 0 && ipaddr_equal(&asked->q.asker, &m->src) &&
           ipaddr_equal(&asked->q.server, &m->dst);
}

/*
 * The socket that asked this asks on: A and AAAA, the suffixes and the servers of one search often share
 * one. The same question again is another search's, unless it was answered and the socket is this search's alone.
 */
static bool
is_asked_on_same_socket(const struct lookup *lookup, const struct asked *asked, const struct dns_message *m, const struct host *asker)
{
    if (!ipaddr_equal(&asked->q.asker, &m->src) || asked->key.port != m->sport)
        return false;
    return !is_same_question(asked, m) || (asked->q.answers.seen > 0 && !is_shared_socket(asker, lookup, m->sport));
}

/* What a new question has in common with those of a search. */
struct overlap {
    bool name, question, socket;
};

static struct overlap
overlap_of(const struct lookup *lookup, const struct dns_message *m, const struct host *asker)
{
    struct overlap overlap = { false, false, false };

    for (unsigned i = 0; i < lookup->n && !overlap.socket; i++) {
        const struct asked *asked = lookup->questions[i];
        overlap.name = overlap.name || strcmp(asked->q.name, m->name) == 0;
        overlap.question = overlap.question || is_same_question(asked, m);
        overlap.socket = !lookup->resolved && is_asked_on_same_socket(lookup, asked, m, asker);
    }
    return overlap;
}

static enum fit
fit_of(const struct lookup *lookup, const struct dns_message *m, const struct host *asker)
{
    if (lookup->n == QUESTIONS_MAX || m->time - lookup->last > SEARCH_PAUSE || !is_gateways(asker, lookup))
        return FITS_NOT;
    struct overlap overlap = overlap_of(lookup, m, asker);

    if (lookup->resolved)       /* the AAAA query that a resolver sends behind the answer to A */
        return overlap.name && !overlap.question && m->time - lookup->last < NS_PER_SECOND ? FITS_AS_OTHER_TYPE : FITS_NOT;
    if (overlap.socket)
        return FITS_SOCKET;
    if (overlap.question)
        return FITS_AS_REPEAT;
    if (overlap.name)
        return FITS_AS_OTHER_TYPE;
    return is_settled(lookup, m->time) ? FITS_AS_NEXT_NAME : FITS_NOT;
}

/* When the asker turns to the next name: at once, or when what it asked again is silent for as long as it waited before. */
static when_t
next_name_due(const struct lookup *lookup)
{
    when_t due = lookup->last;

    for (unsigned i = 0; i < lookup->n; i++) {
        const struct question *q = &lookup->questions[i]->q;
        if (q->answers.seen + q->icmp.seen == 0 && q->sent.seen > 1)
            due = MAX(due, q->last_sent + (q->last_sent - q->first_sent) / (q->sent.seen - 1));
    }
    return due;
}

/* Of two whose next name it can be, the one that was to turn to it now. */
static struct lookup *
nearer(struct lookup *x, struct lookup *y, when_t now)
{
    return x && ABS(now - next_name_due(x)) <= ABS(now - next_name_due(y)) ? x : y;
}

/*
 * The search that a question belongs to: one that uses the same socket; the oldest that
 * has asked for the name, but not for this type or not this server; the one that was
 * to turn to its next name now; where no more requests wait than searches run,
 * the newest that has asked this already (a repeat with another id); else a new one.
 */
static struct lookup *
search_for(struct root *root, struct name *name, const struct dns_message *m, struct host *asker)
{
    struct lookup *other_type = NULL, *next_name = NULL, *repeat = NULL;
    unsigned looked_at = 0, running = 0;

    for (GList *l = name->searches.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;

        if (lookup->owner)
            continue;           /* a request had it, and is answered */
        switch (fit_of(lookup, m, asker)) {
        case FITS_SOCKET:
            return lookup;
        case FITS_AS_OTHER_TYPE:
            if (!other_type || !lookup->resolved)
                other_type = lookup;
            break;
        case FITS_AS_NEXT_NAME:
            next_name = nearer(next_name, lookup, m->time);
            break;
        case FITS_AS_REPEAT:
            running++;
            if (!repeat)
                repeat = lookup;
            break;
        case FITS_NOT:
            break;
        }
    }
    if (other_type || next_name)
        return other_type ? other_type : next_name;
    if (repeat && running >= g_queue_get_length(&name->open))
        return repeat;
    return lookup_new(root, name, asker, m->time);
}

/* A host that looks up what a client just asked a gateway for is that gateway, unless it is what was asked for. */
static void
learn_asker(struct root *root, const struct exchange *waiting, struct host *asker)
{
    if (!waiting || !waiting->gateway || asker->gateway == waiting->gateway || asker->answers_dns || ipaddr_is_loopback(&asker->ip) ||
        ipaddr_equal(&asker->ip, &waiting->conn->side[CLIENT].ip) || name_has_address(waiting->name, &asker->ip))
        return;
    struct host *asked = host_get(root, &waiting->conn->side[SERVER].ip);
    if (host_on_same_link(asked, asker) || !host_serves(asker, waiting->name))
        host_join(root, asked, asker);
}

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

/* NULL: a limit was reached */
static struct asked *
question(struct root *root, const struct dns_message *m)
{
    struct asked_key key;
    struct asked *asked;
    struct exchange *waiting;

    memset(&key, 0, sizeof key);
    key.from = m->src;
    key.to = m->dst;
    key.port = m->sport;
    key.id = m->id;
    asked = (struct asked *)bounded_find(&root->asked, &key);
    if (asked && asked->q.type == m->type && strcmp(asked->q.name, m->name) == 0 && m->time - asked->q.last_sent < SEARCH_PAUSE) {
        bool settled = asked->q.answers.seen + asked->q.icmp.seen >= asked->q.sent.seen || drew_error_since(asked);
        bool other_packet = m->ip_id && asked->ip_id && m->ip_id != asked->ip_id;
        if (settled || other_packet || m->time - asked->q.last_sent >= COPY_WITHIN) {
            frames_add(&asked->q.sent, m->frame);
            asked->q.last_sent = asked->lookup->last = m->time;
            asked->ip_id = m->ip_id;
        }
        return asked;
    }
    if (asked) {
        bounded_remove(&root->asked, &asked->entry);
        asked->in_table = false;
    }

    struct name *name = searched_name(root, m->name, m->time, &waiting);
    struct host *asker = host_get(root, &m->src);
    if (m->link_src)
        asker->link = m->link_src;
    host_get(root, &m->dst)->answers_dns = true;
    learn_asker(root, waiting, asker);
    struct lookup *lookup = search_for(root, name, m, asker);
    if (lookup->n == QUESTIONS_MAX)
        return NULL;
    asked = wmem_new0(wmem_file_scope(), struct asked);
    asked->key = key;
    asked->lookup = lookup;
    asked->q.name = wmem_strdup(wmem_file_scope(), m->name);
    asked->q.type = m->type;
    asked->q.server = m->dst;
    asked->q.asker = m->src;
    asked->q.first_sent = asked->q.last_sent = lookup->last = m->time;
    asked->ip_id = m->ip_id;
    if (m->frame)
        frames_add(&asked->q.sent, m->frame);
    lookup->questions[lookup->n++] = asked;
    asked->in_table = true;
    bounded_insert(&root->asked, &asked->entry, &asked->key);
    return asked;
}

/* answers *****************************************************************/

static void
learn_addresses(struct root *root, struct name *name, const struct dns_message *m)
{
    for (unsigned i = 0; name && i < m->n_addresses; i++)
        name_add_address(root, name, &m->addresses[i]);
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
    asked = (struct asked *)bounded_find(&root->asked, &key);
    if (m->n_addresses > 0) {
        learn_addresses(root, name_get(root, m->name), m);
        for (unsigned i = 0; i < m->n_canonical; i++)
            learn_addresses(root, name_get(root, m->canonical[i]), m);
    }
    if (!asked || strcmp(asked->q.name, m->name) != 0 || asked->q.type != m->type)
        return;
    if (asked->q.answers.seen > 0 && asked->q.answers.seen >= asked->q.sent.seen)
        return;                         /* a copy */
    frames_add(&asked->q.answers, m->frame);
    asked->q.answered = asked->lookup->last = m->time;
    asked->q.truncated = m->truncated;
    asked->q.rcode = m->rcode;
    asked->q.outcome = m->truncated && m->n_addresses == 0 && m->rcode == 0 ? DNS_SILENT : outcome_of(m);
    if (asked->q.outcome == DNS_ADDRESS) {
        learn_addresses(root, asked->lookup->name, m);
        asked->lookup->resolved = true;
        shelve(&root->lookups_resolved, asked->lookup);
    }
}

static bool
is_address_search(const struct dns_message *m)
{
    return m->name && m->name[0] && (m->type == DNS_TYPE_A || m->type == DNS_TYPE_AAAA) && m->src.family && m->dst.family;
}

void
lookup_message(struct root *root, const struct dns_message *m)
{
    if (!is_address_search(m))
        return;
    if (m->response)
        answer(root, m);
    else
        question(root, m);
}

/* The latest question from this socket to that server: only the ports are quoted. */
static struct asked *
latest_from(struct root *root, const struct asked_key *key)
{
    const struct host *host = host_find(root, &key->from);

    for (GList *l = host ? host->searches.tail : NULL; l; l = l->prev) {
        const struct lookup *lookup = (const struct lookup *)l->data;
        for (unsigned i = lookup->n; i > 0; i--)
            if (lookup->questions[i - 1]->key.port == key->port && ipaddr_equal(&lookup->questions[i - 1]->key.to, &key->to))
                return lookup->questions[i - 1];
    }
    return NULL;
}

void
lookup_icmp(struct root *root, const struct dns_error *e)
{
    struct asked *asked = e->id_known ? (struct asked *)bounded_find(&root->asked, &e->key) : latest_from(root, &e->key);

    if (!asked && e->quoted && is_address_search(e->quoted) && !e->quoted->response)
        asked = question(root, e->quoted);
    if (!asked || (asked->q.icmp.seen > 0 && asked->q.icmp.seen >= asked->q.sent.seen))
        return;
    if (e->ip_id && e->ip_id == asked->icmp_ip_id && e->time - asked->q.rejected < COPY_WITHIN)
        return;
    asked->icmp_ip_id = e->ip_id;
    frames_add(&asked->q.icmp, e->frame);
    asked->q.icmp_type = e->type;
    asked->q.icmp_code = e->code;
    asked->lookup->last = asked->q.rejected = e->time;
    if (asked->q.outcome == DNS_SILENT)
        asked->q.outcome = DNS_ICMP;
}
