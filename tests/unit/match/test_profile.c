/* test_profile.c
 * profile.h: what a gateway's delays tell
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "common.h"
#include "match/profile.h"

#define US 1000
#define MS ((when_t)1000 * US)
#define SECOND (1000 * MS)
#define RATE profile_rate(10)               /* things in a second */

static struct profile *
a_profile(void)
{
    struct profile *profile = g_new(struct profile, 1);

    profile_init(profile);
    return profile;
}

/* before anything is learnt ***********************************************/

/* What each delay gains, in order: the sooner the better, but nothing comes in no time at all. */
static void
test_usual(void)
{
    static const when_t delays[] = { 500 * US, 5 * MS, 50 * MS, 500 * MS, 5 * SECOND };
    struct profile *p = a_profile();

    for (int kind = DELAY_START; kind <= DELAY_RESPONSE; kind++) {
        for (size_t i = 1; i < G_N_ELEMENTS(delays); i++)
            g_assert_cmpint(profile_gain(p, kind, delays[i], RATE), <, profile_gain(p, kind, delays[i - 1], RATE));
        g_assert_cmpint(profile_gain(p, kind, 500 * US, RATE), >, 500);
        g_assert_cmpint(profile_gain(p, kind, 5 * SECOND, RATE), <, -500);
    }
    /* It is sooner that another thing happens by chance where many do. */
    g_assert_cmpint(profile_gain(p, DELAY_START, MS, profile_rate(100)), <, profile_gain(p, DELAY_START, MS, RATE) - 300);
    g_free(p);
}

/* Nobody gives up at once; some seconds are as good as some ten. */
static void
test_patience(void)
{
    struct profile *p = a_profile();

    g_assert_cmpint(profile_gain(p, DELAY_PATIENCE, MS, 0), <, -300);
    g_assert_cmpint(profile_gain(p, DELAY_PATIENCE, 10 * SECOND, 0), >, 0);
    g_assert_cmpint(ABS(profile_gain(p, DELAY_PATIENCE, 10 * SECOND, 0) - profile_gain(p, DELAY_PATIENCE, 30 * SECOND, 0)), <, 100);
    g_free(p);
}

/* How much more the first delay gains than the second one, which is hardly longer. */
static int
more(enum delay_kind kind, when_t delay, when_t other)
{
    struct profile *p = a_profile();
    int gain = profile_gain(p, kind, delay, RATE) - profile_gain(p, kind, other, RATE);

    g_free(p);
    return gain;
}

/* What was set is met again: the very same time counts more than a rounder one, also where others were seen since. */
static void
test_same_again(void)
{
    struct profile *p = a_profile();

    for (int i = 0; i < 6; i++)
        profile_learn(p, DELAY_PATIENCE, 5200 * MS + i * 100 * US, 10 * SECOND, true);
    int same = profile_gain(p, DELAY_PATIENCE, 5201 * MS, 0), odd = profile_gain(p, DELAY_PATIENCE, 5220 * MS, 0);
    g_assert_cmpint(same, >, odd + 500);
    g_assert_cmpint(same, >, profile_gain(p, DELAY_PATIENCE, 5 * SECOND, 0));
    g_assert_cmpint(same, <=, profile_gain_most(p, DELAY_PATIENCE, 5201 * MS, 0));
    for (int i = 0; i < 2 * SET_TIMES; i++)
        profile_learn(p, DELAY_PATIENCE, 5310 * MS, 10 * SECOND, true);
    g_assert_cmpint(profile_gain(p, DELAY_PATIENCE, 5310 * MS, 0), >, profile_gain(p, DELAY_PATIENCE, 5201 * MS, 0) + 200);
    g_free(p);
}

/* Pauses between two tries, too. */
static void
test_same_pause_again(void)
{
    struct profile *p = a_profile();

    for (int i = 0; i < 6; i++)
        profile_learn(p, DELAY_AGAIN, 211 * MS, SECOND, true);
    g_assert_cmpint(profile_gain(p, DELAY_AGAIN, 211 * MS, RATE), >, profile_gain(p, DELAY_AGAIN, 217 * MS, RATE) + 300);
    g_free(p);
}

