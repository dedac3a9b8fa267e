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

#include "bytes/tlshello.h"

/*
 * RFC 8446 section 5 and RFC 5246 section 6. Nothing is decrypted: content types, lengths
 * and directions tell when the handshake was over, when a request went out and
 * whether an answer came. Pure: no allocation, any bytes are allowed in.
 */

enum tls_side { TLS_CLIENT, TLS_SERVER };

struct tls_walker {             /* one direction */
    uint8_t header[5];
    uint8_t have;               /* bytes of header so far */
    uint8_t alert[2];           /* as many bytes of the body as an alert has */
    uint8_t read;               /* of them */
    uint16_t left;              /* bytes of the record still to come */
    struct tls_hello hello;
};

struct tls_progress {
    struct tls_walker walker[2];
    bool version13;             /* TLS 1.3 was chosen */
    bool cipher[2];             /* ChangeCipherSpec was sent */
    bool finished[2];           /* the Finished message was sent */
    bool no_certificate;        /* the client was asked for its certificate and had none (TLS 1.3) */
    bool handshake_done;
    bool not_tls[2];            /* bytes that are no TLS record */
    bool answering;             /* the server sent data since the client's latest request */
    uint8_t client_flight;      /* records of the client before its Finished, TLS 1.3 */
    uint8_t ticket_records;     /* what the server sent right after the handshake: tickets */
    uint16_t ticket_length;     /* of the latest one */
    uint32_t data_records[2];   /* application data after the handshake, without tickets */
    bool alert[2];              /* a fatal alert, or one that is encrypted */
    uint8_t alert_description;  /* of a readable alert; 0: close_notify */
    bool alert_readable;
};

/* What a piece of bytes did; several can be set. */
struct tls_step {
    bool alert;                 /* an alert began in it */
    bool not_tls;               /* it is no TLS */
    bool request;               /* the client's first application data, or its first since the server's last */
    bool response;              /* the server's first application data since the request */
};

/* true: the bytes begin with a ClientHello. */
bool tls_begins_client_hello(const uint8_t *bytes, size_t n);

/* true: the bytes begin with a record of application data. */
bool tls_begins_data(const uint8_t *bytes, size_t n);

/* What is seen begins behind the handshake: everything that comes is data. */
void tls_resume(struct tls_progress *tls);

/* The next bytes of one side in order; captured may be fewer than length. */
struct tls_step tls_feed(struct tls_progress *tls, enum tls_side side, const uint8_t *bytes, size_t captured, size_t length);

/* n bytes are missing; the record at hand takes them, or the walk cannot go on. */
void tls_skip(struct tls_progress *tls, enum tls_side side, size_t n);

/* A ServerHello came that is no HelloRetryRequest. */
bool tls_has_server_hello(const struct tls_progress *tls);

/* RFC 8446 section 6: "handshake_failure"; NULL if there is no such description. */
const char *tls_alert_words(uint8_t description);

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
