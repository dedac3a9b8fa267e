/* track.c
 * From facts to verdicts: the door between what is observed and what is shown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "track/provisional.h"
#include "http/exchange.h"
#include "tcp/flow.h"
#include "http/decrypted.h"
#include "words/reported.h"
#include "match/match.h"
#include "track/track.h"

/* A pcapng file that names one interface only so far is taken to be in order. */
#define ORDER_TRIAL_FRAMES 256

/* dumpcap hands over what an interface has seen after this time at the latest (its CAP_READ_TIMEOUT). */
#define READ_TIMEOUT (NS_PER_SECOND / 4)

struct tracker *
track_new(const struct settings *settings, unsigned timeout)
{
    struct tracker *t = wmem_new0(wmem_file_scope(), struct tracker);

    t->root = root_new();
    t->root->settings = *settings;
    t->timeout = timeout;
    numbers_init(&t->numbers);
    t->verdicts = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
    t->parts = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
    return t;
}

const struct verdict *
track_verdicts(const struct tracker *t, uint32_t number)
{
    uint32_t serial = numbers_serial(&t->numbers, number);

    /* Of a frame that is new nothing is known in most cases. */
    return serial > t->last_diagnosed ? NULL : (const struct verdict *)wmem_map_lookup(t->verdicts, GUINT_TO_POINTER(serial));
}

const struct part *
track_parts(const struct tracker *t, uint32_t number)
{
    return (const struct part *)wmem_map_lookup(t->parts, GUINT_TO_POINTER(numbers_serial(&t->numbers, number)));
}

/* links *******************************************************************/

static void
link_part(struct tracker *t, const struct verdict *v, uint32_t frame, enum role role)
{
    struct part *part = wmem_new(wmem_file_scope(), struct part);
    void *key = GUINT_TO_POINTER(frame);
    struct part *first = (struct part *)wmem_map_lookup(t->parts, key);

    *part = (struct part){ v, role, NULL };
    if (!first) {
        wmem_map_insert(t->parts, key, part);
        return;
    }
    /* The first ones stay in order; one failure that led to thousands of responses lists them any way. */
    part->next = first->next;
    first->next = part;
}

static void
unlink_part(struct tracker *t, const struct verdict *v, uint32_t frame)
{
    void *key = GUINT_TO_POINTER(frame);
    struct part *first = (struct part *)wmem_map_lookup(t->parts, key), **at = &first;

    while (*at && (*at)->verdict != v)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = (*at)->next;
    if (first)
        wmem_map_insert(t->parts, key, first);
    else
        wmem_map_remove(t->parts, key);
}

static void
link_parts(struct tracker *t, const struct verdict *v)
{
    if (v->request_frame)
        link_part(t, v, v->request_frame, ROLE_REQUEST);
    for (unsigned i = 0; i < v->n_cited; i++)
        link_part(t, v, v->cited[i].frame, v->cited[i].role);
}

static void
unlink_parts(struct tracker *t, const struct verdict *v)
{
    if (v->request_frame)
        unlink_part(t, v, v->request_frame);
    for (unsigned i = 0; i < v->n_cited; i++)
        unlink_part(t, v, v->cited[i].frame);
}

static struct verdict *
add_verdict(struct tracker *t, uint32_t frame)
{
    void *key = GUINT_TO_POINTER(frame);
    struct verdict *v = wmem_new0(wmem_file_scope(), struct verdict);
    struct verdict *last = (struct verdict *)wmem_map_lookup(t->verdicts, key);

    v->number = ++t->n_verdicts;
    v->frame = frame;
    v->numbers = &t->numbers;
    t->last_diagnosed = MAX(t->last_diagnosed, frame);
    if (!last) {
        wmem_map_insert(t->verdicts, key, v);
        return v;
    }
    while (last->next)
        last = last->next;
    last->next = v;
    return v;
}

/* Frames that were late show that the response needs no verdict. */
static void
drop_verdict(struct tracker *t, uint32_t frame, const struct verdict *v)
{
    void *key = GUINT_TO_POINTER(frame);
    struct verdict *first = (struct verdict *)wmem_map_lookup(t->verdicts, key), **at = &first;

    while (*at && *at != v)
        at = &(*at)->next;
    if (!*at)
        return;
    unlink_parts(t, v);
    *at = v->next;
    if (first)
        wmem_map_insert(t->verdicts, key, first);
    else
        wmem_map_remove(t->verdicts, key);
}

