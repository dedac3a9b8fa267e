/* phrases.c
 * Verdicts in words: the pieces
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include <epan/proto.h>         /* value_string, whose own header moved in 4.6 */
#include <epan/to_str.h>

#include "bytes/ftpreply.h"
#include "bytes/socks.h"
#include "fact/dns.h"
#include "words/phrases.h"

/* RFC 1035 section 4.1.1, RFC 6895 section 2.3; worded like Wireshark's dns.flags.rcode */
static const value_string rcodes[] = {
    { 0, "No error" }, { 1, "Format error" }, { 2, "Server failure" }, { 3, "No such name" }, { 4, "Not implemented" },
    { 5, "Refused" }, { 6, "Name exists" }, { 7, "RRset exists" }, { 8, "RRset does not exist" }, { 9, "Not authoritative" },
    { 10, "Name out of zone" }, { 16, "Bad OPT version" }, { 0, NULL }
};

/* RFC 792, RFC 1812 section 5.2.7.1 */
static const value_string icmp_unreachable[] = {
    { 0, "Network unreachable" }, { 1, "Host unreachable" }, { 2, "Protocol unreachable" }, { 3, "Port unreachable" },
    { 4, "Fragmentation needed" }, { 5, "Source route failed" }, { 6, "Destination network unknown" },
    { 7, "Destination host unknown" }, { 8, "Source host isolated" }, { 9, "Network administratively prohibited" },
    { 10, "Host administratively prohibited" }, { 11, "Network unreachable for TOS" }, { 12, "Host unreachable for TOS" },
    { 13, "Communication administratively filtered" }, { 14, "Host precedence violation" }, { 15, "Precedence cutoff in effect" },
    { 0, NULL }
};

/* RFC 4443 section 3.1 */
static const value_string icmp6_unreachable[] = {
    { 0, "No route to destination" }, { 1, "Administratively prohibited" }, { 2, "Beyond scope of source address" },
    { 3, "Address unreachable" }, { 4, "Port unreachable" }, { 5, "Source address failed ingress/egress policy" },
    { 6, "Reject route to destination" }, { 7, "Error in source routing header" }, { 0, NULL }
};

const char *
words_rcode(uint8_t rcode)
{
    return val_to_str_const(rcode, rcodes, "Unassigned rcode");
}

const char *
words_dns_type(uint16_t type)
{
    static const value_string types[] = {
        { DNS_TYPE_A, "A" }, { DNS_TYPE_AAAA, "AAAA" }, { DNS_TYPE_SRV, "SRV" }, { DNS_TYPE_SVCB, "SVCB" }, { DNS_TYPE_HTTPS, "HTTPS" }, { 0, NULL }
    };

    return val_to_str_const(type, types, "other");
}

const char *
words_dns_outcome(enum dns_outcome outcome, uint8_t rcode)
{
    switch (outcome) {
    case DNS_SILENT:  return "no answer";
    case DNS_ADDRESS: return "an address";
    case DNS_NO_DATA: return "no address";
    case DNS_ICMP:    return "an ICMP error";
    default:          return words_rcode(rcode);
    }
}

const char *
words_tie(enum tie tie)
{
    static const char *const words[] = {
        [TIE_NONE] = NULL,
        [TIE_MEMORY] = "an earlier failure at an address of this host, which the gateway may remember",
        [TIE_TIME] = "the only thing that the gateway did meanwhile",
        [TIE_LEARNT] = "where earlier requests went",
        [TIE_ADDRESS] = "the address of the host that was asked for",
        [TIE_REQUEST] = "it carries the same request",
    };

    return words[tie];
}

char *
words_endpoint(wmem_allocator_t *scope, const struct ipaddr *ip, uint16_t port)
{
    address a = ipaddr_to_address(ip);
    char *text, *endpoint;

    if (port == 0)
        return address_to_str(scope, &a);
    text = address_to_str(NULL, &a);
    endpoint = wmem_strdup_printf(scope, ip->family == 6 ? "[%s]:%u" : "%s:%u", text, port);
    wmem_free(NULL, text);
    return endpoint;
}

