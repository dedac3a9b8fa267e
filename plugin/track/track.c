/* track.c
 * From facts to verdicts: the door between what is observed and what is shown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "cases/export.h"
#include "http/decrypted.h"
#include "http/exchange.h"
#include "http/h2.h"
#include "http/h3.h"
#include "http/hidden.h"
#include "http/shown.h"
#include "match/match.h"
#include "model/attempts.h"
#include "net/lookup.h"
#include "net/neighbor.h"
#include "net/translated.h"
#include "tcp/copies.h"
#include "tcp/flow.h"
#include "tcp/handshake.h"
#include "track/capture.h"
#include "track/provisional.h"
#include "track/track.h"
#include "words/reported.h"

/* A pcapng file that names one interface only so far is taken to be in order. */
#define ORDER_TRIAL_FRAMES 256

/* dumpcap hands over what an interface has seen after this time at the latest (its CAP_READ_TIMEOUT). */
#define READ_TIMEOUT (NS_PER_SECOND / 4)

/*
 * One of the two ways in which a capture is followed: frame by frame as they come, or in order
 * of time, behind them, where that differs. The second one's verdicts replace the first one's.
 */
struct view {
    struct tracker *tracker;
    struct root *root;
    struct outlook outlook;
    bool in_time;               /* the second one */
    bool guesses;               /* the first one, where frames that belong before may still come */
};

static struct view
view_of(struct tracker *t, struct root *root)
{
    struct view view = { t, root, { t->root, t->late, &t->marks }, root == t->late, false };

    view.guesses = !view.in_time && t->late && !provisional_in_order(&view.outlook);
    return view;
}

struct tracker *
track_new(const struct settings *settings, unsigned timeout)
{
    struct tracker *t = wmem_new0(wmem_file_scope(), struct tracker);

    t->root = capture_new(settings);
    t->timeout = timeout;
    numbers_init(&t->numbers);
    cases_init(&t->cases, &t->numbers);
    return t;
}

const struct verdict *
track_verdicts(const struct tracker *t, uint32_t number)
{
    return cases_verdicts(&t->cases, numbers_serial(&t->numbers, number));
}

const struct part *
track_parts(const struct tracker *t, uint32_t number)
{
    return cases_parts(&t->cases, numbers_serial(&t->numbers, number));
}

/* verdicts ****************************************************************/

/* The verdict on the same response that is settled, or that is not; NULL: none. */
static struct verdict *
find_verdict(const struct tracker *t, uint32_t frame, const struct conn *conn, bool settled)
{
    struct verdict *v = cases_verdicts(&t->cases, frame);

    while (v && (v->settled != settled || v->client_stream != conn->stream))
        v = v->next;
    return v;
}

static void
find_cause(const struct view *view, struct exchange *ex, struct collected *found, struct finding *f)
{
    if (view->guesses && !ex->without_request) {
        provisional_diagnose(&view->outlook, ex, found, f);
    } else {
        match_collect(view->root, ex, found);
        diagnose(&found->evidence, f);
    }
}

static void
diagnose_exchange(const struct view *view, struct exchange *ex, uint32_t frame, const struct said *said)
{
    struct tracker *t = view->tracker;
    struct verdict *v = t->late ? find_verdict(t, frame, ex->conn, !view->in_time) : NULL;

    if (v && !view->in_time)
        return;                 /* in order of time it came already */
    struct collected *found = g_new(struct collected, 1);
    struct finding *f = g_new(struct finding, 1);
    find_cause(view, ex, found, f);
    if (v)
        cases_unlink(&t->cases, v);
    else
        v = cases_add(&t->cases, frame);
    verdict_fill(v, ex, &found->evidence, f, said, t->timeout);
    export_fill(v, ex, &found->evidence);
    v->settled = view->in_time;
    cases_link(&t->cases, v);
    g_free(f);
    g_free(found);
}

/* Somebody waits for the gateway that has this address. */
static bool
has_waiting(struct root *root, const struct ipaddr *ip)
{
    const struct host *host = host_find(root, ip);

    return host && host->gateway && !list_is_empty(&host->gateway->open);
}

/* In uwsgi, behind SOCKS or a PROXY line the request is none that can be read. */
static bool
serves_gateway(struct root *root, const struct exchange *ex)
{
    if (ex->without_request)
        return has_waiting(root, &ex->conn->side[CLIENT].ip);
    return ex->had_parent && !match_is_gateway(root, ex);
}

/* A server's 502 for a gateway that will pass it on; before all earlier frames came, one for any gateway. */
static bool
will_be_relayed(const struct view *view, const struct exchange *ex)
{
    const struct ipaddr *asker = &ex->conn->side[CLIENT].ip;

    if (!view->guesses)
        return serves_gateway(view->root, ex);
    const struct exchange *same = provisional_same(view->outlook.late, ex);
    if (same)
        return serves_gateway(view->outlook.late, same);
    return ex->had_parent || has_waiting(view->root, asker) || has_waiting(view->outlook.late, asker);
}

/* Frames that were late show that the response needs no verdict, or its first visit shows its part at once. */
static void
let_pass(const struct view *view, const struct exchange *ex, uint32_t frame)
{
    struct tracker *t = view->tracker;

    if (view->in_time)
        cases_drop(&t->cases, frame, find_verdict(t, frame, ex->conn, false));
    else
        t->relay_frame = frame;
}

