/* copies.h
 * Connections that the capture holds a second time, behind address translation
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TCP_COPIES_H
#define MWG502_TCP_COPIES_H

#include "model/model.h"

/*
 * On -i any, a bridge or both sides of a firewall a packet is seen before and after its addresses
 * are translated (DNAT, SNAT, masquerading): Wireshark gives each side a tcp.stream of its own, but
 * it is one connection. The one whose SYN comes first is the original: what a client sent to
 * the address that it asked, or what a gateway's own process sent. Segments of the other are taken for
 * the original's, so that of each packet the first copy counts, as where a frame is captured twice.
 *
 * A SYN is told to be a copy by what translation keeps: its initial sequence number (RFC 9293 section
 * 3.4.1: 32 bits that nobody guesses), its time stamp and IP identification where it has them, and
 * the ports or the address of one side. No clock tells it; but it comes before the original has an answer.
 * Example: 192.0.2.7:40000 > 198.51.100.1:8080 SYN 81923, then 192.0.2.7:40000 > 172.17.0.2:80 SYN 81923.
 */

/* Notes a connection that was just opened with this SYN. */
void copies_note(struct root *root, const struct conn *conn, const struct segment *syn);

/* The SYN of a stream that is not known: the connection that it is a copy of, which learns so; NULL: none. */
struct conn *copies_begin(struct root *root, const struct segment *syn);

/*
 * A segment of a stream that is not known: if it is that of a copy, *as is the segment with the
 * addresses, ports and stream of the original, which is returned. Its TTL is not told: it was
 * taken at another place. NULL: it is no copy's, or the original is gone.
 */
struct conn *copies_segment(struct root *root, const struct segment *segment, struct segment *as);

/* The original of a stream; NULL: it is no copy, or the original is gone. */
struct conn *copies_original(struct root *root, uint32_t stream);

/* For the table of copies. */
void copies_evict(bounded_t *table, struct bounded_entry *entry);

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
