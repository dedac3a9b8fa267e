/* flow.h
 * The bytes of one direction of a TCP connection, put in order and given to whom they concern
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FLOW_H
#define MWG502_FLOW_H

#include "conn.h"

/*
 * A segment with bytes from this side. Segments ahead of a gap are held (bounded) until
 * the gap is filled, or until an acknowledgment says that only the capture lacks it.
 * Returns true if the segment holds bytes that were not seen before.
 */
bool flow_segment(struct root *root, struct conn *conn, int side, const struct segment *segment);

/* conn->acked[side] moved: the other side acknowledged bytes of this one. */
void flow_acked(struct root *root, struct conn *conn, int side);

void flow_free(struct flow *flow);

#endif
