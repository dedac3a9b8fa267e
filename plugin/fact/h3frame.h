/* h3frame.h
 * A piece of an HTTP/3 request or response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FACT_H3FRAME_H
#define MWG502_FACT_H3FRAME_H

#include "base/ipaddr.h"

/*
 * QUIC connections stand in the table of connections too. Wireshark counts them (quic.connection.number) and those of
 * TCP (tcp.stream) from 0: theirs begin here, where no capture's TCP streams come to.
 */
#define QUIC_CONNS UINT32_C(0x80000000)

/* true: it is a tcp.stream. UINT32_MAX is none either. */
static inline bool
is_tcp_stream(uint32_t number)
{
    return number < QUIC_CONNS;
}

/*
 * What one STREAM frame of QUIC (RFC 9000 section 19.8) brought to a request or its response, as Wireshark decrypted it. block is
 * the frame's: valid during the call only.
 */
struct h3_frame {
    uint32_t conn;              /* QUIC_CONNS + quic.connection.number */
    struct ipaddr src, dst;
    link_t link_src, link_dst;
    uint16_t sport, dport;
    bool last;                  /* the sender's last bytes on this stream */
    uint64_t stream;            /* quic.stream.stream_id; requests have 0, 4, 8 ... (section 2.1) */
    const uint8_t *block;       /* header block that ended with it, decompressed, see h2_read_head(); NULL: none */
    uint32_t block_length;
};

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
