/* h2.h
 * Requests and their replies on the streams of an HTTP/2 connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_H2_H
#define MWG502_HTTP_H2_H

#include "http/exchange.h"
#include "bytes/h2head.h"

/* An HTTP/2 frame (RFC 9113). block is valid during the call only. */
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

/*
 * Puts the frame into the exchange of its stream: a request begins one, a response may
 * come in any order. Returns the exchange whose final response head this is; one without a
 * request is made where the capture has none. NULL: the frame is nothing of that kind.
 */
struct exchange *h2_frame(struct root *root, struct conn *conn, const struct h2_frame *f, uint32_t frame, when_t time);

#endif
