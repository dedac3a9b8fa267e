/* reorder.h
 * Facts put in order of time, where the file is not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TRACK_REORDER_H
#define MWG502_TRACK_REORDER_H

#include "fact/fact.h"

/*
 * A capture on two interfaces is written in pieces, now of the one, now of the other:
 * each is in order, together they are not. A fact is held until every interface has been
 * seen at a later time, and at most for HOLD seconds of the capture.
 */
#define INORDER_HOLD (2 * NS_PER_SECOND)

/* Interfaces that are told apart; those beyond share the last place. */
#define INTERFACES_MAX 16

/* How far each interface of the capture has come. */
struct watermarks {
    when_t latest[INTERFACES_MAX];      /* 0: nothing seen of it */
    unsigned n;                         /* interfaces seen */
    when_t now;                         /* the latest of all */
    when_t depth;                       /* how late the latest frame was that was late */
    when_t late_at;                     /* the time that had been reached when the last late frame came; 0: none did */
    unsigned in_row;                    /* frames since then that were in order */
    unsigned turns;                     /* among these the ones of another interface than the frame before */
    uint32_t interface_id;              /* of the latest frame */
};

/* interface_id is below INTERFACES_MAX. A frame that is late by less than CLOCK_SLACK is in order. */
void watermarks_note(struct watermarks *marks, uint32_t interface_id, when_t time);

/*
 * true: frames come in order of time, as far as can be told: none was late for long, and where there are
 * several interfaces they took turns without one being late. A file that is written in pieces, now of the one, now of
 * the other, has late frames at nearly every turn.
 */
bool watermarks_in_order(const struct watermarks *marks);

/*
 * The time before which nothing is to be expected any more: what every interface has
 * passed, or what lies back twice as far as any frame so far, and as far as patience (an
 * interface can be quiet).
 */
when_t watermarks_lowest(const struct watermarks *marks, when_t patience);

struct reorder;

/* In wmem_file_scope(), like the copies of the facts in it. */
struct reorder *reorder_new(void);

/* true: so many facts are held, or so many bytes with them, that the earliest is to be taken, whatever may still come. */
bool reorder_is_full(const struct reorder *queue);

/* The time of the earliest fact; there is one. */
when_t reorder_earliest(const struct reorder *queue);

/* Copies the fact with its texts and bytes. */
void reorder_put(struct reorder *queue, const struct fact *fact);

/* The earliest fact up to that time, or NULL; of the caller until reorder_release(). */
struct fact *reorder_take(struct reorder *queue, when_t until);
void reorder_release(struct fact *fact);

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
