/* track.h
 * From facts to verdicts: the door between what is observed and what is shown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TRACK_TRACK_H
#define MWG502_TRACK_TRACK_H

#include "base/numbers.h"
#include "cases/store.h"
#include "fact/fact.h"
#include "track/clock.h"
#include "track/reorder.h"

/*
 * One for each capture, in wmem_file_scope(). Facts are told once, on their frame's first
 * visit; what was found can be asked on every visit.
 *
 * Where frames are out of time order everything is tracked twice: at once, for what the
 * first visit shows, and in order of time (late), for every later visit.
 */
struct tracker {
    struct numbers numbers;
    struct root *root;
    struct root *late;          /* NULL: the frames are in order */
    struct reorder *queue;      /* of facts that late has not seen */
    when_t late_since;          /* requests before this one are root's alone */
    struct watermarks marks;
    struct clock clocks[INTERFACES_MAX];
    uint32_t frames;
    struct cases cases;
    unsigned timeout;           /* seconds; only words the verdict */
    uint32_t relay_frame;       /* this frame carries a server's own 502 */
};

struct tracker *track_new(const struct settings *settings, unsigned timeout);

/* Every frame's first door, before its facts; the second one is also told that no more are to come. */
void track_first_visit(struct tracker *tracker, uint32_t number);
void track_later_visit(struct tracker *tracker, uint32_t number);

/* A frame's own facts; has_interface: the file names the interface of each frame. */
struct frame_facts {
    uint32_t frame;             /* its serial, see numbers.h */
    when_t time;
    bool cut_short;             /* shorter than the packet was */
    uint32_t captured;          /* bytes that it has */
    bool has_interface;
    uint32_t interface_id;
};

/*
 * A new frame; its time may lie before earlier ones. Returns the time that its facts are to
 * have, which goes on where the clock was set back.
 */
when_t track_frame(struct tracker *tracker, const struct frame_facts *facts);

/* One of the facts of the frame. New verdicts are found with track_verdicts(). */
void track_fact(struct tracker *tracker, const struct fact *fact);

/*
 * A segment that only acknowledges (its addresses need not have been read): true if it tells
 * nothing, since the connection stands and it is of what was seen; it is no fact then.
 */
bool track_expected(struct tracker *tracker, const struct segment *segment);

/* The verdicts shown on a frame, in byte order; NULL: none. */
const struct verdict *track_verdicts(const struct tracker *tracker, uint32_t number);

/* The frame's parts in cases; NULL: none. */
const struct part *track_parts(const struct tracker *tracker, uint32_t number);

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
