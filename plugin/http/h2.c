/* h2.c
 * Requests and their replies on the streams of an HTTP/2 connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/h2head.h"
#include "http/exchange.h"
#include "http/h2.h"
#include "tcp/conn.h"
#include "tcp/flow.h"

/* Segments of a reply whose numbers are kept. */
#define DATA_FRAMES_MAX 8

struct exchange *
h2_exchange(const struct conn *conn, uint32_t stream)
{
    for (node_t *l = conn->exchanges.tail; l; l = l->prev)
        if (((struct exchange *)l->data)->h2_stream == stream)
            return (struct exchange *)l->data;
    return NULL;
}

/* Streams end in any order: nothing waits for those before it. */
static void
drop_served(struct root *root, struct conn *conn)
{
    for (node_t *l = conn->exchanges.head, *next; l; l = next) {
        struct exchange *ex = (struct exchange *)l->data;
        next = l->next;
        if (ex->served && ex->over && !ex->parent)
            exchange_drop(root, ex);
    }
}

static struct exchange *
begin(struct root *root, struct conn *conn, const struct http_head *head, uint32_t stream, uint32_t frame, when_t time)
{
    struct exchange *ex;

    drop_served(root, conn);
    if (list_length(&conn->exchanges) >= EXCHANGES_MAX)
        exchange_drop(root, (struct exchange *)list_first(&conn->exchanges));
    ex = exchange_new(root, conn, head, frame, time);
    ex->h2_stream = stream;
    ex->decrypted = conn->decrypted || conn->h3;
    conn->had_exchange = true;
    return ex;
}

static void
note_data(struct exchange *ex, uint32_t frame, when_t time)
{
    if (ex->over)
        return;
    if (ex->reply.data.n < DATA_FRAMES_MAX)
        frames_add(&ex->reply.data, frame);
    if (!ex->reply.first_data)
        ex->reply.first_data = time;
    ex->reply.last_data = time;
}

/* true: it is the final response's. */
static bool
respond(struct exchange *ex, const struct http_head *head, uint32_t frame, when_t time)
{
    struct reply *reply = &ex->reply;

    if (head->status / 100 == 1) {
        reply->interim++;
        return false;
    }
    if (ex->state != EXCHANGE_WAITING)
        return false;
    reply->status = head->status;
    reply->head_frame = ex->response_frame = frame;
    reply->head_time = ex->response_time = time;
    reply->head_length = (uint32_t)head->length;
    ex->state = EXCHANGE_SHOWN;
    ex->answers++;
    return true;
}

static void
complete(struct exchange *ex, when_t time)
{
    if (ex->state == EXCHANGE_WAITING || ex->over)
        return;
    ex->over = ex->reply.complete = true;
    ex->reply.complete_time = time;
}

static void
end_stream(struct exchange *ex, int side, const struct h2_frame *f, bool reset, uint32_t frame, when_t time)
{
    if (ex->over || ex->ended[side].frame)
        return;
    ex->ended[side] = (struct closing){ .frame = frame, .time = time, .reset = reset };
    ex->h2_error = f->error;
}

/* Its answer cannot be read from here on. */
static void
break_answer(struct exchange *ex, uint32_t frame, when_t time)
{
    if (ex->over || ex->reply.fault != HTTP_FAULT_NONE)
        return;
    note_data(ex, frame, time);
    ex->reply.fault = HTTP_FAULT_FRAME;
}

/* GOAWAY: the streams behind the last one are not served. */
static void
go_away(struct conn *conn, int side, const struct h2_frame *f, uint32_t frame, when_t time)
{
    for (node_t *l = conn->exchanges.head; side == SERVER && l; l = l->next) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->h2_stream > f->stream && ex->state == EXCHANGE_WAITING)
            end_stream(ex, side, f, false, frame, time);
    }
}

