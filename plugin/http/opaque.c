/* opaque.c
 * Exchanges of which nothing can be read: inside TLS, or of another protocol than HTTP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/exchange.h"
#include "http/opaque.h"

/* The one at hand; NULL: none. */
static struct exchange *
last_opaque(const struct conn *conn)
{
    struct exchange *last = (struct exchange *)list_last(&conn->exchanges);

    return last && last->opaque ? last : NULL;
}

/* Whoever was asked may have answered just now, and the gateway its client not yet: the one before the last is kept. */
static void
drop_older(struct root *root, struct conn *conn)
{
    for (node_t *l = conn->exchanges.head, *next; l && l != conn->exchanges.tail; l = next) {
        struct exchange *ex = (struct exchange *)l->data;
        next = l->next;
        if (ex->opaque && !ex->parent)
            exchange_drop(root, ex);
    }
    if (list_length(&conn->exchanges) >= EXCHANGES_MAX)
        exchange_drop(root, (struct exchange *)list_first(&conn->exchanges));
}

void
opaque_request(struct root *root, struct conn *conn, const struct segment *seg)
{
    struct exchange *last = last_opaque(conn);

    if (last)
        last->over = true;
    drop_older(root, conn);
    exchange_new_opaque(root, conn, last ? last->nth + 1 : 1, seg->frame, seg->time);
}

void
opaque_response(struct root *root, struct conn *conn, const struct segment *seg)
{
    struct exchange *last = last_opaque(conn);

    if (!last)
        return;
    last->state = EXCHANGE_SHOWN;
    exchange_note_data(root, last, seg);
    conn->idle_since = last->reply.last_data;
}

static bool
begins_request(const struct conn *conn)
{
    const struct exchange *last = last_opaque(conn);

    return last ? last->state != EXCHANGE_WAITING : !conn->side[SERVER].first_bytes;
}

void
opaque_bytes(struct root *root, struct conn *conn, int side, const struct segment *seg)
{
    if (side == SERVER)
        opaque_response(root, conn, seg);
    else if (begins_request(conn))
        opaque_request(root, conn, seg);
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