static void
respond(const struct view *view, struct exchange *ex, unsigned status, uint32_t frame, const struct said *said)
{
    bool counts = !view->in_time || ex->without_request || ex->request.time >= view->tracker->late_since;

    if (view->root->settings.watched(status)) {
        if (will_be_relayed(view, ex))
            let_pass(view, ex, frame);
        else if (counts)
            diagnose_exchange(view, ex, frame, said);
    }
    exchange_served(view->root, ex);
}

/* facts *******************************************************************/

static void
apply_shown(const struct view *view, struct conn *conn, const struct shown *shown, bool again, const struct fact *fact)
{
    struct exchange *ex = exchange_shown(view->root, conn, shown->status, again, fact->frame, fact->time);

    if (!ex)
        return;
    if (view->root->settings.watched(shown->status))
        exchange_hidden_told(ex);
    respond(view, ex, shown->status, fact->frame, &shown->said);
}

static void
apply_hidden(const struct view *view, struct exchange *ex, const struct fact *fact)
{
    struct said said = reported_read(wmem_file_scope(), ex->hidden->bytes, ex->hidden->length);

    exchange_hidden_told(ex);
    respond(view, ex, exchange_status(ex), fact->frame, &said);
}

static void
apply_tcp(const struct view *view, const struct fact *fact)
{
    bool again;
    struct conn *conn = conn_segment(view->root, &fact->u.tcp.segment, &again);
    struct exchange *ex;

    /* What a copy shows, the original's own frame shows too. */
    if (!conn || conn->stream != fact->u.tcp.segment.stream)
        return;
    for (unsigned i = 0; i < fact->u.tcp.n_shown; i++)
        apply_shown(view, conn, &fact->u.tcp.shown[i], again, fact);
    while ((ex = exchange_hidden_response(conn)))
        apply_hidden(view, ex, fact);
}

static void
apply_http2(const struct view *view, const struct fact *fact)
{
    struct conn *conn = conn_find(view->root, fact->u.h2.frame.conn);
    struct exchange *ex = conn ? h2_frame(view->root, conn, &fact->u.h2.frame, fact->frame, fact->time) : NULL;

    if (ex)
        respond(view, ex, ex->reply.status, fact->frame, &fact->u.h2.said);
}

static void
apply_http3(const struct view *view, const struct fact *fact)
{
    struct exchange *ex = h3_frame(view->root, &fact->u.h3.frame, fact->frame, fact->time);

    if (ex)
        respond(view, ex, ex->reply.status, fact->frame, &fact->u.h3.said);
}

static void
apply_icmp(struct root *root, const struct fact *fact)
{
    struct conn *conn = conn_from(root, &fact->u.icmp.key, fact->u.icmp.sport);

    if (!conn && fact->u.icmp.stream_plus_1)
        conn = copies_original(root, fact->u.icmp.stream_plus_1 - 1);

    if (conn)
        handshake_icmp(root, conn, &fact->u.icmp.error);
}

static void
apply(struct tracker *t, struct root *root, const struct fact *fact)
{
    struct view view = view_of(t, root);

    switch (fact->kind) {
    case FACT_TCP:
        apply_tcp(&view, fact);
        break;
    case FACT_DECRYPTED:
        decrypted_bytes(root, &fact->u.tcp.segment);
        break;
    case FACT_HTTP2:
        apply_http2(&view, fact);
        break;
    case FACT_HTTP3:
        apply_http3(&view, fact);
        break;
    case FACT_ICMP:
        apply_icmp(root, fact);
        break;
    case FACT_DNS:
        translated_message(root, &fact->u.dns);
        break;
    case FACT_DNS_ERROR:
        lookup_icmp(root, &fact->u.dns_error.error);
        break;
    case FACT_NEIGHBOR_ASKED:
        neighbor_asked(root, &fact->u.neighbor.neighbor, &fact->u.neighbor.asker, fact->u.neighbor.link, fact->frame, fact->time);
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
        capture_sweep(t->late);
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
        else if (reorder_is_full(t->queue))
            catch_up(t, reorder_earliest(t->queue));
    }
    apply(t, t->root, fact);
}

bool
track_expected(struct tracker *t, const struct segment *seg)
{
    struct conn *conn = t->late ? NULL : conn_find(t->root, seg->stream);

    /* Whether a window that was closed is open again is news. */
    if (!conn || conn->side[CLIENT].traits.window_zero || conn->side[SERVER].traits.window_zero || !flow_expected(conn, seg))
        return false;
    conn->last = seg->time;
    return true;
}

/* frames ******************************************************************/

static void
begin_late(struct tracker *t, when_t since)
{
    t->late = capture_new(&t->root->settings);
    t->late_since = since;
    t->queue = reorder_new();
    capture_copy_learnt(t->late, t->root);
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

when_t
track_frame(struct tracker *t, const struct frame_facts *facts)
{
    uint32_t interface_id = facts->has_interface ? MIN(facts->interface_id, INTERFACES_MAX - 1) : 0;
    when_t time = clock_read(&t->clocks[interface_id], facts->time);
    struct root *root = t->root;

    root->frame = facts->frame;
    if (time + CLOCK_SLACK < root->now)
        root->disorder = true;
    watermarks_note(&t->marks, interface_id, time);
    root->now = MAX(root->now, time);
    root->cut_short = root->cut_short || facts->cut_short;
    if (facts->cut_short)
        root->snap_length = MAX(root->snap_length, facts->captured);
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
    capture_sweep(root);
    return time;
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
