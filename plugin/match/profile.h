/* profile.h
 * How long a gateway takes: learnt from what followed what
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_PROFILE_H
#define MWG502_MATCH_PROFILE_H

#include "diagnose/evidence.h"

/*
 * Delays are counted in buckets of a quarter of an octave, from a microsecond to four
 * minutes. A delay that belongs together comes again and again, one by chance is anywhere
 * in the time that was there: so what chance would bring is counted too, and what is more
 * than that is the gateway's habit (a cross-correlogram). No pair has to be known for sure.
 */
#define DELAY_OCTAVES 28
#define DELAY_BUCKETS (4 * DELAY_OCTAVES)

/* Counts are kept in so many parts of one. */
#define DELAY_ONE 64

struct delays {
    uint32_t seen[DELAY_BUCKETS];
    uint32_t by_chance[DELAY_BUCKETS];
};

enum delay_kind {
    DELAY_START,                /* a request was ready, or an address was there: the next thing begins */
    DELAY_AGAIN,                /* a try had failed: the next one begins, at once or after a pause */
    DELAY_RESPONSE,             /* the last thing failed: the client is answered */
    DELAY_PATIENCE,             /* nothing comes any more: the gateway gives up */
    N_DELAYS
};

struct profile {
    struct delays delays[N_DELAYS];
    bool stale[N_DELAYS];       /* something was learnt since shares were computed */
    float share[N_DELAYS][DELAY_BUCKETS];       /* of all delays, in each bucket */
    float longer[N_DELAYS][DELAY_BUCKETS];      /* in this one or a later one */
};

/* What is usual, before anything was learnt. */
void profile_init(struct profile *profile);

/* One delay of one request. window: the time that was there for it; certain: nothing else fits, so that chance had no part. */
void profile_learn(struct profile *profile, enum delay_kind kind, when_t delay, when_t window, bool certain);

/*
 * How much likelier the delay is where both belong together than by chance, in hundredths
 * of a bit; rate: how many such things happen in a second all in all.
 */
int profile_gain(struct profile *profile, enum delay_kind kind, when_t delay, double rate);

/* The same for a delay that is not over yet. */
int profile_gain_so_far(struct profile *profile, enum delay_kind kind, when_t delay);

#endif
