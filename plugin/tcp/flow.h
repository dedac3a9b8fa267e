/* flow.h
 * The bytes of one side of a TCP connection, put in order and given to the conn_listener
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TCP_FLOW_H
#define MWG502_TCP_FLOW_H

#include "tcp/conn.h"

/*
 * A segment with bytes from this side. Segments ahead of a gap are held (bounded) until
 * the gap is filled, or until an acknowledgment says that only the capture lacks it.
 * Returns true if the segment holds bytes that were not seen before.
 */
bool flow_segment(struct root *root, struct conn *conn, int side, const struct segment *segment);

/* The other side acknowledged the bytes of this one before that sequence number. */
void flow_acked(struct root *root, struct conn *conn, int side, uint32_t ack);

/* Segments are held: bytes before them are missing, in the capture or until they are sent again. flow NULL: no. */
bool flow_has_gap(const struct flow *flow);

/* Bytes of the side that the other one acknowledged are not in the capture. */
bool flow_lacks_acked(const struct conn *conn, int side);

/* The side ended the connection behind bytes that were not seen, be it the capture that lacks them or the other side. */
bool flow_ends_behind_gap(const struct conn *conn, int side);

/* The sequence number behind the side's last byte that was seen in order; false: unknown. */
bool flow_next(const struct conn *conn, int side, uint32_t *next);

/* The connection stands, and the acknowledgment is of nothing but bytes that were seen, and of a FIN. What it acknowledges is noted. */
bool flow_expected(struct conn *conn, const struct segment *ack);

/* flow may be NULL. */
void flow_free(struct flow *flow);

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
