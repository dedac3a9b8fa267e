/* tie.c
 * Which connection attempts belong to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "tie.h"
#include "tieparts.h"

/* Attempts at one target, and rivals for them, that are looked at. */
#define LOOKED_AT_MAX 256
#define RIVALS_LOOKED_AT_MAX 64

/* A SYN that waits for less explains nothing yet. */
#define PENDING_LONG (3 * NS_PER_SECOND / 10)

/* who the gateway is ******************************************************/

void
gathering_init(struct gathering *g, struct root *root, struct exchange *ex)
{
    memset(g, 0, sizeof *g);
    g->root = root;
    g->ex = ex;
    /* Behind an early answer of another kind it is not filed any more. */
    g->box = ex->box ? ex->box : station_box(station_get(root, &ex->conn->ip[SERVER]));
    g->name = ex->name ? ex->name : name_find(root, ex->host);
    g->from = ex->reply.request_time;
    g->until = ex->response_time ? ex->response_time : root->now;
    g->success = !root->settings.watched(ex->swallowed ? ex->swallowed : ex->reply.status);
    for (unsigned i = 0; i < g->box->n_known; i++)
        g->stations[g->n_stations++] = station_find(root, &g->box->stations[i]);
}

bool
is_gateway_address(const struct gathering *g, const struct ipaddr *ip)
{
    for (unsigned i = 0; i < g->n_stations; i++)
        if (g->stations[i] && ipaddr_equal(&g->stations[i]->ip, ip))
            return true;
    return false;
}

/* rivals ******************************************************************/

static bool
name_has_rival(const struct gathering *g, const struct name *name)
{
    int looked_at = 0;

    for (GList *l = name ? name->open.head : NULL; l && looked_at < RIVALS_LOOKED_AT_MAX; l = l->next, looked_at++) {
        const struct exchange *other = (const struct exchange *)l->data;
        if (other != g->ex && other->box == g->box && other->reply.request_time <= g->until)
            return true;
    }
    return false;
}

bool
has_rival(const struct gathering *g, const struct ipaddr *ip)
{
    const struct reverse *r = (const struct reverse *)bounded_find(&g->root->reverses, ip);

    if (name_has_rival(g, g->name))
        return true;
    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (name_has_rival(g, r->names[i]))
            return true;
    return false;
}

/* choosing ****************************************************************/

static bool
begins_in_window(const struct gathering *g, const struct conn *conn)
{
    if (g->preview && conn->previewed && conn->previewed != g->ex->serial)
        return false;
    return conn->hs.first_syn >= g->from && conn->hs.first_syn <= g->until;
}

static bool
is_candidate(const struct gathering *g, const struct conn *conn, const struct exchange *ex)
{
    for (unsigned i = 0; i < g->n; i++)
        if (g->candidates[i].conn == conn && (!ex || g->candidates[i].ex == ex))
            return true;
    return false;
}

static void
add_conn(struct gathering *g, struct conn *conn, struct exchange *ex, enum tie tie, bool alone)
{
    if (g->n == ATTEMPTS_MAX || is_candidate(g, conn, ex))
        return;
    g->candidates[g->n++] = (struct candidate){ conn, ex, tie, alone };
    if (g->preview)
        conn->previewed = g->ex->serial;
    else
        conn_claim(conn, g->ex->serial);
}

/* Where much goes on at once: it failed before the response, or waited for an answer in vain. */
static bool
explains_now(const struct gathering *g, const struct conn *conn)
{
    when_t failed = conn_failed(conn);

    if (g->success)
        return true;
    return failed ? failed <= g->until : conn->hs.acked || conn->hs.syn.seen > 1 || g->until - conn->hs.first_syn > PENDING_LONG;
}

/* Which of two attempts is likelier this request's: one that fared as the request did, then the older. */
static bool
better(const struct gathering *g, const struct conn *x, const struct conn *y)
{
    when_t x_failed = conn_failed(x), y_failed = conn_failed(y);
    bool x_fits = g->success ? !x_failed && x->hs.acked : x_failed && x_failed <= g->until;
    bool y_fits = g->success ? !y_failed && y->hs.acked : y_failed && y_failed <= g->until;

    return x_fits != y_fits ? x_fits : x->hs.first_syn < y->hs.first_syn;
}

