/* uses.c
 * What the gateway did on connections between a request and its response, and what came of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/httphead.h"
#include "http/attempt.h"
#include "match/chain.h"
#include "match/gain.h"
#include "match/likeness.h"

/* Failures at one place that are looked at, from the latest: there is no room for more. */
#define PLACE_FAILED_MAX USES_MAX

/* Requests of one connection that are looked at, from the latest. */
#define EXCHANGES_LOOKED_AT_MAX 8

static bool
asks_for_ftp(const struct exchange *ex)
{
    return ex->request.url && g_ascii_strncasecmp(ex->request.url, "ftp://", strlen("ftp://")) == 0;
}

void
fill_attempt(const struct scope *s, struct attempt *a, const struct use *use)
{
    attempt_fill(a, use->conn, use->ex);
    if (!use->ex && asks_for_ftp(s->ex))
        attempt_fill_ftp(a, use->conn);
    a->tie = use->relation.tie;
    a->alone = use->alone;
    if (!use->ex && a->tie != TIE_MEMORY && a->start < s->from)
        a->start = s->from;         /* it was there already: the tunnel's */
}

/* whose *******************************************************************/

uint32_t
use_owner(const struct use *use)
{
    return use->ex ? use->ex->owner : use->conn->owner;
}

void
use_own(struct use *use, uint32_t serial)
{
    if (use->ex)
        use->ex->owner = serial;
    if (!use->ex || use->ex->nth == 1)
        conn_claim(use->conn, serial);
}

bool
use_is_disputed(const struct use *use)
{
    return use->ex ? use->ex->disputed : use->conn->disputed;
}

void
use_dispute(struct use *use)
{
    if (use->ex)
        use->ex->disputed = true;
    else
        use->conn->disputed = true;
}

/* Behind an early answer, or in a tunnel, its own attempts have their owner already. */
static bool
may_own(const struct scope *s, const struct use *use)
{
    uint32_t owner = use_owner(use), tunnel = s->ex->conn->tunnel_owner;

    return !owner || owner == s->ex->serial || (tunnel && s->ex->serial > tunnel && owner == tunnel);
}

/*
 * Where the gateway itself was asked: that is another client's, unless it is transparent and asks the server for
 * which it answered, with its own address or its client's.
 */
static bool
asks_gateway(const struct scope *s, const struct conn *conn, const struct host *opener)
{
    const struct side *asked = &s->ex->conn->side[SERVER], *server = &conn->side[SERVER], *client = &conn->side[CLIENT];
    bool may_be_transparent = (opener && opener->gateway == s->gateway) || ipaddr_equal(&client->ip, &s->ex->conn->side[CLIENT].ip);

    if (server->port != asked->port || !ipaddr_equal(&server->ip, &asked->ip))
        return false;
    return s->ex->request.absolute || ipaddr_equal(&client->ip, &server->ip) || !may_be_transparent;
}

/* It was shown to be another machine than the one that was asked, and this comes from its own network card: no gateway that borrows its address. */
static bool
is_other_machine(const struct scope *s, const struct conn *conn, const struct host *opener)
{
    const struct side *asked = &s->ex->conn->side[SERVER];
    link_t from = conn->side[CLIENT].link;

    return opener && ipaddr_equal(&opener->apart, &asked->ip) && from && asked->link && from != asked->link;
}

/* The gateway asks neither itself nor, as a server, a DNS server; another gateway's connections are that one's. */
static bool
may_be_its(const struct scope *s, const struct conn *conn)
{
    const struct side *server = &conn->side[SERVER];
    const struct host *opener = host_find(s->root, &conn->side[CLIENT].ip);

    if (asks_gateway(s, conn, opener) || is_other_machine(s, conn, opener))
        return false;
    if (server->port == DNS_PORT && s->ex->request.port != DNS_PORT)
        return false;
    return !opener || !opener->gateway || opener->gateway == s->gateway || !host_is_established(opener);
}

/* Nothing shows that its sender is the gateway, it asks at the same port, and adds nothing as proxies do: a client of such a gateway. */
static bool
is_fellow_client(const struct scope *s, const struct use *use)
{
    const struct exchange *ex = use->ex;

    return ex && ex->request.method && !ex->parent && (use->relation.clues & (1u << CLUE_STRAY)) && !(use->relation.clues & (1u << CLUE_SAME_LINK)) &&
           use->conn->side[SERVER].port == s->ex->conn->side[SERVER].port && ex->request.absolute == s->ex->request.absolute &&
           (!ex->request.forwarded || s->ex->request.forwarded);
}

static unsigned
place_hash(const struct conn *conn)
{
    const struct side *client = &conn->side[CLIENT], *server = &conn->side[SERVER];

    return (server->ip.b[3] + 3u * server->ip.b[15] + 5u * server->port + 7u * client->ip.b[3] + client->ip.b[15]) % PLACES_MAX;
}

