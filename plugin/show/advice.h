/* advice.h
 * What to check next for a verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_ADVICE_H
#define MWG502_SHOW_ADVICE_H

#include "cases/verdict.h"

/*
 * Sentences that end with ". " (the last one with "."), in the given scope: the steps of the cause in
 * words of no product, then what this gateway calls it and where it is set, if its product is known.
 */
char *advice_for(wmem_allocator_t *scope, const struct verdict *verdict);

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
