/* decrypted.c
 * HTTP inside TLS that Wireshark decrypts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/h2head.h"
#include "http/decrypted.h"
#include "http/messages.h"

struct decrypted {
    struct httpstream *http[2];
    bool spoken[2];             /* HTTP began on that side */
};

/* RFC 8446 section 4 and 6; these may come between the records of a request and its response. */
static bool
is_tls_message(const uint8_t *bytes, size_t n)
{
    static const uint8_t handshake[] = { 0, 1, 2, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 24 };

    if (n == 2)
        return bytes[0] == 1 || bytes[0] == 2;
    while (n >= 4) {
        size_t length = (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
        if (!memchr(handshake, bytes[0], sizeof handshake) || length > n - 4)
            return false;
        bytes += 4 + length;
        n -= 4 + length;
    }
    return n == 0;
}

/* What the first bytes of the side say; false: nothing that is followed here. */
static bool
begin(struct conn *conn, int side, const struct segment *seg)
{
    struct decrypted *plain = conn->decrypted;

    if (side == SERVER) {
        plain->spoken[SERVER] = plain->spoken[CLIENT];
        if (plain->spoken[CLIENT] && conn->h2 && !h2_begins_settings(seg->data, seg->captured))
            conn->not_h2_frame = seg->frame;
    } else if (h2_begins(seg->data, seg->captured)) {
        plain->spoken[CLIENT] = conn->h2 = true;
    } else if (http_begins_request(seg->data, seg->captured)) {
        plain->spoken[CLIENT] = true;
        conn->receiving = NULL;         /* the CONNECT before it has its answer */
    }
    if (!plain->spoken[side] || conn->h2)
        return false;
    plain->http[side] = httpstream_new(wmem_file_scope(), side == CLIENT);
    return true;
}

void
decrypted_bytes(struct root *root, const struct segment *seg)
{
    struct conn *conn = conn_find(root, seg->stream);

    if (!conn || seg->captured == 0)
        return;
    int side = conn_side_of(conn, &seg->src, seg->sport);
    if (!conn->side[side].flow || is_tls_message(seg->data, seg->captured))
        return;
    root->decrypts = true;
    if (!conn->decrypted)
        conn->decrypted = wmem_new0(wmem_file_scope(), struct decrypted);
    if (conn->decrypted->http[side] || (!conn->decrypted->spoken[side] && begin(conn, side, seg)))
        messages_bytes(root, conn, side, conn->decrypted->http[side], seg);
}

void
decrypted_end(struct root *root, struct conn *conn)
{
    if (decrypted_stream(conn, SERVER))
        messages_end(root, conn, decrypted_stream(conn, SERVER));
}

void
decrypted_free(struct conn *conn)
{
    if (!conn->decrypted)
        return;
    httpstream_free(wmem_file_scope(), conn->decrypted->http[CLIENT]);
    httpstream_free(wmem_file_scope(), conn->decrypted->http[SERVER]);
    wmem_free(wmem_file_scope(), conn->decrypted);
}

struct httpstream *
decrypted_stream(const struct conn *conn, int side)
{
    return conn->decrypted ? conn->decrypted->http[side] : NULL;
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
