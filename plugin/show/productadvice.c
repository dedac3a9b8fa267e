/* productadvice.c
 * What each proxy calls a cause in its own log, and which of its settings governs it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stddef.h>

#include "show/productadvice.h"

/* McAfee's article "Examining HTTP 502 statuses", versions 7.x. */
#define HOSTS_FILE "Web Gateway's hosts file is under Configuration > File Editor > hosts."
#define NETWORK_TOOLS "On Web Gateway ping, traceroute and name resolution are under Troubleshooting > Network Tools."

static const struct product_advice web_gateway[N_CAUSES] = {
    [CAUSE_NXDOMAIN] = { NULL, HOSTS_FILE },
    [CAUSE_DNS_NODATA] = { NULL, HOSTS_FILE },
    [CAUSE_DNS_ERROR] = { NULL, HOSTS_FILE },
    [CAUSE_DNS_TIMEOUT] = { NULL, NETWORK_TOOLS },
    [CAUSE_DNS_UNREACHABLE] = { NULL, NETWORK_TOOLS },
    [CAUSE_SYN_TIMEOUT] = { NULL, NETWORK_TOOLS },
    [CAUSE_ICMP] = { NULL, NETWORK_TOOLS },
    [CAUSE_ARP] = { NULL, NETWORK_TOOLS },
    [CAUSE_TLS] = { NULL, "What Web Gateway allows is set in its SSL scanner: Policy > Settings > Engines > SSL Scanner." },
    [CAUSE_RESPONSE_TIMEOUT] = { NULL, "Web Gateway's timeout: Policy > Settings > Engines > Proxy Control, a settings container of its own with 480 instead "
                                       "of 120 seconds, say. Apply it by a rule with URL.Host equals {host} and a Proxy Control event." },
    [CAUSE_UNKNOWN] = { NULL, "Web Gateway captures under Troubleshooting > Packet tracing, with the parameters -s 0 -i any." },
};

/* nginx 1.22 and 1.26: src/http/ngx_http_upstream.c, src/core/ngx_resolver.c; seen in error_log. ingress-nginx logs the same. */
#define NGINX(message) "nginx logs it as \"" message "\" (error_log; of an ingress controller: kubectl logs)."

static const struct product_advice nginx[N_CAUSES] = {
    [CAUSE_NXDOMAIN] = { NGINX("could not be resolved (3: Host not found)"), "Its DNS servers are set by resolver; names in upstream blocks are looked up when it starts." },
    [CAUSE_DNS_NODATA] = { NGINX("could not be resolved (3: Host not found)"), "Whether it asks for AAAA too is set by resolver ... ipv6=on." },
    [CAUSE_DNS_ERROR] = { NGINX("could not be resolved (2: Server failure)"), "Its DNS servers are set by resolver." },
    [CAUSE_DNS_TIMEOUT] = { NGINX("could not be resolved (110: Operation timed out)"), "Its DNS servers are set by resolver, its patience by resolver_timeout (30 s)." },
    [CAUSE_DNS_UNREACHABLE] = { NGINX("could not be resolved (110: Operation timed out)"), "Its DNS servers are set by resolver." },
    [CAUSE_SYN_TIMEOUT] = { NGINX("upstream timed out (110: Connection timed out) while connecting to upstream"),
                            "Its patience is proxy_connect_timeout (60 s); what it tries next is set by proxy_next_upstream." },
    [CAUSE_RST] = { NGINX("connect() failed (111: Connection refused) while connecting to upstream"),
                    "Address and port are those of proxy_pass, or of the server lines of its upstream block." },
    [CAUSE_ICMP] = { NGINX("connect() failed (113: No route to host) while connecting to upstream"),
                     "Address and port are those of proxy_pass, or of the server lines of its upstream block." },
    [CAUSE_ARP] = { NGINX("connect() failed (113: No route to host) while connecting to upstream"),
                    "Address and port are those of proxy_pass, or of the server lines of its upstream block." },
    [CAUSE_TLS] = { NGINX("SSL_do_handshake() failed ... while SSL handshaking to upstream"),
                    "See proxy_ssl_server_name and proxy_ssl_name (SNI is off unless set), proxy_ssl_protocols, proxy_ssl_verify." },
    [CAUSE_INVALID_RESPONSE] = { NGINX("upstream sent invalid header") " A head that is too large is \"upstream sent too big header\".",
                                 "Its limit for a head is proxy_buffer_size (4 or 8 kB)." },
    [CAUSE_TRUNCATED] = { NGINX("upstream prematurely closed connection"), NULL },
    [CAUSE_SERVER_CLOSED] = { NGINX("upstream prematurely closed connection while reading response header from upstream"),
                              "Its keep-alive to servers (keepalive_timeout of the upstream block, 60 s) must be shorter than theirs." },
    [CAUSE_SERVER_RESET] = { NGINX("recv() failed (104: Connection reset by peer) while reading response header from upstream"),
                             "Its keep-alive to servers (keepalive_timeout of the upstream block, 60 s) must be shorter than theirs." },
    [CAUSE_RESPONSE_TIMEOUT] = { NGINX("upstream timed out (110: Connection timed out) while reading response header from upstream"),
                                 "Its patience is proxy_read_timeout (60 s), fastcgi_read_timeout or uwsgi_read_timeout." },
    [CAUSE_UNKNOWN] = { NGINX("no live upstreams while connecting to upstream") " It says so where all servers failed lately (max_fails, fail_timeout).", NULL },
};

