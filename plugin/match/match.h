/* match.h
 * Which attempts, look-ups and silences belong to a request: the evidence for its verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_MATCH_H
#define MWG502_MATCH_MATCH_H

#include "model/attempts.h"
#include "net/lookup.h"
#include "tcp/conn.h"

#define ATTEMPTS_MAX 64

/* Why the deciding connection is the request's, and how far the next one is: see why.c. */
struct why {
    bool decided;               /* the rest is set */
    uint32_t clues;             /* see relation.h */
    when_t after;               /* it began so long after the request */
    when_t before;              /* it failed so long before the response; 0: it was silent */
    uint32_t next_frame;        /* where the next best begins; 0: nothing else fits */
    int margin;                 /* how much better it fits, in hundredths of a bit */
    unsigned rivals;            /* other requests that it could belong to */
};

/* For each upstream that is remembered, the request or the earlier attempt that shows it to be one. */
#define TAUGHT_MAX 16

/*
 * What match_collect() found. evidence points into the rest, and borrows frame lists and
 * texts from the connections and look-ups: valid until the next frame is tracked.
 */
struct collected {
    struct evidence evidence;
    struct attempt attempts[ATTEMPTS_MAX];
    struct search search;
    const struct question *questions[QUESTIONS_MAX];
    struct unreached unreached;
    uint32_t asked_frames[FRAMES_MAX];
    struct span taught[TAUGHT_MAX];
};

/* Collects what the gateway did for this exchange up to its response, claims it and fills *found. */
void match_collect(struct root *root, struct exchange *exchange, struct collected *found);

/* The same for a response with this status that the exchange has not got yet, at that time; claims and learns nothing. */
void match_preview(struct root *root, struct exchange *exchange, unsigned status, when_t until, struct collected *found);

/* true: its server did something for this exchange, so it is a gateway itself. */
bool match_is_gateway(struct root *root, const struct exchange *exchange);

/*
 * A request came. Looks for the client's request that it serves (its parent), if it is a
 * gateway's, and files it where what it causes in turn will look for it.
 */
void match_begun(struct root *root, struct exchange *exchange);

/* The exchange has its answer and causes nothing any more. Claims what it caused, unless a verdict did. */
void match_answered(struct root *root, struct exchange *exchange);

/* Unlinks the exchange from everything here; its children lose their parent. */
void match_forgotten(struct root *root, struct exchange *exchange);

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
