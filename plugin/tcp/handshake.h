/* handshake.h
 * How a connection begins: its SYNs, and what answered each of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TCP_HANDSHAKE_H
#define MWG502_TCP_HANDSHAKE_H

#include "model/model.h"

/* true: the SYN belongs to another connection than the one that its stream had; so the old one is to be dropped. */
bool handshake_is_new(const struct conn *conn, const struct segment *syn);

/*
 * A SYN of the connection, the first one or a repeat; a copy of the last one is passed over.
 * Copies are told by the packet's identity, and by the clock only where it has none: the
 * shortest time after which a stack repeats a SYN is far longer than a copy takes.
 */
void handshake_syn(struct root *root, struct conn *conn, const struct segment *syn);

/* A SYN/ACK, or the SYN of a peer that opens the same connection at the same time (RFC 9293 section 3.5). */
void handshake_synack(struct conn *conn, const struct segment *synack);

/* true: a SYN of this side is that peer's. */
bool handshake_is_simultaneous(const struct conn *conn, int side);

/* A segment of this side before the connection stood, in the place of the handshake's next step. */
void handshake_other(struct conn *conn, const struct segment *segment, int side);

/* A RST of the server before the connection stood. */
void handshake_refused(struct conn *conn, const struct segment *rst);

/* An ICMP or ICMPv6 error for a segment of this connection, sent by the side that opened it. */
void handshake_icmp(struct root *root, struct conn *conn, const struct icmp_error *error);

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
