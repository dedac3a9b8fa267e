/* productadvice.h
 * What each proxy calls a cause in its own log, and which of its settings governs it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_PRODUCTADVICE_H
#define MWG502_SHOW_PRODUCTADVICE_H

#include <epan/wmem_scopes.h>

#include "cases/verdict.h"

/*
 * The sentences of fact/products.def for the verdict's product and cause, each behind a blank: "nginx's log (error log) says: upstream
 * prematurely closed connection. In nginx check: ...". Nothing where the product is not known or has nothing to say.
 */
void product_advice_append(wmem_strbuf_t *text, const struct verdict *verdict);

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
