/* preface.c
 * HTTP/2 without TLS, dissected as such on whatever port its preface is seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>

#include "bytes/h2head.h"
#include "bytes/proxyline.h"
#include "observe/preface.h"

#define HEURISTIC "mwg502_http2_tcp"

static void
follow_from(packet_info *pinfo, uint32_t frame)
{
    conversation_set_dissector_from_frame_number(find_or_create_conversation(pinfo), frame, foreign_http2());
}

/*
 * From the next frame on: this one comes here on every visit, also where a PROXY header stands before the preface, which is
 * dissected first and must not become HTTP/2's.
 */
static compat_bool
dissect_preface(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (tvb_memeql(tvb, 0, (const uint8_t *)H2_PREFACE, H2_PREFACE_LENGTH) != 0)
        return false;
    follow_from(pinfo, pinfo->num + 1);
    return call_dissector_only(foreign_http2(), tvb, pinfo, tree, data) > 0;
}

void
preface_register(void)
{
    if (foreign_http2())
        heur_dissector_add("tcp", dissect_preface, "HTTP2 by its preface", HEURISTIC, foreign_http2_id(), HEURISTIC_ENABLE);
}

/* a port that another dissector owns ****************************************/

/* true: these bytes are the preface, and behind it frames to their ends. */
static bool
is_whole(const uint8_t *bytes, size_t n)
{
    size_t at = H2_PREFACE_LENGTH;

    if (n < at || memcmp(bytes, H2_PREFACE, at) != 0)
        return false;
    while (at + H2_FRAME_HEADER <= n)
        at += H2_FRAME_HEADER + ((size_t)bytes[at] << 16 | (size_t)bytes[at + 1] << 8 | bytes[at + 2]);
    return at == n;
}

static bool
is_decoded_as_asked(const struct segment *seg)
{
    return foreign_port_is_users_choice(seg->sport) || foreign_port_is_users_choice(seg->dport);
}

/* Who disables it in Enabled Protocols wants no connection to be HTTP/2 by its preface. */
static bool
is_enabled(void)
{
    const heur_dtbl_entry_t *heuristic = find_heur_dissector_by_unique_short_name(HEURISTIC);

    return heuristic && heuristic->enabled;
}

bool
preface_take_over(struct frame_view *view, const field_info *stream, const struct segment *seg)
{
    uint32_t n = (uint32_t)proxyline_length(seg->data, seg->captured);
    tvbuff_t *source = stream->ds_tvb;
    struct tcpinfo info = { .seq = seg->seq + n, .nxtseq = seg->seq + seg->length, .lastackseq = seg->ack, .flags = seg->flags };

    if (seg->captured < seg->length || !is_whole(seg->data + n, seg->captured - n) || !is_enabled() || is_decoded_as_asked(seg))
        return false;
    int at = (int)(seg->data + n - tvb_get_ptr(source, 0, -1));
    tvbuff_t *tvb = tvb_new_subset_length(source, at, (int)(seg->length - n));

    follow_from(view->pinfo, view->pinfo->num + (n > 0));
    return call_dissector_only(foreign_http2(), tvb, view->pinfo, view->tree, &info) > 0;
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
