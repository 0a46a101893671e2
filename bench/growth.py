"""Draws what bench_growth says: growth.py FOLDER <LINES, one plot for each thing that grows, as SVG."""
import math
import pathlib
import sys

WIDTH, HEIGHT, LEFT, TOP, STEP = 640, 300, 60, 30, 60
WORDS = {"connections": "connections", "certificates": "stored certificates", "transactions": "open transactions"}
POWERS = ["1", "10", "100", "1k", "10k", "100k", "1M"]
COLOURS = {"memory": "#1f6fb4", "sqlite": "#c2571a"}


def read(lines):
    """{what: {store: [(count, rate in % of the floor, resident MB)]}}"""
    series = {}
    for line in lines:
        what, store, count, floor, server, resident = line.split()
        point = (int(count), 100 * float(floor) / float(server), int(resident) / 1024)
        series.setdefault(what, {}).setdefault(store, []).append(point)
    return series


def scale(most):
    """A round number that is not below."""
    step = 10 ** math.floor(math.log10(most))
    return next(step * factor for factor in (1, 2, 5, 10) if step * factor >= most)


def panel(points_of, title, most, left, farthest):
    """Axes with one line for each store; the horizontal one is logarithmic."""
    width, height = WIDTH / 2 - LEFT - 20, HEIGHT - TOP - STEP
    across = lambda count: left + width * math.log10(count) / math.log10(farthest)
    down = lambda value: TOP + height * (1 - value / most)
    out = [f'<text x="{left}" y="{TOP - 12}">{title}</text>']
    for part in range(5):
        y = down(most * part / 4)
        out.append(f'<path d="M{left} {y:.1f}h{width:.1f}" stroke="#ddd"/><text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{most * part / 4:g}</text>')
    for power in range(round(math.log10(farthest)) + 1):
        out.append(f'<text x="{across(10 ** power):.1f}" y="{TOP + height + 18}" text-anchor="middle">{POWERS[power]}</text>')
    for store, points in points_of.items():
        path = " ".join(f"{across(count):.1f},{down(value):.1f}" for count, value in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[store]}" stroke-width="2"/>')
    return out


def draw(what, stores):
    farthest = max(point[0] for points in stores.values() for point in points)
    rates = {store: [(count, rate) for count, rate, _ in points] for store, points in stores.items()}
    sizes = {store: [(count, size) for count, _, size in points] for store, points in stores.items()}
    most = scale(max(size for points in sizes.values() for _, size in points))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    out += panel(rates, "rate, % of the floor", 100, LEFT, farthest)
    out += panel(sizes, "resident memory of the server, MB", most, WIDTH / 2 + LEFT, farthest)
    out.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">{WORDS[what]}</text>')
    for place, store in enumerate(stores):
        out.append(f'<text x="{LEFT + 90 * place}" y="{HEIGHT - 12}" fill="{COLOURS[store]}">{store}</text>')
    return "\n".join(out + ["</svg>", ""])


def main():
    folder = pathlib.Path(sys.argv[1])
    for what, stores in read(sys.stdin).items():
        (folder / f"growth-{what}.svg").write_text(draw(what, stores), encoding="utf-8")


main()
