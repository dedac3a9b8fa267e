/* profile.c
 * How long a gateway takes: learnt from what followed what
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <limits.h>
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
 * below 50 us, sometimes tens of milliseconds. Time-outs are whatever an administrator sets; none of
 * those programs comes with one below a second.
 */
static const struct {
    double usual_us, below, above;
} usual[N_DELAYS] = {
    [DELAY_START] = { 500, 1, 0.35 },
    [DELAY_AGAIN] = { 500, 1, 0.35 },
    [DELAY_RESPONSE] = { 500, 1, 0.35 },
    [DELAY_PATIENCE] = { 10e6, 1.2, 0.2 },
};

/* What waits when a response comes has waited for anything between 10 ms and 10 s: ten octaves in quarters. */
#define LENGTHS_OF_SILENCE 40

/* So many delays of its own outweigh what is usual. */
#define USUAL_WEIGHT 3.0

/* Gains are kept with so many binary places behind a hundredth of a bit, so that they are rounded once. */
#define PLACES 16

/* What is as rare as this is not told apart: log2(1e-9) bits. */
#define GAIN_LEAST (-2990)

/* What follows from the buckets alone. */
static struct {
    bool ready;
    double lower_us[DELAY_BUCKETS], width_us[DELAY_BUCKETS], log_width[DELAY_BUCKETS];
    double usual_share[N_DELAYS][DELAY_BUCKETS];
} buckets;

/* A quarter of an octave each, from a microsecond on. */
static unsigned
bucket_of(when_t delay)
{
    static const uint64_t quarters[] = { 1189207115, 1414213562, 1681792831 };      /* femtoseconds */
    uint64_t ns = (uint64_t)CLAMP(delay, 1000, 1000 * (INT64_C(1) << DELAY_OCTAVES));
    unsigned octave = g_bit_storage((unsigned long)(ns / 1000)) - 1;

    if (octave >= DELAY_OCTAVES)
        return DELAY_BUCKETS - 1;
    uint64_t rest = ns * 1000000 >> octave;
    return 4 * octave + (rest > quarters[0]) + (rest > quarters[1]) + (rest > quarters[2]);
}

static double
usual_weight(enum delay_kind kind, unsigned bucket)
{
    double octaves = (bucket + 0.5) / 4.0 - log2(usual[kind].usual_us);

    return exp2(octaves < 0 ? usual[kind].below * octaves : -usual[kind].above * octaves);
}

static void
compute_buckets(void)
{
    for (unsigned b = 0; b < DELAY_BUCKETS; b++) {
        buckets.lower_us[b] = b == 0 ? 0 : exp2(b / 4.0);       /* the first one holds all that is shorter */
        buckets.width_us[b] = exp2((b + 1) / 4.0) - buckets.lower_us[b];
        buckets.log_width[b] = log2(buckets.width_us[b] / US_PER_SECOND);
    }
    for (int kind = 0; kind < N_DELAYS; kind++) {
        double weights = 0;
        for (unsigned b = 0; b < DELAY_BUCKETS; b++)
            weights += usual_weight((enum delay_kind)kind, b);
        for (unsigned b = 0; b < DELAY_BUCKETS; b++)
            buckets.usual_share[kind][b] = usual_weight((enum delay_kind)kind, b) / weights;
    }
    buckets.ready = true;
}

/* How often it came beyond what chance brings. */
static double
habit(const struct delays *d, int bucket)
{
    bool more = bucket >= 0 && bucket < DELAY_BUCKETS && d->seen[bucket] > d->by_chance[bucket];

    return more ? (double)(d->seen[bucket] - d->by_chance[bucket]) / DELAY_ONE : 0;
}

/* How far a habit reaches: the share of buckets at that distance to each side; all sum up to 1. */
#define REACH 7
static const double narrow[REACH] = { 0.6, 0.2 };

/* How long a request waits for its turn depends on the load of that moment, too: twice or half as long is not rare. */
static const double wide[REACH] = { 0.30, 0.13, 0.08, 0.06, 0.04, 0.03, 0.01 };

static double
smooth_habit(const struct delays *d, enum delay_kind kind, int bucket)
{
    const double *reach = kind == DELAY_START || kind == DELAY_RESPONSE ? wide : narrow;
    double sum = reach[0] * habit(d, bucket);

    for (int i = 1; i < REACH && reach[i] > 0; i++)
        sum += reach[i] * (habit(d, bucket - i) + habit(d, bucket + i));
    return sum;
}

static int
in_parts(double bits)
{
    return (int)floor(bits * 100 * (1 << PLACES) + 0.5);
}

/* By chance a silence is as likely to be of one length as of the other. */
static double
bits_by_chance(enum delay_kind kind, unsigned bucket)
{
    return kind == DELAY_PATIENCE ? -log2(LENGTHS_OF_SILENCE) : buckets.log_width[bucket];
}

/* How much of all delays a bucket holds. */
static double
share_of(const struct profile *p, enum delay_kind kind, int bucket)
{
    double own = smooth_habit(&p->delays[kind], kind, bucket) + USUAL_WEIGHT * buckets.usual_share[kind][bucket];

    return own / (p->gains[kind].habits + USUAL_WEIGHT);
}

static struct delay_gains *
gains_of(struct profile *p, enum delay_kind kind)
{
    struct delay_gains *g = &p->gains[kind];

    if (!g->stale)
        return g;
    g->habits = 0;
    for (int b = 0; b < DELAY_BUCKETS; b++) {
        g->habits += habit(&p->delays[kind], b);
        g->at[b] = INT_MIN;
    }
    g->stale = false;
    g->best_stale = g->longer_stale = true;
    return g;
}

