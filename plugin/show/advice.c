/* advice.c
 * Verdicts in words: what to check next
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include <epan/to_str.h>

#include "show/advice.h"
#include "show/productadvice.h"
#include "words/phrases.h"

/*
 * One text for each cause, in the words of the article where it has any, and of no product: what
 * this gateway calls it and which of its settings governs it stands in productadvice.c. Sentences
 * end with ". " and only they do: each is a row of its own in the packet details. Marks in it:
 *   {wait}    from the client's request to the response
 *   {host}    the host asked for       {server}  the server that decided, with its port
 *   {dns}     the name looked up
 */
static const char *const advice[N_CAUSES] = {
    [CAUSE_NXDOMAIN] =
        "Check the spelling of {dns}. If it is right, give it an A record in the DNS that the gateway asks; as a workaround enter it "
        "in the gateway's hosts file.",
    [CAUSE_DNS_NODATA] =
        "{dns} exists in DNS without an address: give it an A (or AAAA) record; as a workaround enter it in the gateway's hosts file.",
    [CAUSE_DNS_ERROR] =
        "Ask the administrator of the DNS server why it cannot answer for {dns}: its forwarders, the zone's own servers, DNSSEC, its "
        "access list. As a workaround enter the name in the gateway's hosts file.",
    [CAUSE_DNS_TIMEOUT] =
        "Check that the DNS server runs, and that no firewall drops port 53 (UDP and TCP) between it and the gateway; test both from "
        "the gateway. Check which DNS servers the gateway has configured.",
    [CAUSE_DNS_UNREACHABLE] =
        "The DNS server cannot be reached. Check that it listens on port 53 (UDP and TCP), and that the gateway has the right DNS "
        "servers configured. Check the gateway's routes to them with ping and traceroute from the gateway.",
    [CAUSE_SYN_TIMEOUT] =
        "Most often a firewall between the gateway and {server} drops the packets, or the destination ignores them. Verify the service "
        "without the gateway, from the gateway's own network. If it answers there, the problem lies between: trace on the next "
        "upstream device while tracing on the gateway. Check the routes both ways: the gateway's default gateway and static routes, "
        "ping and traceroute from the gateway.",
    [CAUSE_RST] =
        "{server} or a firewall before it actively refuses the connection. Verify that the service runs and listens on that port, "
        "without the gateway and from the gateway's own network. If it answers there, a firewall rejects the gateway: trace on the "
        "next upstream device while tracing on the gateway.",
    [CAUSE_ICMP] =
        "The device that sent the ICMP error, most often a firewall or a router, rejects connections from the gateway to {server}. "
        "Check its rules for the gateway's address, and the routes: the gateway's default gateway and static routes, ping and "
        "traceroute from the gateway.",
    [CAUSE_ARP] =
        "The next hop does not answer on the local network. Check that it is up, in the same network and VLAN. Check the gateway's "
        "netmask, default gateway and static routes.",
    [CAUSE_TLS] =
        "Check the server's TLS without the gateway: openssl s_client -connect {server} -servername {host}. Look at its protocol "
        "versions, cipher suites and certificate chain, whether it wants a client certificate, and whether that port speaks TLS at "
        "all. Compare with what the gateway is set to allow.",
    [CAUSE_INVALID_RESPONSE] =
        "RFC 9112 wants every response to begin with a status line such as \"HTTP/1.1 200 OK\" and valid header lines. Follow the TCP "
        "stream to {server} to see what came. If the server does not send it so, a device upstream changes it: trace on the next "
        "upstream device while tracing on the gateway.",
    [CAUSE_TRUNCATED] =
        "{server} or a device before it ended the connection in the middle of the response. Check the server's log for a crash or a "
        "timeout, and trace on the next upstream device while tracing on the gateway to see who ended it.",
    [CAUSE_SERVER_CLOSED] =
        "{server} closed the connection instead of answering. Check the server's log and its keep-alive and request timeouts; a load "
        "balancer or firewall before it may close idle connections. Verify the request without the gateway, from the same network.",
    [CAUSE_SERVER_RESET] =
        "{server} or a firewall before it reset the connection once it had seen the request. Check the server's log, filters that look "
        "into requests, and idle timeouts of firewalls. Trace on the next upstream device while tracing on the gateway.",
    [CAUSE_RESPONSE_TIMEOUT] =
        "{server} needs longer than the gateway waits: the client had this error after {wait}. If that is expected (a long report), "
        "raise the gateway's timeout for that host. Otherwise find out why the server is slow.",
    [CAUSE_RELAYED] =
        "The gateway only passed this on: look for the cause at {server}, with its log or with a capture taken there.",
    [CAUSE_UNKNOWN] =
        "Capture again while the problem is reproduced, on the gateway itself and on all interfaces. Start before the request. Use "
        "tcpdump -s 0 -i any -w filename.pcap.",
};

