/* productadvice.h
 * What each proxy calls a cause in its own log, and which of its settings governs it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_PRODUCTADVICE_H
#define MWG502_SHOW_PRODUCTADVICE_H

#include "diagnose/causes.h"
#include "fact/product.h"

/* Whole sentences with the marks of advice.c; NULL where there is nothing to say. */
struct product_advice {
    const char *logs;           /* what it writes, and where */
    const char *setting;        /* what to change */
};

/* Never for another product: NULL where none is known or nothing is known of it. */
const struct product_advice *product_advice(enum product product, enum cause cause);

#endif
