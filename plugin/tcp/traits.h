/* traits.h
 * What the segments of a connection tell beside their bytes: how far their sender is, how they fared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TCP_TRAITS_H
#define MWG502_TCP_TRAITS_H

#include "model/model.h"

/*
 * TTLs and hop limits count only as what one server's packets have in common: one value, in at least
 * two packets of the connection or in three of its handshakes with that address and port. Where they
 * differ, nothing is said: several hosts behind one address, a device that completes handshakes for servers.
 */

/* Notes a segment of this side; also the ones that open a connection, not bare acknowledgments that are expected. */
void traits_segment(struct conn *conn, int side, const struct segment *segment);

/* Notes the server's first SYN/ACK: one more handshake with its address and port. */
void traits_handshake(struct conn *conn, const struct segment *synack);

/* Notes bytes of this side: new ones, or a segment that holds none that were not seen before. */
void traits_bytes(struct conn *conn, int side, const struct segment *segment, bool again);

/*
 * true: a RST that lies beyond the window that the other side advertised. Its receiver ignores it
 * (RFC 9293 section 3.10.7.4). false too where the window is not known.
 */
bool traits_is_beyond_window(const struct conn *conn, int side, const struct segment *rst);

/* How this segment ends the connection for its side: who sent it by its TTL and its time, and whether the other side's bytes crossed it. */
struct closing traits_closing(const struct conn *conn, int side, const struct segment *segment);

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
