/* test_rivals.c
 * rivals.c: nobody who matters is passed over because of what he could gain at most
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* What it keeps to itself is tested too. */
#define add_rivals add_rivals_tested
#include "match/rivals.c"
#undef add_rivals

#define CLIENTS 30
#define UPSTREAMS 30
#define SCENES 200

static struct exchange *
exchange_of(unsigned stream)
{
    struct conn *conn = conn_find(capture_tracker()->root, stream);

    return conn ? (struct exchange *)list_last(&conn->exchanges) : NULL;
}

static const char *
some_host(GRand *random)
{
    static const char *const hosts[] = { "one.example", "two.example", "three.example", "10.2.0.1", "four.example" };

    return hosts[g_rand_int_range(random, 0, G_N_ELEMENTS(hosts))];
}

static void
some_client(GRand *random, unsigned n)
{
    char *path = g_strdup_printf("/%d/page", g_rand_int_range(random, 0, 3));

    stands(n);
    asks_proxy(n, some_host(random), path);
    g_free(path);
}

/* A connection to a server that is refused, or stays open, or carries a request; sometimes behind a look-up. */
static void
some_upstream(GRand *random, unsigned n)
{
    if (g_rand_int_range(random, 0, 4) == 0) {
        const char *host = some_host(random);
        looks_up((uint16_t)n, GATEWAY, host);
        resolved((uint16_t)n, GATEWAY, host, 0, SERVER_1);
    }
    switch (g_rand_int_range(random, 0, 4)) {
    case 0:
    case 1:
        syn(n);
        passes((unsigned)g_rand_int_range(random, 0, 20));
        refused(n);
        break;
    case 2:
        stands(n);
        asks_server(n, some_host(random), "/1/page");
        closes(n, SERVER);
        break;
    default:
        syn(n);
    }
}

static void
some_scene(GRand *random)
{
    unsigned clients = 0, upstreams = 0;

    scene(0);
    is_known("one.example", SERVER_1);
    for (unsigned i = 0; i < CLIENTS; i++)
        leg(i, "10.0.0.7", GATEWAY, 9090);
    for (unsigned i = 0; i < UPSTREAMS; i++)
        leg(CLIENTS + i, GATEWAY, i % 3 ? SERVER_1 : SERVER_2, i % 5 ? 80 : 8080);
    while (clients < CLIENTS && upstreams < UPSTREAMS) {
        if (clients == 0 || g_rand_boolean(random))
            some_client(random, clients++);
        else
            some_upstream(random, CLIENTS + upstreams++);
        /* Behind a long pause what begins is another try rather than a first one. */
        passes(g_rand_int_range(random, 0, 12) == 0 ? 5000 : (unsigned)g_rand_int_range(random, 0, 40));
    }
}

/* It has the habits of beginning behind a tenth of a second and of trying again behind a millisecond, or one of them, or none: then what comes sooner gains more. */
static void
learn_habit(struct profile *profile, GRand *random)
{
    bool slow = g_rand_boolean(random), again = g_rand_boolean(random);

    for (int i = 0; slow && i < 100; i++)
        profile_learn(profile, DELAY_START, NS_PER_SECOND / 10, NS_PER_SECOND, true);
    for (int i = 0; again && i < 100; i++)
        profile_learn(profile, DELAY_AGAIN, NS_PER_SECOND / 1000, NS_PER_SECOND, true);
}

/* All that the gateway did are columns. */
static void
rivals_begin(struct rivals *r, struct contest *c, struct scope *s, struct exchange *ex, GRand *random)
{
    struct root *root = capture_tracker()->root;

    memset(r, 0, sizeof *r);
    memset(c, 0, sizeof *c);
    scope_init(s, root, ex, root->now, 502);
    learn_habit(s->gateway->profile, random);
    find_uses(s);
    c->s = s;
    c->rows[0] = ex;
    c->a.n_rows = 1;
    for (unsigned i = 0; i < s->n && i < ASSIGN_COLUMNS_MAX; i++)
        c->columns[c->a.n_columns++] = &s->uses[i];
    r->c = c;
    find_kinds(r);
    weigh_columns(r);
}

static struct rival
rival_of(struct rivals *r, const struct exchange *ex)
{
    struct rival rival = { .seat = seat_of(r, ex) };

    gain_waiting_init(&rival.w, ex);
    return rival;
}

static int
best_of(const struct rivals *r, struct rival *rival)
{
    int best = ASSIGN_NEVER;

    for (unsigned k = 0; k < r->c->a.n_columns; k++)
        best = MAX(best, gain_of(r, rival, &r->columns[k]));
    return best;
}

