/* reorder.c
 * Facts put in order of time, where the file is not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "model/model.h"
#include "track/reorder.h"

/* A binary heap by time, then by order of arrival. */
struct held_fact {
    struct fact fact;           /* first: reorder_release() gets this pointer */
    uint64_t serial;
    size_t bytes;               /* with what the fact points to */
};

/* Two seconds of a gateway that is busy; of one that is busier less is put in order. */
#define FACTS_MAX (1u << 15)
#define BYTES_MAX (48u << 20)


struct reorder {
    struct held_fact **heap;
    unsigned n, room;
    uint64_t put;               /* so far */
    size_t bytes;               /* of all that are held */
};

/* What was out of order once, is in order again behind so many frames that are, and behind all that may be held. */
#define IN_ORDER_FRAMES 256
#define IN_ORDER_TIME (2 * INORDER_HOLD)

/* So many turns of interfaces without a late frame are no chance. */
#define IN_ORDER_TURNS 8

static void
note_order(struct watermarks *marks, uint32_t interface_id, when_t time)
{
    if (time + CLOCK_SLACK < marks->now) {
        marks->late_at = marks->now;
        marks->in_row = marks->turns = 0;
    } else {
        marks->in_row++;
        marks->turns += interface_id != marks->interface_id;
    }
    marks->interface_id = interface_id;
}

bool
watermarks_in_order(const struct watermarks *marks)
{
    bool settled = marks->in_row >= IN_ORDER_FRAMES && marks->now - marks->late_at > IN_ORDER_TIME;

    return (!marks->late_at || settled) && (marks->n <= 1 || marks->turns >= IN_ORDER_TURNS);
}

void
watermarks_note(struct watermarks *marks, uint32_t i, when_t time)
{
    if (marks->latest[i] == 0)
        marks->n++;
    if (marks->now == 0) {
        marks->now = time;
        marks->interface_id = i;
    }
    note_order(marks, i, time);
    marks->latest[i] = MAX(marks->latest[i], time);
    marks->depth = MAX(marks->depth, marks->now - time);
    marks->now = MAX(marks->now, time);
}

when_t
watermarks_lowest(const struct watermarks *marks, when_t patience)
{
    when_t lowest = INT64_MAX;

    if (marks->n <= 1)
        return marks->now - 2 * marks->depth;   /* or several that the file does not tell apart */
    for (int i = 0; i < INTERFACES_MAX; i++)
        if (marks->latest[i] && marks->latest[i] < lowest)
            lowest = marks->latest[i];
    if (marks->depth > 0)
        lowest = MAX(lowest, marks->now - MAX(2 * marks->depth, patience));
    return lowest;
}

struct reorder *
reorder_new(void)
{
    return wmem_new0(wmem_file_scope(), struct reorder);
}

/* copies ******************************************************************/

static const char *
keep(const char *text)
{
    return text ? wmem_strdup(wmem_file_scope(), text) : NULL;
}

static void
keep_message(struct dns_message *m)
{
    m->name = keep(m->name);
    for (unsigned i = 0; i < m->n_canonical; i++)
        m->canonical[i] = keep(m->canonical[i]);
}

static void
drop_message(struct dns_message *m)
{
    wmem_free(wmem_file_scope(), (char *)m->name);
    for (unsigned i = 0; i < m->n_canonical; i++)
        wmem_free(wmem_file_scope(), (char *)m->canonical[i]);
}

static void
keep_contents(struct fact *fact)
{
    struct segment *seg = &fact->u.tcp.segment;

    switch (fact->kind) {
    case FACT_TCP:
    case FACT_DECRYPTED:
        seg->data = (const uint8_t *)wmem_memdup(wmem_file_scope(), seg->data, seg->captured ? seg->captured : 1);
        for (unsigned i = 0; i < fact->u.tcp.n_shown; i++)
            fact->u.tcp.shown[i].said.words = keep(fact->u.tcp.shown[i].said.words);
        break;
    case FACT_HTTP2:
        fact->u.h2.said.words = keep(fact->u.h2.said.words);
        if (fact->u.h2.frame.block)
            fact->u.h2.frame.block = (const uint8_t *)wmem_memdup(wmem_file_scope(), fact->u.h2.frame.block, fact->u.h2.frame.block_length);
        break;
    case FACT_HTTP3:
        fact->u.h3.said.words = keep(fact->u.h3.said.words);
        if (fact->u.h3.frame.block)
            fact->u.h3.frame.block = (const uint8_t *)wmem_memdup(wmem_file_scope(), fact->u.h3.frame.block, fact->u.h3.frame.block_length);
        break;
    case FACT_DNS:
        keep_message(&fact->u.dns);
        break;
    case FACT_DNS_ERROR:
        if (fact->u.dns_error.error.quoted) {
            keep_message(&fact->u.dns_error.quoted);
            fact->u.dns_error.error.quoted = &fact->u.dns_error.quoted;
        }
        break;
    default:
        break;
    }
}

