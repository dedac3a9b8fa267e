/* tlsrecords.c
 * How far a TLS connection got, told from its record headers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/tlsrecords.h"

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, APPLICATION_DATA = 23, HEARTBEAT = 24 };
enum { CLIENT_HELLO = 1 };

#define MAX_RECORD (16384 + 2048)

/* What TLS 1.3 adds to a record: the inner content type and the AEAD's tag. */
#define ADDED_13 17

/* Lengths of messages in TLS 1.3, with their head of four bytes. */
enum {
    ALERT_LENGTH = 2,
    END_OF_EARLY_DATA = 4,
    NO_CERTIFICATE = 8,         /* a Certificate message without any, RFC 8446 section 4.4.2 */
    FINISHED_256 = 36,          /* by the hash: SHA-256, SHA-384 */
    FINISHED_384 = 52
};

/* A client's certificate and its proof come in so many records at most. */
#define LONGEST_FLIGHT 3

/* RFC 8446 section 4.6.1: tickets come in the server's first flight after the handshake. */
#define MOST_TICKETS 8
#define LONGEST_TICKET 1400

/* What HTTP/2 sends unasked, with its frame header: SETTINGS with ACK, WINDOW_UPDATE and RST_STREAM, PING and GOAWAY. */
static const uint8_t control_frames[] = { 9, 13, 17 };

/* What encryption adds to a record: TLS 1.3; TLS 1.2 with ChaCha20 and with AES-GCM. */
static const uint8_t added_13[] = { ADDED_13, ADDED_13 }, added_12[] = { 16, 24 };

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

bool
tls_begins_data(const uint8_t *bytes, size_t n)
{
    return n > 5 && bytes[0] == APPLICATION_DATA && plausible_header(bytes, n) && bytes[2] <= 4 && (bytes[3] | bytes[4]) != 0;
}

void
tls_resume(struct tls_progress *tls)
{
    tls->version13 = tls->handshake_done = true;
    tls->finished[TLS_CLIENT] = tls->finished[TLS_SERVER] = true;
    tls->ticket_records = MOST_TICKETS;
}

bool
tls_has_server_hello(const struct tls_progress *tls)
{
    return tls->walker[TLS_SERVER].hello.server;
}

static void
alert_record(struct tls_progress *tls, enum tls_side side, const struct tls_walker *w, unsigned length, struct tls_step *step)
{
    bool readable = length == ALERT_LENGTH && w->read == ALERT_LENGTH && (w->alert[0] == 1 || w->alert[0] == 2);

    if (readable && w->alert[0] == 1 && w->alert[1] != 0)
        return;                         /* a warning: the handshake goes on */
    if (readable && !tls->alert_readable) {
        tls->alert_readable = true;
        tls->alert_description = w->alert[1];
    }
    tls->alert[side] = true;
    step->alert = true;
}

/* records of application data *********************************************/

/* TLS 1.3 calls everything encrypted application data: what it is follows from what came before. */
enum phase { PHASE_ALERT, PHASE_EARLY_DATA, PHASE_CLIENT_FLIGHT, PHASE_SERVER_FLIGHT, PHASE_REQUEST, PHASE_TICKET, PHASE_RESPONSE };

/* 0-RTT, before the client's own handshake messages. */
static bool
is_early_data(const struct tls_progress *tls, unsigned length)
{
    return tls->walker[TLS_CLIENT].hello.early_data && tls->client_flight == 0 && length != END_OF_EARLY_DATA + ADDED_13 &&
           length != FINISHED_256 + ADDED_13 && length != FINISHED_384 + ADDED_13;
}

/* The tickets of one server differ in their nonces (RFC 8446 section 4.6.1), at most in these many bytes. */
#define TICKETS_DIFFER 16

static bool
may_be_ticket(const struct tls_progress *tls, unsigned length)
{
    if (tls->ticket_records > 0 && (length > (unsigned)tls->ticket_length + TICKETS_DIFFER || length + TICKETS_DIFFER < (unsigned)tls->ticket_length))
        return false;
    return tls->version13 && tls->ticket_records < MOST_TICKETS && length < LONGEST_TICKET && tls->data_records[TLS_SERVER] == 0 &&
           (tls->data_records[TLS_CLIENT] == 0 || tls->ticket_records < 2);
}

static enum phase
phase_of(struct tls_progress *tls, enum tls_side side, unsigned length)
{
    /* In TLS 1.2 no server sends data before the client has finished. */
    if (side == TLS_SERVER && tls_has_server_hello(tls) && !tls->finished[TLS_CLIENT])
        tls->version13 = true;
    if (tls->version13 && length == ALERT_LENGTH + ADDED_13)
        return PHASE_ALERT;
    if (side == TLS_CLIENT && !tls->finished[TLS_CLIENT] && is_early_data(tls, length))
        return PHASE_EARLY_DATA;
    if (tls->version13 && !tls->finished[TLS_CLIENT])
        return side == TLS_CLIENT ? PHASE_CLIENT_FLIGHT : PHASE_SERVER_FLIGHT;
    if (side == TLS_CLIENT)
        return PHASE_REQUEST;
    return may_be_ticket(tls, length) ? PHASE_TICKET : PHASE_RESPONSE;
}

