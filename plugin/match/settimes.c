/* settimes.c
 * Times that somebody set: they are round, and come again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include <glib.h>

#include "match/settimes.h"

/* Computers take less than this, and round times are no rarer than others there. */
#define LONG_ENOUGH (NS_PER_SECOND / 10)

/*
 * Time-outs and pauses are numbers that somebody wrote down: 250 ms, 1 s, 30 s. Timers are late, never early, by no more than that; a quarter of
 * them is taken to be seen as odd: a slow machine's. The roundest first; sums of two are less round.
 */
static const struct {
    when_t from, step, late;
    double share;               /* of all that are set are seen so */
} round_numbers[] = {
    { NS_PER_SECOND, NS_PER_SECOND / 2, NS_PER_SECOND / 200, 0.4 },
    { LONG_ENOUGH, NS_PER_SECOND / 20, NS_PER_SECOND / 500, 0.35 },
};
#define SEEN_AS_ODD 0.25

/* The same time again is shorter or longer by no more than a part of so many, or than a millisecond: timers are that exact. */
#define SAME_PART 1000
#define SAME_LEAST (NS_PER_SECOND / 1000)

/* What a quarter of an octave is wide, in parts of the time in its middle: profile.h tells no finer. */
#define ABOUT_THAT_LENGTH 0.17

/* So many that were seen weigh as much as what is known of all gateways. */
#define USUAL_WEIGHT 3.0

/* How much denser such times lie than all of about that length. By chance it is as round as the part of all times that is. */
static double
roundness(when_t delay)
{
    double by_chance = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(round_numbers); i++) {
        if (delay < round_numbers[i].from)
            continue;
        by_chance = (double)round_numbers[i].late / (double)round_numbers[i].step;
        if (delay % round_numbers[i].step <= round_numbers[i].late)
            return round_numbers[i].share / by_chance;
    }
    return SEEN_AS_ODD / (1 - by_chance);
}

static when_t
same_within(when_t delay)
{
    return MAX(delay / SAME_PART, SAME_LEAST);
}

/* The same for times that were seen before. */
static double
sameness(const struct set_times *set, unsigned n, when_t delay)
{
    when_t within = same_within(delay);
    unsigned same = 0;

    for (unsigned i = 0; i < n; i++)
        same += ABS(set->ns[i] - delay) <= within;
    return same == 0 ? 0 : (double)same / n * ABOUT_THAT_LENGTH * (double)delay / (2.0 * (double)within);
}

void
set_times_learn(struct set_times *set, when_t delay)
{
    set->ns[set->n++ % SET_TIMES] = delay;
}

int
set_times_gain(const struct set_times *set, when_t delay)
{
    unsigned n = MIN(set->n, SET_TIMES);

    if (delay < LONG_ENOUGH)
        return 0;
    return (int)lround(100 * log2((USUAL_WEIGHT * roundness(delay) + n * sameness(set, n, delay)) / (USUAL_WEIGHT + n)));
}

int
set_times_gain_most(void)
{
    double round = round_numbers[0].share * (double)round_numbers[0].step / (double)round_numbers[0].late;

    return (int)lround(100 * log2(MAX(round, ABOUT_THAT_LENGTH * SAME_PART / 2)));
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
