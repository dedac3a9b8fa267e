/* httpfault.c
 * Why bytes cannot be taken as a response, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "bytes/httpfault.h"

const char *
http_fault_words(enum http_fault fault)
{
    switch (fault) {
    case HTTP_FAULT_NONE:        return "a valid response";
    case HTTP_FAULT_NOT_HTTP:    return "bytes that do not begin with an HTTP status line";
    case HTTP_FAULT_STATUS_LINE: return "a malformed status line";
    case HTTP_FAULT_HEADER_LINE: return "a malformed header line";
    case HTTP_FAULT_LENGTH:      return "a contradictory or malformed Content-Length";
    case HTTP_FAULT_CHUNK:       return "a malformed chunk size";
    case HTTP_FAULT_HEAD_SIZE:   return "a header beyond any limit";
    case HTTP_FAULT_NO_HEAD:     return "an answer without a header";
    case HTTP_FAULT_UNIT:        return "bytes that are not of the protocol which the gateway speaks to it";
    case HTTP_FAULT_CODING:      return "a Transfer-Encoding that is repeated, unknown, or beside a Content-Length";
    case HTTP_FAULT_FOLD:        return "a header line folded into two";
    case HTTP_FAULT_SWITCH:      return "101 to a request that asked for no other protocol";
    case N_HTTP_FAULTS:          break;
    }
    return "";
}

bool
http_fault_is_readable(enum http_fault fault)
{
    return fault >= HTTP_FAULT_CODING;
}
