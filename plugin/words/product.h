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
 * By Via (its last member, which the gateway that answers the client adds; RFC 9110 section
 * 7.6.3), X-Squid-Error, Proxy-Status, Server, and the reason phrase of a Web Gateway, in this
 * order. PRODUCT_UNKNOWN: the head does not tell.
 */
enum product product_of_head(const struct http_head *head);

/* By the n bytes of the response's page, as body_read() has them: its templates and stock sentences. */
enum product product_of_page(const char *page, size_t n);

/* "nginx"; NULL for PRODUCT_UNKNOWN. */
const char *product_name(enum product product);

#endif
