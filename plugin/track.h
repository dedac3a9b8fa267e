/* track.h
 * From facts to verdicts: the door between what is observed and what is shown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TRACK_H
#define MWG502_TRACK_H

#include "conn.h"
#include "lookup.h"
#include "verdict.h"

/*
 * One for each capture, in wmem_file_scope(). The facts of a frame are told in any order
 * between track_frame() calls, on the frame's first visit only; what was found can be
 * asked on every visit.
 */
struct tracker {
    struct root *root;
    wmem_map_t *verdicts;       /* frame -> struct verdict, first of a list */
    wmem_map_t *parts;          /* frame -> struct part */
    uint32_t n_verdicts;
    unsigned timeout;           /* seconds; only words the verdict */
    uint32_t relay_frame;       /* the frame at hand carries a server's own 502 */
};

struct tracker *track_new(const struct settings *settings, unsigned timeout);

/* A new frame; time may lie before earlier ones. */
void track_frame(struct tracker *tracker, uint32_t frame, when_t time, bool cut_short);

/* What the gateway said of itself, read from the response; NULL: nothing. */
struct said {
    const char *words;          /* valid during the call only */
    int category;               /* enum category, or -1 */
};

/*
 * Wireshark shows a response with this status on the connection. Returns its verdict, or
 * NULL: the status is not watched, or the response is a server's that its gateway will
 * pass on (tracker->relay_frame is set).
 */
struct verdict *track_response(struct tracker *tracker, struct conn *conn, unsigned status, uint32_t frame, when_t time, const struct said *said);

/*
 * A response that Wireshark takes for the body of another one, or for a tunnel's bytes;
 * NULL: none in the latest segment. shown: the frame's response was shown all the same.
 */
struct verdict *track_swallowed(struct tracker *tracker, struct conn *conn, uint32_t frame, bool shown, const struct said *said);

/* The verdicts shown on a frame, in byte order; NULL: none. */
const struct verdict *track_verdicts(const struct tracker *tracker, uint32_t frame);

/* The frame's parts in cases; NULL: none. */
const struct part *track_parts(const struct tracker *tracker, uint32_t frame);

/* "frame.number in {6, 14, 16}" in the given scope: request, evidence and response. */
char *verdict_filter(wmem_allocator_t *scope, const struct verdict *verdict);

#endif
