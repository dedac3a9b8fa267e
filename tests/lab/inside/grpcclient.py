# SPDX-License-Identifier: GPL-2.0-or-later
"""A gRPC client: one channel a call, one call after the other.

usage: grpcclient.py CONFIG.json with {"to": [address, port], "paths": [...]}; prints the status of each as JSON.
"""
import json
import sys

import grpc


def main():
    with open(sys.argv[1]) as f:
        cfg = json.load(f)
    said = []
    for path in cfg["paths"]:
        with grpc.insecure_channel("%s:%d" % tuple(cfg["to"]), options=[("grpc.enable_http_proxy", 0), ("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]) as channel:
            try:
                channel.unary_unary(path)(b"ask", timeout=10)
                said.append("OK")
            except grpc.RpcError as e:
                said.append("%s %s" % (e.code().name, e.details()))
    print(json.dumps(said))


main()