void
reorder_release(struct fact *fact)
{
    switch (fact->kind) {
    case FACT_TCP:
    case FACT_DECRYPTED:
        wmem_free(wmem_file_scope(), (uint8_t *)fact->u.tcp.segment.data);
        for (unsigned i = 0; i < fact->u.tcp.n_shown; i++)
            wmem_free(wmem_file_scope(), (char *)fact->u.tcp.shown[i].said.words);
        break;
    case FACT_HTTP2:
        wmem_free(wmem_file_scope(), (char *)fact->u.h2.said.words);
        wmem_free(wmem_file_scope(), (uint8_t *)fact->u.h2.frame.block);
        break;
    case FACT_HTTP3:
        wmem_free(wmem_file_scope(), (char *)fact->u.h3.said.words);
        wmem_free(wmem_file_scope(), (uint8_t *)fact->u.h3.frame.block);
        break;
    case FACT_DNS:
        drop_message(&fact->u.dns);
        break;
    case FACT_DNS_ERROR:
        if (fact->u.dns_error.error.quoted)
            drop_message(&fact->u.dns_error.quoted);
        break;
    default:
        break;
    }
    wmem_free(wmem_file_scope(), fact);
}

/* the heap ****************************************************************/

static bool
precedes(const struct held_fact *x, const struct held_fact *y)
{
    return x->fact.time != y->fact.time ? x->fact.time < y->fact.time : x->serial < y->serial;
}

static void
swap(struct reorder *queue, unsigned i, unsigned k)
{
    struct held_fact *held = queue->heap[i];

    queue->heap[i] = queue->heap[k];
    queue->heap[k] = held;
}

/* What a fact holds beside itself; texts of DNS are short. */
static size_t
size_of_contents(const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_TCP:
    case FACT_DECRYPTED:
        return fact->u.tcp.segment.captured;
    case FACT_HTTP2:
        return fact->u.h2.frame.block_length;
    case FACT_HTTP3:
        return fact->u.h3.frame.block_length;
    default:
        return 0;
    }
}

bool
reorder_is_full(const struct reorder *queue)
{
    return queue->n > FACTS_MAX || queue->bytes > BYTES_MAX;
}

when_t
reorder_earliest(const struct reorder *queue)
{
    return queue->heap[0]->fact.time;
}

void
reorder_put(struct reorder *queue, const struct fact *fact)
{
    struct held_fact *held = wmem_new(wmem_file_scope(), struct held_fact);
    unsigned i = queue->n++;

    held->fact = *fact;
    held->serial = queue->put++;
    keep_contents(&held->fact);
    held->bytes = sizeof *held + size_of_contents(fact);
    queue->bytes += held->bytes;
    if (i == queue->room) {
        queue->room = queue->room ? queue->room * 2 : 64;
        queue->heap = (struct held_fact **)wmem_realloc(wmem_file_scope(), queue->heap, queue->room * sizeof *queue->heap);
    }
    queue->heap[i] = held;
    for (; i > 0 && precedes(queue->heap[i], queue->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(queue, i, (i - 1) / 2);
}

struct fact *
reorder_take(struct reorder *queue, when_t until)
{
    struct held_fact *first;
    unsigned n = queue->n;

    if (n == 0 || queue->heap[0]->fact.time > until)
        return NULL;
    first = queue->heap[0];
    queue->bytes -= first->bytes;
    swap(queue, 0, n - 1);
    queue->n = --n;
    for (unsigned i = 0, least; 2 * i + 1 < n; i = least) {
        least = 2 * i + 1;
        if (least + 1 < n && precedes(queue->heap[least + 1], queue->heap[least]))
            least++;
        if (!precedes(queue->heap[least], queue->heap[i]))
            break;
        swap(queue, i, least);
    }
    return &first->fact;
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
