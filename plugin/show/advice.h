/* advice.h
 * What to check next for a verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_ADVICE_H
#define MWG502_SHOW_ADVICE_H

#include "cases/verdict.h"

/* Sentences that end with ". ", in the given scope; with the menu paths of the article. */
char *advice_for(wmem_allocator_t *scope, const struct verdict *verdict);

#endif
