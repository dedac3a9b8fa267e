/* h2frame.h
 * An HTTP/2 frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FACT_H2FRAME_H
#define MWG502_FACT_H2FRAME_H

#include "base/ipaddr.h"

/* One frame of HTTP/2 (RFC 9113 section 4) as Wireshark dissected it. block is the frame's: valid during the call only. */
struct h2_frame {
    uint32_t conn;              /* tcp.stream */
    struct ipaddr src;
    uint16_t sport;
    uint32_t stream;            /* of GOAWAY: the last one that is served */
    uint32_t error;             /* of RST_STREAM and GOAWAY */
    uint8_t type, flags;
    const uint8_t *block;       /* decompressed header block, see h2_read_head(); NULL: none */
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
