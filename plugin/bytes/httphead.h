/* httphead.h
 * Reads the head of an HTTP/1 message from its bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_HTTPHEAD_H
#define MWG502_BYTES_HTTPHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * RFC 9112 section 2 to 6. Pure: no allocation, no state, any bytes are allowed in.
 *
 * Wireshark's HTTP dissector shows no headerless response, no malformed head, no request
 * whose body is still being sent and no response that it takes for the body of another
 * one; exactly those matter here, so heads are read from the bytes.
 */

/* No status is higher: what is stands for a refusal in another protocol (socks.h, ftpreply.h). */
#define HTTP_STATUS_MAX 999

/* A piece of the caller's buffer; n is 0 (and s NULL) for what is not there. */
struct slice {
    const char *s;
    size_t n;
};

/* Why bytes cannot be taken as a response. The first one found in reading order counts. */
enum http_fault {
    HTTP_FAULT_NONE,
    HTTP_FAULT_NOT_HTTP,        /* cannot begin a status line */
    HTTP_FAULT_STATUS_LINE,     /* begins like one, but version or code is malformed */
    HTTP_FAULT_HEADER_LINE,     /* no colon, no name, blanks or control characters in the name or value */
    HTTP_FAULT_LENGTH,          /* Content-Length is no number, or two of them differ */
    HTTP_FAULT_CHUNK,           /* a chunk does not begin with its size */
    HTTP_FAULT_HEAD_SIZE,       /* no end of the head within HTTP_HEAD_MAX bytes */
    HTTP_FAULT_NO_HEAD,         /* the answer is over, and it had none (of an application: appstream.h) */
    HTTP_FAULT_UNIT,            /* bytes that are none of the protocol's units (likewise) */
    /* What RFC 9112 forbids, though it can be read all the same: some take it, some do not. */
    HTTP_FAULT_CODING,          /* Transfer-Encoding twice, beside Content-Length, or unknown */
    HTTP_FAULT_FOLD,            /* a header line that goes on in the next line */
    HTTP_FAULT_SWITCH,          /* 101 that nobody asked for */
    HTTP_FAULT_FRAME,           /* HTTP/2: bytes that are no frame, or a header block that is none; nothing in front of it is undone */
    N_HTTP_FAULTS
};

/* true: of the second kind. */
bool httphead_fault_is_readable(enum http_fault fault);

/* "a header line without a colon or with a bad name", ...: fits behind "the server sent" */
const char *httphead_fault_words(enum http_fault fault);

struct http_head {
    bool is_request;
    bool complete;              /* the blank line was there */
    enum http_fault fault;      /* of a response only */
    enum http_fault forbidden;  /* likewise: of those that are readable */
    size_t length;              /* bytes up to and with the blank line, or all if !complete */

    struct slice method, target;        /* of a request; target as sent */
    unsigned status;                    /* of a response, 0 if malformed */
    struct slice phrase;

    struct slice host, forwarded_for, squid_error, proxy_status, content_encoding, server, via;     /* of repeated ones the last */
    struct slice cgi_status, location;  /* likewise; of a CGI response, see cgi.h */
    struct slice cookie, user_agent, authorization;
    struct slice request_id;            /* the first of X-Request-ID, traceparent and their like */
    int64_t content_length;             /* -1: none */
    bool chunked;
    bool coded;                         /* there is a Transfer-Encoding */
    bool upgrade;                       /* there is an Upgrade: a request that asks for a 101 */
    const char *maker;                  /* name of a header that one kind of proxy adds to its requests; NULL: none is known */
    bool forwarded;                     /* Via, Forwarded or X-Forwarded-For: a proxy made it */
};

/*
 * true: the bytes begin with a method, one blank and the beginning of a request target. Not of ICAP's (RFC 3507), "REQMOD
 * icap://10.0.0.7:1344/request ICAP/1.0": in its body stands the very request that a gateway asks leave for.
 */
bool http_begins_request(const uint8_t *bytes, size_t n);

/* true: the bytes begin with "HTTP/" (or with as much of it as there is). */
bool http_begins_response(const uint8_t *bytes, size_t n);

/*
 * true: a whole status line of HTTP/1 with this status (0: any), followed by a header
 * line with a name and a colon. What text in a download rarely is.
 */
bool http_is_response_head(const uint8_t *bytes, size_t n, unsigned *status);

/*
 * Reads the head at the beginning of the bytes, as far as it is there. head's slices
 * point into the bytes. Returns head->complete.
 */
bool http_read_head(const uint8_t *bytes, size_t n, bool is_request, struct http_head *head);

/* Reads header lines up to the blank one, from *s to end; *s is behind what was read. Sets head->complete. */
void http_read_lines(const char **s, const char *end, struct http_head *head);

/*
 * Takes a header's value into the head, if it is one that matters there (names in any
 * case). Returns what is wrong with the value.
 */
enum http_fault http_take_header(struct slice name, struct slice value, struct http_head *head);

/* Case-insensitive comparison with a literal. */
bool slice_is(struct slice text, const char *literal);

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
