/* fuzz_track.c
 * track.h: a capture of any facts (fact.h), in any order and at any time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "harness.h"
#include "small_tables.h"
#include "play.h"
#include "track/track.h"
#include "show/advice.h"
#include "words/phrases.h"

#define FRAMES_MOST 2000

/*
 * So small that tables overflow with what one input can hold, and larger than what one
 * frame can push out: an insertion looks at 8 entries, a fact makes two of them or three.
 */
#define SMALL_LIMIT 32

static bool
is_watched(unsigned status)
{
    return status == 502;
}

/* what must hold **********************************************************/

static bool
has_part(const struct tracker *t, const struct verdict *v, uint32_t frame)
{
    for (const struct part *part = track_parts(t, frame); part; part = part->next)
        if (part->verdict == v)
            return true;
    return false;
}

static void
check_text(const char *text)
{
    g_assert_nonnull(text);
    g_assert_true(text[0] && !strchr(text, '\n'));
}

/* A mark of advice.c that was not filled in; other braces may stand there, since Envoy writes some into its log. */
static void
check_advice(const char *text)
{
    static const char *const marks[] = { "{wait}", "{host}", "{server}", "{dns}" };

    check_text(text);
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        g_assert_null(strstr(text, marks[i]));
}

static void
check_verdict(const struct tracker *t, const struct verdict *v, uint32_t frame, uint32_t latest)
{
    uint32_t before = 0;

    g_assert_cmpuint(v->frame, ==, frame);
    g_assert_true(v->number >= 1 && v->number <= t->cases.n);
    g_assert_cmpuint(v->status, ==, 502);
    g_assert_cmpuint(v->cause, <, N_CAUSES);
    g_assert_true((v->cause == CAUSE_UNKNOWN) == (v->confidence == CONFIDENCE_NONE));
    g_assert_true((v->cause == CAUSE_UNKNOWN) == (v->missing != MISSING_NOTHING));
    g_assert_true(v->cause == CAUSE_UNKNOWN || v->n_cited > 0);
    check_text(v->summary);
    check_advice(advice_for(wmem_file_scope(), v));
    g_assert_nonnull(verdict_filter(wmem_file_scope(), v));
    bool names = v->cause <= CAUSE_DNS_UNREACHABLE;
    g_assert_true(v->server.family == 0 || (!names && (v->cause != CAUSE_UNKNOWN || v->n_tried > 0)));
    g_assert_true(!v->dns_name || names);
    g_assert_true(!v->has_icmp || v->cause == CAUSE_ICMP || v->cause == CAUSE_DNS_UNREACHABLE);
    for (unsigned i = 0; i < v->n_tried; i++)
        check_text(words_outcome(wmem_file_scope(), &v->tried[i].outcome));
    for (unsigned i = 0; i < v->n_cited; i++) {
        g_assert_cmpuint(v->cited[i].frame, >, before);
        g_assert_cmpuint(v->cited[i].frame, <=, latest);
        g_assert_cmpuint(v->cited[i].role, <, N_ROLES);
        g_assert_true(has_part(t, v, v->cited[i].frame));
        before = v->cited[i].frame;
    }
    g_assert_cmpuint(v->request_frame, <=, latest);
    g_assert_true(!v->request_frame || has_part(t, v, v->request_frame));
}

static void
check_all(const struct tracker *t, uint32_t latest)
{
    unsigned verdicts = 0;

    for (uint32_t frame = 1; frame <= latest; frame++) {
        for (const struct verdict *v = track_verdicts(t, frame); v; v = v->next, verdicts++)
            check_verdict(t, v, frame, latest);
        for (const struct part *part = track_parts(t, frame); part; part = part->next)
            g_assert_cmpuint(part->verdict->number, <=, t->cases.n);
    }
    g_assert_cmpuint(verdicts, <=, t->cases.n);         /* some were taken back */
}

/* the capture *************************************************************/

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct input in = { bytes, n };
    unsigned setting = take_byte(&in);
    const struct settings settings = { .memory = (setting & 3) * 10 * NS_PER_SECOND, .watched = is_watched };
    struct frame_facts at = { .has_interface = setting & 4 };
    struct tracker *tracker;
    struct play play;

    begin_input();
    play_begin(&play, setting & 8);
    tracker = track_new(&settings, 120);
    while (in.n > 0 && at.frame < FRAMES_MOST) {
        unsigned how = take_byte(&in);
        if (setting & 8)
            tables_limit(tracker, SMALL_LIMIT);
        at.frame++;
        play.time += how & 1 ? take_duration(&in) : 100000;
        if ((how & 0xf0) == 0xf0)
            play.time -= take_duration(&in);
        play.time = CLAMP(play.time, 0, TIME_LATEST);
        at.time = play.time;
        at.cut_short = (how & 0xf2) == 0x82;
        at.interface_id = how & 4 ? take_below(&in, 20) : 0;
        track_first_visit(tracker, at.frame);
        track_frame(tracker, &at);
        do {
            struct fact fact;
            if (play_fact(&play, &in, at.frame, &fact))
                track_fact(tracker, &fact);
            how >>= 3;
        } while ((how & 7) == 7);
        for (const struct verdict *v = track_verdicts(tracker, at.frame); v; v = v->next)
            check_verdict(tracker, v, at.frame, at.frame);
    }
    if (at.frame > 0)
        track_later_visit(tracker, 1);
    check_all(tracker, at.frame);
    return 0;
}
