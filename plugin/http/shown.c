/* shown.c
 * Responses that Wireshark's HTTP dissector shows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/exchange.h"
#include "http/reading.h"
#include "http/shown.h"
#include "tcp/flow.h"

/* The head of the response is not complete: without reassembly Wireshark shows what there is. */
static bool
is_inside_head(const struct conn *conn)
{
    size_t n = 0;

    if (reading_stream(conn, SERVER) && !flow_has_gap(conn->side[SERVER].flow))
        httpstream_partial_head(reading_stream(conn, SERVER), &n);
    return n > 0;
}

/* One whose head was read, and that was to be shown. */
static struct exchange *
find_answered(const struct conn *conn, unsigned status)
{
    for (const node_t *l = conn->exchanges.head; l; l = l->next) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->state == EXCHANGE_ANSWERED && ex->reply.status == status)
            return ex;
    }
    return NULL;
}

/* The bytes could not be followed up to here: what is shown answers whatever waits. inside: its head still goes on. */
static struct exchange *
answer_unread(struct root *root, struct conn *conn, unsigned status, bool inside, uint32_t frame, when_t time)
{
    if (flow_has_gap(conn->side[SERVER].flow))
        exchanges_lose(root, conn, conn->side[SERVER].flow->next);
    if (conn->receiving && conn->receiving->state != EXCHANGE_WAITING)
        conn->receiving = NULL;

    struct exchange *ex = exchange_responding(root, conn);
    if (!inside)
        conn->receiving = NULL;
    ex->answers++;
    ex->reply.status = status;
    ex->reply.head_frame = ex->response_frame = frame;
    ex->reply.head_time = ex->response_time = time;
    ex->reply.complete = ex->over = !inside;
    ex->reply.complete_time = inside ? 0 : time;
    return ex;
}

struct exchange *
exchange_shown(struct root *root, struct conn *conn, unsigned status, bool again, uint32_t frame, when_t time)
{
    struct exchange *found;

    if ((status / 100 == 1 && status != 101) || reading_app(conn, CLIENT))
        return NULL;
    found = find_answered(conn, status);
    if (!found && again)
        return NULL;
    if (!found) {
        bool inside = is_inside_head(conn);
        /* How its head goes on decides; or it is of one that is over and gone. */
        if (!root->settings.watched(status) && (inside || !exchange_waiting(conn)))
            return NULL;
        found = answer_unread(root, conn, status, inside, frame, time);
    }
    found->state = EXCHANGE_SHOWN;
    return found->hidden && found->hidden->told && found->served ? NULL : found;
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
