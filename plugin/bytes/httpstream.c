/* httpstream.c
 * Where the messages of one direction of an HTTP/1 connection begin and end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/cgi.h"
#include "bytes/httpstream.h"

enum state {
    BETWEEN,                    /* the next byte begins a message */
    IN_HEAD,
    IN_BODY,                    /* left bytes of a body or of a chunk's data */
    IN_CHUNK_SIZE,
    AFTER_CHUNK,                /* the line end behind a chunk's data */
    IN_TRAILER,
    TO_CLOSE,
    TUNNEL,
    LOST,                       /* bytes are missing: wait for a segment that begins with a head */
    OVER,                       /* the only message that there is */
    FAULTY
};

#define LONGEST_CHUNK_LINE 256

/* As many bytes as tell whether a request begins, whatever its method. */
#define ENOUGH_FOR_A_METHOD 26

struct httpstream {
    wmem_allocator_t *scope;
    wmem_array_t *head;         /* bytes of the head while it is incomplete */
    uint64_t left;
    uint64_t chunk_size;
    uint64_t body;              /* bytes of the body so far */
    size_t read_at;             /* length of the incomplete head when it was read last */
    unsigned line_length;       /* of the chunk size or trailer line so far */
    uint8_t state;
    bool is_request, cgi, chunked, chunk_digits_over;
};

struct httpstream *
httpstream_new(wmem_allocator_t *scope, bool is_request)
{
    struct httpstream *s = wmem_new0(scope, struct httpstream);

    s->scope = scope;
    s->is_request = is_request;
    return s;
}

struct httpstream *
httpstream_new_cgi(wmem_allocator_t *scope)
{
    struct httpstream *s = httpstream_new(scope, false);

    s->cgi = true;
    return s;
}

static void
drop_head(struct httpstream *s)
{
    if (s->head)
        wmem_destroy_array(s->head);
    s->head = NULL;
}

void
httpstream_free(wmem_allocator_t *scope, struct httpstream *s)
{
    if (!s)
        return;
    drop_head(s);
    wmem_free(scope, s);
}

static void
become_faulty(struct httpstream *s, enum http_fault fault, const struct httpstream_owner *calls, void *owner)
{
    drop_head(s);
    s->state = FAULTY;
    calls->fault(owner, s->is_request, fault);
}

static void
message_over(struct httpstream *s, const struct httpstream_owner *calls, void *owner)
{
    s->state = s->cgi ? OVER : BETWEEN;
    calls->end(owner, s->is_request);
}

static void
begin_chunk_size(struct httpstream *s)
{
    s->state = IN_CHUNK_SIZE;
    s->chunk_size = 0;
    s->line_length = 0;
    s->chunk_digits_over = false;
}

static void
head_over(struct httpstream *s, const struct http_head *head, const struct httpstream_owner *calls, void *owner)
{
    enum http_body body = calls->head(owner, s->is_request, head);

    s->chunked = false;
    s->body = 0;
    if (s->state == FAULTY || s->state == TUNNEL)      /* the owner decided otherwise meanwhile */
        return;
    switch (body) {
    case HTTP_BODY_NONE:
        message_over(s, calls, owner);
        if (head->status / 100 == 1)
            s->state = BETWEEN;
        break;
    case HTTP_BODY_COUNTED:
        s->left = (uint64_t)head->content_length;
        s->state = IN_BODY;
        if (s->left == 0)
            message_over(s, calls, owner);
        break;
    case HTTP_BODY_CHUNKED:
        s->chunked = true;
        begin_chunk_size(s);
        break;
    case HTTP_BODY_TO_CLOSE:
        s->state = TO_CLOSE;
        break;
    case HTTP_BODY_TUNNEL:
        s->state = TUNNEL;
        break;
    }
}

/* The offset behind the blank line, or 0. Looks again at the last bytes before from. */
static size_t
find_head_end(const uint8_t *bytes, size_t n, size_t from)
{
    size_t i = from > 3 ? from - 3 : 0;

    while (i < n) {
        const uint8_t *lf = (const uint8_t *)memchr(bytes + i, '\n', n - i);
        if (!lf)
            return 0;
        i = (size_t)(lf - bytes) + 1;
        if (i < n && bytes[i] == '\n')
            return i + 1;
        if (i + 1 < n && bytes[i] == '\r' && bytes[i + 1] == '\n')
            return i + 2;
    }
    return 0;
}