/* The attempt that began soonest after the last one failed, and failed too: the same request's next try. */
static struct conn *
next_try(const struct gathering *g, struct conn *const *eligible, unsigned n, const struct conn *last)
{
    struct conn *next = NULL;
    when_t failed = conn_failed(last);

    for (unsigned i = 0; failed && i < n; i++)
        if (!eligible[i]->claimed && eligible[i]->hs.first_syn >= failed && explains_now(g, eligible[i]) &&
            (!next || better(g, eligible[i], next)))
            next = eligible[i];
    return next;
}

/* Of those in order of time the ones that began when the one before had failed, or was silent for long. */
static unsigned
keep_sequence(struct conn **eligible, unsigned n)
{
    unsigned kept = MIN(n, 1);

    for (unsigned i = 1; i < n; i++) {
        const struct conn *last = eligible[kept - 1];
        when_t failed = conn_failed(last);
        if ((failed && failed <= eligible[i]->hs.first_syn) || eligible[i]->hs.first_syn - last->hs.first_syn > PENDING_LONG)
            eligible[kept++] = eligible[i];
    }
    return kept;
}

static void
take(struct gathering *g, struct conn **eligible, unsigned n, bool rivals, enum tie tie)
{
    struct box *box = g->box;
    struct conn *best = NULL;

    if (n == 0)
        return;
    if (!rivals) {
        n = keep_sequence(eligible, n);
        for (unsigned i = 0; i < n; i++)
            add_conn(g, eligible[i], NULL, tie, true);
        if (!g->success && !g->preview && eligible[n - 1]->hs.rst.n > 0)
            box->tries = n;
        return;
    }
    for (unsigned i = 0; i < n; i++)
        if (explains_now(g, eligible[i]) && (!best || better(g, eligible[i], best)))
            best = eligible[i];
    if (!best)
        return;
    add_conn(g, best, NULL, tie, n == 1);
    for (unsigned tries = 1; best->hs.rst.n > 0 && tries < box->tries; tries++) {
        struct conn *next = next_try(g, eligible, n, best);
        if (!next)
            break;
        add_conn(g, next, NULL, tie, false);
        best = next;
    }
}

/* When nothing more can come of it: it failed, or its request was answered; 0: not yet. */
static when_t
candidate_end(const struct candidate *c)
{
    when_t failed = conn_failed(c->conn);

    if (!c->ex)
        return failed;
    if (c->ex->reply.fault != HTTP_FAULT_NONE)
        return c->ex->reply.last_data;
    return c->ex->reply.complete ? c->ex->reply.complete_time : failed;
}

/*
 * One request tries one connection after the other: an attempt that overlaps with the
 * connection that carried the request is another one's.
 */
static bool
is_sequential(const struct gathering *g, const struct conn *conn)
{
    when_t failed = conn_failed(conn);

    for (unsigned i = 0; i < g->n; i++) {
        const struct candidate *c = &g->candidates[i];
        if (!c->ex)
            continue;
        when_t start = c->conn->hs.first_syn >= g->from ? c->conn->hs.first_syn : c->ex->reply.request_time;
        when_t end = candidate_end(c);
        if (!(failed && failed <= start) && !(end && end <= conn->hs.first_syn))
            return false;
    }
    return true;
}

/* The attempts at one address and port that nobody claimed, begun while the request waited. */
static void
take_target(struct gathering *g, const struct station *station, const struct ipaddr *ip, uint16_t port, enum tie tie, bool crowd)
{
    struct conn *eligible[LOOKED_AT_MAX];
    struct target_key key;
    struct target *target;
    unsigned n = 0;

    if (!station)
        return;
    memset(&key, 0, sizeof key);
    key.from = station->ip;
    key.to = *ip;
    key.port = port;
    target = (struct target *)bounded_find(&g->root->targets, &key);
    if (!target)
        return;
    for (GList *l = target->waiting.head; l && n < LOOKED_AT_MAX; l = l->next) {
        struct conn *conn = (struct conn *)l->data;
        if (begins_in_window(g, conn)) {
            if (is_sequential(g, conn))
                eligible[n++] = conn;
        } else if (!g->root->disorder && conn->hs.first_syn > g->until) {
            break;
        }
    }
    /* Behind an early answer, or in a tunnel, its own attempts are claimed already. */
    uint32_t owner = g->ex->answers > 1 ? g->ex->serial : g->ex->serial > g->ex->conn->tunnel_owner ? g->ex->conn->tunnel_owner : 0;
    if (owner)
        for (GList *l = target->claimed.tail; l && n < LOOKED_AT_MAX; l = l->prev)
            if (((struct conn *)l->data)->owner == owner)
                add_conn(g, (struct conn *)l->data, NULL, tie, true);
    take(g, eligible, n, n > 0 && (crowd || has_rival(g, ip)), tie);
}

