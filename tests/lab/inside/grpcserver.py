# SPDX-License-Identifier: GPL-2.0-or-later
"""A gRPC server whose methods fail as their names say.

usage: grpcserver.py CONFIG.json with {"listen": [[address, port]]}. Methods: /lab.App/ok, slow, die (the process ends). Each dying needs a server of its own.
"""
import json
import os
import signal
import sys
import time
from concurrent import futures

import grpc


class Any(grpc.GenericRpcHandler):
    def service(self, details):
        what = details.method.rpartition("/")[2].partition("?")[0]

        def answer(request, context):
            if what == "die":
                time.sleep(0.02)
                os.kill(os.getpid(), signal.SIGKILL)
            if what == "slow":
                time.sleep(5)
            if what == "error":
                context.abort(grpc.StatusCode.UNAVAILABLE, "the application says so")
            return b"ok"
        return grpc.unary_unary_rpc_method_handler(answer)


def main():
    with open(sys.argv[1]) as f:
        cfg = json.load(f)
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((Any(),))
    for address, port in cfg["listen"]:
        server.add_insecure_port("%s:%d" % (address, port))
    server.start()
    print("ready", flush=True)
    time.sleep(600)


main()
