/* product.h
 * The proxies that are known by what they say of themselves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FACT_PRODUCT_H
#define MWG502_FACT_PRODUCT_H

/* One for each of products.def. It chooses the advice and nothing else: a verdict never hangs on what a gateway calls itself. */
enum product {
    PRODUCT_UNKNOWN,
#define MWG502_PRODUCT(product, name, log) PRODUCT_##product,
#include "fact/products.def"
    N_PRODUCTS
};

#endif
