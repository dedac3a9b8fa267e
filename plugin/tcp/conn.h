/* conn.h
 * TCP connections: from segments to handshakes, bytes in order, and ends
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TCP_CONN_H
#define MWG502_TCP_CONN_H

#include "model/model.h"

/*
 * What a connection tells whoever reads its bytes: implemented in http/, plugged in by
 * track/capture.c. Within one call of conn_segment() they come in this order.
 *
 *   opened   its first SYN was seen
 *   bytes    the next bytes of one side, in order; segment->data is valid during the call only
 *   missing  n bytes of one side are not in the capture: what comes next stands behind them
 *   ended    both sides are done with the connection, or one of them reset it; can come again
 *   dropped  it is about to be freed: what was made for it is to be freed
 */
struct conn_listener {
    void (*opened)(struct root *root, struct conn *conn);
    void (*bytes)(struct root *root, struct conn *conn, int side, const struct segment *segment);
    void (*missing)(struct root *root, struct conn *conn, int side, uint32_t n);
    void (*ended)(struct root *root, struct conn *conn);
    void (*dropped)(struct root *root, struct conn *conn);
};

/*
 * Returns the segment's connection, or NULL where the segment belongs to none that is
 * known and opens none. *again: all its bytes were seen before. A copy's segment is the
 * original's, whose stream is another one (see copies.h).
 */
struct conn *conn_segment(struct root *root, const struct segment *segment, bool *again);

/*
 * A connection of QUIC, over UDP: of first only its number, its ends and its time count, and its sender is the client. It has
 * neither handshake nor bytes nor an end here; what is read on it is told to http/h3.h.
 */
struct conn *conn_begin_quic(struct root *root, const struct segment *first);

/* NULL if it is not (or no longer) known. */
struct conn *conn_find(struct root *root, uint32_t stream);

/* true: its first bytes are the first ones that the capture has of it. */
bool conn_is_whole(const struct conn *conn);

/* Of a stream in the table of connections; for that of copies too. */
const void *conn_key(uint32_t stream);

/* It is about to be freed: conn_find() has no hold on it any more. */
void conn_lost(struct root *root, const struct conn *conn);

/* CLIENT or SERVER: who sent the segment. */
int conn_side_of(const struct conn *conn, const struct ipaddr *ip, uint16_t port);

/* Forgets the connection, its exchanges and everything that points to it. */
void conn_drop(struct root *root, struct conn *conn);

/* Who was taken for the client is the server. */
void conn_swap_sides(struct conn *conn);

/* For the table of connections. */
void conn_evict(bounded_t *table, struct bounded_entry *entry);

#endif

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
