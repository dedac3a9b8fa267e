/* tlsrecords.h
 * How far a TLS connection got, told from its record headers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_TLSRECORDS_H
#define MWG502_BYTES_TLSRECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * RFC 8446 section 5 and RFC 5246 section 6. Nothing is decrypted: content types, lengths
 * and directions tell when the handshake was over, when the first request went out and
 * whether an answer came. Pure: no allocation, any bytes are allowed in.
 */

enum tls_side { TLS_CLIENT, TLS_SERVER };

/* As much of a record as tells an alert or a ServerHello with its extensions. */
#define TLS_BODY_READ 256

struct tls_walker {             /* one direction */
    uint8_t header[5];
    uint8_t have;               /* bytes of header so far */
    uint32_t left;              /* bytes of the record still to come */
    uint8_t body[TLS_BODY_READ];
    uint16_t read;              /* bytes in body */
};

struct tls_progress {
    struct tls_walker walker[2];
    bool version13;             /* the ServerHello chose TLS 1.3 */
    bool hello[2];              /* ClientHello, ServerHello (no HelloRetryRequest) */
    bool cipher[2];             /* ChangeCipherSpec was sent */
    bool finished[2];           /* the Finished message was sent */
    bool handshake_done;
    bool not_tls[2];            /* bytes that are no TLS record */
    uint32_t data_records[2];   /* application data after the handshake, without tickets */
    uint32_t ticket_records;    /* what the server sent right after the handshake: tickets */
    bool alert[2];              /* a fatal alert, or one that is encrypted */
    uint8_t alert_description;  /* of a readable alert; 0: close_notify */
    bool alert_readable;
};

/* What a piece of bytes did; several can be set. */
struct tls_step {
    bool alert;                 /* an alert began in it */
    bool not_tls;               /* it is no TLS */
    bool request;               /* the client's first application data after the handshake */
    bool response;              /* the server's application data after the request */
};

/* true: the bytes begin with a ClientHello. */
bool tls_begins_client_hello(const uint8_t *bytes, size_t n);

/* The next bytes of one side in order; captured may be fewer than length. */
struct tls_step tls_feed(struct tls_progress *tls, enum tls_side side, const uint8_t *bytes, size_t captured, size_t length);

/* n bytes are missing; the record at hand takes them, or the walk cannot go on. */
void tls_skip(struct tls_progress *tls, enum tls_side side, size_t n);

/* RFC 8446 section 6: "handshake_failure"; NULL if there is no such description. */
const char *tls_alert_words(uint8_t description);

#endif
