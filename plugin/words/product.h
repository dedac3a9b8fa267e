/* product.h
 * Which proxy sent a response, by its own words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_WORDS_PRODUCT_H
#define MWG502_WORDS_PRODUCT_H

#include "bytes/httphead.h"
#include "fact/product.h"

/*
 * By the head of a response, which stands at bytes: Via (its last member, which the gateway that answers the client adds;
 * RFC 9110 section 7.6.3), the name of a header, Proxy-Status, Server, the reason phrase, in this order. The signs are those
 * of fact/products.def. PRODUCT_UNKNOWN: the head does not tell.
 */
enum product product_of_head(const struct http_head *head, const uint8_t *bytes);

/* By the n bytes of the response's page, as body_read() has them: its templates and stock sentences. */
enum product product_of_page(const char *page, size_t n);

/* By the name of a header that the gateway adds to its requests to servers; NULL: it adds none that is known. */
enum product product_of_request(const char *header);

/* "nginx"; NULL for PRODUCT_UNKNOWN. */
const char *product_name(enum product product);

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