/* The verdict on the same response that is settled, or that is not; NULL: none. */
static struct verdict *
first_verdict(const struct tracker *t, uint32_t frame, const struct conn *conn, bool settled)
{
    struct verdict *v = (struct verdict *)wmem_map_lookup(t->verdicts, GUINT_TO_POINTER(frame));

    while (v && (v->settled != settled || v->client_stream != conn->stream))
        v = v->next;
    return v;
}

/* verdicts ****************************************************************/

static void
diagnose_exchange(struct tracker *t, struct root *root, struct exchange *ex, uint32_t frame, const struct said *said)
{
    bool first = root == t->root;
    struct verdict *v = t->late ? first_verdict(t, frame, ex->conn, first) : NULL;

    if (first && v)
        return;                 /* in order of time it came already */
    struct collected *found = g_new(struct collected, 1);
    struct finding *f = g_new(struct finding, 1);
    if (first && t->late && !ex->without_request && !provisional_in_order(t)) {
        provisional_diagnose(t, ex, found, f);
    } else {
        match_collect(root, ex, found);
        diagnose(&found->evidence, f);
    }
    if (v)
        unlink_parts(t, v);
    else
        v = add_verdict(t, frame);
    verdict_fill(v, ex, &found->evidence, f, said, t->timeout);
    v->settled = !first;
    link_parts(t, v);
    g_free(f);
    g_free(found);
}

/* Somebody waits for this gateway. */
static bool
has_waiting(const struct host *host)
{
    return host && host->gateway && !g_queue_is_empty(&host->gateway->open);
}

/* A server's 502 for a gateway that will pass it on; before all earlier frames came, one for any gateway. */
static bool
will_be_relayed(const struct tracker *t, struct root *root, const struct exchange *ex)
{
    bool early = root == t->root && t->late && !provisional_in_order(t);
    const struct exchange *same = early ? provisional_same(t, ex) : ex;

    if (!early || same)
        return same->had_parent && !match_is_gateway(same == ex ? root : t->late, same);
    return ex->had_parent || has_waiting(host_find(root, &ex->conn->side[CLIENT].ip)) || has_waiting(host_find(t->late, &ex->conn->side[CLIENT].ip));
}

static void
respond(struct tracker *t, struct root *root, struct exchange *ex, unsigned status, uint32_t frame, const struct said *said)
{
    if (root->settings.watched(status)) {
        if (will_be_relayed(t, root, ex)) {
            if (root == t->root)
                t->relay_frame = frame;
            else
                drop_verdict(t, frame, first_verdict(t, frame, ex->conn, false));
        } else if (root == t->root || ex->without_request || ex->reply.request_time >= t->late_since) {
            diagnose_exchange(t, root, ex, frame, said);
        }
    }
    exchange_served(root, ex);
}

/* facts *******************************************************************/

static void
apply_tcp(struct tracker *t, struct root *root, const struct fact *fact)
{
    bool again;
    struct conn *conn = conn_segment(root, &fact->u.tcp.segment, &again);
    struct exchange *ex;

    if (!conn)
        return;
    for (unsigned i = 0; i < fact->u.tcp.n_shown; i++) {
        const struct shown *s = &fact->u.tcp.shown[i];
        ex = exchange_shown(root, conn, s->status, again, fact->frame, fact->time);
        if (ex) {
            if (root->settings.watched(s->status))
                exchange_hidden_shown(ex);
            respond(t, root, ex, s->status, fact->frame, &s->said);
        }
    }
    while ((ex = exchange_hidden_response(conn))) {
        struct said said = reported_read(wmem_file_scope(), ex->hidden_bytes, ex->hidden_length);
        exchange_hidden_shown(ex);
        respond(t, root, ex, ex->hidden_status ? ex->hidden_status : ex->reply.status, fact->frame, &said);
    }
}

static void
apply_http2(struct tracker *t, struct root *root, const struct fact *fact)
{
    struct conn *conn = conn_find(root, fact->u.h2.frame.conn);
    struct exchange *ex = conn ? h2_frame(root, conn, &fact->u.h2.frame, fact->frame, fact->time) : NULL;

    if (ex)
        respond(t, root, ex, ex->reply.status, fact->frame, &fact->u.h2.said);
}

