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
 * this gateway calls it and which of its settings governs it stands in fact/products.def. Sentences
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
};

/* Which one step would settle it, where the capture does not hold the reason. */
static const char *const unknown_advice[] = {
    [MISSING_NOTHING] = "Capture again while the problem is reproduced, on all interfaces: tcpdump -s 0 -i any -w filename.pcap.",
    [MISSING_REQUEST] = "Capture again while the problem is reproduced. Start before the request, and use whole frames: tcpdump -s 0 -i any "
                        "-w filename.pcap.",
    [MISSING_GATEWAY_SIDE] = "Capture again while the problem is reproduced, on the gateway itself and on all interfaces: tcpdump -s 0 -i any "
                             "-w filename.pcap.",
    [MISSING_ATTEMPT] = "Look for this request in the gateway's own log: a rule that blocked it, a queue that was full, no server that it takes for alive. "
                        "A server behind a Unix socket is in no capture: its own log tells.",
    [MISSING_CONNECTION] = "Look for this request in the gateway's own log: a rule that blocked it, a queue that was full, no server that it takes for "
                           "alive.",
    [MISSING_CHOICE] = "Capture again while only this request is sent, or let the gateway log which server it asked for each request.",
    [MISSING_DISSECTION] = "Enable DNS, ICMP, ICMPv6 and ARP under Analyze > Enabled Protocols (tshark: --enable-protocol) and dissect the capture again.",
    [MISSING_REASON] = "Look for this request in the gateway's own log: it refused an answer that is valid on the wire, by a rule, a scanner or a limit, or "
                       "sent nothing at all.",
    [MISSING_CONSENT] = "{server} refused what the gateway asked of it, and said why. Try the same there without the gateway, and look at its own log and rules.",
    [MISSING_KEYS] = "Let the gateway or the server write its TLS keys (SSLKEYLOGFILE), capture again, and name the file under Edit > Preferences > "
                     "Protocols > TLS (tshark: -o tls.keylog_file:FILE).",
    [MISSING_BYTES] = "Capture again to a local disk, with whole frames and a larger buffer: tcpdump -s 0 -B 65536 -i any -w filename.pcap.",
    [MISSING_LATE] = "Read the capture twice: tshark -2, or a reload in Wireshark.",
};

/* The capture was taken there: to do it again changes nothing but what a filter left out. */
static const char captured_here[] =
    "Look for this request in the gateway's own log: a rule that blocked it, a queue that was full, a server behind a Unix socket. If it names a "
    "server, capture again without a filter and on all interfaces: tcpdump -s 0 -i any -w filename.pcap.";

/* Of a response that did not come in time, by the server's acknowledgments. */
static const char *const stall_advice[] = {
    [STALL_REQUEST] = "Nothing that the gateway sent on this connection was acknowledged: look for a firewall on the way that forgot or drops it, and for "
                      "the host itself. Trace on the next upstream device while tracing on the gateway.",
    [STALL_LARGE_SEGMENTS] = "Look for a link with a smaller MTU between the gateway and {server} (VPN, tunnel, PPPoE), and for a firewall that drops the ICMP "
                             "errors that would say so. Test with ping -M do -s 1472 from the gateway. Clamp the MSS on the tunnel's router, or lower the MTU of "
                             "the gateway.",
    [STALL_ZERO_WINDOW] = "{server} accepts no more bytes: its application does not read the request. Look at what it waits for (disk, a lock, a full queue), "
                          "and at its limits for uploads.",
    [STALL_HANDSHAKE_ONE_WAY] = "The way from the gateway to {server} is broken behind the SYN: look for a firewall or a balancer that sees one direction only "
                                "(asymmetric routing) or drops what follows a SYN.",
};

/* A kept connection that was gone when it was used again. */
static const char idle_closed[] =
    "{server} closed the kept connection as the gateway used it again. Let the gateway keep idle connections for less time than the server does (or the "
    "server for longer than the gateway), and let it try again where a request may be repeated.";

