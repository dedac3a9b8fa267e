/* small_tables.c
 * Tables so small that a short test fills them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "small_tables.h"

static void
shrink(struct root *root, unsigned limit)
{
    bounded_t *const tables[] = { &root->conns.table, &root->gateways.hosts, &root->attempts.targets, &root->attempts.approaches,
                                  &root->names.by_text, &root->names.by_address, &root->asked, &root->neighbors, &root->reported };

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        tables[i]->limit = limit;
}

void
tables_limit(struct tracker *tracker, unsigned limit)
{
    shrink(tracker->root, limit);
    if (tracker->late)
        shrink(tracker->late, limit);
}
