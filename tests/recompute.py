#!/usr/bin/env python3
"""Recomputes every value of MELT's results from its export, knowing only docs/metrics.md. Usage: recompute.py EXPORT_DIR RESULTS.json"""
import csv, json, math, pathlib, statistics, sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from fractions import Fraction

def table(path):
    with open(path, newline="", encoding="utf-8") as file: return list(csv.DictReader(file))

class Sensor:
    """A channel, or the product of two: readings, and twice their running integral at knots, in whole numbers of 1/scale."""
    def __init__(self, session, name):
        meter = max((m["meter"] for m in session.meters if name.startswith(m["meter"] + ".")), key=len)
        names, first, blocks, lost, last = name[len(meter) + 1:].split("*"), {}, {}, set(), None
        rows = {m["channel"]: m for m in session.meters if m["meter"] == meter}
        about, lag = rows[names[0]], next((float(rows[c]["cal_lag_s"]) for c in names if rows[c]["cal_lag_s"]), 0)
        origin = None
        def corrected(r, c):  # true value = gain·reading + offset; that of a counter is in watts
            gain, offset = Fraction(rows[c]["cal_gain"] or 1), Fraction(rows[c]["cal_offset"] or 0)
            return gain * Fraction(r[c]) + offset * (Fraction(int(r["at_ns"]) - origin, 10 ** 9) if rows[c]["kind"] == "accumulated" else 1)
        for r in table(session.folder / "readings" / about["file"]):
            origin = int(r["at_ns"]) if origin is None else origin
            if all(r[c] for c in names): first.setdefault(int(r["at_ns"]), math.prod(corrected(r, c) for c in names))  # of equal stamps the first
            if r["sequence_first"]: blocks[r["number"]] = (int(r["sequence_first"]), int(r["sequence_last"]), int(r["at_ns"]))
        for begin, end, at in sorted(blocks.values(), key=lambda b: b[0]):
            if last and begin > last[0] + 1: lost.add(last[1])
            if not last or end > last[0]: last = (end, at)
        stamps = sorted(first)
        if about.get("held") == "1":  # held readings count when they are new
            first = {t: first[t] for before, t in zip(stamps, stamps[1:]) if first[t] != first[before]}
        self.at, self.values, self.unit, self.clock, counter = sorted(first), [first[t] for t in sorted(first)], about["unit"], session.clocks[meter], about["kind"] == "accumulated"
        spacings = sorted(b - a for a, b in zip(self.at, self.at[1:])) or [0]
        self.period = p = round(float(about["period_s"]) * 1e9) if about["period_s"] else spacings[(len(spacings) - 1) // 2]
        w = round(float(about["window_s"] or 0) * 1e9) if about["kind"] == "averaged" else 0
        tiles, half, self.window = w > 0 and 0.95 * p <= w <= 1.05 * p, w // 2, w if w >= 0.95 * p else 0
        shift = {"start": w if tiles else half, "end": 0 if tiles else -half}.get(about["stamp_position"], half if tiles else 0) - round(float(about["latency_s"] or 0) * 1e9) - round(lag * 1e9)
        grid, n, at = math.lcm(*{v.denominator for v in self.values}), len(self.at), [t + shift for t in self.at]
        v = [int(x * grid) for x in self.values]
        around = lambda i, k: min(v[max(0, i - k):i + k]) + max(v[max(0, i - k):i + k])  # twice the value held in a gap
        self.knots, self.twice, self.bend, self.scale = [at[0] - w if tiles else at[0]], [0], [], 2 * grid * (1 if counter else 10 ** 9)
        edges, bridged, last = sorted({self.meter(t) for phase in session.phases for t in phase[2:]}) if self.clock else [], set(), -1
        cuts = dict(self.cuts(at, half, edges)) if not tiles and not counter and not self.window else {}
        def extend(to, area, bend=0): self.knots.append(to), self.twice.append(self.twice[-1] + area), self.bend.append(bend)
        gapped = lambda i: i > 0 and not counter and (at[i] - at[i - 1] > 3 * p or self.at[i - 1] in lost)
        for i in range(0 if tiles else 1, n):
            if i <= last: continue
            if i - 1 in cuts and not any(gapped(j) for j in range(i, cuts[i - 1][1] + 1)):  # each side keeps its own reading up to the edge
                edge, last = cuts[i - 1]
                extend(edge, 2 * v[i - 1] * (edge - at[i - 1])), extend(at[last], 2 * v[last] * (at[last] - edge))
                continue
            gap = gapped(i)
            if tiles and gap and at[i] - w > self.knots[-1]: bridged.add(len(self.knots) - 1)
            held = around(i, min(n, max(10, (at[i] - at[i - 1]) // max(1, p)))) if gap else 0
            if tiles and gap and at[i] - w > self.knots[-1]: extend(at[i] - w, held * (at[i] - w - self.knots[-1]))
            if counter: extend(at[i], 2 * (v[i] - v[i - 1]))
            elif tiles: extend(at[i], 2 * v[i] * (at[i] - self.knots[-1]))
            else: extend(at[i], (held if gap else v[i - 1] + v[i]) * (at[i] - at[i - 1]), 0 if gap else v[i] - v[i - 1])
        if tiles or counter: self.divide(edges, bridged)
        fitted, exact, late = about.get("fitted_window_s"), [float(x) for x in self.values], round(float(about["latency_s"] or 0) * 1e9) + round(lag * 1e9)
        if counter: self.rows = [(a, b, (y - x) / ((b - a) / 1e9)) for a, b, x, y in zip(at, at[1:], exact, exact[1:])]
        elif fitted: self.rows = [(t - round(float(about["fitted_latency_s"]) * 1e9) - late - round(float(fitted) * 1e9), t - round(float(about["fitted_latency_s"]) * 1e9) - late, x) for t, x in zip(self.at, exact)]
        else:
            ends = [t + ({"start": w, "end": 0}.get(about["stamp_position"], half) if w else 0) - late for t in self.at]
            self.rows = [(t - max(1, w), t, x) for t, x in zip(ends, exact)]
        self.powers = self.regression(session, 5 * p if fitted else math.inf) if len(self.rows) <= 20000 else None
        self.ends = (0, 0) if counter else (around(0, 10), around(n, 10))
    def regression(self, session, room):  # mean power of each sort of phase: least squares over the windows' shares
        self.pieces_of = []
        for i, (name, request, begin, end) in enumerate(session.phases):
            name += " (warm-up)" if request and request in session.warm else ""
            parts = [(name + " begins", begin, begin + room // 5), (name, begin + room // 5, end)] if i and end - begin >= room else [(name, begin, end)]
            self.pieces_of += [(sort, a, b, self.meter(a), self.meter(b)) for sort, a, b in parts] if self.clock else []
        sorts = list(dict.fromkeys(p[0] for p in self.pieces_of))
        if not sorts: return None
        n, where = len(sorts), {s: i for i, s in enumerate(sorts)}
        m, starts = [[0.0] * (n + 1) for _ in range(n)], [p[3] for p in self.pieces_of]
        for a, b, y in self.rows:
            if a < self.pieces_of[0][3] or b > self.pieces_of[-1][4]: continue
            shares = [0.0] * n
            for sort, _, _, f, t in self.pieces_of[max(0, bisect_right(starts, a) - 1):bisect_left(starts, b)]: shares[where[sort]] += max(0, min(t, b) - max(f, a)) / (b - a)
            for i in range(n):
                if shares[i]:
                    for j in range(n): m[i][j] += shares[i] * shares[j]
                    m[i][n] += shares[i] * y
        seen = [i for i in range(n) if m[i][i] > 0]
        for i in seen:  # Gauss and Jordan
            if abs(m[i][i]) < 1e-12: continue
            m[i] = [x / m[i][i] for x in m[i]]
            for j in seen:
                if j != i: m[j] = [x - m[j][i] * y for x, y in zip(m[j], m[i])]
        return {s: m[where[s]][n] for s in sorts}
    def derived(self, spans): return math.fsum(self.powers[sort] * max(0, min(b, end) - max(a, begin)) / 1e9 for a, b in spans for sort, begin, end, _, _ in self.pieces_of)
    def meter(self, t):  # a moment of the session by this meter's clock
        c = next((c for c in reversed(self.clock) if not c["from_ns"] or int(c["from_ns"]) <= t), self.clock[0])
        return t + int(c["offset_ns"]) + round(float(c["drift"]) * (t - int(c["t0_ns"])))
    def cuts(self, at, half, edges):  # the last reading wholly before an edge, the first wholly behind it
        for before, edge, after in zip([-math.inf] + edges, edges, edges[1:] + [math.inf]):
            i, j = bisect_right(at, edge - half) - 1, bisect_right(at, edge + half - 1)
            if i >= 0 and j < len(at) and at[i] - half >= before and at[j] + half <= after and i < j and at[i] != edge and at[j] != edge: yield i, (edge, j)
    def divide(self, edges, bridged):  # windows that hold phase edges: a steady side keeps its level, the other gets the rest
        knots, twice, near = list(self.knots), list(self.twice), lambda x, y: (2 * x + y) // (2 * y)
        for i in range(len(knots) - 1):
            inside = [e for e in edges if knots[i] < e < knots[i + 1]]
            if not inside or i in bridged: continue
            before, after = max([-math.inf] + [e for e in edges if e < inside[0]]), min([math.inf] + [e for e in edges if e > inside[-1]])
            low = high = 0
            while low < 5 and i - low > 0 and knots[i - low - 1] >= before and i - low - 1 not in bridged: low += 1
            while high < 5 and i + high + 2 < len(knots) and knots[i + high + 2] <= after and i + high + 1 not in bridged: high += 1
            whole, a, b = twice[i + 1] - twice[i], inside[0] - knots[i], knots[i + 1] - inside[-1]
            left = near((twice[i] - twice[i - low]) * a, knots[i] - knots[i - low]) if low else 0
            right = near((twice[i + high + 1] - twice[i + 1]) * b, knots[i + high + 1] - knots[i + 1]) if high else 0
            if low and high and len(inside) == 1: shares = [near(left + whole - right, 2)]
            else:
                start, stop, rest = inside[0] if low else knots[i], inside[-1] if high else knots[i + 1], whole - left - right
                shares = [left if e == start else left + rest if e == stop else left + near(rest * (e - start), stop - start) for e in inside]
            place = bisect_left(self.knots, inside[0])
            self.knots[place:place], self.twice[place:place], self.bend[place:place] = inside, [twice[i] + x for x in shares], [0] * len(inside)
    def upto(self, t):  # twice the integral from the first knot: numerator, denominator
        if t <= self.knots[0]: return self.ends[0] * (t - self.knots[0]), 1
        if t >= self.knots[-1]: return self.twice[-1] + self.ends[1] * (t - self.knots[-1]), 1
        i = bisect_right(self.knots, t) - 1
        length, into = self.knots[i + 1] - self.knots[i], t - self.knots[i]
        return self.twice[i] * length + (self.twice[i + 1] - self.twice[i] - self.bend[i] * (length - into)) * into, length
    def between(self, a, b):
        (n1, d1), (n2, d2) = self.upto(a), self.upto(b)
        return (n2 * d1 - n1 * d2) / (d1 * d2 * self.scale)
    def pieces(self, begin, end):  # of the meter's clock
        for i, c in enumerate(self.clock):
            a, b = begin if i == 0 else max(begin, int(c["from_ns"])), end if i == len(self.clock) - 1 else min(end, int(self.clock[i + 1]["from_ns"]))
            meter = lambda t: t + int(c["offset_ns"]) + round(float(c["drift"]) * (t - int(c["t0_ns"])))
            if b > a: yield meter(a), meter(b), 1 + float(c["drift"])
    def energy(self, spans): return math.fsum(self.between(a, b) / rate for span in spans for a, b, rate in self.pieces(*span))
    def read(self, spans): return [(self.at[i], self.values[i]) for s in spans for a, b, _ in self.pieces(*s) for i in range(bisect_left(self.at, a), bisect_right(self.at, b))]

class Session:
    def __init__(self, folder):
        self.folder, self.sensors, self.clocks, self.told = folder, {}, defaultdict(list), defaultdict(list)
        self.about, self.meters = {r["key"]: r["value"] for r in table(folder / "session.csv")}, table(folder / "meters.csv")
        for row in table(folder / "clocks.csv"): self.clocks[row["meter"]].append(row)
        for row in table(folder / "engine_events.csv"): self.told[row["request"]].append(row)
        self.phases = [(r["phase"], r["request"], int(r["begin_ns"]), int(r["end_ns"])) for r in table(folder / "phases.csv")]
        self.command, self.requests = self.about["kind"] == "command", {}
        self.warm = [] if self.command else self.about["warmup_requests"].split()
        self.requests = {r: self.request(r) for r in self.told if r}
        self.ended = [r for r, q in self.requests.items() if r not in self.warm and q["stop"] not in (None, "failed", "cancelled")]
        self.measured = [r for r in self.ended if self.requests[r]["begun"] is not None]
    def sensor(self, name):
        if name not in self.sensors: self.sensors[name] = Sensor(self, name)
        return self.sensors[name]
    def at(self, r, kind): return next((int(e["at_ns"]) for e in self.told[r] if e["type"] == kind), None)
    def request(self, r):
        emitted, end = [e for e in self.told[r] if e["type"] == "emitted" and int(e["tokens"]) > 0], next((e for e in self.told[r] if e["type"] == "finished"), {})
        e, s, less = [int(x["at_ns"]) for x in emitted], self.at(r, "request-begun"), lambda b, a: None if a is None or b is None else (b - a) / 1e9
        n = int(end["generated"]) if end else sum(int(x["tokens"]) for x in emitted)
        decode, final = less(e[-1], e[0]) if e and end and n > 1 else None, self.at(r, "finished") if self.command else e[-1] if e and end else None
        return dict(begun=s, stop=end.get("stop"), n=n, made=max(0, n - 1), evaluated=int(end.get("evaluated") or 0), gaps=[less(b, a) for a, b in zip(e, e[1:])],
                    ttft=less(e[0] if e else None, s), answer=less(next((int(x["at_ns"]) for x in emitted if not x["reasoning"]), None), s), whole=less(final, s), decode=decode,
                    tpot=decode / (n - 1) if decode else None, prompt=less(self.at(r, "prompt-ended"), self.at(r, "prompt-begun")) if end else None,
                    **{k: float(end.get(k) or 0) for k in ("prompt_ms", "prompt_tokens", "decode_ms", "decode_tokens")})
    def value(self, key, wanted, names, fitted=False, rest_fitted=False):
        q, sensors, net = [self.requests[r] for r in wanted], [self.sensor(n) for n in names], key.startswith("net_")
        mean = lambda field: statistics.fmean(x[field] for x in q if x[field] is not None)
        rate = lambda tokens, time: sum(x[tokens] for x in q if x[time]) / math.fsum(x[time] for x in q if x[time])
        spans = lambda name, requests=("",): [(b, e) for p, r, b, e in self.phases if r in requests and p == name]
        energy, length = lambda over, fitted=fitted: math.fsum(s.derived(over) if fitted else s.energy(over) for s in sensors), lambda over: sum(e - b for b, e in over) / 1e9
        power, above = lambda over: energy(over) / length(over), lambda over: energy(over) - (energy(spans("baseline"), rest_fitted) / length(spans("baseline")) * length(over) if net else 0)
        parts = [[p for p in self.phases if p[1] == r] for r in wanted]
        whole, prefill, decode, all_time = [(p[0][2], p[-1][3]) for p in parts if p], spans("prefill", wanted), spans("decode", wanted), [(self.phases[0][2], self.phases[-1][3])]
        def ready():
            less, begun = int(self.about["stamp_correction_ns"]), [x["begun"] for x in self.requests.values() if x["begun"] is not None]
            loaded, gone = (self.at("", "load-ended") or min(begun)) - less, (self.at("", "exited") or 1 << 63) - less
            return [(b, e) for b, e in spans("ready") if b >= loaded and e <= gone and e - b >= 3 * max(max(s.period, s.window) for s in sensors)]
        def peak():
            window, knots = max([10 ** 7] + [max(s.period, s.window) for s in sensors]), sensors[0].knots
            starts = [t for span in whole for a, b, _ in sensors[0].pieces(*span) for t in knots[bisect_left(knots, a):bisect_right(knots, b - window)]]
            return max(math.fsum(s.between(t, t + window) for s in sensors) for t in starts) / (window / 1e9)
        def throttled():
            x = sensors[0].read(all_time)
            return x[-1][1] - x[0][1] if sensors[0].unit == "s" else sum(b[0] - a[0] for a, b in zip(x, x[1:]) if a[1] > 0) / 1e9
        highest = lambda name, over: max((v for _, v in self.sensor(name).read(over)), default=-math.inf)
        zones = [f'{m["meter"]}.{m["channel"]}' for m in self.meters if (m["quantity"], m["unit"]) == ("temperature", "°C") and self.clocks[m["meter"]]]
        return {
            "ttft_seconds": lambda: mean("ttft"), "ttft_answer_seconds": lambda: mean("answer"), "e2el_seconds": lambda: mean("whole"), "tpot_seconds": lambda: mean("tpot"),
            "load_seconds": lambda: (self.at("", "load-ended") - self.at("", "load-begun")) / 1e9,
            "decode_tokens_per_second": lambda: rate("made", "decode"), "prefill_tokens_per_second": lambda: rate("evaluated", "prompt"),
            "engine_decode_tokens_per_second": lambda: rate("decode_tokens", "decode_ms") * 1000, "engine_prefill_tokens_per_second": lambda: rate("prompt_tokens", "prompt_ms") * 1000,
            "energy_joules": lambda: above(whole), "prefill_energy_joules": lambda: above(prefill), "decode_energy_joules": lambda: above(decode), "load_energy_joules": lambda: above(spans("load")),
            "energy_per_output_token_joules": lambda: energy(whole) / sum(x["n"] for x in q), "decode_energy_per_token_joules": lambda: energy(decode) / sum(x["made"] for x in q),
            "prefill_energy_per_token_joules": lambda: energy(prefill) / sum(x["evaluated"] for x in q), "mean_power_watts": lambda: power(whole), "peak_power_watts": peak,
            "baseline_power_watts": lambda: power(spans("baseline")), "ready_power_watts": lambda: power(ready()), "throttled_seconds": throttled,
            "peak_memory_bytes": lambda: highest(names[0], all_time), "phase_memory_bytes": lambda: highest(names[0], [(b, e) for _, r, b, e in self.phases if r in wanted]),
            "max_temperature_celsius": lambda: max(highest(zone, all_time) for zone in zones),
        }[key.removeprefix("net_")]()

def quantile(x, p):
    below = math.floor((len(x) - 1) * p)
    return x[below] + ((len(x) - 1) * p - below) * (x[min(below + 1, len(x) - 1)] - x[below])

def by_regression(told): return any(line["source"] == "regression" for line in (told or {}).get("budget") or [])  # a fitted calibration is derived too, and integrated

def compare(session, where, metrics, requests, resting=None):
    for key, told in metrics.items():
        if "p50" in told:
            x = sorted(g for r in requests for g in session.requests[r]["gaps"])
            mine = {"mean": lambda: statistics.fmean(x), "sd": lambda: statistics.stdev(x), "min": lambda: x[0], "max": lambda: x[-1], **{f"p{p}": lambda p=p: quantile(x, p / 100) for p in (50, 90, 99)}}
            yield from ((f"{where} {key} {k}", v["value"] if isinstance(v, dict) else v, mine[k]()) for k, v in told.items() if k in mine and v is not None)
        elif told.get("value") is not None:
            rest, wanted = metrics.get("baseline_power_watts") or resting, session.ended if key.startswith("engine_") and requests is session.measured else requests
            try: yield f"{where} {key}", told["value"], session.value(key, wanted, told["sensors"], by_regression(told), by_regression(rest))
            except KeyError: yield f"{where} {key}: no formula known", told["value"], None

def operators(folder, name, told):
    rows, graphs = (table(folder / file) if told else [] for file in ("operators.csv", "operator_graphs.csv"))
    for profile in told:
        whose = lambda row: (row["request"], row["phase"]) == ("" if profile["request"] is None else str(profile["request"]), profile["phase"])
        add, all_, where = lambda rows, column: math.fsum(float(r[column]) for r in rows), [r for r in rows if whose(r)], f"{name} operators of {profile['request']} {profile['phase']}"
        yield f"{where}: graphs", profile["graphs"], sum(map(whose, graphs))
        yield f"{where}: seconds of graphs", profile["graphs_wall_seconds"], add(filter(whose, graphs), "wall_s")
        for by, keys in (("by_operator", ("operator", "device")), ("by_module", ("module",)), ("by_device", ("device",))):
            yield f"{where} {by}", len(profile[by]), len({tuple(r[k] for k in keys) for r in all_})
            for entry in profile[by]:
                own = [r for r in all_ if all(r[k] == (entry[k] or "") for k in keys)]
                mine = {"calls": add(own, "calls"), "wall_seconds": add(own, "wall_s"), "cpu_seconds": None if any(not r["cpu_s"] for r in own) else add(own, "cpu_s"), "share": add(own, "wall_s") / (add(all_, "wall_s") or 1)}
                yield from ((f"{where} {by} {[entry[k] for k in keys]} {k}", entry[k], v) for k, v in mine.items() if (entry[k], v) != (None, None))

def means(where, cell, members):
    common = lambda line: line["correlated"] == "meter" or line["source"] in ("edges", "window")
    for key, told in ((k, v) for k, v in cell.items() if isinstance(v, dict) and v["value"] is not None):
        own = [m[key] for m in members if m[key]["value"] is not None]
        x = [q["value"] for q in own]
        yield from ((f"{where} {key} {k}", told[k], v) for k, v in {"value": statistics.fmean(x), "n": len(x), "min": min(x), "max": max(x), **({"sd": statistics.stdev(x)} if len(x) > 1 else {})}.items())
        for line in filter(common, told["budget"] if len(x) > 1 else []):  # sensors of a session are independent, sessions are not
            yield f"{where} {key} u of {line['source']}", line["u"], statistics.fmean(math.sqrt(math.fsum(b["u"] ** 2 for b in q["budget"] if common(b) and b["source"] == line["source"])) for q in own)

found, document = [], json.load(open(sys.argv[2], encoding="utf-8"))
for told in document["sessions"]:
    session, name = Session(pathlib.Path(sys.argv[1]) / told["session"]), told["session"]
    found += compare(session, name, told["metrics"], session.measured)
    for r in told["requests"]: found += compare(session, f"{name} request {r['index']}", r["metrics"], [str(r["index"])], told["metrics"]["baseline_power_watts"])
    found += operators(session.folder, name, told.get("operators", []))
    for boundary, b in told["energy"].items():
        found += compare(session, f"{name} {boundary}", {k: v for k, v in b.items() if isinstance(v, dict)}, session.measured)
        for phase, (p, r, begin, end) in zip(b["phases"], session.phases, strict=True):
            told_by = session.sensor if phase["phase"] == p else None
            mine = math.fsum(told_by(s).derived([(begin, end)]) if by_regression(phase["energy_joules"]) else told_by(s).energy([(begin, end)]) for s in b["sensors"]) if told_by else None
            if phase["energy_joules"]["value"] is not None: found.append((f"{name} {boundary} {p} {r}", phase["energy_joules"]["value"], mine))
        for total in b["phase_totals"]:
            spans, (energy, power) = [x[2:] for x in session.phases if x[0] == total["phase"]], (total["energy_joules"], total["mean_power_watts"])
            if energy["value"] is None: continue
            mine, seconds = math.fsum(session.sensor(s).derived(spans) if by_regression(energy) else session.sensor(s).energy(spans) for s in b["sensors"]), sum(y - x for x, y in spans) / 1e9
            found += [(f"{name} {boundary} {total['phase']} {what}", told_here, own) for what, told_here, own in (("joules", energy["value"], mine), ("watts", power["value"], mine / seconds), ("seconds", total["seconds"], seconds))]
for cell in document.get("cells", []):
    members = [s for s in document["sessions"] if s["session"] in cell["sessions"]]
    found += means(f"cell {cell['cell']}", cell["metrics"], [s["metrics"] for s in members])
    for boundary, b in cell["energy"].items(): found += means(f"cell {cell['cell']} {boundary}", b, [s["energy"][boundary] for s in members if boundary in s["energy"]])
wrong = [f for f in found if None in f[1:] or not math.isclose(f[1], f[2], rel_tol=1e-9, abs_tol=1e-12)]
for what, theirs, mine in wrong: print(f"{what}: results say {theirs}, recomputed {mine}")
print(f"{len(found) - len(wrong)} of {len(found)} values agree")
sys.exit(1 if wrong or not found else 0)