/* The server answers, and its answer does not arrive. */
static const char answer_lost[] =
    "{server} answers, so look at the way back: a packet filter on the gateway itself, or a route by which the answer comes in on another "
    "interface than the SYN went out. Check the gateway's default gateway and static routes, ping and traceroute from the gateway. "
    "Verify the service without the gateway, from the gateway's own network.";

static const char expired[] =
    "The packets to {server} are sent in a circle, or on too long a way: find the loop with traceroute from the gateway. Check the "
    "gateway's default gateway and static routes, and the routers upstream of the gateway.";

static const char enable_protocols[] =
    "Enable DNS, ICMP, ICMPv6 and ARP under Analyze > Enabled Protocols (tshark: --enable-protocol) and dissect the capture again.";

static void
append_mark(wmem_strbuf_t *text, const char *mark, size_t n, const struct verdict *v)
{
    char *piece;

    if (n == 4 && memcmp(mark, "host", 4) == 0) {
        wmem_strbuf_append(text, v->host ? v->host : "the host");
    } else if (n == 3 && memcmp(mark, "dns", 3) == 0) {
        wmem_strbuf_append(text, v->dns_name ? v->dns_name : v->host ? v->host : "the name");
    } else if (n == 6 && memcmp(mark, "server", 6) == 0 && v->server.family) {
        piece = words_endpoint(NULL, &v->server, v->server_port);
        wmem_strbuf_append(text, piece);
        wmem_free(NULL, piece);
    } else if (n == 4 && memcmp(mark, "wait", 4) == 0) {
        piece = v->request_frame ? words_duration(NULL, v->wait) : wmem_strdup(NULL, "a while");
        wmem_strbuf_append(text, piece);
        wmem_free(NULL, piece);
    } else {
        wmem_strbuf_append(text, "the server");
    }
}

static bool
cites(const struct verdict *v, enum role role)
{
    for (unsigned i = 0; i < v->n_cited; i++)
        if (v->cited[i].role == role)
            return true;
    return false;
}

static const char *
text_for(const struct verdict *v)
{
    if (v->missing == MISSING_DISSECTION)
        return enable_protocols;
    if (v->cause == CAUSE_SYN_TIMEOUT && cites(v, ROLE_SYNACK))
        return answer_lost;
    if (v->cause == CAUSE_ICMP && words_icmp_expired(v->server.family == 6, v->icmp_type))
        return expired;
    return advice[v->cause];
}

static void
append_sentences(wmem_strbuf_t *text, const char *s, const struct verdict *v)
{
    if (wmem_strbuf_get_len(text) > 0)
        wmem_strbuf_append_c(text, ' ');
    while (*s) {
        size_t n = strcspn(s, "{");

        wmem_strbuf_append_len(text, s, n);
        s += n;
        if (*s) {
            size_t length = strcspn(s, "}");
            append_mark(text, s + 1, length - 1, v);
            s += length + 1;
        }
    }
}

char *
advice_for(wmem_allocator_t *scope, const struct verdict *v)
{
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "");
    const struct product_advice *own = product_advice(v->product, v->cause);

    append_sentences(text, text_for(v), v);
    if (own && own->logs)
        append_sentences(text, own->logs, v);
    if (own && own->setting)
        append_sentences(text, own->setting, v);
    return wmem_strbuf_finalize(text);
}
