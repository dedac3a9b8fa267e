/* profile.h
 * How long a gateway takes: learnt from what followed what
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_PROFILE_H
#define MWG502_MATCH_PROFILE_H

#include "match/settimes.h"
#include "model/model.h"

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

/* So many clear delays are remembered of each kind; then each counts for half. A gateway takes longer under more load. */
#define CLEAR_MOST 128

struct delays {
    uint32_t seen[DELAY_BUCKETS];
    uint32_t by_chance[DELAY_BUCKETS];
    unsigned n_clear;
};

enum delay_kind {
    DELAY_START,                /* a request was ready, or an address was there: the next thing begins */
    DELAY_AGAIN,                /* a try had failed: the next one begins, at once or after a pause */
    DELAY_RESPONSE,             /* the last thing failed: the client is answered */
    DELAY_PATIENCE,             /* nothing comes any more: the gateway gives up */
    N_DELAYS
};

/* What delays of one kind gain, by their bucket: each is computed when it is asked for the first time since something was learnt. */
struct delay_gains {
    bool stale, best_stale, longer_stale;
    double habits;              /* of all buckets */
    int at[DELAY_BUCKETS];      /* in parts of hundredths of a bit, where one such thing happens in a second; INT_MIN: not computed */
    uint8_t best[DELAY_BUCKETS];        /* of this bucket and later ones */
    int16_t longer[DELAY_BUCKETS];      /* that the delay is not over yet, in hundredths of a bit */
};

struct profile {
    struct delays delays[N_DELAYS];
    struct delay_gains gains[N_DELAYS];
    struct set_times again, patience;   /* pauses between two tries, and time-outs */
};

/* What is usual, before anything was learnt. */
void profile_init(struct profile *profile);

/* A gateway's own, made with the first call in wmem_file_scope(). */
struct profile *gateway_profile(struct gateway *gateway);

/* One delay of one request. window: the time that was there for it; certain: nothing else fits, so that chance had no part. */
void profile_learn(struct profile *profile, enum delay_kind kind, when_t delay, when_t window, bool certain);

/*
 * One delay of a request of which it is known what the gateway did for it, as of most that are answered well. There are many, so
 * not each of them changes what is computed from them.
 */
void profile_learn_clear(struct profile *profile, enum delay_kind kind, when_t delay);

/* The same as profile_learn() for several. */
void profile_learn_all(struct profile *profile, enum delay_kind kind, const when_t *delays, unsigned n, when_t window, bool certain);

/* How many things happen in a second all in all, as profile_gain() takes it. */
int profile_rate(double per_second);

/*
 * How much likelier the delay is where both belong together than by chance, in hundredths
 * of a bit; rate: of such things, from profile_rate(). It counts for nothing in DELAY_PATIENCE.
 */
int profile_gain(struct profile *profile, enum delay_kind kind, when_t delay, int rate);

/* The most that this delay or any longer one gains. */
int profile_gain_most(struct profile *profile, enum delay_kind kind, when_t delay, int rate);

/* The same for a delay that is not over yet. */
int profile_gain_so_far(struct profile *profile, enum delay_kind kind, when_t delay);

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