/* HAProxy 2.6, configuration.txt section 8.5 "Session state at disconnection". */
#define HAPROXY(state) "HAProxy's log line (option httplog) has the termination state " state "."

static const struct product_advice haproxy[N_CAUSES] = {
    [CAUSE_NXDOMAIN] = { "HAProxy logs that the server is going DOWN for maintenance (DNS NX status).", "See its resolvers section and init-addr of the server line." },
    [CAUSE_DNS_NODATA] = { "HAProxy logs that the server is going DOWN for maintenance (No IP for server).", "See resolve-prefer on the server line." },
    [CAUSE_DNS_ERROR] = { "HAProxy logs that the server is going DOWN for maintenance (DNS refused status, or unspecified DNS error).", "See its resolvers section." },
    [CAUSE_DNS_TIMEOUT] = { "HAProxy logs that the server is going DOWN for maintenance (DNS timeout status).", "See timeout resolve and timeout retry of its resolvers section." },
    [CAUSE_SYN_TIMEOUT] = { HAPROXY("sC"), "Its patience is timeout connect, for each of 1 + retries tries." },
    [CAUSE_RST] = { HAPROXY("SC"), "See the server line; check makes it notice before a client does." },
    [CAUSE_ICMP] = { HAPROXY("SC"), "See the server line; check makes it notice before a client does." },
    [CAUSE_ARP] = { HAPROXY("SC"), "See the server line; check makes it notice before a client does." },
    [CAUSE_TLS] = { HAPROXY("SC"), "See ssl, sni, verify, ca-file and ssl-min-ver on the server line." },
    [CAUSE_INVALID_RESPONSE] = { HAPROXY("PH") " The bytes are kept: echo \"show errors\" | socat stdio its stats socket.",
                                 "A head must fit into tune.bufsize (16 kB) less tune.maxrewrite." },
    [CAUSE_TRUNCATED] = { HAPROXY("SH") " Inside a body it is SD.", NULL },
    [CAUSE_SERVER_CLOSED] = { HAPROXY("SH"), "See http-reuse and pool-purge-delay: idle connections must be shorter lived here than at the server." },
    [CAUSE_SERVER_RESET] = { HAPROXY("SH"), "See http-reuse and pool-purge-delay: idle connections must be shorter lived here than at the server." },
    [CAUSE_RESPONSE_TIMEOUT] = { HAPROXY("sH"), "Its patience is timeout server." },
    [CAUSE_UNKNOWN] = { HAPROXY("SC") " With <NOSRV> for the server no server was up: see the lines about health checks before it.", NULL },
};

