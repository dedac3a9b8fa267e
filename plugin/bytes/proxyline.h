/* proxyline.h
 * The PROXY header that a balancer sends before the bytes of its client
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_PROXYLINE_H
#define MWG502_BYTES_PROXYLINE_H

#include <stddef.h>
#include <stdint.h>

/*
 * HAProxy's "The PROXY protocol", sections 2.1 (version 1: a line of text) and 2.2 (version 2: binary). It stands once, before
 * everything else on the connection, and its sender hands it to TCP in one piece; what it announces may follow in the same segment.
 *
 * Pure. Returns how many of the bytes are such a header; 0: they begin with none, or with a part of one.
 */
size_t proxyline_length(const uint8_t *bytes, size_t n);

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