/* Crowds of which nothing is alike: what anybody gains is no more than what was said, and that is less than what others gain, often enough. */
static void
test_most(void)
{
    GRand *random = g_rand_new_with_seed(502);
    struct rivals *r = g_new(struct rivals, 1);
    struct contest *c = g_new(struct contest, 1);
    struct scope *s = g_new(struct scope, 1);
    unsigned asked = 0, passed_over = 0;

    for (unsigned i = 0; i < SCENES; i++) {
        some_scene(random);
        int highest = ASSIGN_NEVER;
        rivals_begin(r, c, s, exchange_of(0), random);
        for (unsigned n = 1; n < CLIENTS && exchange_of(n) && c->a.n_columns > 0; n++) {
            struct rival rival = rival_of(r, exchange_of(n));
            int most = most_of(r, &rival), best = best_of(r, &rival);
            g_assert_cmpint(best, <=, most);
            asked++;
            passed_over += most < highest;
            highest = MAX(highest, best);
        }
    }
    g_assert_cmpuint(asked, >, 10 * SCENES);
    g_assert_cmpuint(passed_over, >, asked / 20);
    g_free(s);
    g_free(c);
    g_free(r);
    g_rand_free(random);
}

/* Relations that were found for one request and place, and used for others, are theirs. */
static void
test_shared(void)
{
    GRand *random = g_rand_new_with_seed(503);
    struct rivals *r = g_new(struct rivals, 1);
    struct contest *c = g_new(struct contest, 1);
    struct scope *s = g_new(struct scope, 1);

    for (unsigned i = 0; i < SCENES; i++) {
        some_scene(random);
        rivals_begin(r, c, s, exchange_of(0), random);
        for (unsigned n = 1; n < CLIENTS && exchange_of(n); n++) {
            const struct exchange *ex = exchange_of(n);
            struct rival rival = rival_of(r, ex);
            for (unsigned k = 0; k < s->n; k++)
                g_assert_cmpint(relation_to(r, &rival, r->kind_of[k]), ==, relation_of(s->root, ex, s->uses[k].conn, s->uses[k].ex).gain);
        }
    }
    g_free(s);
    g_free(c);
    g_free(r);
    g_rand_free(random);
}

/* What was tried again is less of a reason to answer the client. */
static void
expect_less_if_followed(const struct scope *s, struct use use)
{
    use.followed = false;
    int last = own_gain(s, &use);
    use.followed = true;
    g_assert_cmpint(own_gain(s, &use), <, last);
}

/* Nothing is begun for a request that was given up before. */
static void
expect_begun_before_given_up(const struct scope *s, const struct use *use)
{
    struct waiting w = { .ex = s->ex, .over = use->start };

    g_assert_cmpint(waiting_gain(s, &w, use), ==, ASSIGN_NEVER);
    w.over = use->start + 1;
    g_assert_cmpint(waiting_gain(s, &w, use), >, ASSIGN_NEVER);
}

/* A request was ready then, or another try failed before. */
static int
begins(const struct scope *s, const struct use *use)
{
    return MAX(start_gain(s, &s->own, use->start), failure_gain(s, s->ex->request.time, use));
}

/* A later try was begun as the first one was, and that one fits by its beginning. */
static void
expect_begun_as_first(const struct scope *s, unsigned use, unsigned first)
{
    struct use its_own = s->uses[use], later = its_own;

    its_own.first = (int)use;
    later.first = (int)first;
    g_assert_cmpint(own_gain(s, &later) - own_gain(s, &its_own), ==, begins(s, &s->uses[first]) - begins(s, &s->uses[use]));
}

/* The same of the scope's own request, before it is found out what came of what the gateway did. */
static void
test_own(void)
{
    GRand *random = g_rand_new_with_seed(504);
    struct rivals *r = g_new(struct rivals, 1);
    struct contest *c = g_new(struct contest, 1);
    struct scope *s = g_new(struct scope, 1);
    unsigned asked = 0;

    for (unsigned i = 0; i < SCENES; i++) {
        some_scene(random);
        rivals_begin(r, c, s, exchange_of((unsigned)g_rand_int_range(random, 0, 3)), random);
        for (unsigned k = 0; k < s->n; k++) {
            struct use bare = { .conn = s->uses[k].conn, .ex = s->uses[k].ex, .relation = relation_of_place(s->root, s->ex, s->uses[k].conn) };
            if (s->uses[k].before >= 0)
                continue;
            g_assert_cmpint(own_gain(s, &s->uses[k]), <=, own_gain_most(s, &bare));
            asked++;
            expect_begun_before_given_up(s, &s->uses[k]);
            if (s->uses[k].start >= s->ex->request.time)
                expect_less_if_followed(s, s->uses[k]);
            if (s->uses[k].start >= s->ex->request.time && k > 0 && s->uses[k - 1].before < 0)
                expect_begun_as_first(s, k, k - 1);
        }
    }
    g_assert_cmpuint(asked, >, 5 * SCENES);
    g_free(s);
    g_free(c);
    g_free(r);
    g_rand_free(random);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/match/rivals/most", test_most);
    g_test_add_func("/match/rivals/shared", test_shared);
    g_test_add_func("/match/rivals/own", test_own);
    return g_test_run();
}