/* Another one of that hash makes room. */
static struct place *
place_of(struct scope *s, const struct conn *conn)
{
    struct place *place = &s->places[place_hash(conn)];

    if (!place->conn || !same_place(place->conn, conn))
        *place = (struct place){ conn, may_be_its(s, conn), 0, relation_of_place(s->root, s->ex, conn) };
    return place;
}

/* delays ******************************************************************/

static bool
rests_on_silence(const struct use *use)
{
    return use->outcome.cause == CAUSE_SYN_TIMEOUT || use->outcome.cause == CAUSE_RESPONSE_TIMEOUT || use->outcome.cause == CAUSE_TLS;
}

/* It goes on behind ICMP errors for its SYN, as if they had not come. */
static bool
ignores_errors(const struct attempt *a)
{
    return a->hs.icmp.seen > 0 && a->hs.rst.seen == 0 && a->hs.last_syn > a->hs.first_icmp && !a->closed[CLIENT].frame && !a->closed[SERVER].frame;
}

/* Nobody can read what the server answered, and the gateway turned to it for this request. */
static bool
is_hidden_answer(const struct scope *s, const struct use *use, const struct attempt *a)
{
    return use->outcome.cause == CAUSE_UNKNOWN && a->tls.response_frame && !a->decrypted && chain_get(use->conn, use->ex)->waiter == s->ex->serial;
}

static void
judge_use(struct scope *s, struct use *use)
{
    struct attempt *a = &s->scratch;

    fill_attempt(s, a, use);
    use->outcome = attempt_outcome(a, s->until, s->status);
    use->start = a->start;
    use->end = attempt_decided_at(a, use->outcome.cause);
    if (!use->end && use->outcome.cause == CAUSE_INVALID_RESPONSE)
        use->end = use->conn->side[SERVER].first_bytes;
    if (use->outcome.cause == CAUSE_UNKNOWN)
        use->end = a->reply.last_data <= s->until ? a->reply.last_data : 0;
    /* What gave up first was the gateway: it knew then. */
    if ((!use->end || use->end > s->until) && rests_on_silence(use))
        use->end = a->closed[CLIENT].frame && a->closed[CLIENT].time <= s->until ? a->closed[CLIENT].time : 0;
    if (use->outcome.cause == CAUSE_ICMP && ignores_errors(a))
        use->end = 0;
    use->silent = s->until - MAX(attempt_request_time(a), a->reply.last_data <= s->until ? a->reply.last_data : 0);
}

/* A connection that stands and carries nothing explains no 502, a refusal in another protocol does; a good answer does only where it is surely the request's. */
static bool
explains(const struct scope *s, const struct use *use, const struct attempt *a)
{
    bool nothing_asked = a->protocol && !a->request_frame && !a->reply.status;

    if (use->outcome.cause != CAUSE_UNKNOWN || use->outcome.status > HTTP_STATUS_MAX || is_hidden_answer(s, use, a))
        return true;
    return use->relation.tie >= TIE_REQUEST || (use->relation.tie >= TIE_ADDRESS && !use->ex && !use->outcome.status && !nothing_asked);
}

/* where they stand ********************************************************/

static void
find_worst(struct scope *s)
{
    s->worst = 0;
    for (unsigned i = 1; i < USES_MAX; i++)
        if (s->uses[i].gain < s->uses[s->worst].gain)
            s->worst = i;
}

static void
drop_end(struct scope *s, unsigned index)
{
    unsigned at = 0;

    while (at < s->n_ended && s->by_end[at] != index)
        at++;
    if (at == s->n_ended)
        return;
    s->n_ended--;
    memmove(s->by_end + at, s->by_end + at + 1, s->n_ended - at);
}

static void
note_end(struct scope *s, unsigned index)
{
    if (!s->uses[index].end)
        return;
    unsigned at = ended_by(s, s->uses[index].end);
    memmove(s->by_end + at + 1, s->by_end + at, s->n_ended - at);
    s->by_end[at] = (uint8_t)index;
    s->n_ended++;
}

/* Where there is no room left: in the place of the one that fits least, if it fits better. */
static void
keep_use(struct scope *s, const struct use *use)
{
    unsigned index = s->n;

    if (s->n == USES_MAX) {
        if (use->gain <= s->uses[s->worst].gain)
            return;
        index = s->worst;
        drop_end(s, index);
    } else {
        s->n++;
    }
    s->uses[index] = *use;
    note_end(s, index);
    if (s->n == USES_MAX)
        find_worst(s);
}

/* false: it cannot be the request's, by who has it already or when it began. */
static bool
add_use(struct scope *s, const struct place *place, struct conn *conn, struct exchange *ex)
{
    struct use use = { .conn = conn, .ex = ex, .before = -1, .first = -1, .relation = place->relation };
    when_t slack = s->root->disorder ? CLOCK_SLACK : 0;
    when_t start = ex ? exchange_begun(ex) : conn->hs.first_syn;

    if (!start && ex)
        start = ex->request.time;
    bool in_window = start + slack >= s->from || (ex && ex->request.time + slack >= s->from);
    bool tunnels = use_owner(&use) != 0;
    if (start > s->until || !(in_window || tunnels) || !may_own(s, &use) || is_fellow_client(s, &use))
        return false;
    if (s->n == USES_MAX && own_gain_most(s, &use) <= s->uses[s->worst].gain)
        return true;
    relate_request(&use.relation, s->gateway, s->ex, ex);
    use.tied = use.relation.gain;
    judge_use(s, &use);
    if (explains(s, &use, &s->scratch)) {
        use.gain = own_gain(s, &use);
        keep_use(s, &use);
    }
    return true;
}

