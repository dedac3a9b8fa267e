/* unreached.c
 * Which unanswered neighbours belong to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/scope.h"
#include "net/neighbor.h"

/* A resolution that is still running: the next question, or giving up, comes within this time. */
#define ASKING_INTERVAL (3 * NS_PER_SECOND / 2)

/* Resolution does not fail sooner behind its last question. */
#define UNREACHED_LONG (9 * NS_PER_SECOND / 10)

static bool
is_asked_in_window(const struct scope *s, const struct resolution *r)
{
    return r->last + ASKING_INTERVAL >= s->from && r->first <= s->until;
}

static void
set_unreached(struct unreached *u, const struct resolution *r, const struct ipaddr *destination, uint16_t port, enum tie tie)
{
    u->tie = tie;
    u->neighbor = r->neighbor->ip;
    if (destination)
        u->destination = *destination;
    u->port = port;
    u->asked = r->asked;
    u->asked_at = r->asked_at;
    u->first = r->first;
}

/* The gateway's latest unanswered question for any neighbour. */
static const struct resolution *
latest_unanswered(const struct scope *s)
{
    const struct resolution *latest = NULL;

    for (unsigned h = 0; h < s->gateway->n_known; h++) {
        const struct host *host = host_find(s->root, &s->gateway->hosts[h]);
        for (node_t *l = host ? host->resolutions.tail : NULL; l; l = l->prev) {
            const struct resolution *r = (const struct resolution *)l->data;
            if (is_asked_in_window(s, r) && !ipaddr_equal(&r->neighbor->ip, &s->ex->conn->side[CLIENT].ip) && (!latest || r->last > latest->last))
                latest = r;
        }
    }
    return latest;
}

static const struct reported *
report_for(const struct scope *s, const struct ipaddr *destination, uint16_t port)
{
    for (unsigned h = 0; h < s->gateway->n_known; h++) {
        struct target_key key;
        memset(&key, 0, sizeof key);
        key.from = s->gateway->hosts[h];
        key.to = *destination;
        key.port = port;
        const struct reported *r = (const struct reported *)bounded_find(&s->root->reported, &key);
        if (r && r->time >= s->from && r->time <= s->until)
            return r;
    }
    return NULL;
}

/* The gateway's own question for it, or one of an address that may be the gateway's, too. */
static const struct resolution *
own_resolution(const struct scope *s, const struct ipaddr *destination)
{
    const struct neighbor *n = (const struct neighbor *)bounded_find(&s->root->neighbors, destination);
    const struct host *asked = host_find(s->root, &s->ex->conn->side[SERVER].ip);
    const struct resolution *likely = NULL;

    for (node_t *l = n ? n->resolutions.head : NULL; l; l = l->next) {
        const struct resolution *r = (const struct resolution *)l->data;
        if (!is_asked_in_window(s, r))
            continue;
        if (is_gateway_address(s, &r->asker))
            return r;
        if (!likely && may_be_gateway(s, r->host) && resolution_may_be_of(r, asked))
            likely = r;
    }
    return likely;
}

static bool
unreached_at(struct scope *s, struct unreached *u, const struct ipaddr *destination, uint16_t port, enum tie tie)
{
    const struct resolution *resolution = own_resolution(s, destination);
    const struct reported *reported = report_for(s, destination, port);

    if (!resolution && reported)
        resolution = latest_unanswered(s);
    if (!resolution)
        return false;
    set_unreached(u, resolution, destination, port, tie);
    u->reported = reported != NULL;
    return true;
}

/* The request may go there, as others did. */
static bool
is_unreached_hop(struct scope *s, const struct next_hop *hop, struct unreached *u)
{
    return hop->port && !is_of_another_route(s->root, s->ex, &hop->ip) && unreached_at(s, u, &hop->ip, hop->port, TIE_LEARNT);
}

bool
find_unreached(struct scope *s, struct unreached *u)
{
    const struct exchange *ex = s->ex;

    for (unsigned i = s->name ? s->name->n_addresses : 0; i > 0; i--)
        if (unreached_at(s, u, &s->name->addresses[i - 1], ex->request.port, TIE_ADDRESS))
            return true;
    for (int i = 0; i < NEXT_HOPS_MAX; i++) {
        if (s->name && is_unreached_hop(s, &s->name->next_hops[i], u))
            return true;
        if (s->gateway && is_unreached_hop(s, &s->gateway->next_hops[i], u))
            return true;
    }
    return false;
}

bool
find_unreached_server(struct scope *s, const struct ipaddr *server, struct unreached *u)
{
    if (!unreached_at(s, u, server, DNS_PORT, TIE_ADDRESS))
        return false;
    u->for_dns = true;
    return true;
}

/* Only a proxy that is told whom to ask has to look that up; one that stands before servers has their addresses. */
static bool
may_look_up(const struct scope *s)
{
    const struct request *request = &s->ex->request;

    if (!request->absolute && !request->connect)
        return s->name && s->name->upstream;
    return !s->name || s->name->n_addresses == 0;
}

bool
find_unreached_by_time(struct scope *s, struct unreached *u)
{
    const struct resolution *r = latest_unanswered(s);
    const struct host *host;
    bool crowd = list_length(&s->gateway->open) > 1;

    /* Without DNS it could be a server as well as a DNS server. */
    if (!r || s->root->settings.unseen.dns || r->last < s->from)
        return false;
    if (crowd && (s->until - r->last < UNREACHED_LONG || is_crowded(s, s->name)))
        return false;
    set_unreached(u, r, NULL, 0, TIE_TIME);
    host = (const struct host *)bounded_find(&s->root->gateways.hosts, &r->neighbor->ip);
    u->for_dns = (host && host->answers_dns) || may_look_up(s);
    return true;
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