static const char idle_lost[] =
    "The kept connection was idle for so long that a firewall or balancer on the way may have forgotten it. Let the gateway keep idle connections for less "
    "time than that device does, or send TCP keep-alives.";

static const char sent_on_path[] =
    "It was not {server} that ended the connection: look at the firewalls, balancers and filters between it and the gateway.";

/* What TLS hides may be more than that nobody answered. */
static const char no_keys[] =
    "Who sent TLS records when is all that shows here: with the key log of the gateway or the server (SSLKEYLOGFILE) the request to {server} and any "
    "answer could be read.";

/* The server answers, and its answer does not arrive. */
static const char answer_lost[] =
    "{server} answers, so look at the way back: a packet filter on the gateway itself, or a route by which the answer comes in on another "
    "interface than the SYN went out. Check the gateway's default gateway and static routes, ping and traceroute from the gateway. "
    "Verify the service without the gateway, from the gateway's own network.";

static const char reset_here[] =
    "{server} answers, and the gateway's own host refuses the answer. Look for a packet filter on the gateway that rejects what comes in, and for two "
    "programs or two interfaces that share the address. If the gateway had given up before, raise its connection timeout.";

static const char old_connection[] =
    "{server}, or a device before it, takes the SYN for a part of an older connection with the same ports. Look for address translation or a firewall that "
    "gives ports out again too soon or lost its table, and for a gateway with a small range of ports. It passes when that connection is forgotten.";

/* A server that is an application: its words are CGI's, and its workers end. */
static const char bad_answer[] =
    "An application's answer begins with header lines such as \"Content-Type: text/html\" and an empty line. Look at its log for a fatal error, and for output "
    "before the header; a header that is valid may be longer than the gateway's buffer for it. Follow the TCP stream to {server} to see what came.";

static const char worker_ended[] =
    "The application at {server} ended instead of answering. Look at the log of its process manager: a worker that crashed, that reached a limit of time "
    "or of requests, or that was killed for want of memory.";

static const char expired[] =
    "The packets to {server} are sent in a circle, or on too long a way: find the loop with traceroute from the gateway. Check the "
    "gateway's default gateway and static routes, and the routers upstream of the gateway.";

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

/* A pause that somebody's timeout can have ended. */
#define IDLE_LONG NS_PER_SECOND

static const char *
text_for(const struct verdict *v)
{
    bool was_idle = v->idle >= IDLE_LONG;

    switch (v->cause) {
    case CAUSE_UNKNOWN:
        return v->missing == MISSING_GATEWAY_SIDE && v->at_gateway ? captured_here : unknown_advice[v->missing];
    case CAUSE_SYN_TIMEOUT:
        return v->own_rst ? reset_here : v->old_ack ? old_connection : cites(v, ROLE_SYNACK) ? answer_lost : advice[v->cause];
    case CAUSE_ICMP:
        return words_icmp_expired(v->server.family == 6, v->icmp_type) ? expired : advice[v->cause];
    case CAUSE_RESPONSE_TIMEOUT:
        if (v->stall == STALL_REQUEST && was_idle)
            return idle_lost;
        return v->stall < G_N_ELEMENTS(stall_advice) && stall_advice[v->stall] ? stall_advice[v->stall] : advice[v->cause];
    case CAUSE_SERVER_CLOSED:
    case CAUSE_SERVER_RESET:
        if (was_idle)
            return v->sender == SENDER_ON_PATH ? idle_lost : idle_closed;
        return v->protocol ? worker_ended : advice[v->cause];
    case CAUSE_INVALID_RESPONSE:
        return v->protocol ? bad_answer : advice[v->cause];
    default:
        return advice[v->cause];
    }
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

    append_sentences(text, text_for(v), v);
    if (v->sender == SENDER_ON_PATH)
        append_sentences(text, sent_on_path, v);
    if (v->without_keys)
        append_sentences(text, no_keys, v);
    product_advice_append(text, v);
    return wmem_strbuf_finalize(text);
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