/* Apache httpd 2.4: modules/proxy, modules/ssl; seen in ErrorLog. */
#define APACHE(message) "Apache logs it as " message " in its ErrorLog."

static const struct product_advice apache[N_CAUSES] = {
    [CAUSE_NXDOMAIN] = { APACHE("AH00898 (DNS lookup failure)"), NULL },
    [CAUSE_DNS_NODATA] = { APACHE("AH00898 (DNS lookup failure)"), NULL },
    [CAUSE_DNS_ERROR] = { APACHE("AH00898 (DNS lookup failure)"), NULL },
    [CAUSE_DNS_TIMEOUT] = { APACHE("AH00898 (DNS lookup failure)"), NULL },
    [CAUSE_DNS_UNREACHABLE] = { APACHE("AH00898 (DNS lookup failure)"), NULL },
    [CAUSE_SYN_TIMEOUT] = { APACHE("AH00957 with (110)Connection timed out, then AH01114"), "Its patience is connectiontimeout= of ProxyPass, else ProxyTimeout." },
    [CAUSE_RST] = { APACHE("AH00957 with (111)Connection refused, then AH01114"), "It leaves the server alone for retry= seconds (60) of ProxyPass." },
    [CAUSE_ICMP] = { APACHE("AH00957 with (113)No route to host, then AH01114"), "It leaves the server alone for retry= seconds (60) of ProxyPass." },
    [CAUSE_ARP] = { APACHE("AH00957 with (113)No route to host, then AH01114"), "It leaves the server alone for retry= seconds (60) of ProxyPass." },
    [CAUSE_TLS] = { APACHE("AH02003 (SSL Proxy connect failed) or AH02039 (Certificate Verification)"), "See SSLProxyEngine, SSLProxyProtocol, SSLProxyVerify and SSLProxyCheckPeerName." },
    [CAUSE_INVALID_RESPONSE] = { APACHE("AH00898 (Error reading from remote server), AH01106 or AH10124"), "Its limits are ProxyBadHeader and LimitRequestFieldSize." },
    [CAUSE_TRUNCATED] = { APACHE("AH01102 (error reading status line from remote server) or AH01110"), NULL },
    [CAUSE_SERVER_CLOSED] = { APACHE("AH01102 (error reading status line from remote server)"), "See ttl= and disablereuse= of ProxyPass: ttl must be less than the server's keep-alive." },
    [CAUSE_SERVER_RESET] = { APACHE("AH01102 with (104)Connection reset by peer"), "See ttl= and disablereuse= of ProxyPass: ttl must be less than the server's keep-alive." },
    [CAUSE_RESPONSE_TIMEOUT] = { APACHE("AH01102 with (70007)The timeout specified has expired"), "Its patience is timeout= of ProxyPass, else ProxyTimeout, else Timeout (60 s)." },
    [CAUSE_UNKNOWN] = { APACHE("AH00940 (disabled connection) where the server failed lately"), NULL },
};

/* Squid 5 and 6: errors/errorlist.am, cf.data.pre. The page's name stands in X-Squid-Error, and in access.log as %err_code. */
#define SQUID(page) "Squid's page for it is " page " (%err_code of its access.log)."