static bool
read_head(const struct httpstream *s, const uint8_t *bytes, size_t n, struct http_head *head)
{
    return s->cgi ? cgi_read_head(bytes, n, head) : http_read_head(bytes, n, s->is_request, head);
}

/* Bytes of a head; returns how many of them belong to it. */
static size_t
feed_head(struct httpstream *s, const uint8_t *bytes, size_t captured, bool cut_short,
          const struct httpstream_owner *calls, void *owner)
{
    const uint8_t *all = bytes;
    size_t n = captured, before = 0;
    struct http_head head;

    if (s->head) {
        before = wmem_array_get_count(s->head);
        wmem_array_append(s->head, bytes, (unsigned)captured);
        all = (const uint8_t *)wmem_array_get_raw(s->head);
        n = before + captured;
    } else {
        s->read_at = 0;
    }
    size_t end = before ? find_head_end(all, n, before) : 0;

    /* Read again only when it has doubled: linear, however small the segments are. */
    bool over = end || cut_short;
    if (over || before == 0 || (!s->is_request && n >= 2 * s->read_at)) {
        s->read_at = n;
        if (read_head(s, all, end ? end : n, &head))
            end = head.length;
        over = over || end;
        if (head.fault != HTTP_FAULT_NONE) {
            become_faulty(s, head.fault, calls, owner);
            return captured;
        }
    }
    if (!over) {
        if (n > HTTP_HEAD_MAX) {
            become_faulty(s, HTTP_FAULT_HEAD_SIZE, calls, owner);
        } else if (!s->head) {
            s->head = wmem_array_sized_new(s->scope, 1, (unsigned)(captured * 2));
            wmem_array_append(s->head, bytes, (unsigned)captured);
        }
        return captured;
    }
    head_over(s, &head, calls, owner);
    drop_head(s);
    if (!end && s->state != TUNNEL && s->state != TO_CLOSE)
        s->state = LOST;        /* the length of the head is not known */
    return end ? end - before : captured;
}

static size_t
feed_chunk_size(struct httpstream *s, const uint8_t *bytes, size_t n, const struct httpstream_owner *calls, void *owner)
{
    for (size_t i = 0; i < n; i++) {
        int digit = g_ascii_xdigit_value((char)bytes[i]);

        if (bytes[i] == '\n') {
            if (s->line_length == 0)
                break;
            s->left = s->chunk_size;
            s->line_length = 0;
            s->state = s->chunk_size ? IN_BODY : IN_TRAILER;
            return i + 1;
        }
        if (digit < 0 && s->line_length == 0)
            break;
        if (digit >= 0 && !s->chunk_digits_over) {
            if (s->chunk_size >> 56)
                break;
            s->chunk_size = s->chunk_size * 16 + (unsigned)digit;
        } else {
            if (!s->chunk_digits_over && (!bytes[i] || !strchr(";\r \t", bytes[i])))
                break;
            s->chunk_digits_over = true;
        }
        if (++s->line_length > LONGEST_CHUNK_LINE)
            break;
        if (i + 1 == n)
            return n;
    }
    become_faulty(s, HTTP_FAULT_CHUNK, calls, owner);
    return n;
}

/* Lines up to the empty one that ends a chunked body. */
static size_t
feed_trailer(struct httpstream *s, const uint8_t *bytes, size_t n, const struct httpstream_owner *calls, void *owner)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            bool empty = s->line_length == 0;
            s->line_length = 0;
            if (empty) {
                message_over(s, calls, owner);
                return i + 1;
            }
        } else if (bytes[i] != '\r') {
            s->line_length = 1;
        }
    }
    return n;
}

static size_t
feed_after_chunk(struct httpstream *s, const uint8_t *bytes, const struct httpstream_owner *calls, void *owner)
{
    if (bytes[0] == '\n')
        begin_chunk_size(s);
    else if (bytes[0] != '\r')
        become_faulty(s, HTTP_FAULT_CHUNK, calls, owner);
    return 1;
}

/* length bytes of a body. */
static void
note_body(struct httpstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct httpstream_owner *calls, void *owner)
{
    if (calls->body && s->body < BODY_TOLD_MAX && captured > 0)
        calls->body(owner, s->is_request, bytes, MIN(captured, length));
    s->body += length;
}

static void
body_bytes_taken(struct httpstream *s, uint64_t n, const struct httpstream_owner *calls, void *owner)
{
    s->left -= n;
    if (s->left > 0)
        return;
    if (s->chunked)
        s->state = AFTER_CHUNK;
    else
        message_over(s, calls, owner);
}

