#!/usr/bin/env python3
"""Decides the Cedar paper's benchmarks with the Rust engine and with Writ, in turn, in one run.

    swift build -c release --product writ-bench
    python3 Bench/peers.py --data DATA

The Rust engine comes from PyPI (cedarpy, which reports the engine's own time of every decision)
into a virtual environment under Bench/.venv. Every decision of both is compared with the recorded
one; a difference ends with exit code 1. Figures are nanoseconds a decision.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CEDARPY = "cedarpy==4.12.2"
APPLICATIONS = ("gdrive", "github", "tinytodo")
SIZES = (5, 20, 50)


def enter_environment(folder: pathlib.Path) -> None:
    """Runs this script again with the environment's Python, making the environment if needed."""
    python = folder / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == folder.resolve():
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    installed = subprocess.run(
        [str(python), "-c", "import importlib.metadata as m; print('cedarpy==' + m.version('cedarpy'))"],
        capture_output=True, text=True)
    if installed.stdout.strip() != CEDARPY:
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", CEDARPY], check=True)
    os.execv(python, [str(python), *sys.argv])


class Rust:
    """The Rust engine on one suite."""

    def __init__(self, data: pathlib.Path, application: str, size: int):
        self.policies = (data / f"{application}.cedar").read_text()
        self.graphs = json.loads((data / f"{application}-{size}.json").read_text())
        self.recorded = [
            digit == "1" for digit in (data / f"{application}-{size}.decisions").read_text()
            if digit in "01"]

    def run(self):
        """Nanoseconds of every decision, by the engine's own clock, and the decisions."""
        import cedarpy
        times, decisions = [], []
        for graph in self.graphs:
            requests = [
                {"principal": f'{kind}::"{name}"', "action": f'Action::"{action}"',
                 "resource": f'{target_kind}::"{target}"', "context": {}}
                for kind, name, action, target_kind, target in graph["requests"]]
            results = cedarpy.is_authorized_batch(
                requests, self.policies, json.dumps(graph["entities"]))
            for result in results:
                times.append(result.metrics["authz_duration_micros"] * 1000)
                decisions.append(result.decision == cedarpy.Decision.Allow)
        return times, decisions


def ours(program: str, data: pathlib.Path, suite: str) -> dict:
    """The rows of `writ-bench decide paper` by their level."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        result = subprocess.run(
            [program, "decide", "paper", "--data", str(data), "--only", suite, "--level", "engine",
             "--level", "store", "--level", "decider", "--runs", "7", "--json", file.name],
            capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"writ-bench failed on {suite}:\n{result.stdout}{result.stderr}")
        return {row["level"]: row for row in json.load(open(file.name))["rows"]}


def parse_times(program: str, count: int) -> None:
    """Compares reading many policies: all of Writ's loading against the Rust parser alone."""
    import cedarpy
    text = "\n".join(
        f'permit(principal == User::"u{n}", action == Action::"read", resource == Doc::"d{n}") '
        "when { context.mfa && resource.level <= 3 };" for n in range(count))
    request = {"principal": 'User::"u1"', "action": 'Action::"read"', "resource": 'Doc::"d1"',
               "context": {"mfa": True}}
    entities = json.dumps([
        {"uid": {"type": "Doc", "id": "d1"}, "attrs": {"level": 1}, "parents": []}])
    started = time.monotonic()
    result = cedarpy.is_authorized_batch([request], text, entities)[0]
    whole = time.monotonic() - started
    metrics = result.metrics
    parse = metrics.get("parse_policies_duration_micros", 0) / 1e3
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run(
            [program, "compile", "--maximum", str(count), "--json", file.name], check=True,
            capture_output=True)
        row = json.load(open(file.name))["rows"][-1]
    print(f"\n{count} policies: Rust parse {parse:.0f} ms, one decision among them "
          f"{metrics['authz_duration_micros'] / 1e3:.1f} ms (whole call {whole * 1e3:.0f} ms); "
          f"Writ parse, validate, compile and index {row['total ms']:.0f} ms"
          + (f" ({row['total ms'] / parse:.2f} of the Rust parse)" if parse else ""))


