# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks for URLs over one HTTP/2 connection without TLS, all at once. usage: h2client.py CONFIG.json

{"to": [address, port], "urls": [...]}
"""
import json
import socket
import sys
import urllib.parse

import h2.config
import h2.connection
import h2.events


def ask(c, url):
    u = urllib.parse.urlsplit(url)
    stream = c.get_next_available_stream_id()
    c.send_headers(stream, [(":method", "GET"), (":scheme", u.scheme), (":authority", u.netloc), (":path", u.path + "?" + u.query), ("user-agent", "lab")], end_stream=True)
    return stream


def main():
    with open(sys.argv[1]) as f:
        cfg = json.load(f)
    s = socket.create_connection(cfg["to"])
    s.settimeout(20)
    c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    c.initiate_connection()
    waiting = {ask(c, url) for url in cfg["urls"]}
    while waiting:
        s.sendall(c.data_to_send())
        data = s.recv(65536)
        if not data:
            break
        for event in c.receive_data(data):
            if isinstance(event, h2.events.DataReceived):
                c.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
                waiting.discard(event.stream_id)
    s.close()


main()
