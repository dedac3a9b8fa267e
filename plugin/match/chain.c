/* chain.c
 * Which try followed which: what is known of a try
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/chain.h"
#include "match/relation.h"
#include "model/attempts.h"

struct chain *
chain_of(struct conn *conn, struct exchange *child)
{
    return child && child->nth > 1 ? &child->chain : &conn->chain;
}

const struct chain *
chain_get(const struct conn *conn, const struct exchange *child)
{
    return chain_of((struct conn *)conn, (struct exchange *)child);
}

/* A silent try is given up when the next one begins, and repeats its SYN no more. */
static bool
goes_on(const struct conn *conn, when_t then)
{
    return conn->hs.last_syn > then;
}

bool
chain_is_followed(const struct conn *conn, const struct exchange *child)
{
    when_t followed = chain_get(conn, child)->followed;

    return followed && !goes_on(conn, followed);
}

struct conn *
chain_conn(struct root *root, uint32_t stream_plus_1)
{
    return stream_plus_1 ? (struct conn *)bounded_find(&root->conns.table, GUINT_TO_POINTER(stream_plus_1)) : NULL;
}

/* Addresses of one host are tried at the same time (RFC 8305). */
struct conn *
chain_before(struct root *root, const struct conn *conn, const struct exchange *child, struct exchange **before_child)
{
    struct conn *earlier = chain_conn(root, chain_get(conn, child)->before);
    when_t begun = child ? exchange_begun(child) : conn->hs.first_syn;

    *before_child = earlier ? (struct exchange *)list_last(&earlier->exchanges) : NULL;
    return earlier && goes_on(earlier, begun) && !same_name(root, earlier, conn) ? NULL : earlier;
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
