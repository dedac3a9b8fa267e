# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of the floors that layers.py --draw makes"""
import collections
import html

WIDTH, BAND, BOX_HEIGHT, GAP, LEFT = 1080, 124, 84, 24, 56
STYLE = """
  text { font: 13px sans-serif; fill: #1b1f24 }
  .folder { font-weight: bold; font-size: 15px }
  .floor { fill: #6e7781 }
  .files { font-size: 11px; fill: #57606a }
  .box { fill: #ddf4ff; stroke: #0969da }
  .band { fill: #f6f8fa }
  .uses { fill: none; stroke: #57606a; stroke-width: 1.4; marker-end: url(#arrow) }
"""


def direct(uses):
    """Without what follows from the rest: a uses c where a uses b, which uses c."""
    below = collections.defaultdict(set)
    for a, b in uses:
        below[a].add(b)

    def reached(a):
        return below[a] | {far for near in below[a] for far in reached(near)}

    return sorted((a, b) for a, b in uses if not any(b in reached(c) for c in below[a] if c != b))


def places(table):
    """{folder: (x of its middle, y of its upper edge, width)}"""
    rows = collections.defaultdict(list)
    for name, (floor, *_) in table.items():
        rows[floor].append(name)
    found = {}
    for row, floor in enumerate(sorted(rows, reverse=True)):
        width = (WIDTH - LEFT - GAP) / len(rows[floor]) - GAP
        for column, name in enumerate(rows[floor]):
            found[name] = (LEFT + GAP + column * (width + GAP) + width / 2, row * BAND + (BAND - BOX_HEIGHT) / 2, width)
    return found


def lines(text, width, letter=7.2):
    """Words in lines that fit into a box of that width."""
    room, out = int(width / letter), [""]
    for word in text.split():
        if len(out[-1]) + len(word) > room:
            out.append("")
        out[-1] = f"{out[-1]} {word}".strip()
    return out


def arrow(start, end):
    """From one box down to another one, a little outside of the middle where floors are between."""
    (x, y, w), (x2, y2, w2) = start, end
    if y == y2:
        side = 1 if x2 > x else -1
        return f'<path class="uses" d="M{x + side * w / 2:.0f},{y + BOX_HEIGHT / 2:.0f} L{x2 - side * w2 / 2:.0f},{y2 + BOX_HEIGHT / 2:.0f}"/>'
    from_x = max(x - w / 2 + 12, min(x + w / 2 - 12, x2))
    to_x = max(x2 - w2 / 2 + 12, min(x2 + w2 / 2 - 12, x if w < w2 else from_x))
    return f'<path class="uses" d="M{from_x:.0f},{y + BOX_HEIGHT:.0f} C{from_x:.0f},{y + BOX_HEIGHT + 26:.0f} {to_x:.0f},{y2 - 26:.0f} {to_x:.0f},{y2 - 2:.0f}"/>'


def drawing(table, uses, files):
    """SVG. uses: (folder, folder) for each include, with repeats; files: of each folder, without their ends"""
    spots = places(table)
    height = BAND * len({floor for floor, *_ in table.values()})
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
           "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->",
           "<!-- Drawn by tests/static/layers.py; not to be changed by hand -->", f"<style>{STYLE}</style>",
           '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#57606a"/></marker></defs>']
    for row, floor in enumerate(sorted({floor for floor, *_ in table.values()}, reverse=True)):
        if row % 2 == 0:
            out.append(f'<rect class="band" x="0" y="{row * BAND}" width="{WIDTH}" height="{BAND}"/>')
        out.append(f'<text class="floor" x="20" y="{row * BAND + BAND / 2 + 5:.0f}">{floor}</text>')
    out += [arrow(spots[a], spots[b]) for a, b in direct({(a, b) for a, b in uses if a != b})]
    for name, (x, y, width) in spots.items():
        out.append(f'<rect class="box" rx="6" x="{x - width / 2:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX_HEIGHT}"/>')
        rows = [("folder", f"{name}/")] + [("what", line) for line in lines(table[name][2], width)]
        rows += [("files", line) for line in lines(" ".join(sorted(files[name])), width, 6.1)]
        top = y + (BOX_HEIGHT - 15 * len(rows)) / 2 + 12
        out += [f'<text class="{kind}" text-anchor="middle" x="{x:.0f}" y="{top + 15 * i:.0f}">{html.escape(line)}</text>' for i, (kind, line) in enumerate(rows)]
    return "\n".join([*out, "</svg>", ""])
