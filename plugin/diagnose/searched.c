/* searched.c
 * What the look-ups of the host's name came to
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "diagnose/diagnose.h"

static bool
answered_in_time(const struct question *q, when_t until)
{
    return q->answers.n > 0 && q->answered <= until && q->outcome != DNS_SILENT;
}

static enum dns_outcome
judge_in_time(const struct question *q, when_t until)
{
    return answered_in_time(q, until) ? q->outcome : q->icmp.n > 0 ? DNS_ICMP : DNS_SILENT;
}

/* true: an answer came to it while it was silent, from whichever server: several can be asked at once. */
static bool
answered_by_another(const struct evidence *e, const struct question *silent)
{
    const struct search *s = e->search;

    for (unsigned i = 0; i < s->n; i++) {
        const struct question *q = s->questions[i];
        if (q != silent && q->type == silent->type && strcmp(q->name, silent->name) == 0 &&
            answered_in_time(q, e->response_time) && q->answered >= silent->first_sent)
            return true;
    }
    return false;
}

/* No answer and no error to it, nor to its like. */
static bool
is_silent(const struct evidence *e, const struct question *q)
{
    return judge_in_time(q, e->response_time) == DNS_SILENT && !answered_by_another(e, q);
}

/* The latest question with this outcome about the name that was tried last. */
static const struct question *
latest_with(const struct evidence *e, enum dns_outcome outcome)
{
    const struct search *s = e->search;
    const char *last_name = s->questions[s->n - 1]->name;

    for (unsigned i = s->n; i > 0; i--) {
        const struct question *q = s->questions[i - 1];
        if (judge_in_time(q, e->response_time) != outcome || strcmp(q->name, last_name) != 0)
            continue;
        if ((outcome == DNS_ICMP || outcome == DNS_SILENT) && answered_by_another(e, q))
            continue;
        return q;
    }
    return NULL;
}

bool
judge_search(const struct evidence *e, struct finding *f)
{
    static const struct { enum dns_outcome outcome; enum cause cause; } order[] = {
        { DNS_NAME_ERROR, CAUSE_NXDOMAIN },
        { DNS_ICMP, CAUSE_DNS_UNREACHABLE },
        { DNS_SILENT, CAUSE_DNS_TIMEOUT },
        { DNS_OTHER_ERROR, CAUSE_DNS_ERROR },
        { DNS_NO_DATA, CAUSE_DNS_NODATA },
    };
    const struct search *s = e->search;

    if (s->n == 0) {
        if (!s->over_tcp_refused && !s->over_tcp_silent)
            return false;
        f->cause = s->over_tcp_refused ? CAUSE_DNS_UNREACHABLE : CAUSE_DNS_TIMEOUT;
        return true;
    }
    if (latest_with(e, DNS_ADDRESS))
        return false;
    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++) {
        const struct question *q = latest_with(e, order[i].outcome);
        if (!q)
            continue;
        f->question = q;
        f->cause = order[i].cause;
        if (order[i].outcome == DNS_SILENT && s->over_tcp_refused)
            f->cause = CAUSE_DNS_UNREACHABLE;
        return true;
    }
    return false;
}

when_t
diagnose_search_time(const struct evidence *e)
{
    const struct search *s = e->search;
    when_t latest = 0;

    for (unsigned i = 0; i < s->n; i++) {
        const struct question *q = s->questions[i];
        if (strcmp(q->name, s->questions[s->n - 1]->name) != 0)
            continue;
        if (is_silent(e, q))
            return 0;
        latest = MAX(latest, MAX(q->answered, q->rejected));
    }
    return latest;
}

when_t
search_silent_since(const struct evidence *e)
{
    const struct search *s = e->search;
    when_t latest = 0;
    bool silent = false;

    for (unsigned i = 0; i < s->n; i++) {
        const struct question *q = s->questions[i];
        if (is_silent(e, q)) {
            if (q->sent.seen < 2)
                return 0;       /* the resolver asks again */
            silent = true;
        }
        latest = MAX(latest, MAX(q->last_sent, MAX(q->answered, q->rejected)));
    }
    return silent ? latest : 0;
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
