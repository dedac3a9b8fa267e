/* ajp.c
 * Reads AJP packets
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/ajp.h"

/* Two bytes that say who sent it, and the length of what follows. */
enum { AT_LENGTH = 2, HEADER_LENGTH = 4 };
static const uint8_t from_server[] = { 0x12, 0x34 }, from_container[] = { 'A', 'B' };

/* The first byte of a packet; a packet of a request's body has its length there. */
enum { FORWARD_REQUEST = 2, CPING = 10 };
enum { SEND_BODY_CHUNK = 3, SEND_HEADERS = 4, END_RESPONSE = 5, GET_BODY_CHUNK = 6, CPONG = 9 };

/* How names and attributes that are used often are told. */
enum { CODED = 0xa0, NO_STRING = 0xffff };
enum { REQUEST_ATTRIBUTE = 0x0a, SSL_KEY_SIZE = 0x0b, QUERY_STRING = 0x05, STORED_METHOD = 0x0d, NO_MORE = 0xff };

static const char *const methods[] = {
    NULL, "OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "ACL", "REPORT",
    "VERSION-CONTROL", "CHECKIN", "CHECKOUT", "UNCHECKOUT", "SEARCH", "MKWORKSPACE", "UPDATE", "LABEL", "MERGE", "BASELINE-CONTROL", "MKACTIVITY",
};

/* By their second byte; those that do not matter here are not named. */
static const char *const request_names[] = {
    [0x05] = "Authorization", [0x08] = "Content-Length", [0x09] = "Cookie", [0x0b] = "Host", [0x0d] = "Referer", [0x0e] = "User-Agent",
};
static const char *const response_names[] = { [0x03] = "Content-Length", [0x06] = "Location" };

static bool
begins(const uint8_t *bytes, size_t n)
{
    if (n < HEADER_LENGTH + 1 || memcmp(bytes, from_server, sizeof from_server) != 0)
        return false;
    unsigned length = app_word(bytes + AT_LENGTH), type = bytes[HEADER_LENGTH];
    if (type != FORWARD_REQUEST)
        return type == CPING && length == 1;
    return length > 2 && n > HEADER_LENGTH + 1 && bytes[HEADER_LENGTH + 1] > 0 &&
           (bytes[HEADER_LENGTH + 1] < G_N_ELEMENTS(methods) || bytes[HEADER_LENGTH + 1] == NO_MORE);
}

static enum app_take
header(struct appstream *s, const uint8_t *magic)
{
    if (s->have <= AT_LENGTH && s->header[s->have - 1] != magic[s->have - 1])
        return APP_BAD;
    if (s->have < HEADER_LENGTH)
        return APP_MORE;
    s->left = app_word(s->header + AT_LENGTH);
    return APP_UNIT;
}

/* Nothing of the packet came yet. */
static bool
is_first(const struct appstream *s)
{
    return s->left == app_word(s->header + AT_LENGTH);
}

/* what a packet holds *****************************************************/

/* What is left of it; what is taken behind its end is 0 and empty. */
struct packet {
    const uint8_t *p;
    size_t n;
};

static const uint8_t *
take(struct packet *in, size_t n)
{
    const uint8_t *p = in->p;

    if (n > in->n) {
        in->n = 0;
        return NULL;
    }
    in->p += n;
    in->n -= n;
    return p;
}

static unsigned
take_byte(struct packet *in)
{
    const uint8_t *p = take(in, 1);

    return p ? *p : 0;
}

static unsigned
take_word(struct packet *in)
{
    const uint8_t *p = take(in, 2);

    return p ? app_word(p) : 0;
}

/* It ends with a zero that its length does not count. */
static struct slice
take_string(struct packet *in)
{
    unsigned n = take_word(in);

    if (n == NO_STRING)
        return (struct slice){ NULL, 0 };
    const uint8_t *p = take(in, (size_t)n + 1);
    return p ? (struct slice){ (const char *)p, n } : (struct slice){ NULL, 0 };
}

static struct slice
take_name(struct packet *in, const char *const *names, size_t n_names)
{
    if (in->n == 0 || *in->p != CODED)
        return take_string(in);
    unsigned code = take_word(in) & 0xff;
    return code < n_names && names[code] ? (struct slice){ names[code], strlen(names[code]) } : (struct slice){ NULL, 0 };
}

/* Returns what is wrong with them. */
static enum http_fault
take_headers(struct packet *in, const char *const *names, size_t n_names, struct http_head *head)
{
    enum http_fault fault = HTTP_FAULT_NONE;

    for (unsigned left = take_word(in); left > 0 && in->n > 0; left--) {
        struct slice name = take_name(in, names, n_names), value = take_string(in);
        enum http_fault own = name.n > 0 ? http_take_header(name, value, head) : HTTP_FAULT_NONE;
        fault = fault == HTTP_FAULT_NONE ? own : fault;
    }
    return fault;
}

/* requests ****************************************************************/

