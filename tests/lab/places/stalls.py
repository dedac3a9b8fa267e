# SPDX-License-Identifier: GPL-2.0-or-later
"""Why it stalled and what ended it: path MTU, windows, one-way paths, old connections, firewalls that forget or reset, keep-alive races, client certificates."""
import time

import software
from frames import FIN, RST
from places import Q, each, kept, place
from world import GW, SRV

UP = (SRV + "52", 80)
KEPT = "upstream app { server %s52:80; keepalive 4; keepalive_timeout 600s; } server { listen 80; keepalive_timeout 600s; proxy_read_timeout %%ds; location / { proxy_pass http://app; proxy_next_upstream off; } }" % SRV
PLAIN = "server { listen 80; proxy_read_timeout 4s; proxy_send_timeout 4s; client_max_body_size 0; proxy_request_buffering off; location / { proxy_pass http://%s52:80; } }" % SRV

BUFFERED = PLAIN.replace("proxy_request_buffering off; ", "")


def plain(w, conf=PLAIN, origins=None):
    w.origins = [["0.0.0.0", 80, "http"]] if origins is None else origins
    w.proxy = lambda w: software.nginx(w, conf)


# --- path MTU ---------------------------------------------------------------------------------------------------------------------
@place
def mtu_blackhole(w):
    """A firewall drops what is longer than 1400 bytes without a word: small requests pass, an upload never arrives."""
    plain(w, BUFFERED)
    w.setup.append(("R", "ethtool -K br0 gro off gso off tso off; ethtool -K s0 gro off gso off tso off; ethtool -K g0 gro off gso off tso off; iptables -A FORWARD -o s0 -m length --length 1401:65535 -j DROP"))
    w.setup.append(("G", "ethtool -K eth0 tso off gso off"))
    each(w, Q("/ok"), Q("/ok", "response_timeout", UP, method="POST", body=20000, stall="large_segments_unacknowledged"), timeout=30)


@place
def mtu_icmp_ignored(w):
    """The router says "fragmentation needed"; the gateway's own firewall drops that, so it never learns."""
    plain(w, BUFFERED)
    w.setup += [("R", "ip link set s0 mtu 1300"), ("G", "iptables -A INPUT -p icmp -j DROP; ethtool -K eth0 tso off gso off")]
    each(w, Q("/ok"), Q("/ok", "response_timeout", UP, method="POST", body=20000, stall="large_segments_unacknowledged", note="ICMP fragmentation needed is in the capture, and was ignored"), timeout=30)


@place
def mtu_tls_blackhole(w):
    """The same for a server's certificate: its long segments never arrive at the gateway, the handshake stops."""
    w.origins = [["0.0.0.0", 443, "https"]]
    w.setup.append(("R", "ethtool -K br0 gro off gso off tso off; ethtool -K s0 gro off gso off tso off; iptables -A FORWARD -i s0 -m length --length 501:65535 -j DROP"))
    w.setup.append(("S", "ethtool -K eth0 tso off gso off"))
    w.proxy = lambda w: software.nginx(w, "server { listen 80; location / { proxy_pass https://%s52:443; } }" % SRV)
    each(w, Q("/ok", "tls", (SRV + "52", 443), frames=client_hello), timeout=30)


def client_hello(truth, span, e):
    return [next(x.n for x in span if x.tcp and x.dport == 443 and x.data[:1] == b"\x16")]


# --- windows and one-way paths -------------------------------------------------------------------------------------------------------
@place
def zero_window(w):
    """The server stops reading an upload: its window goes to zero."""
    plain(w, origins=[["0.0.0.0", 80, "hang"]])
    w.setup.append(("S", "sysctl -qw net.ipv4.tcp_rmem='4096 8192 16384'"))
    each(w, Q("/up", "response_timeout", UP, method="POST", body=200000, stall="zero_window"), timeout=30)


@place
def request_unacknowledged(w):
    """A firewall lets the handshake pass and drops what carries data (an inspection that hangs)."""
    plain(w)
    w.setup.append(("R", "iptables -A FORWARD -o s0 -p tcp --tcp-flags PSH PSH -j DROP"))
    each(w, Q("/ok", "response_timeout", UP, stall="request_unacknowledged"), timeout=30)


@place
def synack_repeated(w):
    """The way to the server loses everything but the SYN: the server repeats its SYN/ACK."""
    plain(w, PLAIN.replace("proxy_read_timeout 4s", "proxy_read_timeout 9s"))
    w.setup.append(("R", "iptables -A FORWARD -o s0 -p tcp --tcp-flags SYN NONE -j DROP"))
    each(w, Q("/ok", "response_timeout", UP, stall="handshake_one_way"), timeout=30)


@place
def silent_application(w):
    """All is acknowledged, and the application says nothing."""
    plain(w)
    each(w, Q("/hang", "response_timeout", UP, stall="silent"), timeout=30)


@place
def synack_reset_by_own_host(w):
    """The gateway's own firewall answers the server's SYN/ACK with RST; the gateway repeats its SYN."""
    plain(w, PLAIN.replace("proxy_read_timeout", "proxy_connect_timeout 8s; proxy_read_timeout"))
    w.setup.append(("G", "iptables -A INPUT -p tcp -s %s52 --tcp-flags SYN,ACK SYN,ACK -j REJECT --reject-with tcp-reset" % SRV))
    each(w, Q("/ok", "syn_timeout", UP), timeout=30)


