/* lookups.h
 * The DNS questions that a verdict lists: those of the failed search, and those that told the address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_CASES_LOOKUPS_H
#define MWG502_CASES_LOOKUPS_H

#include "cases/verdict.h"

/* The latest search that told an address of the exchange's host by then; NULL: none is remembered. */
const struct lookup *lookups_telling(const struct exchange *exchange, when_t until);

/* Fills the verdict's look-ups, in the order of their queries. Where a failed search decides, no earlier one matters. */
void lookups_fill(struct verdict *verdict, const struct exchange *exchange, const struct evidence *evidence);

#endif

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
