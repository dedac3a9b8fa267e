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