char *
words_addresses(wmem_allocator_t *scope, const struct ipaddr *told, unsigned n)
{
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "");

    for (unsigned i = 0; i < MIN(n, TOLD_MAX); i++) {
        char *one = words_endpoint(NULL, &told[i], 0);
        wmem_strbuf_append_printf(text, "%s%s", i > 0 ? ", " : "", one);
        wmem_free(NULL, one);
    }
    if (n > TOLD_MAX)
        wmem_strbuf_append_printf(text, " and %u more", n - TOLD_MAX);
    return wmem_strbuf_finalize(text);
}

char *
words_duration(wmem_allocator_t *scope, when_t duration)
{
    double ms = (double)duration / 1e6;

    if (ms < 0)
        ms = 0;
    if (ms < 10)
        return wmem_strdup_printf(scope, "%.2g ms", ms < 0.01 ? 0.01 : ms);
    if (ms < 1000)
        return wmem_strdup_printf(scope, "%.0f ms", ms);
    if (ms < 10000)
        return wmem_strdup_printf(scope, "%.1f s", ms / 1000);
    return wmem_strdup_printf(scope, "%.0f s", ms / 1000);
}

bool
words_icmp_expired(bool v6, uint8_t type)
{
    return type == (v6 ? 3 : 11);
}

char *
words_icmp(wmem_allocator_t *scope, bool v6, uint8_t type, uint8_t code)
{
    const char *what;

    if (words_icmp_expired(v6, type))
        what = code == 0 ? "Time to live exceeded in transit" : "Fragment reassembly time exceeded";
    else if (type == (v6 ? 1 : 3))
        what = val_to_str_const(code, v6 ? icmp6_unreachable : icmp_unreachable, "Destination unreachable");
    else
        what = "error";
    return wmem_strdup_printf(scope, "%s (%s type %u, code %u)", what, v6 ? "ICMPv6" : "ICMP", type, code);
}

const char *
words_refusal(wmem_allocator_t *scope, unsigned status)
{
    /* RFC 959 section 4.2.1 */
    static const value_string ftp[] = {
        { 421, "service not available" }, { 425, "cannot open the data connection" }, { 426, "transfer aborted" }, { 430, "invalid user or password" },
        { 450, "file unavailable" },      { 451, "local error" },                     { 452, "insufficient storage" },
        { 500, "command not known" },     { 501, "bad argument" },                    { 502, "command not implemented" },
        { 503, "bad sequence of commands" }, { 504, "argument not implemented" },     { 530, "not logged in" },
        { 532, "account needed" },        { 550, "file unavailable" },                { 0, NULL }
    };
    const char *socks = socks_refusal(status);
    unsigned code = status - FTP_STATUS;

    return socks ? socks : wmem_strdup_printf(scope, "%s (%u)", val_to_str_const(code, ftp, "refused"), code);
}

char *
words_outcome(wmem_allocator_t *scope, const struct outcome *o)
{
    static const char *const words[N_CAUSES] = {
        [CAUSE_SYN_TIMEOUT] = "no answer to the SYN",
        [CAUSE_RST] = "refused with RST",
        [CAUSE_ICMP] = "rejected with an ICMP error",
        [CAUSE_ARP] = "no SYN could be sent",
        [CAUSE_TLS] = "TLS handshake failed",
        [CAUSE_INVALID_RESPONSE] = "invalid response",
        [CAUSE_TRUNCATED] = "response cut off",
        [CAUSE_SERVER_CLOSED] = "closed without a response",
        [CAUSE_SERVER_RESET] = "reset without a response",
        [CAUSE_RESPONSE_TIMEOUT] = "no complete response in time",
    };

    if (o->status > HTTP_STATUS_MAX)
        return wmem_strdup_printf(scope, "answered: %s", words_refusal(scope, o->status));
    if (o->status)
        return wmem_strdup_printf(scope, "answered %u", o->status);
    return wmem_strdup(scope, words[o->cause] ? words[o->cause] : "connected, outcome not visible");
}

/* rows ********************************************************************/

size_t
words_row(const char *text)
{
    size_t n = strlen(text), blank = WORDS_ROW_MAX;

    if (n <= WORDS_ROW_MAX)
        return n;
    while (blank > 0 && text[blank] != ' ')
        blank--;
    for (n = WORDS_ROW_MAX; blank == 0 && n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
        ;                       /* not inside a character of UTF-8 */
    return blank > 0 ? blank : n;
}

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
