/* appstream.h
 * Requests and answers between a gateway and an application (FastCGI, uwsgi, SCGI, AJP), or a SOCKS proxy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_APPSTREAM_H
#define MWG502_BYTES_APPSTREAM_H

#include "bytes/httpstream.h"

/*
 * One direction of a connection in such a protocol, read into the same calls as HTTP/1 (struct httpstream_owner), as if
 * the request and the answer had come in that. What the answer of head() says counts for answers that are text alone: an AJP answer
 * ends with its own packet. No byte of them is kept but of units that are read as a whole, up to 64 KiB. Any bytes are allowed in.
 */
struct app_protocol;
struct appstream;

/* The protocol that a connection's first bytes are of, known by what they say and by no port; NULL: none of these. */
const struct app_protocol *app_begins(const uint8_t *bytes, size_t n);

/* "FastCGI" */
const char *app_name(const struct app_protocol *protocol);

struct appstream *appstream_new(wmem_allocator_t *scope, const struct app_protocol *protocol, bool is_request);
void appstream_free(struct appstream *stream);  /* NULL is allowed */

const struct app_protocol *appstream_protocol(const struct appstream *stream);

/* As httpstream_feed(), httpstream_skip(), httpstream_is_lost() and httpstream_close(). */
void appstream_feed(struct appstream *stream, const uint8_t *bytes, size_t captured, size_t length, const struct httpstream_owner *calls, void *owner);
void appstream_skip(struct appstream *stream, size_t n, const struct httpstream_owner *calls, void *owner);
bool appstream_is_lost(const struct appstream *stream);
void appstream_close(struct appstream *stream, const struct httpstream_owner *calls, void *owner);

/* An answer began a tunnel: the other protocol's bytes come in both directions, from the next segment on. */
bool appstream_is_tunnel(const struct appstream *stream);

/* How many bytes of the answer at hand came while its head is incomplete, and what is wrong with them as far as they are there. */
size_t appstream_partial(const struct appstream *stream);
enum http_fault appstream_partial_fault(const struct appstream *stream);

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
