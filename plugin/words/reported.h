/* reported.h
 * What the gateway says of itself in its response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_WORDS_REPORTED_H
#define MWG502_WORDS_REPORTED_H

#include <epan/wmem_scopes.h>

#include "fact/said.h"

/*
 * Reads reason phrase, Proxy-Status (RFC 9209), X-Squid-Error and the block page, in this
 * order, from the n bytes that begin with the status line. The page says it in its title or in
 * the name of a Web Gateway's template; also chunked and compressed. It never influences a verdict.
 * words are the category where it is recognised, else the gateway's own (in the given
 * scope), NULL where it says nothing; the standard phrases of RFC 9110 say nothing. The product is that of words/product.h.
 */
struct said reported_read(wmem_allocator_t *scope, const uint8_t *bytes, size_t n);

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