/* Time-outs and pauses are round numbers, and a little late; how long a turn takes is no such number. */
static void
test_round(void)
{
    g_assert_cmpint(more(DELAY_PATIENCE, SECOND, SECOND + 20 * MS), >, 500);
    g_assert_cmpint(more(DELAY_PATIENCE, SECOND + 4 * MS, SECOND + 20 * MS), >, 500);
    g_assert_cmpint(more(DELAY_PATIENCE, SECOND, SECOND - 1 * MS), >, 500);
    g_assert_cmpint(more(DELAY_PATIENCE, 250 * MS, 260 * MS), >, 300);
    g_assert_cmpint(more(DELAY_AGAIN, 200 * MS, 210 * MS), >, 300);
    g_assert_cmpint(more(DELAY_PATIENCE, 5 * SECOND, 5200 * MS), >, 100);
    g_assert_cmpint(more(DELAY_PATIENCE, 5200 * MS, 5220 * MS), >, 300);
    g_assert_cmpint(ABS(more(DELAY_START, 200 * MS, 210 * MS)), <, 50);
    g_assert_cmpint(ABS(more(DELAY_PATIENCE, 50 * MS, 55 * MS)), <, 50);
}

/* What is known for sure teaches at once, also what lies near; what was learnt long ago counts for less. */
static void
test_clear(void)
{
    struct profile *p = a_profile();
    int before = profile_gain(p, DELAY_START, 300 * MS, RATE), near = profile_gain(p, DELAY_START, 500 * MS, RATE);

    for (int i = 0; i < 100; i++)
        profile_learn_clear(p, DELAY_START, 300 * MS);
    g_assert_cmpint(profile_gain(p, DELAY_START, 300 * MS, RATE), >, before + 300);
    g_assert_cmpint(profile_gain(p, DELAY_START, 500 * MS, RATE), >, near + 200);
    for (int i = 0; i < 200; i++)
        profile_learn_clear(p, DELAY_START, 5 * MS);
    g_assert_cmpint(profile_gain(p, DELAY_START, 5 * MS, RATE), >, profile_gain(p, DELAY_START, 300 * MS, RATE) + 800);
    g_free(p);
}

/* The longer it did not come the less it is expected; it cannot gain by waiting. */
static void
test_so_far(void)
{
    struct profile *p = a_profile();
    int last = 1;

    for (when_t delay = US; delay < 200 * SECOND; delay *= 4) {
        int gain = profile_gain_so_far(p, DELAY_RESPONSE, delay);
        g_assert_cmpint(gain, <=, MIN(last, 0));
        last = gain;
    }
    g_assert_cmpint(last, <, -500);
    g_free(p);
}

/* habits ******************************************************************/

/* A gateway that answers after 40 ms, among delays by chance, of which nobody says what they are. */
static void
test_habit(void)
{
    struct profile *p = a_profile();
    GRand *random = g_rand_new_with_seed(502);
    int before = profile_gain(p, DELAY_RESPONSE, 40 * MS, RATE), noise = profile_gain(p, DELAY_RESPONSE, 400 * MS, RATE);

    for (int i = 0; i < 200; i++) {
        profile_learn(p, DELAY_RESPONSE, 40 * MS, SECOND, false);
        for (int k = 0; k < 3; k++)
            profile_learn(p, DELAY_RESPONSE, g_rand_int_range(random, 0, 1000) * (when_t)MS, SECOND, false);
    }
    g_assert_cmpint(profile_gain(p, DELAY_RESPONSE, 40 * MS, RATE), >, before + 200);
    g_assert_cmpint(profile_gain(p, DELAY_RESPONSE, 40 * MS, RATE), >, profile_gain(p, DELAY_RESPONSE, 400 * MS, RATE) + 400);
    g_assert_cmpint(profile_gain(p, DELAY_RESPONSE, 400 * MS, RATE), <, noise + 400);
    g_assert_cmpint(profile_gain_so_far(p, DELAY_RESPONSE, 60 * MS), <, -100);
    g_rand_free(random);
    g_free(p);
}

/* What is beyond chance, of so many delays. */
static double
beyond_chance(const struct profile *p, enum delay_kind kind)
{
    const struct delays *d = &p->delays[kind];
    double sum = 0;

    for (unsigned b = 0; b < DELAY_BUCKETS; b++)
        sum += d->seen[b] > d->by_chance[b] ? (double)(d->seen[b] - d->by_chance[b]) / DELAY_ONE : 0;
    return sum;
}

/* Chance alone makes hardly a habit; the same delays count where nothing else fits. */
static void
test_certain(void)
{
    double beyond[2];

    for (int certain = 0; certain < 2; certain++) {
        struct profile *p = a_profile();
        GRand *random = g_rand_new_with_seed(502);
        for (int i = 0; i < 300; i++)
            profile_learn(p, DELAY_START, g_rand_int_range(random, 0, 1000) * (when_t)MS, SECOND, certain);
        beyond[certain] = beyond_chance(p, DELAY_START);
        g_rand_free(random);
        g_free(p);
    }
    g_assert_cmpfloat(beyond[0], <, 100);
    g_assert_cmpfloat(beyond[1], ==, 300);
}