@place
def old_connection_challenge_ack(w):
    """The server still has a connection from the same port, which a firewall made one-sided: its bare ACK answers every SYN."""
    w.origins = [["0.0.0.0", 80, "hang"]]
    # The firewall lets neither FIN nor RST of the gateway through; HAProxy has one source port.
    w.setup.append(("R", "iptables -A FORWARD -o s0 -p tcp --tcp-flags FIN FIN -j DROP; iptables -A FORWARD -o s0 -p tcp --tcp-flags RST RST -j DROP"))
    w.setup.append(("G", "sysctl -qw net.ipv4.tcp_fin_timeout=1 net.ipv4.tcp_orphan_retries=1"))
    w.proxy = lambda w: software.haproxy(w, "frontend f\n bind :80\n default_backend b\nbackend b\n timeout connect 7s\n server s %s52:80 source %s:40001-40001\n" % (SRV, GW))
    each(w, Q("/one", "response_timeout", UP), timeout=30)
    time.sleep(1)
    each(w, Q("/two", "syn_timeout", UP), timeout=30)


# --- kept connections -----------------------------------------------------------------------------------------------------------------
@place
def idle_dropped_by_firewall(w):
    """While the kept connection was idle the firewall forgot it, and drops what comes on it."""
    plain(w, KEPT % 6)
    kept(w, Q("/ok"))
    time.sleep(3)
    w.sh("R", "iptables -A FORWARD -o s0 -p tcp ! --syn -j DROP")
    each(w, Q("/ok", "response_timeout", UP, stall="request_unacknowledged"), timeout=30)


@place
def idle_reset_by_firewall(w):
    """The same, but the firewall answers with RST: its TTL is not the server's."""
    plain(w, KEPT % 6)
    kept(w, Q("/ok"))
    time.sleep(3)
    w.sh("R", "iptables -A FORWARD -o s0 -p tcp ! --syn -j REJECT --reject-with tcp-reset")
    each(w, Q("/ok", "server_reset", UP, sender="on_path"), timeout=30)


@place
def idle_reset_by_server(w):
    """The server forgot the kept connection (it was restarted): its own RST."""
    plain(w, KEPT % 6)
    kept(w, Q("/ok"))
    time.sleep(1)
    # The server's kernel loses the connection without a word.
    w.sh("S", "iptables -A OUTPUT -p tcp --sport 80 -j DROP; ss -K sport = :80 >/dev/null || true; sleep 0.2; iptables -D OUTPUT -p tcp --sport 80 -j DROP")
    each(w, Q("/ok", "server_reset", UP), timeout=30)


@place
def idle_fin_crosses(w):
    """The server closes its idle connection while the next request is under way; the way back is 300 ms long."""
    w.late.append(("R", "later", {"device": "far0", "seconds": 0.3}))
    plain(w, KEPT % 6, [["0.0.0.0", 80, "http", {"idle": 0.9}]])
    w.start()
    kept(w, Q("/idle-fin"), linger=0)
    # The answer left the server 0.3 s before the client had it: the FIN leaves 0.6 s after that, and arrives 0.9 s after that.
    time.sleep(0.65)
    each(w, Q("/ok", "ended", UP), timeout=30)


@place
def idle_closed_before(w):
    """The server closes behind the request without an answer each time: a kept connection, no crossing."""
    plain(w, KEPT % 6)
    kept(w, Q("/next-fin"))
    time.sleep(1)
    each(w, Q("/ok", "ended", UP), timeout=30)


# --- who sent it ------------------------------------------------------------------------------------------------------------------------
@place
def refused_by_firewall(w):
    """A firewall on the way refuses for the server: RST to every SYN."""
    plain(w, origins=[["0.0.0.0", 8443, "http"]])
    w.setup.append(("R", "iptables -A FORWARD -d %s52 -p tcp --dport 80 -j REJECT --reject-with tcp-reset" % SRV))
    each(w, Q("/ok", "rst", UP))


@place
def reset_by_inspection(w):
    """A firewall that reads along resets the connection at a word in the request; its TTL is not the server's."""
    plain(w)
    w.setup.append(("R", "iptables -A FORWARD -d %s52 -p tcp -m string --algo bm --string forbidden -j REJECT --reject-with tcp-reset" % SRV))
    each(w, Q("/ok"), Q("/ok/forbidden", "server_reset", UP, sender="on_path"), timeout=30)


# --- client certificate -----------------------------------------------------------------------------------------------------------------
def certificate_wanted(w, version):
    up = (SRV + "52", 443)

    def begin(w):
        software.apache(w, "SSLEngine on\nSSLCertificateFile %(d)s/cert.pem\nSSLCertificateKeyFile %(d)s/key.pem\nSSLProtocol %(v)s\nSSLVerifyClient require\nSSLCACertificateFile %(d)s/cert.pem\n" %
                        {"d": w.tmp, "v": version}, "ssl socache_shmcb", "S", "server", 443)
        software.nginx(w, "server { listen 80; location / { proxy_pass https://%s52:443; proxy_ssl_protocols TLSv1.2 TLSv1.3; } }" % SRV)
    w.proxy = begin
    return up


@place
def certificate_missing_tls13(w):
    """The server wants a client certificate, nginx has none: TLS 1.3, the refusal comes after the handshake, in an encrypted alert."""
    up = certificate_wanted(w, "TLSv1.3")
    each(w, Q("/ok", "tls", up, frames=refusal_tls13))


@place
def certificate_missing_tls12(w):
    """The same with TLS 1.2: the alert stands in clear."""
    up = certificate_wanted(w, "TLSv1.2")
    each(w, Q("/ok", "tls", up))


def refusal_tls13(truth, span, e):
    """The server's last short record before its FIN"""
    theirs = [x for x in span if x.tcp and x.sport == 443]
    end = next((x.n for x in theirs if x.flags & (FIN | RST)), 1 << 30)
    return [x.n for x in theirs if x.data[:1] == b"\x17" and x.n <= end][-1:]
