/* httpfault.h
 * Why bytes cannot be taken as a response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_HTTPFAULT_H
#define MWG502_BYTES_HTTPFAULT_H

#include <stdbool.h>

/* The first one found in reading order counts. */
enum http_fault {
    HTTP_FAULT_NONE,
    HTTP_FAULT_NOT_HTTP,        /* cannot begin a status line */
    HTTP_FAULT_STATUS_LINE,     /* begins like one, but version or code is malformed */
    HTTP_FAULT_HEADER_LINE,     /* no colon, no name, blanks or control characters in the name or value */
    HTTP_FAULT_LENGTH,          /* Content-Length is no number, or two of them differ */
    HTTP_FAULT_CHUNK,           /* a chunk does not begin with its size */
    HTTP_FAULT_HEAD_SIZE,       /* no end of the head within HTTP_HEAD_MAX bytes */
    HTTP_FAULT_NO_HEAD,         /* the answer is over, and it had none (of an application: appstream.h) */
    HTTP_FAULT_UNIT,            /* bytes that are none of the protocol's units (likewise) */
    /* What RFC 9112 forbids, though it can be read all the same: some take it, some do not. */
    HTTP_FAULT_CODING,          /* Transfer-Encoding twice, beside Content-Length, or unknown */
    HTTP_FAULT_FOLD,            /* a header line that goes on in the next line */
    HTTP_FAULT_SWITCH,          /* 101 that nobody asked for */
    N_HTTP_FAULTS
};

/* true: of the second kind. */
bool http_fault_is_readable(enum http_fault fault);

/* "a header line without a colon or with a bad name", ...: fits behind "the server sent" */
const char *http_fault_words(enum http_fault fault);

#endif
