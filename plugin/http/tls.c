/* tls.c
 * TLS on a connection to a server, directly or in a tunnel through a parent proxy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/opaque.h"
#include "http/tls.h"
#include "model/encrypted.h"
#include "tcp/conn.h"

static void
begin(struct conn *conn, const struct segment *seg)
{
    conn->tls = wmem_new0(wmem_file_scope(), struct tls_conn);
    conn->tls->facts.begun = true;
    conn->tls->facts.hello_frame = seg->frame;
    conn->tls->facts.hello_time = seg->time;
}

bool
tls_conn_begins(struct conn *conn, const struct segment *seg)
{
    if (!tls_begins_client_hello(seg->data, seg->captured))
        return false;
    begin(conn, seg);
    return true;
}

bool
tls_conn_goes_on(struct conn *conn, const struct segment *seg)
{
    if (conn_is_whole(conn) || !tls_begins_data(seg->data, seg->captured))
        return false;
    begin(conn, seg);
    conn->tls->facts.hello_frame = 0;
    conn->tls->facts.hello_time = 0;
    tls_resume(&conn->tls->progress);
    return true;
}

/* TLS 1.3: the server refuses a client without a certificate when that has begun to ask already. */
static bool
may_be_of_handshake(const struct tls_conn *tls)
{
    return !tls->facts.request_frame || (tls->progress.no_certificate && !tls->facts.response_frame);
}

static void
on_tls_bytes(struct root *root, struct conn *conn, int side, const struct segment *seg, const uint8_t *bytes, size_t captured, size_t length)
{
    struct tls_progress *progress = &conn->tls->progress;
    struct tls_facts *facts = &conn->tls->facts;

    if (side == CLIENT && facts->hello_frame == seg->frame && !conn->tls->hello)
        conn->tls->hello = encrypted_hello(root, bytes, captured);
    struct tls_step step = tls_feed(progress, side == CLIENT ? TLS_CLIENT : TLS_SERVER, bytes, captured, length);

    facts->server_hello = tls_has_server_hello(progress);
    if (step.alert && !facts->alert_frame && may_be_of_handshake(conn->tls)) {
        facts->alert_frame = seg->frame;
        facts->alert_time = seg->time;
        facts->alert_side = (uint8_t)side;
        facts->alert_readable = progress->alert_readable;
        facts->alert_description = progress->alert_description;
    }
    facts->done = progress->handshake_done;
    if (step.not_tls && side == SERVER && !facts->not_tls_frame) {
        facts->not_tls_frame = seg->frame;
        facts->not_tls_time = seg->time;
    }
    if (step.request && !facts->request_frame) {
        facts->request_frame = seg->frame;
        facts->request_time = seg->time;
    }
    if (step.response && !facts->response_frame) {
        facts->response_frame = seg->frame;
        facts->response_time = seg->time;
    }
    if (step.request && !conn->decrypted)
        opaque_request(root, conn, seg);
    if (side == SERVER && progress->answering && !conn->decrypted)
        opaque_response(root, conn, seg);
}

/* Behind bytes of the client: the first that may be a request was among them, and is not decrypted. */
static void
note_request(struct root *root, const struct conn *conn, const struct segment *seg, bool in_tunnel)
{
    if (conn->tls->facts.request_frame == seg->frame && !conn->decrypted)
        encrypted_note(root, conn, in_tunnel);
}

void
tls_conn_bytes(struct root *root, struct conn *conn, int side, const struct segment *seg)
{
    bool asked_before = conn->tls->facts.request_frame;

    on_tls_bytes(root, conn, side, seg, seg->data, seg->captured, seg->length);
    if (!asked_before)
        note_request(root, conn, seg, false);
}

void
tls_conn_tunnel_bytes(struct root *root, struct conn *conn, int side, const struct segment *seg, const uint8_t *bytes, size_t captured)
{
    if (!conn->tls) {
        if (side != CLIENT || !tls_begins_client_hello(bytes, captured))
            return;
        begin(conn, seg);
    }
    /* What lies before these bytes in the segment is the head of the tunnel's message. */
    size_t before = (size_t)(bytes - seg->data);
    bool asked_before = conn->tls->facts.request_frame;
    on_tls_bytes(root, conn, side, seg, bytes, captured, seg->length > before ? seg->length - before : 0);
    if (!asked_before)
        note_request(root, conn, seg, true);
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
