/* conns.c
 * Which connection a stream is: found often, and mostly the one of a moment ago
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "tcp/conn.h"

const void *
conn_key(uint32_t stream)
{
    return GUINT_TO_POINTER(stream + 1);
}

static struct conn **
latest_slot(struct root *root, uint32_t stream)
{
    return &root->conns.latest[stream % LATEST_CONNS];
}

struct conn *
conn_find(struct root *root, uint32_t stream)
{
    struct conn **latest = latest_slot(root, stream);

    if (!*latest || (*latest)->stream != stream) {
        struct conn *conn = (struct conn *)bounded_find(&root->conns.table, conn_key(stream));
        if (!conn)
            return NULL;
        *latest = conn;
    }
    (*latest)->entry.used = true;
    return *latest;
}

void
conn_lost(struct root *root, const struct conn *conn)
{
    if (*latest_slot(root, conn->stream) == conn)
        *latest_slot(root, conn->stream) = NULL;
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
