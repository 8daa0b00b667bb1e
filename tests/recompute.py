#!/usr/bin/env python3
"""Recomputes every value of MELT's results from its export, knowing only docs/metrics.md. Usage: recompute.py EXPORT_DIR RESULTS.json"""
import csv, json, math, pathlib, statistics, sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from fractions import Fraction

def table(path):
    with open(path, newline="", encoding="utf-8") as file: return list(csv.DictReader(file))

class Sensor:
    """A channel, or the product of two: readings, and twice their running integral in integers of 1/grid."""
    def __init__(self, session, name):
        self.meter = max((m["meter"] for m in session.meters if name.startswith(m["meter"] + ".")), key=len)
        names = name[len(self.meter) + 1:].split("*")
        about = next(m for m in session.meters if m["meter"] == self.meter and m["channel"] == names[0])
        rows, first, blocks = [r for r in table(session.folder / "readings" / about["file"]) if all(r[c] for c in names)], {}, {}
        for r in rows:
            first.setdefault(int(r["at_ns"]), math.prod(Fraction(r[c]) for c in names))  # of equal stamps the first recorded stays
            if r["sequence_first"]: blocks[r["number"]] = (int(r["sequence_first"]), int(r["sequence_last"]), int(r["at_ns"]))
        self.at, self.values, self.unit, self.clock = sorted(first), [first[t] for t in sorted(first)], about["unit"], session.clocks[self.meter]
        kind, spacings = about["kind"], sorted(b - a for a, b in zip(self.at, self.at[1:])) or [0]
        self.period = round(float(about["period_s"]) * 1e9) if about["period_s"] else spacings[(len(spacings) - 1) // 2]
        self.window = round(float(about["window_s"] or 0) * 1e9) if kind == "averaged" else 0
        tiles, half = kind == "averaged" and 0.95 * self.period <= self.window <= 1.05 * self.period, self.window // 2
        shift = {"start": self.window - half * (not tiles), "end": -half * (not tiles)}.get(about["stamp_position"], half * tiles)
        shift -= round(float(about["latency_s"] or 0) * 1e9)
        lost, last = set(), None
        for begin, end, at in sorted(blocks.values(), key=lambda b: b[0]):
            if last and begin > last[0] + 1: lost.add(last[1])
            if not last or end > last[0]: last = (end, at)
        grid, n = math.lcm(*{v.denominator for v in self.values}), len(self.at)
        v, at = [int(x * grid) for x in self.values], [t + shift for t in self.at]
        around = lambda i, k: min(v[max(0, i - k):i + k]) + max(v[max(0, i - k):i + k])
        self.knots, self.twice, self.bend = [at[0] - self.window if tiles else at[0]], [0], []
        def extend(to, area, bend=0): self.knots.append(to), self.twice.append(self.twice[-1] + area), self.bend.append(bend)
        for i in range(0 if tiles else 1, n):
            gap = i > 0 and kind != "accumulated" and (at[i] - at[i - 1] > 3 * self.period or self.at[i - 1] in lost)
            held = around(i, min(n, max(10, (at[i] - at[i - 1]) // max(1, self.period)))) if gap else 0
            if kind == "accumulated": extend(at[i], 2 * (v[i] - v[i - 1]))
            elif tiles:
                if gap and at[i] - self.window > self.knots[-1]: extend(at[i] - self.window, held * (at[i] - self.window - self.knots[-1]))
                extend(at[i], 2 * v[i] * (at[i] - self.knots[-1]))
            else: extend(at[i], (held if gap else v[i - 1] + v[i]) * (at[i] - at[i - 1]), 0 if gap else v[i] - v[i - 1])
        self.ends = (0, 0) if kind == "accumulated" else (around(0, 10), around(n, 10))
        self.scale, self.window = 2 * grid * (1 if kind == "accumulated" else 10 ** 9), self.window if tiles or self.window > 1.05 * self.period else 0

    def upto(self, t):  # twice the integral from the first knot, as numerator and denominator
        if t <= self.knots[0]: return self.ends[0] * (t - self.knots[0]), 1
        if t >= self.knots[-1]: return self.twice[-1] + self.ends[1] * (t - self.knots[-1]), 1
        i = bisect_right(self.knots, t) - 1
        length, into = self.knots[i + 1] - self.knots[i], t - self.knots[i]
        return self.twice[i] * length + (self.twice[i + 1] - self.twice[i] - self.bend[i] * (length - into)) * into, length

    def between(self, a, b):
        (n1, d1), (n2, d2) = self.upto(a), self.upto(b)
        return (n2 * d1 - n1 * d2) / (d1 * d2 * self.scale)

    def pieces(self, begin, end):
        for i, c in enumerate(self.clock):
            a, b = begin if i == 0 else max(begin, int(c["from_ns"])), end if i == len(self.clock) - 1 else min(end, int(self.clock[i + 1]["from_ns"]))
            move = lambda t: t + int(c["offset_ns"]) + round(float(c["drift"]) * (t - int(c["t0_ns"])))
            if b > a: yield move(a), move(b), 1 + float(c["drift"])

    def energy(self, spans): return math.fsum(self.between(a, b) / rate for span in spans for a, b, rate in self.pieces(*span))
    def read(self, spans): return [self.values[i] for s in spans for a, b, _ in self.pieces(*s) for i in range(bisect_left(self.at, a), bisect_right(self.at, b))]

class Session:
    def __init__(self, folder):
        self.folder, self.sensors, self.clocks, self.told = folder, {}, defaultdict(list), defaultdict(list)
        self.about, self.meters = {r["key"]: r["value"] for r in table(folder / "session.csv")}, table(folder / "meters.csv")
        for row in table(folder / "clocks.csv"): self.clocks[row["meter"]].append(row)
        for row in table(folder / "engine_events.csv"): self.told[row["request"]].append(row)
        self.phases = [(r["phase"], r["request"], int(r["begin_ns"]), int(r["end_ns"])) for r in table(folder / "phases.csv")]
        self.requests = {r: self.request(r) for r in self.told if r}
        warm = self.about["warmup_requests"].split() if self.about["kind"] != "command" else []
        self.measured = [r for r, q in self.requests.items() if r not in warm and q["begun"] is not None and q["stop"] not in (None, "failed", "cancelled")]

    def sensor(self, name): return self.sensors.setdefault(name, None) or self.sensors.update({name: Sensor(self, name)}) or self.sensors[name]
    def at(self, r, kind): return next((int(e["at_ns"]) for e in self.told[r] if e["type"] == kind), None)

    def request(self, r):
        emitted, end = [e for e in self.told[r] if e["type"] == "emitted" and int(e["tokens"]) > 0], next((e for e in self.told[r] if e["type"] == "finished"), {})
        less, s, e = lambda b, a: (b - a) / 1e9 if a is not None and b is not None else None, self.at(r, "request-begun"), [int(e["at_ns"]) for e in emitted]
        n = int(end["generated"]) if end else sum(int(x["tokens"]) for x in emitted)
        decode, prompt, done = less(e[-1], e[0]) if e and end and n > 1 else None, less(self.at(r, "prompt-ended"), self.at(r, "prompt-begun")) if end else None, self.about["kind"] == "command"
        return dict(begun=s, stop=end.get("stop"), n=n, evaluated=int(end.get("evaluated") or 0), ttft=less(e[0] if e else None, s), decode=decode, prompt=prompt, gaps=[less(b, a) for a, b in zip(e, e[1:])],
                    answer=less(next((int(x["at_ns"]) for x in emitted if not x["reasoning"]), None), s), whole=less(self.at(r, "finished") if done else e[-1] if e and end else None, s),
                    tpot=decode / (n - 1) if decode else None, **{k: float(end.get(k) or 0) for k in ("prompt_ms", "prompt_tokens", "decode_ms", "decode_tokens")})

    def spans(self, names, requests=("",)): return [(b, e) for p, r, b, e in self.phases if r in requests and p in names]

    def value(self, key, wanted, names):
        q, sensors, base = [self.requests[r] for r in wanted], [self.sensor(n) for n in names], key.removeprefix("net_")
        mean = lambda field: statistics.fmean(x[field] for x in q if x[field] is not None)
        over = lambda tokens, field: sum(x[tokens] if tokens != "n-1" else x["n"] - 1 for x in q if x[field]) / math.fsum(x[field] for x in q if x[field])
        energy, length = lambda spans: math.fsum(s.energy(spans) for s in sensors), lambda spans: sum(e - b for b, e in spans) / 1e9
        power = lambda spans: energy(spans) / length(spans)
        whole = [(min(p[2] for p in self.phases if p[1] == r), max(p[3] for p in self.phases if p[1] == r)) for r in wanted if any(p[1] == r for p in self.phases)]
        times = {"ttft_seconds": "ttft", "ttft_answer_seconds": "answer", "e2el_seconds": "whole", "tpot_seconds": "tpot"}
        if key in times: return mean(times[key])
        if key == "decode_tokens_per_second": return over("n-1", "decode")
        if key == "prefill_tokens_per_second": return over("evaluated", "prompt")
        if key == "engine_decode_tokens_per_second": return over("decode_tokens", "decode_ms") * 1000
        if key == "engine_prefill_tokens_per_second": return over("prompt_tokens", "prompt_ms") * 1000
        if key == "load_seconds": return (self.at("", "load-ended") - self.at("", "load-begun")) / 1e9
        parts = {"energy": whole, "prefill_energy": self.spans(["prefill"], wanted), "decode_energy": self.spans(["decode"], wanted), "load_energy": self.spans(["load"])}
        if base.removesuffix("_joules") in parts:
            spans = parts[base.removesuffix("_joules")]
            return energy(spans) - (power(self.spans(["baseline"])) * length(spans) if key != base else 0)
        tokens = {"energy_per_output_token": ("energy", "n", 0), "decode_energy_per_token": ("decode_energy", "n", 1), "prefill_energy_per_token": ("prefill_energy", "evaluated", 0)}
        if base.removesuffix("_joules") in tokens:
            part, count, less = tokens[base.removesuffix("_joules")]
            return energy(parts[part]) / sum(max(0, x[count] - less) for x in q)
        if key == "mean_power_watts": return power(whole)
        if key == "baseline_power_watts": return power(self.spans(["baseline"]))
        if key == "ready_power_watts":
            correction, begun = int(self.about["stamp_correction_ns"]), [x["begun"] for x in self.requests.values() if x["begun"] is not None]
            loaded, gone = (self.at("", "load-ended") or min(begun)) - correction, (self.at("", "exited") or 1 << 63) - correction
            return power([(b, e) for b, e in self.spans(["ready"]) if b >= loaded and e <= gone and e - b >= 3 * max(max(s.period, s.window) for s in sensors)])
        if key == "peak_power_watts":
            window = max([10_000_000] + [max(s.period, s.window) for s in sensors])
            starts = [t for span in whole for a, b, _ in sensors[0].pieces(*span) for t in sensors[0].knots[bisect_left(sensors[0].knots, a):bisect_right(sensors[0].knots, b - window)]]
            return max(math.fsum(s.between(t, t + window) for s in sensors) for t in starts) / (window / 1e9)
        session = [(self.phases[0][2], self.phases[-1][3])]
        if key == "peak_memory_bytes": return max(sensors[0].read(session))
        if key == "phase_memory_bytes": return max(sensors[0].read([(b, e) for _, r, b, e in self.phases if r in wanted]))
        if key == "max_temperature_celsius": return max(max(self.sensor(f'{m["meter"]}.{m["channel"]}').read(session), default=-1e9) for m in self.meters if (m["quantity"], m["unit"]) == ("temperature", "°C") and self.clocks[m["meter"]])
        if key == "throttled_seconds":
            s, inside = sensors[0], [i for i, t in enumerate(sensors[0].at) for a, b, _ in sensors[0].pieces(*session[0]) if a <= t <= b]
            return s.values[inside[-1]] - s.values[inside[0]] if s.unit == "s" else sum(s.at[j] - s.at[i] for i, j in zip(inside, inside[1:]) if s.values[i] > 0) / 1e9
        raise KeyError(key)

def quantile(x, p):
    place = (len(x) - 1) * p; below = math.floor(place)
    return x[below] + (place - below) * (x[min(below + 1, len(x) - 1)] - x[below])

def compare(session, where, metrics, requests, found):
    for key, told in metrics.items():
        if key == "itl_seconds":
            x = sorted(g for r in requests for g in session.requests[r]["gaps"])
            mine = {"mean": statistics.fmean(x), "sd": statistics.stdev(x) if len(x) > 1 else None, "min": x[0], "max": x[-1], **{f"p{p}": quantile(x, p / 100) for p in (50, 90, 99)}} if x else {}
            found += [(f"{where} {key} {k}", v["value"] if isinstance(v, dict) else v, mine.get(k)) for k, v in told.items() if k in ("mean", "sd", "min", "max", "p50", "p90", "p99") and v is not None]
        elif told.get("value") is not None:
            try: found.append((f"{where} {key}", told["value"], session.value(key, requests, told["sensors"])))
            except KeyError: found.append((f"{where} {key}: no formula known", told["value"], None))

found = []
for told in json.load(open(sys.argv[2], encoding="utf-8"))["sessions"]:
    session, name = Session(pathlib.Path(sys.argv[1]) / told["session"]), told["session"]
    compare(session, name, told["metrics"], session.measured, found)
    for r in told["requests"]: compare(session, f"{name} request {r['index']}", r["metrics"], [str(r["index"])], found)
    for boundary, b in told["energy"].items():
        compare(session, f"{name} {boundary}", {k: v for k, v in b.items() if isinstance(v, dict)}, session.measured, found)
        for phase, (p, r, begin, end) in zip(b["phases"], session.phases, strict=True):
            mine = math.fsum(session.sensor(s).energy([(begin, end)]) for s in b["sensors"]) if (phase["phase"], str(phase["request"] if phase["request"] is not None else "")) == (p, r) else None
            if phase["energy_joules"]["value"] is not None: found.append((f"{name} {boundary} {p} {r}", phase["energy_joules"]["value"], mine))
wrong = [f for f in found if f[2] is None or not math.isclose(f[1], f[2], rel_tol=1e-9, abs_tol=1e-12)]
for what, theirs, mine in wrong: print(f"{what}: results say {theirs}, recomputed {mine}")
print(f"{len(found) - len(wrong)} of {len(found)} values agree")
sys.exit(1 if wrong or not found else 0)