static const struct product_advice squid[N_CAUSES] = {
    [CAUSE_NXDOMAIN] = { SQUID("ERR_DNS_FAIL"), "See dns_nameservers, hosts_file, and negative_dns_ttl: for so long it remembers." },
    [CAUSE_DNS_NODATA] = { SQUID("ERR_DNS_FAIL"), "See dns_nameservers, hosts_file, and negative_dns_ttl: for so long it remembers." },
    [CAUSE_DNS_ERROR] = { SQUID("ERR_DNS_FAIL"), "See dns_nameservers." },
    [CAUSE_DNS_TIMEOUT] = { SQUID("ERR_DNS_FAIL"), "See dns_nameservers, dns_timeout (30 s) and dns_retransmit_interval (5 s)." },
    [CAUSE_DNS_UNREACHABLE] = { SQUID("ERR_DNS_FAIL"), "See dns_nameservers." },
    [CAUSE_SYN_TIMEOUT] = { SQUID("ERR_CONNECT_FAIL, with 110"), "See connect_timeout (60 s) and forward_timeout." },
    [CAUSE_RST] = { SQUID("ERR_CONNECT_FAIL, with 111"), NULL },
    [CAUSE_ICMP] = { SQUID("ERR_CONNECT_FAIL, with 113"), NULL },
    [CAUSE_ARP] = { SQUID("ERR_CONNECT_FAIL, with 113"), NULL },
    [CAUSE_TLS] = { SQUID("ERR_SECURE_CONNECT_FAIL, with the TLS error"), "See tls_outgoing_options and sslproxy_cert_error." },
    [CAUSE_INVALID_RESPONSE] = { SQUID("ERR_INVALID_RESP, or ERR_TOO_BIG"), "See reply_header_max_size (64 kB)." },
    [CAUSE_TRUNCATED] = { SQUID("ERR_READ_ERROR, or ERR_INVALID_RESP inside the head"), NULL },
    [CAUSE_SERVER_CLOSED] = { SQUID("ERR_ZERO_SIZE_OBJECT"), "See server_persistent_connections and pconn_timeout (60 s): it must be shorter than the server's." },
    [CAUSE_SERVER_RESET] = { SQUID("ERR_READ_ERROR, with 104"), "See server_persistent_connections and pconn_timeout (60 s): it must be shorter than the server's." },
    [CAUSE_RESPONSE_TIMEOUT] = { SQUID("ERR_READ_TIMEOUT"), "See read_timeout (15 minutes)." },
    [CAUSE_UNKNOWN] = { SQUID("ERR_CANNOT_FORWARD where no way was left"), "See cache_peer, never_direct and the access rules." },
};

/* Envoy, "Access logging": %RESPONSE_FLAGS%, %RESPONSE_CODE_DETAILS%; of Istio, Contour and Envoy Gateway too. */
#define ENVOY(flag) "Envoy's access log has the response flag " flag "."

static const struct product_advice envoy[N_CAUSES] = {
    [CAUSE_NXDOMAIN] = { ENVOY("UH (no healthy upstream), or DF"), "See the cluster's type and dns_lookup_family." },
    [CAUSE_DNS_NODATA] = { ENVOY("UH (no healthy upstream), or DF"), "See the cluster's type and dns_lookup_family." },
    [CAUSE_DNS_ERROR] = { ENVOY("UH (no healthy upstream), or DF"), "See the cluster's dns_resolvers." },
    [CAUSE_DNS_TIMEOUT] = { ENVOY("UH (no healthy upstream), or DF"), "See the cluster's dns_resolvers." },
    [CAUSE_DNS_UNREACHABLE] = { ENVOY("UH (no healthy upstream), or DF"), "See the cluster's dns_resolvers." },
    [CAUSE_SYN_TIMEOUT] = { ENVOY("UF, with connection_timeout in its details"), "Its patience is the cluster's connect_timeout (5 s)." },
    [CAUSE_RST] = { ENVOY("UF (upstream connection failure)"), "See the cluster's endpoints, health checks and outlier detection." },
    [CAUSE_ICMP] = { ENVOY("UF (upstream connection failure)"), "See the cluster's endpoints, health checks and outlier detection." },
    [CAUSE_ARP] = { ENVOY("UF (upstream connection failure)"), "See the cluster's endpoints, health checks and outlier detection." },
    [CAUSE_TLS] = { ENVOY("UF, with TLS_error in %UPSTREAM_TRANSPORT_FAILURE_REASON%"), "See the cluster's transport_socket: sni, validation_context." },
    [CAUSE_INVALID_RESPONSE] = { ENVOY("UPE (upstream protocol error)"), "See max_response_headers_kb of the cluster's common_http_protocol_options." },
    [CAUSE_TRUNCATED] = { ENVOY("UC (upstream connection termination)"), NULL },
    [CAUSE_SERVER_CLOSED] = { ENVOY("UC (upstream connection termination)"), "Its idle_timeout to servers (1 hour) must be shorter than theirs; or retry_on: reset." },
    [CAUSE_SERVER_RESET] = { ENVOY("UC (upstream connection termination)"), "Its idle_timeout to servers (1 hour) must be shorter than theirs; or retry_on: reset." },
    [CAUSE_RESPONSE_TIMEOUT] = { ENVOY("UT (upstream request timeout)"), "Its patience is the route's timeout (15 s)." },
    [CAUSE_UNKNOWN] = { ENVOY("UH where no endpoint was healthy, NR where no route matched, UO where a circuit breaker is open"), NULL },
};