/* One step; returns how many of the length bytes it took, at least one. */
static size_t
step(struct httpstream *s, const uint8_t *bytes, size_t captured, size_t length,
     const struct httpstream_owner *calls, void *owner)
{
    if (s->state == IN_BODY) {
        size_t n = (size_t)MIN(s->left, length);
        note_body(s, bytes, captured, n, calls, owner);
        body_bytes_taken(s, n, calls, owner);
        return n;
    }
    if (captured == 0) {
        if (s->state != TO_CLOSE && s->state != TUNNEL && s->state < OVER) {
            drop_head(s);
            s->state = LOST;
        }
        return length;
    }
    switch (s->state) {
    case BETWEEN:
        if (s->is_request && (bytes[0] == '\r' || bytes[0] == '\n'))
            return 1;           /* RFC 9112 section 2.2 */
        calls->begun(owner, s->is_request);
        s->state = IN_HEAD;
        /* FALL THROUGH */
    case IN_HEAD: {
        if (s->is_request && !s->head && captured >= ENOUGH_FOR_A_METHOD && !http_begins_request(bytes, captured)) {
            become_faulty(s, HTTP_FAULT_NOT_HTTP, calls, owner);
            return length;
        }
        size_t n = feed_head(s, bytes, captured, captured < length, calls, owner);
        return n;
    }
    case IN_CHUNK_SIZE:
        return feed_chunk_size(s, bytes, captured, calls, owner);
    case AFTER_CHUNK:
        return feed_after_chunk(s, bytes, calls, owner);
    case IN_TRAILER:
        return feed_trailer(s, bytes, captured, calls, owner);
    case TO_CLOSE:
        note_body(s, bytes, captured, length, calls, owner);
        /* FALL THROUGH */
    case TUNNEL:
        calls->opaque(owner, s->is_request, bytes, captured, s->state == TUNNEL);
        return length;
    default:
        return length;
    }
}

void
httpstream_feed(struct httpstream *s, const uint8_t *bytes, size_t captured, size_t length,
                const struct httpstream_owner *calls, void *owner)
{
    if (s->state == LOST || (s->state == FAULTY && s->is_request)) {
        if (!(s->is_request ? http_begins_request(bytes, captured) : captured > 8 && http_begins_response(bytes, captured)))
            return;
        s->state = BETWEEN;
    }
    while (length > 0) {
        size_t taken = step(s, bytes, captured, length, calls, owner);

        taken = MIN(MAX(taken, 1), length);
        if (captured > 0)
            bytes += MIN(taken, captured);
        captured -= MIN(taken, captured);
        length -= taken;
    }
}

void
httpstream_skip(struct httpstream *s, size_t n, const struct httpstream_owner *calls, void *owner)
{
    if (s->state == TO_CLOSE || s->state == TUNNEL || s->state >= OVER)
        return;
    if (s->state == IN_BODY && s->left >= n) {
        note_body(s, NULL, 0, n, calls, owner);
        body_bytes_taken(s, n, calls, owner);
        return;
    }
    if (s->state == IN_BODY && !s->chunked)
        message_over(s, calls, owner);      /* its end is among them */
    drop_head(s);
    s->state = LOST;
}

bool
httpstream_is_lost(const struct httpstream *s)
{
    return s->state == LOST;
}

void
httpstream_close(struct httpstream *s, const struct httpstream_owner *calls, void *owner)
{
    if (s->state == TO_CLOSE)
        message_over(s, calls, owner);
}

void
httpstream_tunnel(struct httpstream *s)
{
    drop_head(s);
    s->state = TUNNEL;
}

bool
httpstream_is_tunnel(const struct httpstream *s)
{
    return s->state == TUNNEL;
}

void
httpstream_leave_tunnel(struct httpstream *s)
{
    s->state = BETWEEN;
}

bool
httpstream_inside_message(const struct httpstream *s)
{
    return s->state >= IN_HEAD && s->state <= IN_TRAILER;
}

const uint8_t *
httpstream_partial_head(const struct httpstream *s, size_t *n)
{
    *n = s->head ? wmem_array_get_count(s->head) : 0;
    return s->head ? (const uint8_t *)wmem_array_get_raw(s->head) : NULL;
}

enum http_fault
httpstream_partial_fault(const struct httpstream *s)
{
    struct http_head head = { .fault = HTTP_FAULT_NONE };

    if (s->head && !s->is_request)
        read_head(s, (const uint8_t *)wmem_array_get_raw(s->head), wmem_array_get_count(s->head), &head);
    return head.fault;
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
