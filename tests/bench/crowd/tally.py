# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts beside the truth: what is counted, and how a miss is told."""
import collections

LEVELS = ("observed", "likely", "inferred", "none")


class Tally:
    def __init__(self):
        self.n = collections.Counter()
        self.misses = []

    def add(self, other):
        self.n.update(other.n)
        self.misses += other.misses

    def share(self, good, of):
        return 100.0 * self.n[good] / self.n[of] if self.n[of] else 100.0

    def figures(self):
        return {"causes": self.share("cause", "responses"), "evidence": self.share("evidence", "evidence of"),
                "observed": self.share(("sound", "observed"), ("conf of", "observed")), "likely": self.share(("sound", "likely"), ("conf of", "likely"))}


def compare(truth, verdicts, passes, where):
    """-> Tally. A verdict is sound when its cause is right and, where the wire can tell, its evidence too."""
    t, by_frame = Tally(), collections.defaultdict(list)
    for v in verdicts:
        by_frame[v["frame"]].append(v)
    for e in truth:
        got = by_frame[e["frame"]].pop(0) if by_frame[e["frame"]] else by_frame[e["frame_first"]].pop(0) if by_frame[e["frame_first"]] else None
        t.n["responses"] += 1
        t.n["of", e["cause"]] += 1
        if e.get("late"):
            t.n["late"] += 1
        late = passes == 1 and e.get("late") and got and got["cause"] in [e["cause"]] + e["late_acceptable"]
        right = bool(got) and (got["cause"] == e["cause"] or got["cause"] in e["also_acceptable"] or bool(late))
        words, sound = [], right
        if not right:
            words.append("cause %s (%s), truth %s" % (got["cause"] if got else "none", got["confidence"] if got else "-", e["cause"]))
        else:
            t.n["cause"] += 1
            t.n["right", e["cause"]] += 1
            if not late and got["cause"] == e["cause"] and e["evidence"]["exact"]:
                sound = evidence(t, e, got, words)
        if got:
            t.n["conf of", got["confidence"]] += 1
            t.n["conf", got["confidence"], right] += 1
            t.n["sound", got["confidence"]] += sound
            if e["request_frame"] and got["alone"]:
                t.n["links of"] += 1
                if got["request"] == [e["request_frame"]]:
                    t.n["links"] += 1
                else:
                    words.append("request_frame %s, truth %s" % (got["request"], e["request_frame"]))
        if words:
            t.misses.append(miss(e, got, words, where))
    for frame in sorted(by_frame):
        for v in by_frame[frame]:
            t.n["stray"] += 1
            t.misses.append("%s frame %d: stray verdict %s: %s" % (where, frame, v["cause"], v["summary"]))
    return t


def evidence(t, e, got, words):
    """-> whether the verdict cites all that it must and nothing of others; of a packet that the capture holds twice, either copy."""
    own = set(e["evidence"]["frames"]) | {e["request_frame"]}
    for v in e["related"].values():
        own |= set(v) if isinstance(v, list) else set()
    copies = dict(e.get("copies", []))
    lacks = sorted(f for f in e["evidence"]["frames"] if f not in got["evidence"] and copies.get(f) not in got["evidence"])
    alien = sorted(got["evidence"] - own)
    t.n["evidence of"] += 1
    t.n["evidence of", e["cause"]] += 1
    if lacks or alien:
        words.append("evidence lacks %s, has others' %s" % (lacks[:6], alien[:6]))
        return False
    t.n["evidence"] += 1
    t.n["evidence", e["cause"]] += 1
    return True


def miss(e, got, words, where):
    ev = e["evidence"]
    lines = ["%s frame %d [%s] %s %s (request %s, stream %s): %s" % (where, e["frame"], e["kind"], e["method"], e["url"], e["request_frame"],
                                                                   e["client_stream"], "; ".join(words))]
    lines.append("    truth:  %s, server %s, %d attempt(s), evidence %s%s%s, %.4f s" % (
        e["cause"], e["server"], e["attempts"], ev["frames"][:10], "" if ev["exact"] else " (not exact)", ", late" if e.get("late") else "", e["seconds"]))
    for one in e.get("owned", [])[:8]:
        lines.append("    owned:  %s %s: %s, frames %s%s" % (one["activity"], one.get("server") or one["name"], one["cause"],
                                                             "-".join(map(str, one["frames"])), ", sent %s" % one["sent"][0] if one.get("sent") else ""))
    if got:
        lines.append("    plugin: %s %s, server %s, %s attempt(s), evidence %s: %s" % (got["confidence"], got["cause"], got["server"], got["attempts"],
                                                                                     sorted(got["evidence"])[:10], got["summary"]))
    return "\n".join(lines)


def part(t, good, of):
    """'98.61 % (213 of 216)'"""
    return "%6.2f %% (%d of %d)" % (t.share(good, of), t.n[good], t.n[of]) if t.n[of] else "-"


HEADS = ("kind", "rate", "502s", "causes right", "exact evidence", "`observed` right", "`likely` right", "`unknown`", "strays", "")


def row(kind, rate, t, good):
    return (kind, str(rate), str(t.n["responses"]), part(t, "cause", "responses"), part(t, "evidence", "evidence of"),
            part(t, ("sound", "observed"), ("conf of", "observed")), part(t, ("sound", "likely"), ("conf of", "likely")),
            str(t.n["conf of", "none"]), str(t.n["stray"]), "" if good else "<")


def table(rows):
    """Lines of a Markdown table with even columns."""
    widths = [max(len(r[i]) for r in [HEADS] + rows) for i in range(len(HEADS))]
    line = lambda r: "| " + " | ".join(c.ljust(w) for c, w in zip(r, widths)) + " |"
    return [line(HEADS), "|" + "|".join("-" * (w + 2) for w in widths) + "|"] + [line(r) for r in rows]


def details(t, limit):
    """Lines: right by cause, by confidence, and the first misses."""
    out = ["    %-18s %14s %20s" % ("cause", "right", "exact evidence")]
    for cause in sorted(k[1] for k in t.n if isinstance(k, tuple) and k[0] == "of"):
        out.append("    %-18s %6d of %5d %9d of %5d" % (cause, t.n["right", cause], t.n["of", cause], t.n["evidence", cause], t.n["evidence of", cause]))
    out.append("    %-18s %14s %20s" % ("confidence", "cause right", "and evidence right"))
    for c in sorted(str(k[1]) for k in t.n if isinstance(k, tuple) and k[0] == "conf of"):
        out.append("    %-18s %6d of %5d %9d of %5d" % (c, t.n["conf", c, True], t.n["conf of", c], t.n["sound", c], t.n["conf of", c]))
    out += t.misses[:limit]
    if len(t.misses) > limit:
        out.append("    ... and %d misses more" % (len(t.misses) - limit))
    return out
