/* told.c
 * When look-ups told a request an address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/told.h"

void
addresses_told(struct told *told, const struct exchange *waiting)
{
    unsigned looked_at = 0;

    told->own = 0;
    told->n = 0;
    for (node_t *l = waiting->name ? waiting->name->searches.tail : NULL; l && looked_at < LOOKUPS_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct lookup *lookup = (const struct lookup *)l->data;
        if (lookup->start < waiting->ready_at)
            break;
        if (waiting->looked_up && lookup->waiter == waiting->serial) {
            told->own = lookup->resolved ? lookup->last : INT64_MAX;
            break;
        }
        if (!waiting->looked_up && lookup->resolved)
            told->at[told->n++] = lookup->last;
    }
}

when_t
told_at(const struct told *told, when_t now)
{
    when_t latest = 0;

    if (told->own)
        return told->own <= now ? told->own : INT64_MAX;
    for (unsigned i = 0; i < told->n; i++)
        if (told->at[i] <= now)
            latest = MAX(latest, told->at[i]);
    return latest;
}

when_t
address_told(const struct exchange *waiting, when_t now)
{
    struct told told;

    addresses_told(&told, waiting);
    return told_at(&told, now);
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