static bool
box_is_crowded(const struct gathering *g)
{
    return g_queue_get_length(&g->box->open) > 1;
}

static void
take_hops(struct gathering *g, const struct hop *hops, bool crowd)
{
    for (int i = 0; i < HOPS_MAX; i++)
        for (unsigned s = 0; hops[i].port && s < g->n_stations; s++)
            take_target(g, g->stations[s], &hops[i].ip, hops[i].port, TIE_LEARNT, crowd);
}

static bool
is_on_gateways_link(const struct gathering *g, const struct station *station)
{
    return station_on_same_link(station, station_find(g->root, &g->ex->conn->ip[SERVER]));
}

bool
may_be_gateway(const struct gathering *g, const struct station *station)
{
    return station && !station->is_client && !station->answers_dns && !ipaddr_equal(&station->ip, &g->ex->conn->ip[CLIENT]) &&
           station->box != g->box && (is_on_gateways_link(g, station) || !station_serves(station, g->name));
}

/* true: somebody waits at that station for a name with this address. */
static bool
serves_address(const struct gathering *g, const struct station *station, const struct ipaddr *ip)
{
    const struct reverse *r = (const struct reverse *)bounded_find(&g->root->reverses, ip);

    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (station_serves(station, r->names[i]))
            return true;
    return false;
}

static bool
is_childs_server(const struct gathering *g, const struct ipaddr *ip, uint16_t port)
{
    for (unsigned i = 0; i < g->n; i++)
        if (g->candidates[i].ex && g->candidates[i].conn->port[SERVER] == port && ipaddr_equal(&g->candidates[i].conn->ip[SERVER], ip))
            return true;
    return false;
}

/*
 * Attempts at an address that is known to be the host's, from the gateway, or from an
 * address of which nothing else is known: its second network card, its IPv6 address.
 */
static void
take_address(struct gathering *g, const struct ipaddr *ip, uint16_t port)
{
    struct target_key key;
    struct approach *approach;

    /* Its request was carried there and answered: what else it tried there was taken with that. */
    if (g->success && is_childs_server(g, ip, port))
        return;
    for (unsigned s = 0; s < g->n_stations; s++)
        take_target(g, g->stations[s], ip, port, TIE_ADDRESS, false);
    memset(&key, 0, sizeof key);
    key.to = *ip;
    key.port = port;
    approach = (struct approach *)bounded_find(&g->root->approaches, &key);
    for (unsigned i = 0; approach && i < MIN(approach->n, APPROACHES_MAX); i++) {
        struct station *station = station_find(g->root, &approach->from[i]);
        unsigned before = g->n;
        if (!may_be_gateway(g, station) || (!is_on_gateways_link(g, station) && serves_address(g, station, ip)))
            continue;
        take_target(g, station, ip, port, TIE_ADDRESS, false);
        if (g->n > before && !g->preview)
            station_join(g->root, station_get(g->root, &g->ex->conn->ip[SERVER]), station);
    }
}

/* A transparent proxy answers for the server's own address, from which nothing else ever came. */
static bool
is_intercepted(const struct gathering *g)
{
    const struct station *server = station_find(g->root, &g->ex->conn->ip[SERVER]);

    return !g->ex->absolute && server && g_queue_is_empty((GQueue *)&server->conns) && g_queue_is_empty((GQueue *)&server->searches);
}

void
gather_attempts_at_addresses(struct gathering *g)
{
    const struct exchange *ex = g->ex;

    for (unsigned i = 0; g->name && i < g->name->n_addresses; i++)
        take_address(g, &g->name->addresses[i], ex->port);
    if (is_intercepted(g))
        take_address(g, &ex->conn->ip[SERVER], ex->conn->port[SERVER]);
}

