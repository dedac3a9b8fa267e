/* foreign.h
 * What is read of other dissectors: each name of theirs stands in foreign.c, and nowhere else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_FOREIGN_H
#define MWG502_OBSERVE_FOREIGN_H

#include "base/compat.h"

/*
 * One field that every TCP segment has, the rest on rare frames: every field wanted costs
 * each frame that has it, and priming it costs every frame. Where a field lies in the frame tells where its header is.
 */
enum field {
    TCP_STREAM, ICMP_TYPE, ICMPV6_TYPE, ARP_OPCODE,
    DNS_QRY_NAME, DNS_RESP_LEN, DNS_CNAME,
    HTTP_STATUS, HTTP2_STREAM,
    QUIC_CONNECTION, QUIC_STREAM, HTTP3_FRAME, HTTP3_HEADER,
    N_FIELDS
};

/*
 * For set_postdissector_wanted_hfids(), which takes the array over. Looks all names up, so it is called
 * when a capture begins, before anything else here.
 */
GArray *foreign_wanted_fields(void);

/* The frame's values of a wanted field in order; NULL if it has none, or if no dissector knows the field. */
GPtrArray *foreign_fields(proto_tree *tree, enum field field);

/* Which dissectors looked at what the frame's last TCP segment carries. */
struct above_tcp {
    bool http, http2, tls;
};
struct above_tcp foreign_above_tcp(const packet_info *pinfo);

/* true: ICMP or ICMPv6 is among the frame's layers; those above it may be of the packet that it quotes. */
bool foreign_has_icmp(const packet_info *pinfo);

/*
 * Bytes that a dissector made of those of the frame, as a data source of the frame (a tab of
 * the byte view). No field holds them.
 */
enum source {
    SOURCE_DECRYPTED_TLS,       /* the contents of a TLS record, one source for each record */
    SOURCE_HEADER               /* a header block of HTTP/2 or HTTP/3 before it was compressed, as h2_read_head() takes it */
};

/*
 * The next such source behind *at, which moves on to it; NULL: none. Begin with
 * pinfo->data_src, whose first one is the frame itself.
 */
tvbuff_t *foreign_next_source(const GSList **at, enum source source);

/* The dissector of HTTP/2, and its protocol; NULL: there is none. */
dissector_handle_t foreign_http2(void);
int foreign_http2_id(void);

/* true: by Decode As. */
bool foreign_port_is_users_choice(uint16_t port);

/* true: the user disabled that protocol, by its filter name. An unknown name: false. */
bool foreign_is_disabled(const char *protocol);

/* true: the HTTP dissector shows a response with its head, or never; it does not wait for the body. */
bool foreign_http_heads_are_shown(void);

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
