/* tie.h
 * Which attempts, look-ups and silences belong to a request: the evidence for its verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_TIE_H
#define MWG502_MATCH_TIE_H

#include "model/attempts.h"
#include "net/lookup.h"

#define ATTEMPTS_MAX 64

/*
 * What tie_collect() found. evidence points into the rest, and borrows frame lists and
 * texts from the connections and look-ups: valid until the next frame is tracked.
 */
struct collected {
    struct evidence evidence;
    struct attempt attempts[ATTEMPTS_MAX];
    struct search search;
    const struct question *questions[QUESTIONS_MAX];
    struct unreached unreached;
    uint32_t asked_frames[FRAMES_MAX];
};

/*
 * Collects what the gateway did for this exchange up to its response, claims it and fills
 * *found. In the order of architecture.md: the same request on the server's side; the
 * address (of a DNS answer for the host, or in the URL); where earlier requests went; the
 * only thing that the gateway did; a failure that it may remember.
 */
void tie_collect(struct root *root, struct exchange *exchange, struct collected *found);

/*
 * The same for a response with this status that the exchange has not got yet, at that
 * time; claims and learns nothing.
 */
void tie_preview(struct root *root, struct exchange *exchange, unsigned status, when_t until, struct collected *found);

/* The exchange got another answer: what it caused is nobody else's. */
void tie_claim_all(struct root *root, struct exchange *exchange);

/* true: its server did something for this exchange, so it is a gateway itself. */
bool tie_is_gateway(struct root *root, const struct exchange *exchange);

#endif