/* A capture that begins inside the connection: who asks is the client. */
static int
side_of(struct conn *conn, const struct h2_frame *f, const struct http_head *head)
{
    bool first = conn_side_of(conn, &f->src, f->sport) == CLIENT;

    if (!conn->sides_known && head) {
        if (first != head->is_request)
            conn_swap_sides(conn);
        conn->sides_known = conn->hs.acked = true;
        return head->is_request ? CLIENT : SERVER;
    }
    return first ? CLIENT : SERVER;
}

/* Wireshark needs all header blocks to read the next one. */
static bool
has_all(const struct conn *conn, int side)
{
    return conn->frames && !conn->frames[side].lost && !flow_has_gap(conn->side[side].flow);
}

/* A header block that is whole, and no response: HPACK cannot have made it, or it has no status. */
static bool
is_undone(const struct conn *conn, const struct exchange *ex, const struct h2_frame *f)
{
    return has_all(conn, SERVER) && f->type == H2_HEADERS && (f->flags & H2_END_HEADERS) && ex->state == EXCHANGE_WAITING && !ex->without_request;
}

struct exchange *
h2_frame(struct root *root, struct conn *conn, const struct h2_frame *f, uint32_t frame, when_t time)
{
    struct http_head head;
    bool has_head = f->type == H2_HEADERS && f->block && h2_read_head(f->block, f->block_length, &head);
    int side = side_of(conn, f, has_head ? &head : NULL);
    struct exchange *ex, *answered = NULL;

    conn->h2 = true;
    if (f->type == H2_GOAWAY) {
        go_away(conn, side, f, frame, time);
        return NULL;
    }
    ex = h2_exchange(conn, f->stream);
    if (f->type == H2_RST_STREAM) {
        if (ex)
            end_stream(ex, side, f, true, frame, time);
        return NULL;
    }
    if (side == CLIENT) {
        if (has_head && head.is_request && !ex)
            begin(root, conn, &head, f->stream, frame, time);
        return NULL;
    }
    if (!ex && has_head && f->stream % 2 == 1)
        ex = begin(root, conn, NULL, f->stream, 0, 0);
    if (!ex)
        return NULL;
    note_data(ex, frame, time);
    if (has_head && respond(ex, &head, frame, time))
        answered = ex;
    else if (!has_head && is_undone(conn, ex, f))
        break_answer(ex, frame, time);
    if (f->flags & H2_END_STREAM)
        complete(ex, time);
    return answered;
}

/* bytes *******************************************************************/

/* The client's preface tells; a server may have spoken before it. */
static bool
begins(const struct conn *conn, int side, const struct segment *seg)
{
    if (!conn_is_whole(conn) || conn->side[side].first_bytes_frame != seg->frame)
        return false;
    return side == CLIENT ? h2_begins(seg->data, seg->captured) : seg->captured >= H2_FRAME_HEADER && h2_begins_settings(seg->data, seg->captured);
}

void
h2_bytes(const struct root *root, struct conn *conn, int side, const struct segment *seg)
{
    if (!conn->frames && !begins(conn, side, seg))
        return;
    if (!conn->frames) {
        conn->frames = wmem_alloc_array(wmem_file_scope(), struct h2_frames, 2);
        h2_frames_begin(&conn->frames[CLIENT], true);
        h2_frames_begin(&conn->frames[SERVER], false);
        conn->frames[SERVER].lost = side == CLIENT && conn->side[SERVER].first_bytes_frame;
    }
    if (h2_frames_feed(&conn->frames[side], seg->data, seg->captured, conn->frames[!side].largest_asked) && side == SERVER && conn->h2)
        for (node_t *l = conn->exchanges.head; l; l = l->next)
            break_answer((struct exchange *)l->data, seg->frame, MAX(seg->time, root->now));
    if (seg->captured < seg->length)
        h2_missing(conn, side);
}

void
h2_missing(struct conn *conn, int side)
{
    if (conn->frames)
        conn->frames[side].lost = true;
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