static void
take_attributes(struct packet *in, struct cgi_request *r)
{
    for (unsigned code; in->n > 0 && (code = take_byte(in)) != NO_MORE;) {
        if (code == SSL_KEY_SIZE) {
            take_word(in);
            continue;
        }
        struct slice value = take_string(in);
        if (code == REQUEST_ATTRIBUTE)
            take_string(in);    /* that was its name */
        else if (code == QUERY_STRING)
            r->query = value;
        else if (code == STORED_METHOD)
            r->head.method = value;
    }
}

static void
forward_request(struct appstream *s, struct packet *in, const struct app_owner *to)
{
    struct cgi_request r;

    cgi_request_begin(&r);
    unsigned method = take_byte(in);
    if (method < G_N_ELEMENTS(methods) && methods[method])
        r.head.method = (struct slice){ methods[method], strlen(methods[method]) };
    take_string(in);            /* the protocol */
    r.script = take_string(in);
    take_string(in);            /* the client's address and name */
    take_string(in);
    r.server = take_string(in);
    take(in, 3);                /* its port, and whether it is TLS */
    take_headers(in, request_names, G_N_ELEMENTS(request_names), &r.head);
    take_attributes(in, &r);
    s->body = r.head.content_length > 0 ? (uint64_t)r.head.content_length : 0;
    s->body_open = r.head.chunked;
    app_request(s, &r, to);
}

/* A packet of the body: as long as it says, or empty behind the last one. */
static bool
is_body(struct appstream *s, const struct packet *in)
{
    bool awaited = s->body > 0 || s->body_open;
    unsigned length = in->n >= 2 ? app_word(in->p) : 0;
    unsigned whole = app_word(s->header + AT_LENGTH);

    if (!awaited || (whole > 0 && whole != length + 2))
        return false;
    s->body -= MIN(s->body, length);
    s->body_open = s->body_open && length > 0;
    return true;
}

static enum app_take
request_header(struct appstream *s, const struct app_owner *to G_GNUC_UNUSED)
{
    return header(s, from_server);
}

static void
request_content(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to)
{
    if (is_first(s) && captured > 0 && bytes[0] == FORWARD_REQUEST)
        app_begin(s, to);       /* or a body of that length: then the next one begins it anew */
    app_keep(s, bytes, captured, length, to);
}

static void
request_over(struct appstream *s, const struct app_owner *to)
{
    struct packet in;

    in.p = app_kept(s, &in.n);
    if (!is_body(s, &in) && take_byte(&in) == FORWARD_REQUEST)
        forward_request(s, &in, to);
    app_forget_kept(s);
}

/* answers *****************************************************************/

static enum app_take
answer_header(struct appstream *s, const struct app_owner *to G_GNUC_UNUSED)
{
    return header(s, from_container);
}

/* The first byte of a packet of an answer came: of its first packet too. */
static void
answer_begins(struct appstream *s, const struct app_owner *to)
{
    if (s->answered == 0)
        app_begin(s, to);
}

static void
answer_content(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to)
{
    if (is_first(s))
        s->type = captured > 0 ? bytes[0] : 0;
    bool is_answer = s->type == SEND_BODY_CHUNK || s->type == SEND_HEADERS || s->type == END_RESPONSE;
    if (is_answer) {
        answer_begins(s, to);
        s->answered += (uint32_t)length;
    }
    app_keep(s, bytes, captured, length, to);
}

static void
send_headers(struct appstream *s, struct packet *in, size_t length, const struct app_owner *to)
{
    struct http_head head = { .content_length = -1, .complete = !s->cut, .length = length };

    head.status = take_word(in);
    head.phrase = take_string(in);
    head.fault = take_headers(in, response_names, G_N_ELEMENTS(response_names), &head);
    head.chunked = head.coded = false;
    if (head.status < 100 || head.status > 999)
        head.fault = HTTP_FAULT_STATUS_LINE;
    s->headed = true;
    if (head.fault != HTTP_FAULT_NONE)
        to->calls->fault(to->owner, false, head.fault);
    else
        to->calls->head(to->owner, false, &head);
}

static void
end_response(struct appstream *s, const struct app_owner *to)
{
    if (s->headed)
        to->calls->end(to->owner, false);
    else
        to->calls->fault(to->owner, false, HTTP_FAULT_NO_HEAD);
    app_forget_text(s);
}

static void
answer_over(struct appstream *s, const struct app_owner *to)
{
    struct packet in;

    in.p = app_kept(s, &in.n);
    size_t length = in.n;
    switch (take_byte(&in)) {
    case SEND_HEADERS:
        send_headers(s, &in, length, to);
        break;
    case SEND_BODY_CHUNK: {
        size_t n = take_word(&in);
        if (in.n > 0 && to->calls->body)
            to->calls->body(to->owner, false, in.p, MIN(n, in.n));
        break;
    }
    case END_RESPONSE:
        end_response(s, to);
        break;
    default:
        break;                  /* it asks for more of the body, or lives */
    }
    app_forget_kept(s);
}

const struct app_protocol ajp = { "AJP", begins, { request_header, request_content, request_over }, { answer_header, answer_content, answer_over } };

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
