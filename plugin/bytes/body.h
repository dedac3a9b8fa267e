/* body.h
 * The beginning of a response's body as text, without the codings it travelled in
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_BODY_H
#define MWG502_BYTES_BODY_H

#include "bytes/httphead.h"

/* No more of a body is read, and no more of a compressed one than INFLATED_FROM_MAX. */
#define BODY_MAX (32 * 1024)
#define INFLATED_FROM_MAX (4 * 1024)

/*
 * Copies the body that follows head in the n bytes of the response to page (BODY_MAX bytes)
 * without chunks (RFC 9112 section 7.1), gzip or deflate; as far as it is there. Bytes that
 * are not what the head calls them are copied as they are. Returns how many were copied.
 */
size_t body_read(const struct http_head *head, const uint8_t *bytes, size_t n, char *page);

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
