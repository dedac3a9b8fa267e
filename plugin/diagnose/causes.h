/* causes.h
 * The causes of a 502: one row each; enum, strings, statistics and tests follow from it
 *
 * Wireshark - Network traffic analyzer
 * By Gerald Combs <gerald@wireshark.org>
 * Copyright 1998 Gerald Combs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_DIAGNOSE_CAUSES_H
#define MWG502_DIAGNOSE_CAUSES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * X(enum suffix, token, category, RFC 9209 proxy error type, explains)
 *
 * token     what mwg502.cause holds; scripts and saved filters depend on it
 * category  the heading of the gateway's block page, as the article words it
 * RFC 9209  section 2.3: the error type of a Proxy-Status header, NULL if none fits
 * explains  1 if the cause explains the response, 0 if it confesses that the capture does not
 */
#define MWG502_CAUSES(X) \
    X(NXDOMAIN,         "nxdomain",         CATEGORY_NAME,     "dns_error",                 1) \
    X(DNS_NODATA,       "dns_nodata",       CATEGORY_NAME,     "dns_error",                 1) \
    X(DNS_ERROR,        "dns_error",        CATEGORY_NAME,     "dns_error",                 1) \
    X(DNS_TIMEOUT,      "dns_timeout",      CATEGORY_NAME,     "dns_timeout",               1) \
    X(DNS_UNREACHABLE,  "dns_unreachable",  CATEGORY_NAME,     "dns_error",                 1) \
    X(SYN_TIMEOUT,      "syn_timeout",      CATEGORY_CONNECT,  "connection_timeout",        1) \
    X(RST,              "rst",              CATEGORY_CONNECT,  "connection_refused",        1) \
    X(ICMP,             "icmp",             CATEGORY_CONNECT,  "destination_ip_unroutable", 1) \
    X(ARP,              "arp",              CATEGORY_CONNECT,  "destination_ip_unroutable", 1) \
    X(TLS,              "tls",              CATEGORY_CONNECT,  "tls_protocol_error",        1) \
    X(INVALID_RESPONSE, "invalid_response", CATEGORY_RESPONSE, "http_protocol_error",       1) \
    X(TRUNCATED,        "truncated",        CATEGORY_RESPONSE, "http_response_incomplete",  1) \
    X(SERVER_CLOSED,    "server_closed",    CATEGORY_RESPONSE, "connection_terminated",     1) \
    X(SERVER_RESET,     "server_reset",     CATEGORY_RESPONSE, "connection_terminated",     1) \
    X(RESPONSE_TIMEOUT, "response_timeout", CATEGORY_RESPONSE, "connection_read_timeout",   1) \
    X(RELAYED,          "relayed",          CATEGORY_RELAYED,  NULL,                        1) \
    X(UNKNOWN,          "unknown",          CATEGORY_UNKNOWN,  NULL,                        0)

/* X(enum, the article's heading) */
#define MWG502_CATEGORIES(X) \
    X(CATEGORY_NAME,     "Host Not Resolvable") \
    X(CATEGORY_CONNECT,  "Cannot Connect") \
    X(CATEGORY_RESPONSE, "Bad Response") \
    X(CATEGORY_RELAYED,  "Relayed") \
    X(CATEGORY_UNKNOWN,  "Unknown")

/*
 * X(enum suffix, what mwg502.role holds, how the evidence frame's expert item begins)
 *
 * The token is also the stem of the field that links to the frame: mwg502.<token>_frame.
 */
#define MWG502_ROLES(X) \
    X(REQUEST,         "request",         "The client's request") \
    X(DNS_QUERY,       "dns_query",       "DNS query") \
    X(DNS_RESPONSE,    "dns_response",    "DNS answer") \
    X(SYN,             "syn",             "Connection attempt") \
    X(SYNACK,          "synack",          "SYN/ACK that was never acknowledged") \
    X(RST,             "rst",             "Connection refused") \
    X(ICMP,            "icmp",            "ICMP error") \
    X(ARP,             "arp",             "Unanswered address resolution") \
    X(SERVER_REQUEST,  "server_request",  "The gateway's request to the server") \
    X(SERVER_RESPONSE, "server_response", "The server's response") \
    X(SERVER_CLOSE,    "server_close",    "The server ended the connection") \
    X(TLS_ALERT,       "tls_alert",       "The TLS handshake ended")

#define CAUSE_ENUM(e, token, category, rfc9209, explains) CAUSE_##e,
enum cause { MWG502_CAUSES(CAUSE_ENUM) N_CAUSES };
#undef CAUSE_ENUM

#define CATEGORY_ENUM(e, heading) e,
enum category { MWG502_CATEGORIES(CATEGORY_ENUM) N_CATEGORIES };
#undef CATEGORY_ENUM

#define ROLE_ENUM(e, token, words) ROLE_##e,
enum role { MWG502_ROLES(ROLE_ENUM) N_ROLES };
#undef ROLE_ENUM

/* Texts of the tables above, static ones. */
const char *cause_token(enum cause cause);
const char *cause_category(enum cause cause);
const char *cause_rfc9209(enum cause cause);    /* NULL: none fits */
bool cause_explains(enum cause cause);
const char *category_heading(enum category category);
const char *role_token(enum role role);
const char *role_words(enum role role);

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
