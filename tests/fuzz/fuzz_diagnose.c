/* fuzz_diagnose.c
 * diagnose.h and words.h: any evidence, also such as no tracking would bring
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "diagnose/diagnose.h"
#include "harness.h"
#include "words/summary.h"

#define ATTEMPTS_MOST 6
#define QUESTIONS_MOST 6

static when_t
take_time(struct input *in)
{
    unsigned seconds = take_byte(in);

    return seconds ? (1000 + (when_t)seconds) * NS_PER_SECOND + take_byte(in) : 0;
}

static struct ipaddr
take_ip(struct input *in)
{
    struct ipaddr ip = { 0, { 0 } };
    unsigned which = take_below(in, 6);

    if (which > 0) {
        ip.family = which < 5 ? 4 : 6;
        ip.b[0] = (uint8_t)which;
    }
    return ip;
}

static void
take_frames(struct input *in, struct frames *frames)
{
    unsigned n = take_byte(in);

    frames->n = frames->room = (uint16_t)(n < 200 ? n % 4 : FRAMES_MAX);
    frames->seen = frames->n + (n == 255 ? take_long(in) >> 1 : 0);
    frames->no = wmem_alloc_array(wmem_file_scope(), uint32_t, MAX(frames->n, 1));
    for (unsigned i = 0; i < frames->n; i++)
        frames->no[i] = i < 4 ? take_byte(in) : i;
}

static void
take_handshake(struct input *in, struct handshake *hs)
{
    unsigned flags = take_byte(in);

    take_frames(in, &hs->syn);
    hs->first_syn = take_time(in);
    hs->last_syn = take_time(in);
    if (flags & 1) {
        take_frames(in, &hs->rst);
        hs->first_rst = take_time(in);
        hs->last_rst = take_time(in);
        hs->slowest_rst = take_duration(in);
    }
    if (flags & 2) {
        take_frames(in, &hs->icmp);
        hs->first_icmp = take_time(in);
        hs->last_icmp = take_time(in);
        hs->icmp_source = take_ip(in);
        hs->icmp6 = flags & 0x80;
        hs->icmp_type = (uint8_t)take_byte(in);
        hs->icmp_code = (uint8_t)take_byte(in);
    }
    if (flags & 4) {
        hs->synack_frame = take_byte(in);
        hs->synack_time = take_time(in);
    }
    hs->acked = flags & 8;
}

static void
take_reply(struct input *in, struct reply *reply)
{
    unsigned flags = take_byte(in);

    if (flags & 2) {
        take_frames(in, &reply->data);
        reply->first_data = take_time(in);
        reply->last_data = take_time(in);
        reply->head_length = take_long(in);
        reply->interim = take_byte(in);
    }
    if (flags & 4) {
        reply->status = flags & 8 ? 502 : 100 + take_byte(in);
        reply->head_frame = take_byte(in);
        reply->head_time = take_time(in);
        reply->complete = flags & 0x10;
        reply->complete_time = take_time(in);
    }
    if (flags & 0x20) {
        reply->fault = (enum http_fault)take_below(in, N_HTTP_FAULTS);
    }
}

static void
take_tls(struct input *in, struct tls_facts *tls)
{
    unsigned flags = take_byte(in);

    tls->begun = true;
    tls->hello_frame = take_byte(in);
    tls->hello_time = take_time(in);
    tls->server_hello = flags & 1;
    tls->done = flags & 2;
    if (flags & 4) {
        tls->alert_frame = take_byte(in);
        tls->alert_time = take_time(in);
        tls->alert_side = flags >> 3 & 1;
        tls->alert_description = (uint8_t)take_byte(in);
        tls->alert_readable = flags & 0x10;
    }
    if (flags & 0x20) {
        tls->not_tls_frame = take_byte(in);
        tls->not_tls_time = take_time(in);
    }
    if (flags & 0x40) {
        tls->request_frame = take_byte(in);
        tls->request_time = take_time(in);
    }
    if (flags & 0x80) {
        tls->response_frame = take_byte(in);
        tls->response_time = take_time(in);
    }
}

static void
take_attempt(struct input *in, struct attempt *a)
{
    unsigned flags = take_byte(in);

    a->tie = (enum tie)take_below(in, TIE_REQUEST + 1);
    a->alone = flags & 1;
    a->reused = flags & 2;
    a->server = take_ip(in);
    a->gateway = take_ip(in);
    a->port = (uint16_t)take_byte(in);
    a->start = take_time(in);
    take_handshake(in, &a->hs);
    if (flags & 4)
        a->icmp_late_frame = take_byte(in);
    if (flags & 8)
        a->early_frame = take_byte(in);
    if (flags & 0x10)
        a->gateway_bytes_frame = take_byte(in);
    for (int side = 0; side < 2 && flags & 0x20; side++) {
        a->closed[side].frame = take_byte(in);
        a->closed[side].time = take_time(in);
        a->closed[side].reset = take_byte(in) & 1;
    }
    if (flags & 0x40) {
        a->request_frame = take_byte(in);
        a->request_time = take_time(in);
        take_reply(in, &a->reply);
    }
    if (flags & 0x80)
        take_tls(in, &a->tls);
}

static void
take_question(struct input *in, struct question *q)
{
    static const char *const names[] = { "one.example", "two.example", "" };

    q->name = names[take_below(in, G_N_ELEMENTS(names))];
    q->type = take_byte(in) & 1 ? 28 : 1;
    q->server = take_ip(in);
    q->asker = take_ip(in);
    take_frames(in, &q->sent);
    take_frames(in, &q->answers);
    take_frames(in, &q->icmp);
    q->first_sent = take_time(in);
    q->last_sent = take_time(in);
    q->answered = take_time(in);
    q->rejected = take_time(in);
    q->rcode = (uint8_t)take_below(in, 24);
    q->icmp_type = (uint8_t)take_byte(in);
    q->icmp_code = (uint8_t)take_byte(in);
    q->truncated = take_byte(in) & 1;
    q->outcome = (enum dns_outcome)take_below(in, DNS_ICMP + 1);
}

static void
take_unreached(struct input *in, struct unreached *u)
{
    u->tie = (enum tie)take_below(in, TIE_REQUEST + 1);
    u->neighbor = take_ip(in);
    u->destination = take_ip(in);
    u->port = (uint16_t)take_byte(in);
    take_frames(in, &u->asked);
    u->first = take_time(in);
    u->for_dns = take_byte(in) & 1;
    u->reported = take_byte(in) & 1;
}

/* What all of it points to. */
struct all {
    struct evidence evidence;
    struct attempt attempts[ATTEMPTS_MOST];
    struct question questions[QUESTIONS_MOST];
    const struct question *asked[QUESTIONS_MOST];
    struct search search;
    struct unreached unreached, unreached_dns;
};

