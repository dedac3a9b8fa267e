/* said.h
 * What a gateway said of itself in a response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FACT_SAID_H
#define MWG502_FACT_SAID_H

#include "fact/product.h"

/* Read from the response's own words; it is shown, and decides nothing. */
struct said {
    const char *words;          /* NULL: nothing */
    int category;               /* enum category, or -1 */
    enum product product;       /* who speaks */
};

#define SAID_NOTHING ((struct said){ NULL, -1, PRODUCT_UNKNOWN })

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
