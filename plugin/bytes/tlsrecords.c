/* tlsrecords.c
 * How far a TLS connection got, told from its record headers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/tlsrecords.h"

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, APPLICATION_DATA = 23, HEARTBEAT = 24 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };

#define MAX_RECORD (16384 + 2048)
#define EXT_SUPPORTED_VERSIONS 43

/* An alert in TLS 1.3: level, description, the inner content type and the AEAD's tag. */
#define ENCRYPTED_ALERT_LENGTH 19

/* RFC 8446 section 4.6.1: tickets come in the server's first flight after the handshake. */
#define MOST_TICKETS 8

bool
tls_begins_client_hello(const uint8_t *bytes, size_t n)
{
    return n >= 6 && bytes[0] == HANDSHAKE && bytes[1] == 3 && bytes[2] <= 4 && bytes[5] == CLIENT_HELLO;
}

static bool
plausible_header(const uint8_t *h, size_t n)
{
    if (h[0] < CHANGE_CIPHER_SPEC || h[0] > HEARTBEAT)
        return false;
    if (n >= 2 && h[1] != 3)
        return false;
    return n < 5 || (h[3] << 8 | h[4]) <= MAX_RECORD;
}

/* body: a ServerHello message behind its handshake header, as far as it is captured */
static bool
server_hello_is_13(const uint8_t *body, size_t n)
{
    size_t i = 2 + 32;

    if (n <= i)
        return false;
    i += 1u + body[i] + 2 + 1 + 2;      /* session id, cipher suite, compression, length */
    while (i + 4 <= n) {
        unsigned type = (unsigned)(body[i] << 8 | body[i + 1]), length = (unsigned)(body[i + 2] << 8 | body[i + 3]);
        if (type == EXT_SUPPORTED_VERSIONS && i + 6 <= n)
            return body[i + 4] == 3 && body[i + 5] >= 4;
        i += 4 + length;
    }
    return false;
}

/* RFC 8446 section 4.1.3: this random says HelloRetryRequest */
static bool
is_hello_retry(const uint8_t *body, size_t n)
{
    static const uint8_t random[8] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11 };

    return n >= 10 && memcmp(body + 2, random, 8) == 0;
}

static void
handshake_record(struct tls_progress *tls, enum tls_side side, const uint8_t *body, size_t n)
{
    if (tls->cipher[side] && !tls->version13) {
        tls->finished[side] = true;     /* encrypted: it can only be the Finished */
        return;
    }
    if (n < 4)
        return;
    if (body[0] == CLIENT_HELLO && side == TLS_CLIENT) {
        tls->hello[TLS_CLIENT] = true;
    } else if (body[0] == SERVER_HELLO && side == TLS_SERVER) {
        if (server_hello_is_13(body + 4, n - 4))
            tls->version13 = true;
        if (!is_hello_retry(body + 4, n - 4))
            tls->hello[TLS_SERVER] = true;
    }
}

static void
alert_record(struct tls_progress *tls, enum tls_side side, const uint8_t *body, size_t n, unsigned length, struct tls_step *step)
{
    bool readable = length == 2 && n == 2 && (body[0] == 1 || body[0] == 2);

    if (readable && body[0] == 1 && body[1] != 0)
        return;                         /* a warning: the handshake goes on */
    if (readable && !tls->alert_readable) {
        tls->alert_readable = true;
        tls->alert_description = body[1];
    }
    tls->alert[side] = true;
    step->alert = true;
}

static void
data_record(struct tls_progress *tls, enum tls_side side, unsigned length, struct tls_step *step)
{
    if (tls->version13 && length == ENCRYPTED_ALERT_LENGTH) {
        tls->alert[side] = true;
        step->alert = true;
    } else if (tls->version13 && side == TLS_CLIENT && !tls->finished[TLS_CLIENT]) {
        tls->finished[TLS_CLIENT] = true;
    } else if (tls->version13 && !tls->finished[TLS_CLIENT]) {
        tls->finished[TLS_SERVER] = true;       /* EncryptedExtensions ... Finished */
    } else if (side == TLS_CLIENT) {
        if (tls->data_records[TLS_CLIENT]++ == 0)
            step->request = true;
    } else if (tls->version13 && tls->ticket_records < MOST_TICKETS && length < 1400 && tls->data_records[TLS_SERVER] == 0 &&
               (tls->data_records[TLS_CLIENT] == 0 || tls->ticket_records < 2)) {
        tls->ticket_records++;
    } else {
        tls->data_records[TLS_SERVER]++;
        if (tls->data_records[TLS_CLIENT] > 0)
            step->response = true;
    }
}

