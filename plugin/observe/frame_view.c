/* frame_view.c
 * One frame on its way to become facts: what the observers share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <wiretap/wtap.h>

#include "observe/frame_view.h"

struct fact
fact_of(const struct frame_view *view, enum fact_kind kind)
{
    struct fact fact;

    memset(&fact, 0, sizeof fact);
    fact.kind = kind;
    fact.frame = view->frame;
    fact.time = view->time;
    return fact;
}

/* who sent it ***************************************************************/

/* The packet type of LINKTYPE_LINUX_SLL2, of which Wireshark tells no direction (of version 1 it does). */
#define SLL2_PACKET_TYPE 10
enum { SLL2_HOST = 0, SLL2_OUTGOING = 4 };

static int
direction_of(const struct frame_view *view)
{
    const wtap_rec *rec = view->pinfo->rec;
    struct place frame = { view->tvb, 0 };

    if (view->pinfo->p2p_dir != P2P_DIR_UNKNOWN || !rec || rec->rec_type != REC_TYPE_PACKET ||
        rec->rec_header.packet_header.pkt_encap != WTAP_ENCAP_SLL2 || !has_bytes(frame, SLL2_PACKET_TYPE, 1))
        return view->pinfo->p2p_dir;
    switch (byte_at(frame, SLL2_PACKET_TYPE)) {
    case SLL2_HOST:
        return P2P_DIR_RECV;
    case SLL2_OUTGOING:
        return P2P_DIR_SENT;
    default:
        return P2P_DIR_UNKNOWN;
    }
}

/* What stays on the host that captured it: loopback's addresses, or one of its own towards itself. */
static bool
stays_on_host(const packet_info *pinfo)
{
    struct ipaddr src = ipaddr_from(&pinfo->src), dst = ipaddr_from(&pinfo->dst);

    return ipaddr_is_loopback(&src) || ipaddr_is_loopback(&dst) || (src.family && ipaddr_equal(&src, &dst));
}

void
read_links(const struct frame_view *view, link_t *src, link_t *dst)
{
    const packet_info *pinfo = view->pinfo;
    int direction = direction_of(view);

    if (stays_on_host(pinfo)) {
        *src = *dst = LINK_SELF;
        return;
    }
    *src = link_from(&pinfo->dl_src);
    *dst = link_from(&pinfo->dl_dst);
    if (!*src && pinfo->dl_src.type == AT_ETHER)
        return;
    if (direction == P2P_DIR_SENT)
        *src = LINK_SELF;
    else if (direction == P2P_DIR_RECV)
        *dst = LINK_SELF;
}

uint16_t
ip_id_before(struct place transport)
{
    return has_bytes(transport, -20, 20) && byte_at(transport, -20) == 0x45 ? tvb_get_ntohs(transport.tvb, transport.start - 16) : 0;
}

uint8_t
ttl_before(struct place transport)
{
    return has_bytes(transport, -20, 20) && byte_at(transport, -20) == 0x45 ? byte_at(transport, -12) : 0;
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