static void
apply(struct tracker *t, struct root *root, const struct fact *fact)
{
    struct conn *conn;

    switch (fact->kind) {
    case FACT_TCP:
        apply_tcp(t, root, fact);
        break;
    case FACT_DECRYPTED:
        decrypted_bytes(root, &fact->u.tcp.segment);
        break;
    case FACT_HTTP2:
        apply_http2(t, root, fact);
        break;
    case FACT_ICMP:
        conn = conn_from(root, &fact->u.icmp.key, fact->u.icmp.sport);
        if (conn)
            conn_icmp(root, conn, &fact->u.icmp.error);
        break;
    case FACT_DNS:
        lookup_message(root, &fact->u.dns);
        break;
    case FACT_DNS_ERROR:
        lookup_icmp(root, &fact->u.dns_error.error);
        break;
    case FACT_NEIGHBOR_ASKED:
        neighbor_asked(root, &fact->u.neighbor.neighbor, &fact->u.neighbor.asker, fact->frame, fact->time);
        break;
    case FACT_NEIGHBOR_HEARD:
        neighbor_heard(root, &fact->u.neighbor.neighbor);
        break;
    case FACT_REPORTED:
        neighbor_reported(root, &fact->u.reported, fact->time);
        break;
    }
}

static void
catch_up(struct tracker *t, when_t until)
{
    struct fact *fact;

    while ((fact = reorder_take(t->queue, until))) {
        t->late->frame = fact->frame;
        t->late->now = MAX(t->late->now, fact->time);
        root_sweep(t->late);
        apply(t, t->late, fact);
        reorder_release(fact);
    }
}

static void
settle(struct tracker *t)
{
    if (t->late)
        catch_up(t, INT64_MAX);
}

/* The time up to which all is known. The other interface of a file that begins with one of them is still to come. */
static when_t
reached(const struct tracker *t)
{
    bool on_trial = t->marks.n == 1 && t->frames <= ORDER_TRIAL_FRAMES;

    return MAX(on_trial ? 0 : watermarks_lowest(&t->marks, READ_TIMEOUT), t->root->now - INORDER_HOLD);
}

void
track_fact(struct tracker *t, const struct fact *fact)
{
    if (t->late) {
        reorder_put(t->queue, fact);
        if (reached(t) >= fact->time)
            catch_up(t, fact->time);
    }
    apply(t, t->root, fact);
}

bool
track_expected(struct tracker *t, const struct segment *seg)
{
    struct conn *conn = t->late ? NULL : conn_find(t->root, seg->stream);

    if (!conn || !flow_expected(conn, seg))
        return false;
    conn->last = seg->time;
    return true;
}

/* frames ******************************************************************/

static void
begin_late(struct tracker *t, when_t since)
{
    t->late = root_new();
    t->late->settings = t->root->settings;
    t->late_since = since;
    t->queue = reorder_new();
    root_copy_learnt(t->late, t->root);
}

void
track_first_visit(struct tracker *t, uint32_t number)
{
    numbers_add(&t->numbers, number);
    t->relay_frame = 0;
}

void
track_later_visit(struct tracker *t, uint32_t number)
{
    numbers_visit(&t->numbers, number);
    settle(t);
}

void
track_frame(struct tracker *t, const struct frame_facts *facts)
{
    struct root *root = t->root;

    root->frame = facts->frame;
    if (facts->time + CLOCK_SLACK < root->now)
        root->disorder = true;
    watermarks_note(&t->marks, facts->has_interface ? facts->interface_id : 0, facts->time);
    root->now = MAX(root->now, facts->time);
    root->cut_short = root->cut_short || facts->cut_short;
    if (t->frames++ == 0 && facts->has_interface)
        begin_late(t, 0);
    else if (!t->late && (root->disorder || t->marks.n > 1))
        begin_late(t, root->now);
    if (t->late && t->frames == ORDER_TRIAL_FRAMES && t->marks.n == 1 && !root->disorder) {
        settle(t);
        t->late = NULL;         /* one interface, in order */
    }
    if (t->late)
        catch_up(t, reached(t));
    root_sweep(root);
}
