/* fit.c
 * How a question fits to a search that runs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "net/fit.h"

/* A question within this time of the last one may belong to the same search: resolvers wait for 30 s at most (resolv.conf(5)). */
#define SEARCH_PAUSE (40 * NS_PER_SECOND)

/* Nothing is waited for any more: what the asker does next it does at once, woken by the last answer. */
#define ASKS_ON_WITHIN (NS_PER_SECOND / 10)

/* The AAAA query behind the answer to A comes sooner. */
#define OTHER_TYPE_WITHIN NS_PER_SECOND

/* Searches of one asker that are looked at for one socket. */
#define SOCKETS_LOOKED_AT_MAX 16

/* A gateway of its own on the wire, to which loopback's searches do not belong: those are the host's that captured. */
static bool
is_elsewhere(const struct host *asker, const struct lookup *lookup)
{
    return asker->link && asker->link != LINK_SELF && host_serves(asker, lookup->name);
}

static bool
is_gateways(const struct host *asker, const struct lookup *lookup)
{
    return !lookup->host || asker == lookup->host || ipaddr_is_loopback(&asker->ip) ||
           (ipaddr_is_loopback(&lookup->host->ip) && !is_elsewhere(asker, lookup)) || (asker->gateway && asker->gateway == lookup->host->gateway);
}

/* Other searches went over this socket too: it tells nothing. */
static bool
is_shared_socket(const struct host *asker, const struct lookup *lookup, uint16_t port)
{
    unsigned looked_at = 0;

    for (const node_t *l = asker->searches.tail; l && looked_at < SOCKETS_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct lookup *other = (const struct lookup *)l->data;
        for (unsigned i = 0; other != lookup && i < other->n; i++)
            if (other->questions[i]->key.port == port)
                return true;
    }
    return false;
}

static bool
has_answer(const struct question *q)
{
    return q->answers.seen > 0 && q->outcome != DNS_SILENT;     /* truncated: it is asked again over TCP */
}

/* An ICMP error need not have reached the asker. */
bool
fit_is_answered(const struct lookup *lookup)
{
    for (unsigned i = 0; i < lookup->n; i++)
        if (!has_answer(&lookup->questions[i]->q))
            return false;
    return true;
}

/* Every question has an answer or an error, or the asker waited in vain for long. */
static bool
is_settled(const struct lookup *lookup, when_t now)
{
    if (now - lookup->last > SILENCE_LONG)
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

/*
 * A program asks a server from one address. Example: two members of a cluster on one host look up the same name for
 * two requests. Where a loopback resolver asks on for it, or another server is routed elsewhere, the search is one.
 */
static bool
is_asked_from_elsewhere(const struct asked *asked, const struct dns_message *m)
{
    return ipaddr_equal(&asked->q.server, &m->dst) && !ipaddr_equal(&asked->q.asker, &m->src) &&
           !ipaddr_is_loopback(&asked->q.asker) && !ipaddr_is_loopback(&m->src);
}

/* What a new question has in common with those of a search. */
struct overlap {
    bool name, question, socket, elsewhere;
};

static struct overlap
overlap_of(const struct lookup *lookup, const struct dns_message *m, const struct host *asker)
{
    struct overlap overlap = { false, false, false, false };

    for (unsigned i = 0; i < lookup->n && !overlap.socket; i++) {
        const struct asked *asked = lookup->questions[i];
        overlap.elsewhere = overlap.elsewhere || is_asked_from_elsewhere(asked, m);
        overlap.name = overlap.name || strcmp(asked->q.name, m->name) == 0;
        overlap.question = overlap.question || is_same_question(asked, m);
        overlap.socket = !lookup->resolved && is_asked_on_same_socket(lookup, asked, m, asker);
    }
    return overlap;
}

/* It may go on: for the same asker, with room, and not so long after that it was given up. */
static bool
may_go_on(const struct lookup *lookup, const struct dns_message *m, const struct host *asker)
{
    when_t pause = m->time - lookup->last;

    return lookup->n < QUESTIONS_MAX && is_gateways(asker, lookup) && pause <= (fit_is_answered(lookup) ? ASKS_ON_WITHIN : SEARCH_PAUSE);
}

enum fit
fit_of(const struct lookup *lookup, const struct dns_message *m, const struct host *asker)
{
    struct overlap overlap;

    if (lookup->resolved) {     /* the AAAA query that a resolver sends behind the answer to A */
        if (lookup->n == QUESTIONS_MAX || !is_gateways(asker, lookup) || m->time - lookup->last >= OTHER_TYPE_WITHIN)
            return FITS_NOT;
        overlap = overlap_of(lookup, m, asker);
        return overlap.name && !overlap.question && !overlap.elsewhere ? FITS_AS_OTHER_TYPE : FITS_NOT;
    }
    if (!may_go_on(lookup, m, asker))
        return FITS_NOT;
    overlap = overlap_of(lookup, m, asker);
    if (overlap.elsewhere)
        return FITS_NOT;
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

struct lookup *
fit_nearer(struct lookup *x, struct lookup *y, when_t now)
{
    return x && ABS(now - next_name_due(x)) <= ABS(now - next_name_due(y)) ? x : y;
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
