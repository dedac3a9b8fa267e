/* export.c
 * The frames that a verdict needs: exported alone, the case has the same verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include <glib.h>

#include "cases/export.h"
#include "model/attempts.h"
#include "fact/h3frame.h"
#include "cases/lookups.h"

/* Attempts and look-ups beyond are left out: the verdict rests on the last ones. */
#define ATTEMPTS_EXPORTED_MAX 32
#define SUPPORT_MAX 256

/* connections *************************************************************/

static void
add_span(struct verdict *v, struct span span)
{
    if (span.from && span.from <= v->frame)
        v->spans[v->n_spans++] = span;
}

/*
 * What stands in it can be read from the request on, as where a capture begins later; behind the SYN
 * the bytes between would be missing. TLS, HTTP/2, tunnels and what applications speak are read from their beginning; where a gateway sends with its client's address the SYN's packet type tells who it is.
 */
static uint32_t
begin_of_attempt(const struct exchange *ex, const struct attempt *a)
{
    bool whole = !a->reused || a->tls.begun || a->decrypted || a->h2 || a->protocol || ipaddr_equal(&a->gateway, &ex->conn->side[CLIENT].ip);

    return whole && a->hs.syn.n > 0 ? a->hs.syn.no[0] : a->request_frame ? a->request_frame : a->gateway_bytes_frame;
}

/* look-ups ****************************************************************/

static void
add_frames(struct verdict *v, const struct frames *frames)
{
    for (unsigned i = 0; i < frames->n && v->n_support < SUPPORT_MAX; i++)
        v->support[v->n_support++] = frames->no[i];
}

static void
add_frame(struct verdict *v, uint32_t frame)
{
    if (frame && v->n_support < SUPPORT_MAX)
        v->support[v->n_support++] = frame;
}

static void
add_question(struct verdict *v, const struct question *q)
{
    add_frames(v, &q->sent);
    add_frames(v, &q->answers);
    add_frames(v, &q->icmp);
    add_frame(v, q->copy_frame);
}

static void
add_lookups(struct verdict *v, const struct exchange *ex, const struct evidence *e)
{
    const struct lookup *told = lookups_telling(ex, e->response_time);

    for (unsigned i = 0; e->search && i < e->search->n; i++)
        add_question(v, e->search->questions[i]);
    for (unsigned k = 0; told && k < told->n; k++)
        add_question(v, &told->questions[k]->q);
    for (unsigned k = 0; ex->name && !told && k < G_N_ELEMENTS(ex->name->told); k++) {
        add_frame(v, ex->name->told[k].question);
        add_frame(v, ex->name->told[k].answer);
    }
}

/* the whole ***************************************************************/

static int
by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

    return a < b ? -1 : a > b;
}

void
export_fill(struct verdict *v, const struct exchange *ex, const struct evidence *e)
{
    unsigned n = MIN(e->n_attempts, ATTEMPTS_EXPORTED_MAX);

    v->spans = wmem_alloc_array(wmem_file_scope(), struct span, 2 * (1 + n) + e->n_taught);
    v->support = wmem_alloc_array(wmem_file_scope(), uint32_t, SUPPORT_MAX);
    add_span(v, exchange_span(ex));
    if (ex->conn->translated)
        add_span(v, ex->conn->translated->copy);
    for (unsigned i = e->n_attempts - n; i < e->n_attempts; i++) {
        add_span(v, (struct span){ e->attempts[i].stream, begin_of_attempt(ex, &e->attempts[i]) });
        add_span(v, e->attempts[i].copy);
    }
    for (unsigned i = 0; i < e->n_taught; i++)
        add_span(v, e->taught[i]);
    add_lookups(v, ex, e);
    if (e->unreached)
        add_frames(v, &e->unreached->asked);
    v->support = (uint32_t *)wmem_realloc(wmem_file_scope(), v->support, (v->n_support ? v->n_support : 1) * sizeof *v->support);
}

static unsigned
collect_numbers(const struct verdict *v, uint32_t *numbers)
{
    unsigned n = 0, kept = 0;

    numbers[n++] = verdict_number(v, v->request_frame);
    numbers[n++] = verdict_number(v, v->frame);
    for (unsigned i = 0; i < v->n_cited; i++)
        numbers[n++] = verdict_number(v, v->cited[i].frame);
    for (unsigned i = 0; i < v->n_support; i++)
        numbers[n++] = verdict_number(v, v->support[i]);
    qsort(numbers, n, sizeof *numbers, by_number);
    for (unsigned i = 0; i < n; i++)
        if (numbers[i] && (kept == 0 || numbers[kept - 1] != numbers[i]))
            numbers[kept++] = numbers[i];
    return kept;
}

/* QUIC is decrypted with what its first packets say, which are no facts: all of the connection up to there. */
static void
append_span(wmem_strbuf_t *text, uint32_t stream, uint32_t from, uint32_t to)
{
    if (is_tcp_stream(stream))
        wmem_strbuf_append_printf(text, " || (tcp.stream == %u && frame.number in {%u..%u})", stream, from, to);
    else
        wmem_strbuf_append_printf(text, " || (quic.connection.number == %u && frame.number <= %u)", stream - QUIC_CONNS, to);
}

char *
export_filter(wmem_allocator_t *scope, const struct verdict *v)
{
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "frame.number in {");
    uint32_t *numbers = g_new(uint32_t, 2 + v->n_cited + v->n_support);
    unsigned n = collect_numbers(v, numbers);

    for (unsigned i = 0; i < n; i++)
        wmem_strbuf_append_printf(text, "%s%u", i > 0 ? ", " : "", numbers[i]);
    wmem_strbuf_append_c(text, '}');
    g_free(numbers);
    for (unsigned i = 0; i < v->n_spans; i++) {
        uint32_t from = verdict_number(v, v->spans[i].from);
        if (from)
            append_span(text, v->spans[i].stream, from, verdict_number(v, v->frame));
    }
    return wmem_strbuf_finalize(text);
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
