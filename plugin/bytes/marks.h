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

/* Marks of what a gateway that asks for the same in other words mostly keeps of a request; 0 where it has no such thing. */
struct request_marks {
    mark_t cookie, agent, authorization;
    mark_t request_id;          /* X-Request-ID and its like; of traceparent the trace id alone */
};

void marks_read(const struct http_head *head, struct request_marks *marks);

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