/* true: it can be the request's. */
static bool
look_at(struct scope *s, const struct place *place, struct conn *conn)
{
    unsigned looked_at = 0;
    bool may_be = false;

    if (!place->may_be_its || conn == s->ex->conn)
        return false;
    if (list_is_empty(&conn->exchanges) && conn->syn_seen)
        return add_use(s, place, conn, NULL);
    for (node_t *l = conn->exchanges.tail; l && looked_at < EXCHANGES_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct exchange *ex = (struct exchange *)l->data;
        if (!ex->without_request && ex->request.time <= s->until)
            may_be = add_use(s, place, conn, ex) || may_be;
    }
    return may_be;
}

/* From the latest failure back to the request. */
static unsigned
look_at_failed(struct scope *s, const list_t *failed)
{
    struct place *place = NULL;
    unsigned looked_at = 0;

    for (node_t *l = failed->tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct conn *conn = (struct conn *)l->data;
        if (conn_failed(conn) < s->from && !s->root->disorder)
            break;
        if (!place || !same_place(place->conn, conn))
            place = place_of(s, conn);
        if (place->failed < PLACE_FAILED_MAX)
            place->failed += look_at(s, place, conn);
    }
    return looked_at;
}

/* What began first has waited longest: of a crowd the oldest and the latest are looked at. */
static unsigned
look_at_pending(struct scope *s, const list_t *pending)
{
    unsigned looked_at = 0;
    node_t *l = pending->tail;

    for (; l && looked_at < LOOKED_AT_MAX / 2; l = l->prev, looked_at++) {
        struct conn *conn = (struct conn *)l->data;
        if (conn->active_since < s->from && !s->root->disorder)
            return looked_at;
        look_at(s, place_of(s, conn), conn);
    }
    for (node_t *h = l ? pending->head : NULL; h && h != l && looked_at < LOOKED_AT_MAX; h = h->next, looked_at++)
        look_at(s, place_of(s, (struct conn *)h->data), (struct conn *)h->data);
    return looked_at;
}

/* Adds the tries before it, as far as they are known; no try can come before itself. */
static void
follow_back(struct scope *s, unsigned index)
{
    struct use *use = &s->uses[index];

    use->tries = UINT64_C(1) << index;
    use->tied = use->relation.gain;
    for (int i = use->before; i >= 0 && !(use->tries & (UINT64_C(1) << i)); i = s->uses[i].before) {
        const struct use *earlier = &s->uses[i];
        use->first = i;
        use->tied = MAX(use->tied, earlier->relation.gain);
        use->tries |= UINT64_C(1) << i;
        if (earlier->tries && !(earlier->tries & (UINT64_C(1) << index))) {
            use->first = earlier->first >= 0 ? earlier->first : i;
            use->tied = MAX(use->tied, earlier->tied);
            use->tries |= earlier->tries;
            break;
        }
    }
}

static void
link_tries(struct scope *s)
{
    const struct conn *conns[USES_MAX];

    for (unsigned i = 0; i < s->n; i++)
        conns[i] = s->uses[i].conn;
    for (unsigned i = 0; i < s->n; i++) {
        struct use *use = &s->uses[i];
        struct exchange *child;
        const struct conn *conn = chain_before(s->root, use->conn, use->ex, &child);
        use->followed = chain_is_followed(use->conn, use->ex);
        for (unsigned step = 1; conn && step < s->n && use->before < 0; step++) {
            unsigned k = (i + step) % s->n;     /* mostly the one that was found next */
            if (conns[k] == conn && s->uses[k].ex == child && s->uses[k].start <= use->start)
                use->before = (int)k;
        }
    }
    /* From the last one, which mostly began first: what goes before is known then. */
    for (unsigned i = s->n; i > 0; i--)
        follow_back(s, i - 1);
}

void
find_uses(struct scope *s)
{
    const struct activities *places[] = { &s->gateway->activities, &s->root->strays };
    unsigned failed = 0, pending = 0;

    s->rate = s->failures = profile_rate(1);
    s->again = again_gain(s->gateway);
    gain_waiting_init(&s->own, s->ex);
    s->own.has_turn = true;
    for (unsigned i = 0; i < G_N_ELEMENTS(places); i++) {
        failed += look_at_failed(s, &places[i]->failed);
        pending += look_at_pending(s, &places[i]->pending);
    }
    link_tries(s);
    double seconds = (double)MAX(s->until - s->from, 0) / NS_PER_SECOND + 1;    /* a clock may be set back */
    s->rate = profile_rate((failed + pending + 1) / seconds);
    s->failures = profile_rate((failed + 1) / seconds);
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
