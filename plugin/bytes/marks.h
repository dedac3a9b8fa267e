/* marks.h
 * Short hashes of what a gateway hands on unchanged, though it rewrites host and path
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_MARKS_H
#define MWG502_BYTES_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes/httphead.h"

/* A running hash (FNV-1a, 32 bit); 0 is "nothing". Equal texts have equal marks, however they came in pieces. */
typedef uint32_t mark_t;
#define MARK_BEGIN ((mark_t)2166136261u)

mark_t mark_more(mark_t so_far, const void *bytes, size_t n);

/* Of a whole text: 0 if it is empty, and never for any other. */
mark_t mark_of(struct slice text);

/*
 * Marks of a request, 0 where it has no such thing. A gateway that asks for the same thing
 * in other words mostly keeps several of them: "GET /shop/item?id=7" for shop.example that becomes
 * "GET /item?id=7" for an upstream keeps tail, query, cookie and agent.
 */
struct request_marks {
    mark_t tail;                /* the path behind its last slash, with the query */
    mark_t query;               /* behind the question mark */
    mark_t cookie, agent, referer, authorization;
    mark_t request_id;          /* X-Request-ID and its like; of traceparent the trace id alone */
    mark_t length;              /* Content-Length, as sent */
};

/* path: with its query, as in struct url. */
void marks_read(const struct http_head *head, struct slice path, struct request_marks *marks);

/*
 * The beginning of a body as the application made it: without chunks. Of two bodies that are
 * one, passed on, both members are equal once both bodies are longer than BODY_MARK_MAX, or over.
 */
#define BODY_MARK_MAX 512
struct body_mark {
    mark_t mark;
    uint16_t n;                 /* bytes that went into it; 0: there is no body yet */
};

void body_mark_more(struct body_mark *body, const uint8_t *bytes, size_t n);

#endif
