/* httpstream.h
 * Where the messages of one direction of an HTTP/1 connection begin and end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_HTTPSTREAM_H
#define MWG502_BYTES_HTTPSTREAM_H

#include <epan/wmem_scopes.h>

#include "bytes/httphead.h"
#include "bytes/marks.h"

/* Heads are kept up to here while they are incomplete; what is longer is a fault. */
#define HTTP_HEAD_MAX (256 * 1024)

/* How the bytes behind a head are to be taken (RFC 9112 section 6.3). */
enum http_body {
    HTTP_BODY_NONE,
    HTTP_BODY_COUNTED,
    HTTP_BODY_CHUNKED,
    HTTP_BODY_TO_CLOSE,
    HTTP_BODY_TUNNEL            /* behind a 2xx to CONNECT, or 101 */
};

struct httpstream;

/*
 * What the owner is told, in the order of the bytes. head's slices are valid during the
 * call only.
 *   head   one head is complete, or as complete as it will get (snap length, fault);
 *          returns how its body is to be taken
 *   begun  the first bytes of a message that is not yet complete
 *   end    the message is complete
 *   fault  the bytes are no HTTP from here on; nothing follows
 *   opaque bytes of a body that ends with the connection, or of a tunnel
 *   body   bytes of a body without its chunks, as far as they are captured; nothing is told of
 *          bytes behind the first BODY_TOLD_MAX; NULL: nobody wants to know
 */
#define BODY_TOLD_MAX 512
struct httpstream_owner {
    enum http_body (*head)(void *owner, bool is_request, const struct http_head *head);
    void (*begun)(void *owner, bool is_request);
    void (*end)(void *owner, bool is_request);
    void (*fault)(void *owner, bool is_request, enum http_fault fault);
    void (*opaque)(void *owner, bool is_request, const uint8_t *bytes, size_t n, bool tunnel);
    void (*body)(void *owner, bool is_request, const uint8_t *bytes, size_t n);
};

struct httpstream *httpstream_new(wmem_allocator_t *scope, bool is_request);

/* The one answer of an application, as cgi.h has it; what comes behind it is passed over. */
struct httpstream *httpstream_new_cgi(wmem_allocator_t *scope);

void httpstream_free(wmem_allocator_t *scope, struct httpstream *stream);

/*
 * The next bytes of the direction, in order. captured may be fewer than length (snap
 * length): the rest counts, but cannot be read.
 */
void httpstream_feed(struct httpstream *stream, const uint8_t *bytes, size_t captured, size_t length,
                     const struct httpstream_owner *calls, void *owner);

/*
 * n bytes are missing from the capture. A body takes them; anywhere else the stream goes
 * on at the next segment that begins with a head.
 */
void httpstream_skip(struct httpstream *stream, size_t n, const struct httpstream_owner *calls, void *owner);

/* Since then no head was seen. */
bool httpstream_is_lost(const struct httpstream *stream);

/* The connection ended: completes a body that only ends so. */
void httpstream_close(struct httpstream *stream, const struct httpstream_owner *calls, void *owner);

/* From here on everything is opaque: the other direction said so (2xx to CONNECT). */
void httpstream_tunnel(struct httpstream *stream);

bool httpstream_is_tunnel(const struct httpstream *stream);

/* What follows is HTTP after all: the next byte begins a message. */
void httpstream_leave_tunnel(struct httpstream *stream);

/* true: inside a head or a counted or chunked body */
bool httpstream_inside_message(const struct httpstream *stream);

/* Bytes of the incomplete head at hand, for a verdict on it; NULL and 0 outside a head. */
const uint8_t *httpstream_partial_head(const struct httpstream *stream, size_t *n);

/* What is wrong with what there is of that head. It is told as a fault once the head is over, or has doubled. */
enum http_fault httpstream_partial_fault(const struct httpstream *stream);

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