/* What carried the request itself, and further tries at the same servers. */
void
gather_children(struct gathering *g)
{
    for (GList *l = g->ex->children.head; l; l = l->next) {
        struct exchange *child = (struct exchange *)l->data;
        add_conn(g, child->conn, child, child->parent_tie, child->parent_alone);
    }
    unsigned n = g->n;
    for (unsigned i = 0; i < n; i++) {
        const struct conn *conn = g->candidates[i].conn;
        if (!i || conn->target != g->candidates[i - 1].conn->target)
            take_target(g, station_find(g->root, &conn->ip[CLIENT]), &conn->ip[SERVER], conn->port[SERVER], TIE_LEARNT, false);
    }
}

/* time alone **************************************************************/

/* true: the address is one that another waiting request asks for, or that answers DNS. */
static bool
is_anothers(struct gathering *g, const struct conn *conn)
{
    const struct station *server = station_find(g->root, &conn->ip[SERVER]);
    const struct reverse *r = (const struct reverse *)bounded_find(&g->root->reverses, &conn->ip[SERVER]);

    if (conn->port[SERVER] == DNS_PORT && server && server->answers_dns)
        return true;
    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (r->names[i] && r->names[i] != g->name && name_has_rival(g, r->names[i]))
            return true;
    return false;
}

static bool
same_target(const struct conn *x, const struct conn *y)
{
    return x->port[SERVER] == y->port[SERVER] && ipaddr_equal(&x->ip[SERVER], &y->ip[SERVER]);
}

/* Keeps those with the port of this connection; returns how many. */
static unsigned
keep_port(struct conn **eligible, unsigned n, uint16_t port)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < n; i++)
        if (eligible[i]->port[SERVER] == port)
            eligible[kept++] = eligible[i];
    return kept;
}

/*
 * The only thing that the gateway did: attempts at one address, or at one port where
 * nobody else waits for the gateway (several servers behind a reverse proxy).
 */
void
gather_attempts_by_time(struct gathering *g)
{
    struct conn *eligible[STATION_RECENT_MAX];
    unsigned n = 0;
    bool one = true, one_port = true, crowd = box_is_crowded(g);

    for (unsigned s = 0; s < g->n_stations; s++)
        for (GList *l = g->stations[s] ? g->stations[s]->conns.head : NULL; l && n < STATION_RECENT_MAX; l = l->next) {
            struct conn *conn = (struct conn *)l->data;
            if (!conn->claimed && begins_in_window(g, conn) && !is_anothers(g, conn) && (!crowd || explains_now(g, conn)))
                eligible[n++] = conn;
        }
    for (unsigned i = 0; i < n; i++)
        if (eligible[i]->port[SERVER] == g->ex->port) {
            n = keep_port(eligible, n, g->ex->port);
            break;
        }
    for (unsigned i = 1; i < n; i++) {
        one = one && same_target(eligible[0], eligible[i]);
        one_port = one_port && eligible[0]->port[SERVER] == eligible[i]->port[SERVER];
    }
    if (one || (one_port && !crowd))
        take(g, eligible, n, crowd, TIE_TIME);
    else
        g->several = true;
}

/* the whole ***************************************************************/

void
gather_attempts_at_hops(struct gathering *g)
{
    if (g->name)
        take_hops(g, g->name->hops, false);
    if (g->n == 0)
        take_hops(g, g->box->hops, box_is_crowded(g));
}

void
tie_claim_all(struct root *root, struct exchange *ex)
{
    struct gathering g;

    gathering_init(&g, root, ex);
    gather_children(&g);
    gather_attempts_at_addresses(&g);
    if (g.n == 0 && g.name)
        take_hops(&g, g.name->hops, false);
    for (unsigned i = 0; i < g.n; i++)
        conn_over(root, g.candidates[i].conn);
    gather_lookups(&g);
}

bool
tie_is_gateway(struct root *root, const struct exchange *ex)
{
    struct gathering g;

    gathering_init(&g, root, (struct exchange *)ex);
    if (!g_queue_is_empty((GQueue *)&ex->children))
        return true;
    for (unsigned s = 0; s < g.n_stations; s++) {
        if (!g.stations[s])
            continue;
        for (GList *l = g.stations[s]->conns.tail; l; l = l->prev) {
            struct conn *conn = (struct conn *)l->data;
            if (begins_in_window(&g, conn) && name_has_address(ex->name, &conn->ip[SERVER]))
                return true;
        }
        for (GList *l = g.stations[s]->searches.tail; l; l = l->prev)
            if (((struct lookup *)l->data)->name == ex->name && ((struct lookup *)l->data)->start >= g.from)
                return true;
    }
    return false;
}
