# SPDX-License-Identifier: GPL-2.0-or-later
"""The clock: an event queue, processes (generators) and signals they wait for."""
import heapq


class Sim:
    def __init__(self):
        self.now = 0.0
        self._queue = []
        self._order = 0

    def at(self, when, call, *args):
        self._order += 1
        heapq.heappush(self._queue, (when, self._order, call, args))

    def after(self, delay, call, *args):
        self.at(self.now + delay, call, *args)

    def start(self, generator):
        Process(self, generator).step(None)

    def run(self):
        queue, pop = self._queue, heapq.heappop
        while queue:
            self.now, _, call, args = pop(queue)
            call(*args)


class Signal:
    """Something that one process waits for."""
    __slots__ = ("process", "token")

    def __init__(self):
        self.process = None

    def fire(self):
        process, self.process = self.process, None
        if process is not None:
            process.resume(self.token, True)


class Process:
    """Runs a generator: `yield 0.5` sleeps, `yield signal, 2.0` waits (True: it came, False: time is up)."""
    __slots__ = ("sim", "generator", "token")

    def __init__(self, sim, generator):
        self.sim, self.generator, self.token = sim, generator, 0

    def resume(self, token, value):
        if token == self.token:
            self.step(value)

    def step(self, value):
        self.token += 1
        try:
            wanted = self.generator.send(value)
        except StopIteration:
            return
        if isinstance(wanted, tuple):
            signal, timeout = wanted
            signal.process, signal.token = self, self.token
            if timeout is not None:
                self.sim.after(max(timeout, 0.0), self.resume, self.token, False)
        else:
            self.sim.after(wanted, self.resume, self.token, None)
