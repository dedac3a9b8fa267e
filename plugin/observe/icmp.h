/* icmp.h
 * What the network says of itself: ICMP errors, Neighbour Discovery and ARP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_ICMP_H
#define MWG502_OBSERVE_ICMP_H

#include "observe/frame_view.h"

/* An ICMP error (RFC 792), by its field icmp.type; other messages are ignored. */
void see_icmp(struct frame_view *view, const field_info *type);

/* An ICMPv6 error (RFC 4443) or a Neighbour Discovery message (RFC 4861), by icmpv6.type. */
void see_icmpv6(struct frame_view *view, const field_info *type);

/* ARP for IPv4 (RFC 826), by arp.opcode. */
void see_arp(struct frame_view *view, const field_info *opcode);

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