/* What was learnt of one kind says nothing of another. */
static void
test_kinds(void)
{
    struct profile *p = a_profile();
    int start = profile_gain(p, DELAY_START, 40 * MS, RATE);

    for (int i = 0; i < 100; i++)
        profile_learn(p, DELAY_RESPONSE, 40 * MS, 40 * MS, true);
    g_assert_cmpint(profile_gain(p, DELAY_START, 40 * MS, RATE), ==, start);
    g_free(p);
}

/* bounds ******************************************************************/

/* Half a second is a habit: it gains more than what comes sooner, and no later delay gains more than it is said to at most. */
static void
test_most(void)
{
    struct profile *p = a_profile();
    int highest = INT_MIN;

    for (int i = 0; i < 100; i++)
        profile_learn(p, DELAY_START, 500 * MS, SECOND, true);
    for (when_t delay = 300 * SECOND; delay >= US; delay = delay * 9 / 10) {
        highest = MAX(highest, profile_gain(p, DELAY_START, delay, RATE));
        g_assert_cmpint(profile_gain_most(p, DELAY_START, delay, RATE), >=, highest);
    }
    g_assert_cmpint(profile_gain_most(p, DELAY_START, 100 * MS, RATE), ==, profile_gain(p, DELAY_START, 500 * MS, RATE));
    g_assert_cmpint(profile_gain_most(p, DELAY_START, SECOND, RATE), <, profile_gain(p, DELAY_START, 500 * MS, RATE));
    g_free(p);
}

/* Several at once are what they are one after the other, also those that are longer than there was time for. */
static void
test_learn_all(void)
{
    static const when_t delays[] = { 0, 500 * US, 500 * US, 3 * MS, 40 * MS, 2 * SECOND };
    struct profile *p = a_profile(), *q = a_profile();

    for (int certain = 0; certain < 2; certain++) {
        profile_learn_all(p, DELAY_RESPONSE, delays, G_N_ELEMENTS(delays), SECOND, certain);
        for (size_t i = 0; i < G_N_ELEMENTS(delays); i++)
            profile_learn(q, DELAY_RESPONSE, delays[i], SECOND, certain);
        g_assert_cmpmem(&p->delays, sizeof p->delays, &q->delays, sizeof q->delays);
    }
    g_free(p);
    g_free(q);
}

/* Whatever it is told and asked: it stays within some ten bits of what doubles hold. */
static void
test_bounded(void)
{
    static const when_t delays[] = { 0, 1, US, SECOND, 3600 * SECOND, INT64_MAX / 2 };
    struct profile *p = a_profile();

    for (size_t i = 0; i < G_N_ELEMENTS(delays); i++)
        for (int kind = 0; kind < N_DELAYS; kind++) {
            profile_learn(p, kind, delays[i], delays[G_N_ELEMENTS(delays) - 1 - i], i % 2);
            g_assert_cmpint(ABS(profile_gain(p, kind, delays[i], RATE)), <=, 4000);
            g_assert_cmpint(profile_gain_so_far(p, kind, delays[i]), <=, 0);
            g_assert_cmpint(profile_gain_so_far(p, kind, delays[i]), >=, -4000);
        }
    /* Counters stop before they overflow. */
    for (unsigned b = 0; b < DELAY_BUCKETS; b++)
        p->delays[DELAY_START].seen[b] = UINT32_MAX - 1;
    profile_learn(p, DELAY_START, MS, SECOND, true);
    for (unsigned b = 0; b < DELAY_BUCKETS; b++)
        g_assert_cmpuint(p->delays[DELAY_START].seen[b], ==, UINT32_MAX - 1);
    g_free(p);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/profile/usual", test_usual);
    g_test_add_func("/match/profile/patience", test_patience);
    g_test_add_func("/match/profile/round", test_round);
    g_test_add_func("/match/profile/same again", test_same_again);
    g_test_add_func("/match/profile/same pause again", test_same_pause_again);
    g_test_add_func("/match/profile/clear", test_clear);
    g_test_add_func("/match/profile/so far", test_so_far);
    g_test_add_func("/match/profile/habit", test_habit);
    g_test_add_func("/match/profile/certain", test_certain);
    g_test_add_func("/match/profile/kinds", test_kinds);
    g_test_add_func("/match/profile/most", test_most);
    g_test_add_func("/match/profile/learn all", test_learn_all);
    g_test_add_func("/match/profile/bounded", test_bounded);
    return g_test_run();
}
