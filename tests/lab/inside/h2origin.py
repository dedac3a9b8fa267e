# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP/2 server that misbehaves as told.

usage: h2origin.py CONFIG.json with {"listen": [[address, port, mode]], "tmp": folder of cert.pem and key.pem}
The first part of the path says what to do: ok, s502, rst-stream, cut (a response begins, then RST_STREAM), goaway (the
stream is not served), close, reset, hang. Modes: "h2", "h2tls", and "h1", which answers in HTTP/1 whatever it is asked.
"""
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

import h2.config
import h2.connection
import h2.errors
import h2.events


def end(s, abort):
    raw = s if not isinstance(s, ssl.SSLSocket) else socket.socket(fileno=s.detach())
    if abort:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
        return
    raw.shutdown(socket.SHUT_WR)
    raw.settimeout(2)
    try:
        while raw.recv(65536):
            pass
    except OSError:
        pass
    raw.close()


def answer(c, s, event):
    """-> false: the connection is over"""
    path = dict(event.headers)[b":path"].decode()
    what, stream = path[1:].partition("?")[0].split("/")[0], event.stream_id
    time.sleep(0.01)
    if what in ("close", "reset"):
        end(s, what == "reset")
        return False
    if what == "hang":
        return True
    if what == "goaway":
        c.close_connection(h2.errors.ErrorCodes.ENHANCE_YOUR_CALM, last_stream_id=stream - 2 if stream > 1 else 0)
        s.sendall(c.data_to_send())
        end(s, False)
        return False
    if what == "rst-stream":
        c.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
    elif what == "cut":
        c.send_headers(stream, [(":status", "200"), ("content-type", "text/plain"), ("content-length", "9000")])
        s.sendall(c.data_to_send())
        time.sleep(0.02)
        c.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
    else:
        body = b"It works.\n" * 20
        c.send_headers(stream, [(":status", "502" if what == "s502" else "200"), ("content-type", "text/plain"), ("content-length", str(len(body)))])
        c.send_data(stream, body, end_stream=True)
    s.sendall(c.data_to_send())
    return True


def serve(s, ctx, speaks_h2):
    try:
        s.settimeout(20)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ctx:
            s = ctx.wrap_socket(s, server_side=True)
        if not speaks_h2:
            s.recv(65536)
            s.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return end(s, False)
        c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        c.initiate_connection()
        s.sendall(c.data_to_send())
        while data := s.recv(65536):
            for event in c.receive_data(data):
                if isinstance(event, h2.events.RequestReceived) and not answer(c, s, event):
                    return None
            s.sendall(c.data_to_send())
        s.close()
    except (OSError, ValueError, h2.exceptions.ProtocolError):
        s.close()
    return None


def listen(addr, port, ctx, speaks_h2):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((addr, port))
    s.listen(50)

    def loop():
        while True:
            threading.Thread(target=serve, args=(s.accept()[0], ctx, speaks_h2), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()


def main():
    with open(sys.argv[1]) as f:
        cfg = json.load(f)
    for addr, port, mode in cfg["listen"]:
        ctx = None
        if mode == "h2tls":
            ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            ctx.load_cert_chain(os.path.join(cfg["tmp"], "cert.pem"), os.path.join(cfg["tmp"], "key.pem"))
            ctx.set_alpn_protocols(["h2"])
        listen(addr, port, ctx, mode != "h1")
    print("ready", flush=True)
    while True:
        time.sleep(60)


main()