static void
record(struct tls_progress *tls, enum tls_side side, const uint8_t *h, const uint8_t *body, size_t n, struct tls_step *step)
{
    unsigned length = (unsigned)(h[3] << 8 | h[4]);

    n = MIN(n, length);
    switch (h[0]) {
    case CHANGE_CIPHER_SPEC:
        tls->cipher[side] = true;
        break;
    case ALERT:
        alert_record(tls, side, body, n, length, step);
        break;
    case HANDSHAKE:
        handshake_record(tls, side, body, n);
        break;
    case APPLICATION_DATA:
        data_record(tls, side, length, step);
        break;
    }
    if (tls->finished[TLS_CLIENT] && tls->finished[TLS_SERVER])
        tls->handshake_done = true;
}

/* Bytes of the record at hand; tells of it once enough is there. Returns how many were taken. */
static size_t
feed_body(struct tls_progress *tls, enum tls_side side, const uint8_t *bytes, size_t captured, size_t length, struct tls_step *step)
{
    struct tls_walker *w = &tls->walker[side];
    unsigned whole = (unsigned)(w->header[3] << 8 | w->header[4]), wanted = MIN(whole, TLS_BODY_READ);
    size_t n = MIN(w->left, length);

    if (whole - w->left < wanted) {
        size_t copied = MIN(MIN(n, captured), wanted - w->read);
        memcpy(w->body + w->read, bytes, copied);
        w->read = (uint16_t)(w->read + copied);
        /* Enough, or the rest of the segment is not captured. */
        if (whole - w->left + n >= wanted)
            record(tls, side, w->header, w->body, w->read, step);
    }
    w->left -= (uint32_t)n;
    return n;
}

struct tls_step
tls_feed(struct tls_progress *tls, enum tls_side side, const uint8_t *bytes, size_t captured, size_t length)
{
    struct tls_walker *w = &tls->walker[side];
    struct tls_step step = { false, false, false, false };

    while (length > 0 && !tls->not_tls[side]) {
        if (w->left > 0) {
            size_t n = feed_body(tls, side, bytes, captured, length, &step);
            length -= n;
            bytes += MIN(n, captured);
            captured -= MIN(n, captured);
            continue;
        }
        if (captured == 0) {
            tls->not_tls[side] = true;  /* not to be followed any more; no verdict on it */
            break;
        }
        w->header[w->have++] = *bytes++;
        captured--;
        length--;
        if (!plausible_header(w->header, w->have)) {
            tls->not_tls[side] = true;
            step.not_tls = true;
        } else if (w->have == 5) {
            w->have = 0;
            w->read = 0;
            w->left = (uint32_t)(w->header[3] << 8 | w->header[4]);
        }
    }
    return step;
}

void
tls_skip(struct tls_progress *tls, enum tls_side side, size_t n)
{
    if (tls->walker[side].left >= n)
        tls->walker[side].left -= (uint32_t)n;
    else
        tls->not_tls[side] = true;
}

const char *
tls_alert_words(uint8_t description)
{
    static const struct { uint8_t description; const char *words; } alerts[] = {
        { 0, "close_notify" }, { 10, "unexpected_message" }, { 20, "bad_record_mac" }, { 22, "record_overflow" },
        { 40, "handshake_failure" }, { 41, "no_certificate" }, { 42, "bad_certificate" }, { 43, "unsupported_certificate" },
        { 44, "certificate_revoked" }, { 45, "certificate_expired" }, { 46, "certificate_unknown" }, { 47, "illegal_parameter" },
        { 48, "unknown_ca" }, { 49, "access_denied" }, { 50, "decode_error" }, { 51, "decrypt_error" },
        { 70, "protocol_version" }, { 71, "insufficient_security" }, { 80, "internal_error" }, { 86, "inappropriate_fallback" },
        { 90, "user_canceled" }, { 109, "missing_extension" }, { 110, "unsupported_extension" }, { 112, "unrecognized_name" },
        { 113, "bad_certificate_status_response" }, { 116, "certificate_required" }, { 120, "no_application_protocol" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(alerts); i++)
        if (alerts[i].description == description)
            return alerts[i].words;
    return NULL;
}
