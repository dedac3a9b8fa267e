/* activity.c
 * What a gateway has under way, and what failed lately
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "model/activity.h"

static list_t *
queue_of(const struct conn *conn)
{
    return conn->has_failed ? &conn->activities->failed : &conn->activities->pending;
}

void
activity_over(struct conn *conn)
{
    if (conn->activities)
        list_remove(queue_of(conn), &conn->activity_link);
    conn->activities = NULL;
}

static void
stand(struct conn *conn, struct activities *activities, bool failed)
{
    activity_over(conn);
    conn->activities = activities;
    conn->has_failed = failed;
    conn->activity_link.data = conn;
    list_append(queue_of(conn), &conn->activity_link);
}

void
activity_stand(struct root *root, struct conn *conn, struct activities *activities)
{
    conn->active_since = root->now;
    stand(conn, activities, false);
}

void
activity_failed(struct conn *conn)
{
    if (conn->activities)
        stand(conn, conn->activities, true);
}

static void
move_queue(struct activities *to, list_t *from, bool failed)
{
    node_t *link;

    while ((link = from->head))
        stand((struct conn *)link->data, to, failed);
}

void
activities_move(struct activities *to, struct activities *from)
{
    move_queue(to, &from->pending, false);
    move_queue(to, &from->failed, true);
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