static int
parts_at(struct profile *p, enum delay_kind kind, unsigned bucket)
{
    int *at = &gains_of(p, kind)->at[bucket];

    if (*at == INT_MIN)
        *at = in_parts(log2(share_of(p, kind, (int)bucket)) - bits_by_chance(kind, bucket));
    return *at;
}

static unsigned
best_from(struct profile *p, enum delay_kind kind, unsigned bucket)
{
    struct delay_gains *g = gains_of(p, kind);
    unsigned best = DELAY_BUCKETS - 1;

    if (g->best_stale) {
        for (unsigned b = DELAY_BUCKETS; b-- > 0;) {
            best = parts_at(p, kind, b) > g->at[best] ? b : best;
            g->best[b] = (uint8_t)best;
        }
        g->best_stale = false;
    }
    return g->best[bucket];
}

static int
longer_than(struct profile *p, enum delay_kind kind, unsigned bucket)
{
    struct delay_gains *g = gains_of(p, kind);
    double longer = 0;

    if (g->longer_stale) {
        for (int b = DELAY_BUCKETS - 1; b >= 0; b--) {
            longer += share_of(p, kind, b);
            g->longer[b] = (int16_t)MAX(lround(100 * log2(MIN(longer, 1))), GAIN_LEAST);
        }
        g->longer_stale = false;
    }
    return g->longer[bucket];
}

void
profile_init(struct profile *p)
{
    if (!buckets.ready)
        compute_buckets();
    memset(p, 0, sizeof *p);
    for (int kind = 0; kind < N_DELAYS; kind++)
        p->gains[kind].stale = true;
}

struct profile *
gateway_profile(struct gateway *gateway)
{
    if (!gateway->profile) {
        gateway->profile = wmem_new(wmem_file_scope(), struct profile);
        profile_init(gateway->profile);
    }
    return gateway->profile;
}

/* NULL: nobody sets for how long a request waits for its turn, or for an answer. */
static struct set_times *
set_times_of(struct profile *p, enum delay_kind kind)
{
    return kind == DELAY_PATIENCE ? &p->patience : kind == DELAY_AGAIN ? &p->again : NULL;
}

/* learning ****************************************************************/

/* What chance brings in a time of that length. */
static void
learn_chance(struct delays *d, when_t window, uint32_t times)
{
    double length = (double)window / NS_PER_US + 1;

    for (unsigned i = 0; i < DELAY_BUCKETS && buckets.lower_us[i] < length; i++)
        d->by_chance[i] += times * (uint32_t)(DELAY_ONE * MIN(buckets.width_us[i], length - buckets.lower_us[i]) / length);
}

void
profile_learn_all(struct profile *p, enum delay_kind kind, const when_t *delays, unsigned n, when_t window, bool certain)
{
    struct delays *d = &p->delays[kind];
    uint32_t within = 0;

    for (unsigned i = 0; i < n; i++) {
        uint32_t *seen = &d->seen[bucket_of(delays[i])];
        if (*seen > UINT32_MAX / 2)
            continue;
        p->gains[kind].stale = true;
        *seen += DELAY_ONE;
        if (certain)
            continue;
        if (delays[i] <= window)
            within++;
        else
            learn_chance(d, delays[i], 1);
    }
    if (within > 0)
        learn_chance(d, window, within);
}

void
profile_learn(struct profile *p, enum delay_kind kind, when_t delay, when_t window, bool certain)
{
    struct set_times *set = set_times_of(p, kind);

    profile_learn_all(p, kind, &delay, 1, window, certain);
    if (set)
        set_times_learn(set, delay);
}

/* What was learnt long ago counts for less. */
static void
forget_half(struct delays *d)
{
    for (unsigned i = 0; i < DELAY_BUCKETS; i++) {
        d->seen[i] /= 2;
        d->by_chance[i] /= 2;
    }
    d->n_clear /= 2;
}

void
profile_learn_clear(struct profile *p, enum delay_kind kind, when_t delay)
{
    struct delays *d = &p->delays[kind];

    if (d->n_clear >= CLEAR_MOST)
        forget_half(d);
    d->seen[bucket_of(delay)] += DELAY_ONE;
    d->n_clear++;
    /* One more of many changes little. */
    if (d->n_clear < 16 || d->n_clear % 8 == 0)
        p->gains[kind].stale = true;
}

/* asking ******************************************************************/

int
profile_rate(double per_second)
{
    return in_parts(log2(per_second));
}

/* Halves are rounded up; a shift rounds down, below zero as well. */
static int
gain_of(struct profile *p, enum delay_kind kind, unsigned bucket, int rate)
{
    int parts = parts_at(p, kind, bucket) - (kind == DELAY_PATIENCE ? 0 : rate);

    return MAX((parts + (1 << (PLACES - 1))) >> PLACES, GAIN_LEAST);
}

int
profile_gain(struct profile *p, enum delay_kind kind, when_t delay, int rate)
{
    int gain = gain_of(p, kind, bucket_of(delay), rate);
    const struct set_times *set = set_times_of(p, kind);

    return set ? gain + set_times_gain(set, delay) : gain;
}

int
profile_gain_most(struct profile *p, enum delay_kind kind, when_t delay, int rate)
{
    int gain = gain_of(p, kind, best_from(p, kind, bucket_of(delay)), rate);

    return set_times_of(p, kind) ? gain + set_times_gain_most() : gain;
}

int
profile_gain_so_far(struct profile *p, enum delay_kind kind, when_t delay)
{
    return longer_than(p, kind, bucket_of(delay));
}

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