/* The client's Finished, or what it sends before that: the end of early data, its certificate. */
static void
client_flight(struct tls_progress *tls, unsigned length)
{
    unsigned message = length > ADDED_13 ? length - ADDED_13 : 0;
    bool finished = message == FINISHED_256 || message == FINISHED_384;

    tls->client_flight++;
    if (message == NO_CERTIFICATE || message == NO_CERTIFICATE + FINISHED_256 || message == NO_CERTIFICATE + FINISHED_384)
        tls->no_certificate = true;
    if (message == NO_CERTIFICATE || message == END_OF_EARLY_DATA)
        return;
    /* A certificate is longer than a Finished; its proof follows in a record of its own. */
    if (!finished && message > NO_CERTIFICATE + FINISHED_384 && tls->client_flight < LONGEST_FLIGHT)
        return;
    tls->finished[TLS_CLIENT] = true;
}

static bool
is_control_frame(const struct tls_progress *tls, unsigned length)
{
    const uint8_t *added = tls->version13 ? added_13 : added_12;

    for (size_t i = 0; i < sizeof control_frames; i++)
        if (length == (unsigned)control_frames[i] + added[0] || length == (unsigned)control_frames[i] + added[1])
            return true;
    return false;
}

static void
request_record(struct tls_progress *tls, unsigned length, struct tls_step *step)
{
    bool first = tls->data_records[TLS_CLIENT]++ == 0;

    if (first || (tls->answering && !is_control_frame(tls, length))) {
        step->request = true;
        tls->answering = false;
    }
}

static void
data_record(struct tls_progress *tls, enum tls_side side, unsigned length, struct tls_step *step)
{
    switch (phase_of(tls, side, length)) {
    case PHASE_ALERT:
        tls->alert[side] = true;
        step->alert = true;
        break;
    case PHASE_CLIENT_FLIGHT:
        client_flight(tls, length);
        break;
    case PHASE_SERVER_FLIGHT:
        tls->finished[TLS_SERVER] = true;       /* EncryptedExtensions ... Finished */
        break;
    case PHASE_EARLY_DATA:
    case PHASE_REQUEST:
        request_record(tls, length, step);
        break;
    case PHASE_TICKET:
        tls->ticket_records++;
        tls->ticket_length = (uint16_t)MIN(length, (unsigned)UINT16_MAX);
        break;
    case PHASE_RESPONSE:
        tls->data_records[TLS_SERVER]++;
        step->response = step->response || (tls->data_records[TLS_CLIENT] > 0 && !tls->answering);
        tls->answering = true;
        break;
    }
}

/* records *****************************************************************/

static void
record(struct tls_progress *tls, enum tls_side side, struct tls_step *step)
{
    const struct tls_walker *w = &tls->walker[side];
    unsigned length = (unsigned)(w->header[3] << 8 | w->header[4]);

    switch (w->header[0]) {
    case CHANGE_CIPHER_SPEC:
        tls->cipher[side] = true;
        break;
    case ALERT:
        alert_record(tls, side, w, length, step);
        break;
    case HANDSHAKE:
        if (tls->cipher[side] && !tls->version13)
            tls->finished[side] = true;     /* encrypted: it can only be the Finished */
        break;
    case APPLICATION_DATA:
        data_record(tls, side, length, step);
        break;
    }
    if (tls->finished[TLS_CLIENT] && tls->finished[TLS_SERVER])
        tls->handshake_done = true;
}

static void
read_hello(struct tls_progress *tls, enum tls_side side, const uint8_t *bytes, size_t captured, size_t length)
{
    struct tls_hello *hello = &tls->walker[side].hello;

    if (tls->cipher[side] && !tls->version13)
        return;                         /* encrypted */
    tls_hello_feed(hello, bytes, captured);
    if (length > captured)
        tls_hello_skip(hello, length - captured);
    tls->version13 = tls->version13 || hello->version13;
}

/* Bytes of the record at hand. Returns how many were taken. */
static size_t
feed_body(struct tls_progress *tls, enum tls_side side, const uint8_t *bytes, size_t captured, size_t length, struct tls_step *step)
{
    struct tls_walker *w = &tls->walker[side];
    unsigned whole = (unsigned)(w->header[3] << 8 | w->header[4]), before = whole - w->left, wanted = MIN(whole, ALERT_LENGTH);
    size_t n = MIN(w->left, length), copied = MIN(MIN(n, captured), (size_t)(ALERT_LENGTH - w->read));

    memcpy(w->alert + w->read, bytes, copied);
    w->read = (uint8_t)(w->read + copied);
    if (w->header[0] == HANDSHAKE)
        read_hello(tls, side, bytes, MIN(n, captured), n);
    /* Told once, when as much of it is there as tells an alert. */
    if (before < wanted && before + n >= wanted)
        record(tls, side, step);
    w->left = (uint16_t)(w->left - n);
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
            w->left = (uint16_t)(w->header[3] << 8 | w->header[4]);
        }
    }
    return step;
}

void
tls_skip(struct tls_progress *tls, enum tls_side side, size_t n)
{
    struct tls_walker *w = &tls->walker[side];

    if (w->left < n) {
        tls->not_tls[side] = true;
        return;
    }
    if (w->header[0] == HANDSHAKE)
        tls_hello_skip(&w->hello, n);
    w->left = (uint16_t)(w->left - n);
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
