/* h2head.h
 * Reads an HTTP/2 header block that is decompressed already
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_H2HEAD_H
#define MWG502_BYTES_H2HEAD_H

#include "bytes/httphead.h"

/* RFC 9113 section 3.4 and 6 */
enum h2_type {
    H2_DATA = 0, H2_HEADERS = 1, H2_PRIORITY = 2, H2_RST_STREAM = 3, H2_SETTINGS = 4, H2_PUSH_PROMISE = 5, H2_PING = 6, H2_GOAWAY = 7,
    H2_WINDOW_UPDATE = 8, H2_CONTINUATION = 9
};
enum { H2_END_STREAM = 0x01, H2_END_HEADERS = 0x04, H2_FRAME_HEADER = 9 };

/* What a client begins with (RFC 9113 section 3.4). */
#define H2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define H2_PREFACE_LENGTH (sizeof H2_PREFACE - 1)

/* true: the bytes begin with the client's preface (or with as much of it as there is, "PRI * " at least). */
bool h2_begins(const uint8_t *bytes, size_t n);

/* true: the bytes begin with a SETTINGS frame, as everything that a server sends must. */
bool h2_begins_settings(const uint8_t *bytes, size_t n);

/*
 * Reads the block: name and value by turns, each behind its length in four bytes, as
 * Wireshark's HTTP/2 dissector lays it out. The head is as if it had come in HTTP/1: the
 * target is :path (:authority of CONNECT), the host :authority. Pure; slices point into
 * the bytes. false: it is neither a request nor a response (trailers).
 */
bool h2_read_head(const uint8_t *bytes, size_t n, struct http_head *head);

/* RFC 9113 section 7: "INTERNAL_ERROR"; NULL if there is no such code. */
const char *h2_error_words(uint32_t error);

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
