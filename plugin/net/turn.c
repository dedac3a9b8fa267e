/* turn.c
 * Whose turn it is to look up a name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "net/fit.h"
#include "net/turn.h"

/* Of two requests the one that came later is served now where the other one has waited so many times as long: that one is late for a reason of its own. */
#define FAR_LONGER 4

/* Requests that are looked at, from the latest: as many as search.c looks at searches. */
#define LOOKED_AT_MAX 64

/*
 * Each request begins its own look-up as soon as its turn comes: of those that wait for the name without one
 * it is the oldest's. Requests before one that has its look-up had their turn: an address that was known served them.
 */
static uint32_t
take_names_turn(const struct name *name, const struct host *asker, when_t time)
{
    struct exchange *oldest = NULL;
    unsigned looked_at = 0;

    for (node_t *l = name->open.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct exchange *ex = (struct exchange *)l->data;
        if (asker->gateway && ex->gateway != asker->gateway)
            continue;
        if (ex->looked_up)
            break;
        if (ex->ready_at <= time)
            oldest = ex;
    }
    if (!oldest)
        return 0;
    oldest->looked_up = true;
    return oldest->serial;
}

/* Requests that wait for the asker and for which it has done nothing: it may look up an upstream's name for one of them. */
struct idle {
    struct exchange *latest;    /* NULL: none */
    bool several;               /* another one has waited hardly longer */
};

static struct idle
idle_requests(const struct host *asker, when_t time)
{
    struct idle idle = { NULL, false };
    unsigned looked_at = 0;

    for (node_t *l = asker->gateway ? asker->gateway->open.tail : NULL; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->begun || ex->looked_up || ex->upstream_looked_up || !list_is_empty(&ex->children) || ex->ready_at > time)
            continue;
        idle.several = idle.several || (idle.latest && time - ex->ready_at <= FAR_LONGER * (time - idle.latest->ready_at));
        idle.latest = idle.latest ? idle.latest : ex;
    }
    return idle;
}

/* Nobody waits for the name. Of requests that have waited about as long it is not known whose turn it is: some gateways serve them in order, others do not. */
static uint32_t
take_upstreams_turn(const struct host *asker, when_t time)
{
    struct idle idle = idle_requests(asker, time);

    if (!idle.latest || idle.several)
        return 0;
    idle.latest->upstream_looked_up = true;
    return idle.latest->serial;
}

uint32_t
turn_take(const struct name *name, const struct host *asker, when_t time)
{
    return list_is_empty(&name->open) ? take_upstreams_turn(asker, time) : take_names_turn(name, asker, time);
}

bool
turn_is_awaited(const struct host *asker, when_t time)
{
    return idle_requests(asker, time).latest != NULL;
}

unsigned
turn_waiting_at(const struct name *name, const struct host *asker)
{
    unsigned waiting = 0, looked_at = 0;

    for (const node_t *l = name->open.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++)
        waiting += !asker->gateway || ((const struct exchange *)l->data)->gateway == asker->gateway;
    return waiting;
}

void
turn_told(const struct lookup *search)
{
    const struct gateway *gateway = search->host ? search->host->gateway : NULL;
    unsigned looked_at = 0;

    if (!gateway || !search->waiter || !(search->resolved || fit_is_answered(search)))
        return;
    for (node_t *l = gateway->open.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->serial != search->waiter)
            continue;
        ex->upstream_told = true;
        return;
    }
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