static void
take_search(struct input *in, struct all *all)
{
    struct search *s = &all->search;
    unsigned flags = take_byte(in);

    s->tie = (enum tie)take_below(in, TIE_REQUEST + 1);
    s->alone = flags & 1;
    s->shared = flags & 2;
    s->over_tcp_refused = flags & 4;
    s->over_tcp_silent = flags & 8;
    s->tcp_server = take_ip(in);
    s->n_tcp = take_below(in, DNS_CONNS_MAX + 1);
    for (unsigned i = 0; i < s->n_tcp; i++)
        take_handshake(in, &s->tcp[i]);
    if (flags & 0x10) {
        take_unreached(in, &all->unreached_dns);
        s->unreached = &all->unreached_dns;
    }
    s->questions = all->asked;
    s->n = take_below(in, QUESTIONS_MOST + 1);
    for (unsigned i = 0; i < s->n; i++) {
        take_question(in, &all->questions[i]);
        all->asked[i] = &all->questions[i];
    }
}

static void
take_evidence(struct input *in, struct all *all)
{
    struct evidence *e = &all->evidence;
    unsigned flags = take_byte(in), doubts = take_byte(in);

    memset(all, 0, sizeof *all);
    e->status = 502;
    e->request_time = take_time(in);
    e->response_time = take_time(in);
    e->host = flags & 1 ? "one.example" : NULL;
    e->port = 80;
    e->connect = flags & 2;
    e->attempts_remembered = flags & 4;
    e->attempts = all->attempts;
    e->n_attempts = take_below(in, ATTEMPTS_MOST + 1);
    for (unsigned i = 0; i < e->n_attempts; i++)
        take_attempt(in, &all->attempts[i]);
    if (flags & 8) {
        take_search(in, all);
        e->search = &all->search;
        e->search_decides = flags & 0x10;
    }
    if (flags & 0x20) {
        take_unreached(in, &all->unreached);
        e->unreached = &all->unreached;
    }
    e->remembered = flags & 0x40 ? take_time(in) : 0;
    e->doubts = (struct doubts){
        .no_request = doubts & 1, .no_gateway_side = doubts & 2, .disorder = doubts & 4,
        .cut_short = doubts & 8, .several = doubts & 16, .too_many = doubts & 32,
        .unseen = { .dns = doubts & 64, .icmp = doubts & 128, .icmpv6 = doubts & 128, .arp = doubts & 64 },
    };
}

static void
check_finding(const struct evidence *e, const struct finding *f)
{
    uint32_t before = 0;

    g_assert_cmpuint(f->cause, <, N_CAUSES);
    g_assert_true((f->cause == CAUSE_UNKNOWN) == (f->confidence == CONFIDENCE_NONE));
    g_assert_true((f->cause == CAUSE_UNKNOWN) == (f->missing != MISSING_NOTHING));
    g_assert_true(f->stall == STALL_UNKNOWN || f->cause == CAUSE_RESPONSE_TIMEOUT);
    g_assert_true(!f->end || f->end == &f->attempt->closed[SERVER]);
    g_assert_cmpuint(f->n_cited, <=, EVIDENCE_MAX);
    for (unsigned i = 0; i < f->n_cited; i++) {
        g_assert_cmpuint(f->cited[i].frame, >, before);
        g_assert_cmpuint(f->cited[i].role, <, N_ROLES);
        before = f->cited[i].frame;
    }
    const char *summary = words_summary(wmem_file_scope(), e, f, 120);
    g_assert_true(summary && summary[0] && !strchr(summary, '\n'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct input in = { bytes, n };
    struct all *all;
    struct finding found, again;

    begin_input();
    all = wmem_new(wmem_file_scope(), struct all);
    take_evidence(&in, all);
    diagnose(&all->evidence, &found);
    diagnose(&all->evidence, &again);
    g_assert_cmpmem(&found, sizeof found, &again, sizeof again);
    check_finding(&all->evidence, &found);
    decided_at(&all->evidence, &found);
    finding_withdraw(&again);
    check_finding(&all->evidence, &again);
    return 0;
}
