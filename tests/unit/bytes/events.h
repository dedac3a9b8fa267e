/* events.h
 * What httpstream.h tells its owner, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TESTS_EVENTS_H
#define MWG502_TESTS_EVENTS_H

#include "common.h"
#include "bytes/httpstream.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH(n) OK "Content-Length: " #n "\r\n\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

/*
 * "b" begun, "200" or "GET" a head, "e" end, "fN" fault N, "o" bytes to the connection's
 * end, "t" a tunnel's bytes (repeats of o and t are written once).
 */
struct log {
    GString *events;
    size_t opaque;              /* bytes of o and t */
    mark_t body;                /* of all bodies in a row, from 0 */
};

/* The owner's calls; the owner is a struct log. 299 stands for a 2xx to CONNECT. */
extern const struct httpstream_owner events_calls;

/* Feeds from memory that ends behind the captured bytes. */
void events_feed(struct httpstream *s, const char *bytes, size_t captured, size_t length, struct log *log);

#endif
