/* test_profile.c
 * profile.h: what a gateway's delays tell
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "common.h"
#include "match/profile.h"

#define US 1000
#define MS (1000 * US)
#define SECOND (1000 * (when_t)MS)
#define RATE 10.0               /* things in a second */

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
    g_assert_cmpint(profile_gain(p, DELAY_START, MS, 10 * RATE), <, profile_gain(p, DELAY_START, MS, RATE) - 300);
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

/* Chance alone makes no habit; the same delays count where nothing else fits. */
static void
test_certain(void)
{
    int gain[2];

    for (int certain = 0; certain < 2; certain++) {
        struct profile *p = a_profile();
        GRand *random = g_rand_new_with_seed(502);
        for (int i = 0; i < 300; i++)
            profile_learn(p, DELAY_START, g_rand_int_range(random, 0, 1000) * (when_t)MS, SECOND, certain);
        gain[certain] = profile_gain(p, DELAY_START, 700 * MS, RATE);
        g_rand_free(random);
        g_free(p);
    }
    g_assert_cmpint(gain[1], >, gain[0] + 100);
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
    g_test_add_func("/match/profile/so far", test_so_far);
    g_test_add_func("/match/profile/habit", test_habit);
    g_test_add_func("/match/profile/certain", test_certain);
    g_test_add_func("/match/profile/kinds", test_kinds);
    g_test_add_func("/match/profile/bounded", test_bounded);
    return g_test_run();
}