def chart(rows: list, path: str) -> None:
    """Draws how many times faster each suite is."""
    width, height, left, top, bottom = 720, 340, 60, 48, 60
    highest = max(row["ratio"] for row in rows) * 1.1
    step = (width - left - 20) / len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="system-ui, sans-serif" font-size="12">'
        '<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="{left}" y="22" font-size="15" fill="#1f2328">'
        "Times faster than the Rust engine, entities in LMDB</text>"
        f'<text x="{left}" y="39" fill="#57606a">mean of the Rust engine&#8217;s own time / mean of '
        "Writ</text>"]
    for index, row in enumerate(rows):
        tall = row["ratio"] / highest * (height - top - bottom)
        x, y = left + index * step, height - bottom - tall
        parts.append(
            f'<rect x="{x + step * 0.15:.1f}" y="{y:.1f}" width="{step * 0.7:.1f}" '
            f'height="{tall:.1f}" fill="#1f6feb"/>'
            f'<text x="{x + step / 2:.1f}" y="{y - 5:.1f}" text-anchor="middle" fill="#1f2328">'
            f'{row["ratio"]:.1f}</text>'
            f'<text x="{x + step / 2:.1f}" y="{height - bottom + 18}" text-anchor="middle" '
            f'fill="#57606a">{row["suite"]}</text>')
    pathlib.Path(path).write_text("\n".join(parts) + "\n</svg>\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("WRIT_BENCH_DATA"),
                        help="folder of the graphs (WRIT_BENCH_DATA)")
    parser.add_argument("--program", default=str(ROOT / ".build/release/writ-bench"))
    parser.add_argument("--environment", default=str(ROOT / "Bench/.venv"), type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3, help="both sides in turn, so many times")
    parser.add_argument("--policies", type=int, default=100_000,
                        help="also compare reading so many policies; 0: do not")
    parser.add_argument("--json", help="write the rows as JSON")
    parser.add_argument("--svg", help="write a chart as SVG")
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("give the folder of the graphs with --data or WRIT_BENCH_DATA")
    enter_environment(arguments.environment)
    data = pathlib.Path(arguments.data)

    rows = []
    print(f"{'suite':<12} {'Rust':>7} {'Rust p50':>9} {'engine':>7} {'store':>7} {'decider':>8} "
          f"{'ratio':>6} {'ratio p50':>9} {'decider':>8}  decisions  differing")
    for application in APPLICATIONS:
        for size in SIZES:
            suite, rust = f"{application}-{size}", Rust(data, application, size)
            least, levels, differing = None, [], 0
            for _ in range(arguments.rounds):
                for _ in range(3):
                    times, decisions = rust.run()
                    least = times if least is None else list(map(min, least, times))
                    differing += sum(
                        a != b for a, b in zip(decisions, rust.recorded, strict=True))
                levels.append(ours(arguments.program, data, suite))
                differing += sum(level["differing"] for level in levels[-1].values())

            def median(level, figure):
                return statistics.median(round[level][figure] for round in levels)

            row = {
                "suite": suite, "rust": statistics.mean(least),
                "rust p50": statistics.median(least), "engine": median("engine", "mean"),
                "store": median("store", "mean"), "store p50": median("store", "p50"),
                "decider": median("decider", "mean"),
                "decisions": len(rust.recorded), "differing": differing}
            row["ratio"] = row["rust"] / row["store"]
            row["ratio p50"] = row["rust p50"] / row["store p50"]
            row["ratio decider"] = row["rust"] / row["decider"]
            rows.append(row)
            print(f"{suite:<12} {row['rust']:>7.0f} {row['rust p50']:>9.0f} {row['engine']:>7.0f} "
                  f"{row['store']:>7.0f} {row['decider']:>8.0f} {row['ratio']:>6.1f} "
                  f"{row['ratio p50']:>9.1f} {row['ratio decider']:>8.1f} {row['decisions']:>10} "
                  f"{differing:>10}", flush=True)
    print("\nRust: the engine's own time, policies and entities parsed before, in memory; of each "
          "decision\nthe least of all passes counts. engine: Writ on entities in memory; store: on "
          "entities in LMDB,\na snapshot a decision; decider: Writ's decision point, which also "
          "judges the bytes of the\nrequest. Full diagnostics; medians of the rounds. ratio: Rust / "
          "store, means and p50; the last\nratio: Rust / decider.")
    if arguments.policies:
        parse_times(arguments.program, arguments.policies)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.svg:
        chart(rows, arguments.svg)
    if any(row["differing"] for row in rows):
        sys.exit("decisions differ")


if __name__ == "__main__":
    main()
