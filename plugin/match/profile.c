/* profile.c
 * How long a gateway takes: learnt from what followed what
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include <glib.h>

#include "match/profile.h"

#define NS_PER_US 1000.0
#define US_PER_SECOND 1e6

/*
 * What is usual before anything is learnt: the delay that is most frequent, and by how many
 * bits a delay becomes rarer with each octave below and above. Measured on nginx, HAProxy,
 * Squid, Apache, Traffic Server, Caddy, Node.js and Varnish: half a millisecond, seldom
 * below 50 us, sometimes tens of milliseconds. Time-outs are whatever an administrator sets.
 */
static const struct {
    double usual_us, below, above;
} usual[N_DELAYS] = {
    [DELAY_START] = { 500, 1, 0.35 },
    [DELAY_AGAIN] = { 500, 1, 0.35 },
    [DELAY_RESPONSE] = { 500, 1, 0.35 },
    [DELAY_PATIENCE] = { 10e6, 0.6, 0.2 },
};

/* What waits when a response comes has waited for anything between 10 ms and 10 s: ten octaves in quarters. */
#define LENGTHS_OF_SILENCE 40

/* So many delays of its own outweigh what is usual. */
#define USUAL_WEIGHT 3.0

static unsigned
bucket_of(when_t delay)
{
    double us = (double)MAX(delay, 1000) / NS_PER_US;
    int bucket = (int)(4 * log2(us));

    return (unsigned)CLAMP(bucket, 0, DELAY_BUCKETS - 1);
}

/* The first bucket holds all that is shorter. */
static double
lower_us(unsigned bucket)
{
    return bucket == 0 ? 0 : exp2(bucket / 4.0);
}

static double
width_us(unsigned bucket)
{
    return exp2((bucket + 1) / 4.0) - lower_us(bucket);
}

static double
usual_weight(enum delay_kind kind, unsigned bucket)
{
    double octaves = (bucket + 0.5) / 4.0 - log2(usual[kind].usual_us);

    return exp2(octaves < 0 ? usual[kind].below * octaves : -usual[kind].above * octaves);
}

/* How often it came beyond what chance brings. */
static double
habit(const struct delays *d, int bucket)
{
    bool more = bucket >= 0 && bucket < DELAY_BUCKETS && d->seen[bucket] > d->by_chance[bucket];

    return more ? (double)(d->seen[bucket] - d->by_chance[bucket]) / DELAY_ONE : 0;
}

/* A habit is a little wider than the bucket that it falls into. */
static double
smooth_habit(const struct delays *d, int bucket)
{
    return 0.6 * habit(d, bucket) + 0.2 * habit(d, bucket - 1) + 0.2 * habit(d, bucket + 1);
}

static void
compute_shares(struct profile *p, enum delay_kind kind)
{
    double weights = 0, habits = 0, longer = 0;

    for (unsigned b = 0; b < DELAY_BUCKETS; b++) {
        weights += usual_weight(kind, b);
        habits += habit(&p->delays[kind], (int)b);
    }
    for (int b = DELAY_BUCKETS - 1; b >= 0; b--) {
        double share = (smooth_habit(&p->delays[kind], b) + USUAL_WEIGHT * usual_weight(kind, (unsigned)b) / weights) / (habits + USUAL_WEIGHT);
        longer += share;
        p->share[kind][b] = (float)share;
        p->longer[kind][b] = (float)MIN(longer, 1);
    }
    p->stale[kind] = false;
}

void
profile_init(struct profile *p)
{
    memset(p, 0, sizeof *p);
    for (int kind = 0; kind < N_DELAYS; kind++)
        p->stale[kind] = true;
}

void
profile_learn(struct profile *p, enum delay_kind kind, when_t delay, when_t window, bool certain)
{
    struct delays *d = &p->delays[kind];
    unsigned b = bucket_of(delay);
    double length = (double)MAX(window, delay) / NS_PER_US + 1;

    if (d->seen[b] > UINT32_MAX / 2)
        return;
    p->stale[kind] = true;
    d->seen[b] += DELAY_ONE;
    for (unsigned i = 0; !certain && i < DELAY_BUCKETS && lower_us(i) < length; i++)
        d->by_chance[i] += (uint32_t)(DELAY_ONE * MIN(width_us(i), length - lower_us(i)) / length);
}

static int
centibits(double ratio)
{
    return (int)lround(100 * log2(MAX(ratio, 1e-9)));
}

int
profile_gain(struct profile *p, enum delay_kind kind, when_t delay, double rate)
{
    unsigned b = bucket_of(delay);

    if (p->stale[kind])
        compute_shares(p, kind);
    /* By chance a silence is as likely to be of one length as of the other. */
    if (kind == DELAY_PATIENCE)
        return centibits(p->share[kind][b] * LENGTHS_OF_SILENCE);
    return centibits(p->share[kind][b] / width_us(b) * US_PER_SECOND / rate);
}

int
profile_gain_so_far(struct profile *p, enum delay_kind kind, when_t delay)
{
    if (p->stale[kind])
        compute_shares(p, kind);
    return centibits(p->longer[kind][bucket_of(delay)]);
}