/* Caddy 2: Go's net, net/http and crypto/tls; seen in its log under http.log.error. */
#define CADDY(message) "Caddy logs it under http.log.error as \"" message "\"."

static const struct product_advice caddy[N_CAUSES] = {
    [CAUSE_NXDOMAIN] = { CADDY("dial tcp: lookup {dns}: no such host"), "See resolvers of transport http." },
    [CAUSE_DNS_NODATA] = { CADDY("dial tcp: lookup {dns}: no such host"), "See resolvers of transport http." },
    [CAUSE_DNS_ERROR] = { CADDY("dial tcp: lookup {dns}: server misbehaving"), "See resolvers of transport http." },
    [CAUSE_DNS_TIMEOUT] = { CADDY("dial tcp: lookup {dns}: i/o timeout"), "See resolvers of transport http." },
    [CAUSE_DNS_UNREACHABLE] = { CADDY("dial tcp: lookup {dns}: read: connection refused"), "See resolvers of transport http." },
    [CAUSE_SYN_TIMEOUT] = { CADDY("dial tcp {server}: i/o timeout"), "Its patience is dial_timeout of transport http (3 s)." },
    [CAUSE_RST] = { CADDY("dial tcp {server}: connect: connection refused"), "See to, lb_try_duration and the health checks of reverse_proxy." },
    [CAUSE_ICMP] = { CADDY("dial tcp {server}: connect: no route to host"), "See to, lb_try_duration and the health checks of reverse_proxy." },
    [CAUSE_ARP] = { CADDY("dial tcp {server}: connect: no route to host"), "See to, lb_try_duration and the health checks of reverse_proxy." },
    [CAUSE_TLS] = { CADDY("remote error: tls") " A certificate that it does not accept is \"tls: failed to verify certificate\".",
                    "See tls_server_name and tls_trust_pool of transport http." },
    [CAUSE_INVALID_RESPONSE] = { CADDY("malformed HTTP response"), "See max_response_header and versions of transport http." },
    [CAUSE_TRUNCATED] = { CADDY("unexpected EOF"), NULL },
    [CAUSE_SERVER_CLOSED] = { CADDY("EOF"), "Its keepalive of transport http (2 minutes) must be shorter than the server's." },
    [CAUSE_SERVER_RESET] = { CADDY("read: connection reset by peer"), "Its keepalive of transport http (2 minutes) must be shorter than the server's." },
    [CAUSE_RESPONSE_TIMEOUT] = { CADDY("timeout awaiting response headers"), "Its patience is response_header_timeout of transport http (none unless set)." },
    [CAUSE_UNKNOWN] = { CADDY("no upstreams available") " It says so where all of them failed lately (fail_duration).", NULL },
};

/* learn.microsoft.com, "Troubleshooting 502 Errors in ARR"; codes of WinHTTP (winhttp.h) */
#define IIS(code) "IIS logs 502.3 with sc-win32-status " code "."

