/* tlshello.h
 * What the hello of a TLS handshake says, read as its bytes come
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_TLSHELLO_H
#define MWG502_BYTES_TLSHELLO_H

#include "bytes/marks.h"

/*
 * RFC 8446 section 4.1. A hello can be longer than a segment, since post-quantum key shares
 * stand before what matters here: nothing of it is kept but what is wanted. Pure: no
 * allocation, any bytes are allowed in. All zeros is a reader that has read nothing; one for each side.
 */
struct tls_hello {
    uint8_t step;               /* what the next bytes are */
    uint8_t field[34];          /* of them, as many as came */
    uint8_t have;
    uint8_t type;               /* of the message at hand */
    bool retry;                 /* it is a HelloRetryRequest */
    uint16_t skip;              /* bytes that are passed over before that */
    uint16_t extension;         /* bytes of the extension at hand that nothing is wanted of */
    uint16_t name;              /* bytes that go into a mark before that: alpn where is_alpn, else sni */
    bool is_alpn;
    uint32_t left;              /* bytes of the message still to come */

    bool client, server;        /* a ClientHello was read up to its extensions; a ServerHello */
    bool version13;             /* TLS 1.3 was chosen */
    bool early_data;            /* 0-RTT was offered */
    mark_t sni;                 /* of the server's name, 0: none */
    mark_t alpn;                /* of the protocols that a client offers, of the one that a server chose; 0: none */
};

/* The next bytes of the side's handshake messages, in order. */
void tls_hello_feed(struct tls_hello *hello, const uint8_t *bytes, size_t n);

/* n of them are missing. */
void tls_hello_skip(struct tls_hello *hello, size_t n);

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
