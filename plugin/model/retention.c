/* retention.c
 * How long connections are kept
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "model/retention.h"

/* In seconds, since the connection was put there. */
static const unsigned keep[N_SHELVES] = {
    [SHELF_OPEN] = 7200,        /* a silent connection */
    [SHELF_FAILED] = 300,       /* a failure that a 502 may still cite */
    [SHELF_SERVED] = 30,        /* what a client lost is sent again until then */
    [SHELF_DONE] = 2,           /* the FIN's copies */
};

static void
put_on_shelf(struct root *root, struct conn *conn, enum shelf shelf)
{
    conn->shelf = shelf;
    conn->shelved = root->now;
    list_append(&root->shelves[shelf], &conn->shelf_link);
}

static void
move(struct root *root, struct conn *conn, enum shelf shelf)
{
    list_remove(&root->shelves[conn->shelf], &conn->shelf_link);
    put_on_shelf(root, conn, shelf);
}

/* Nothing readable on the connection waits for an answer or may still be cited in a verdict, and something was there. */
static bool
all_served(const struct conn *conn)
{
    if (!conn->had_exchange)
        return false;
    for (const node_t *l = conn->exchanges.head; l; l = l->next) {
        const struct exchange *ex = (const struct exchange *)l->data;
        if ((!ex->served && !ex->opaque) || (ex->parent && !ex->parent->served))
            return false;
    }
    return true;
}

/* By somebody who only ever asked: no 502 can cite it. */
static bool
is_clients(struct root *root, const struct conn *conn)
{
    const struct host *host = host_find(root, &conn->side[CLIENT].ip);

    return host && host->is_client && !host->gateway;
}

static enum shelf
shelf_of_ended(struct root *root, const struct conn *conn)
{
    bool closed = conn->side[CLIENT].closed.frame && conn->side[SERVER].closed.frame;

    if (!closed || !all_served(conn))
        return SHELF_FAILED;
    if (conn->owner)
        return SHELF_DONE;
    return is_clients(root, conn) ? SHELF_SERVED : SHELF_FAILED;
}

void
retain_new(struct root *root, struct conn *conn)
{
    node_init(&conn->shelf_link, conn);
    put_on_shelf(root, conn, SHELF_OPEN);
}

void
retain_failed(struct root *root, struct conn *conn)
{
    if (conn->shelf == SHELF_OPEN)
        move(root, conn, SHELF_FAILED);
}

void
retain_ended(struct root *root, struct conn *conn)
{
    if (conn->shelf == SHELF_OPEN)
        move(root, conn, shelf_of_ended(root, conn));
}

void
retain_over(struct root *root, struct conn *conn)
{
    if (conn->shelf == SHELF_FAILED && shelf_of_ended(root, conn) != SHELF_FAILED)
        move(root, conn, shelf_of_ended(root, conn));
}

void
retain_no_more(struct root *root, struct conn *conn)
{
    list_remove(&root->shelves[conn->shelf], &conn->shelf_link);
}

/* Of those that were used again since they were put there so many are put behind the others in one call. */
#define SPARED_MAX 8

/* An open connection is kept from its last segment on, however old it is. */
static bool
is_used(const struct root *root, const struct conn *conn)
{
    return conn->shelf == SHELF_OPEN && conn->last + keep[SHELF_OPEN] * NS_PER_SECOND > root->now;
}

struct conn *
retention_due(struct root *root, enum shelf shelf)
{
    struct conn *conn;

    for (int i = 0; i < SPARED_MAX; i++) {
        conn = (struct conn *)list_first(&root->shelves[shelf]);
        if (!conn || conn->shelved + keep[shelf] * NS_PER_SECOND > root->now)
            return NULL;
        if (!is_used(root, conn))
            return conn;
        move(root, conn, SHELF_OPEN);
        conn->shelved = conn->last;
    }
    return NULL;
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
