/* observe.c
 * From a dissected frame to facts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <wiretap/wtap.h>

#include "observe/dns.h"
#include "observe/http3.h"
#include "observe/icmp.h"
#include "observe/observe.h"
#include "observe/tcp.h"

GArray *
observe_wanted_fields(void)
{
    return foreign_wanted_fields();
}

struct unseen
observe_unseen(void)
{
    return (struct unseen){ .dns = foreign_is_disabled("dns") || foreign_is_disabled("udp"), .icmp = foreign_is_disabled("icmp"),
                            .icmpv6 = foreign_is_disabled("icmpv6"), .arp = foreign_is_disabled("arp") };
}

bool
observe_heads_are_shown(void)
{
    return foreign_http_heads_are_shown();
}

/* the frame ***************************************************************/

/* pcapng has room for any time; it is taken for one until TIME_LATEST. */
static when_t
time_of(const packet_info *pinfo)
{
    return TIME_EPOCH + CLAMP((when_t)pinfo->abs_ts.secs, 0, (when_t)UINT32_MAX) * NS_PER_SECOND + pinfo->abs_ts.nsecs;
}

static void
begin_frame(struct frame_view *view)
{
    const packet_info *pinfo = view->pinfo;
    struct frame_facts facts = {
        .frame = view->frame, .time = view->time, .cut_short = pinfo->fd->cap_len < pinfo->fd->pkt_len, .captured = pinfo->fd->cap_len,
    };

    if (pinfo->rec && pinfo->rec->rec_type == REC_TYPE_PACKET && (pinfo->rec->presence_flags & WTAP_HAS_INTERFACE_ID)) {
        facts.has_interface = true;
        facts.interface_id = pinfo->rec->rec_header.packet_header.interface_id;
    }
    view->time = track_frame(view->tracker, &facts);
}

/* What stands in a frame at least before a quoted segment: two IPv4 headers and ICMP's. */
#define LEAST_BEFORE_QUOTED (20 + 8 + 20)

void
observe_frame(struct tracker *tracker, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    struct frame_view view = { tracker, tvb, pinfo, tree, tracker->numbers.serial, time_of(pinfo) };
    GPtrArray *found;

    begin_frame(&view);
    found = fields_of(&view, TCP_STREAM);
    field_info *stream = field_at(found, found ? found->len - 1 : 0);
    /* First of all: an ICMP error looks like the segment that it quotes. */
    if (!(stream && stream->ds_tvb == tvb && stream->start < LEAST_BEFORE_QUOTED) && foreign_has_icmp(pinfo)) {
        if ((found = fields_of(&view, ICMP_TYPE))) {
            see_icmp(&view, field_at(found, 0));
            return;
        }
        if ((found = fields_of(&view, ICMPV6_TYPE))) {
            see_icmpv6(&view, field_at(found, 0));
            return;
        }
    }
    if (stream) {
        see_tcp(&view, stream);
        if (pinfo->srcport == DNS_PORT || pinfo->destport == DNS_PORT)
            see_dns(&view);
    } else if ((found = fields_of(&view, ARP_OPCODE))) {
        see_arp(&view, field_at(found, 0));    /* also inside UDP: VXLAN, Geneve */
    } else if (pinfo->ptype == PT_UDP) {
        if ((found = fields_of(&view, QUIC_STREAM)))
            see_http3(&view, found);
        else
            see_dns(&view);
    }
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