static const struct product_advice iis[N_CAUSES] = {
    [CAUSE_NXDOMAIN] = { IIS("12007 (name not resolved)"), NULL },
    [CAUSE_DNS_NODATA] = { IIS("12007 (name not resolved)"), NULL },
    [CAUSE_DNS_ERROR] = { IIS("12007 (name not resolved)"), NULL },
    [CAUSE_DNS_TIMEOUT] = { IIS("12007 (name not resolved)"), NULL },
    [CAUSE_DNS_UNREACHABLE] = { IIS("12007 (name not resolved)"), NULL },
    [CAUSE_SYN_TIMEOUT] = { IIS("12029 (cannot connect) or 12002 (timeout)"), NULL },
    [CAUSE_RST] = { IIS("12029 (cannot connect)"), NULL },
    [CAUSE_ICMP] = { IIS("12029 (cannot connect)"), NULL },
    [CAUSE_ARP] = { IIS("12029 (cannot connect)"), NULL },
    [CAUSE_TLS] = { IIS("12175 (secure failure)"), NULL },
    [CAUSE_INVALID_RESPONSE] = { IIS("12152 (invalid server response)"), "See Response buffer of Application Request Routing's Server Proxy Settings." },
    [CAUSE_TRUNCATED] = { IIS("12030 (connection error) or 12152"), NULL },
    [CAUSE_SERVER_CLOSED] = { IIS("12030 (connection error) or 12152"), "See Keep-alive of Application Request Routing's Server Proxy Settings." },
    [CAUSE_SERVER_RESET] = { IIS("12030 (connection error)"), "See Keep-alive of Application Request Routing's Server Proxy Settings." },
    [CAUSE_RESPONSE_TIMEOUT] = { IIS("12002 (timeout)"), "Its patience is Time-out (120 s) of Application Request Routing's Server Proxy Settings." },
    [CAUSE_UNKNOWN] = { "IIS logs 502.4 where no server of the farm was online.", NULL },
};

/* Varnish 7: varnishd/cache/cache_fetch.c and cache_http1_fetch.c, vsl(7) FetchError. */
#define VARNISH(message) "varnishlog -q FetchError has \"" message "\"."

static const struct product_advice varnish[N_CAUSES] = {
    [CAUSE_SYN_TIMEOUT] = { VARNISH("fail errno 110 (Connection timed out)"), "Its patience is connect_timeout of the backend (3.5 s)." },
    [CAUSE_RST] = { VARNISH("fail errno 111 (Connection refused)"), "See host, port and probe of the backend." },
    [CAUSE_ICMP] = { VARNISH("fail errno 113 (No route to host)"), "See host, port and probe of the backend." },
    [CAUSE_ARP] = { VARNISH("fail errno 113 (No route to host)"), "See host, port and probe of the backend." },
    [CAUSE_INVALID_RESPONSE] = { VARNISH("http format error"), "See http_resp_hdr_len and http_resp_size." },
    [CAUSE_TRUNCATED] = { VARNISH("http first read error: EOF"), NULL },
    [CAUSE_SERVER_CLOSED] = { VARNISH("http first read error: EOF"), "Its backend_idle_timeout (60 s) must be shorter than the server's keep-alive." },
    [CAUSE_SERVER_RESET] = { VARNISH("http first read error: 104 (Connection reset by peer)"), "Its backend_idle_timeout (60 s) must be shorter than the server's keep-alive." },
    [CAUSE_RESPONSE_TIMEOUT] = { VARNISH("first byte timeout"), "Its patience is first_byte_timeout of the backend (60 s)." },
    [CAUSE_UNKNOWN] = { VARNISH("No backend") " Its health checks say why: varnishadm backend.list.", NULL },
};

static const struct product_advice *const products[N_PRODUCTS] = {
    [PRODUCT_WEB_GATEWAY] = web_gateway,
    [PRODUCT_NGINX] = nginx,
    [PRODUCT_HAPROXY] = haproxy,
    [PRODUCT_APACHE] = apache,
    [PRODUCT_SQUID] = squid,
    [PRODUCT_ENVOY] = envoy,
    [PRODUCT_CADDY] = caddy,
    [PRODUCT_IIS] = iis,
    [PRODUCT_VARNISH] = varnish,
};

const struct product_advice *
product_advice(enum product product, enum cause cause)
{
    return products[product] ? &products[product][cause] : NULL;
}
