"""Results as Markdown: a row a case, a column a package, and how many times longer the fastest of the others takes."""

NAMES = {"ours": "us", "ott": "OTT", "pot": "POT", "geomloss": "GeomLoss"}
THRESHOLD = 1e-3
# An error this much above the threshold still counts as reached: single precision and other norms.
SLACK = 1.1
# Relative differences of what is found: solved to 1e-9 in double precision, and to 1e-3.
TIGHT, LOOSE = 1e-6, 1e-3
KERNEL = {"kernel", "sinkhorn"}  # variants that store exp(-C / epsilon)


def render(results):
    """The text, and a line for each disagreement."""
    groups = {}
    for run in results["runs"]:
        groups.setdefault(run["case"]["what"], []).append(run)
    packages = [package for package in NAMES if any(run["job"]["package"] == package for run in results["runs"])]
    parts, disagreements = [opening(results)], []
    for what, section in dict(agree=agreement, iteration=iterations, solve=solves, batch=batches).items():
        if what in groups:
            text, found = section(groups[what], packages)
            parts.append(text)
            disagreements += found
    return "\n\n".join(parts) + "\n", disagreements


def opening(results):
    machine = results["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (f"{machine['cpu']}, {machine['cores']} cores (load {machine['load']:.1f} at the beginning); "
            f"ours {machine['ours']}, Python {machine['python']}, {packages}."
            + " **Small sizes, to see that it works: not for quoting.**" * results["quick"]
            + " **The machine was busy: not for quoting.**" * (machine["load"] > machine["cores"] / 2))


def agreement(runs, packages):
    rows, found = [], []
    for case, group in by_case(runs):
        first = next((run for run in group if "judged" in run["result"]), None)
        for run in group:
            result = run["result"]
            if "judged" not in result:
                rows.append([label(case), who(run), result["failed"]] + [""] * 4)
                found.append(f"{label(case)}: {who(run)}: {result['failed']}")
                continue
            judged, reference = result["judged"], first["result"]["judged"]
            differences = [relative(judged[key], reference[key]) for key in ("dual_value", "transport_cost")]
            # What the package itself says about its solution.
            own = [relative(result[key], judged[value]) for key, value in
                   (("objective", "dual_value"), ("transport_cost", "transport_cost")) if key in result]
            rows.append([label(case), who(run), f"{judged['dual_value']:.9g}", *(f"{one:.0e}" for one in differences),
                         f"{max(own):.0e}" if own else "", f"{error(result):.0e}"])
            if not max(differences + own) <= TIGHT:
                found.append(f"{label(case)}: {who(run)} differs by {max(differences + own):.1e}, allowed are {TIGHT}")
    head = ["case", "package", "dual value", "differs by", "transport cost differs by", "own report differs by",
            "L1 error"]
    return (f"## Agreement\n\nDouble precision, solved to 1e-9; allowed are {TIGHT}, relative to "
            "the first row of a case.\n\n" + grid(head, rows)), found


def iterations(runs, packages):
    rows = []
    for case, group in by_case(runs):
        for kind, stored in (("", False), (", kernel stored", True)):
            some = [run for run in group if (run["job"]["variant"] in KERNEL) == stored]
            cells = {package: best(run for run in some if run["job"]["package"] == package) for package in packages}
            if not any(cells.values()):
                continue
            text = [timing(cells[package], 1e3, name_it=package == "ott" and not stored) for package in packages]
            rows.append([label(case) + kind, *text, ratio(cells)])
    return ("## One iteration, in ms\n\nAn f- and a g-update; single precision, POT in double. The least time of several; of variants the "
            "fastest. The error is not measured, except by POT's stored kernel, at every tenth iteration.\n\n" + grid(head(packages), rows)), []


def solves(runs, packages):
    rows, found = [], []
    for case, group in by_case(runs):
        found += differing(case, group)
        of = {package: [run for run in group if run["job"]["package"] == package] for package in packages}
        first = {package: of[package][0] if of[package] else None for package in packages}
        fastest = {package: best(filter(reached, of[package])) for package in packages}
        for kind, cells in (("as it comes", first), ("fastest that gets there", fastest)):
            text = [timing(cells[package], 1, detailed=True) for package in packages]
            rows.append([f"{label(case)}, {kind}", *text, ratio(cells, reached)])
    details = [[label(run["case"]), who(run), timing(run, 1), *outcome(run)] for run in runs]
    return (f"## To a marginal error of {THRESHOLD:g}, in s\n\nEpsilon 0.01 of the mean cost; in brackets the iterations and the L1 "
            "error, measured alike for all (the packages' own errors are other norms). A ratio counts those who got there.\n\n"
            + grid(head(packages), rows) + "\n\nAll that was tried:\n\n"
            + grid(["case", "package", "s", "iterations", "L1 error", "dual value"], details)), found


def batches(runs, packages):
    rows = []
    for case, group in by_case(runs):
        cells = {package: best(filter(reached, (run for run in group if run["job"]["package"] == package)))
                 for package in packages}
        rows.append([label(case), *(timing(cells[package], 1) for package in packages), ratio(cells)])
    details = [[label(run["case"]), who(run), timing(run, 1), *outcome(run)] for run in runs]
    return ("## Many small problems, in s\n\nThe fastest whose largest error is small enough.\n\n" + grid(head(packages), rows)
            + "\n\nAll that was tried (most iterations, largest error, mean dual value):\n\n"
            + grid(["case", "package", "s", "iterations", "L1 error", "dual value"], details)), \
        [line for case, group in by_case(runs) for line in differing(case, group)]


def differing(case, group):
    """Of those who got there, whose dual value is another than the first one's."""
    values = [(who(run), run["result"]["judged"]["dual_value"]) for run in group if reached(run)]
    return [f"{label(case)}: {name} differs by {relative(value, values[0][1]):.1e}, allowed are {LOOSE}"
            for name, value in values if not relative(value, values[0][1]) <= LOOSE]


def by_case(runs):
    groups = {}
    for run in runs:
        groups.setdefault(label(run["case"]), []).append(run)
    return [(group[0]["case"], group) for group in groups.values()]


def label(case):
    count = f"{case['count']} x " if "count" in case else ""
    size = f"{count}n = {case['n']}, d = {case['d']}"
    return size if case["what"] == "iteration" else f"{case['data']}, {size}"


def who(run):
    return f"{NAMES[run['job']['package']]}: {run['job']['variant']}"


def seconds(run):
    return run["result"]["seconds"]["min"]


def usable(run):
    # A difference of two times that is not positive is noise, and no time.
    return run is not None and "seconds" in run["result"] and run["result"].get("finite", True) and seconds(run) > 0


def best(runs):
    return min(filter(usable, runs), key=seconds, default=None)


def error(result):
    return max(result["judged"]["row_error"], result["judged"]["column_error"])


def reached(run):
    return usable(run) and error(run["result"]) <= SLACK * THRESHOLD


def timing(run, unit, name_it=False, detailed=False):
    if run is None:
        return ""
    if not usable(run):
        if "seconds" in run["result"] and run["result"].get("finite", True):
            return "lost in noise"
        return "failed" if "failed" in run["result"] else "not finite"
    text = f"{unit * seconds(run):.3g}"
    if detailed:
        count, wrong, _ = outcome(run)
        text += f" ({count}; {wrong})"
    return f"{text} ({run['job']['variant']})" if name_it else text


def outcome(run):
    result = run["result"]
    if "judged" not in result:
        return [result.get("failed", ""), "", ""]
    count = result["iterations"]
    return ["" if count is None else f"{count}", f"{error(result):.1e}", f"{result['judged']['dual_value']:.6g}"]


def ratio(cells, counts=usable):
    others = [seconds(run) for package, run in cells.items() if package != "ours" and run is not None and counts(run)]
    mine = cells.get("ours")
    return f"{min(others) / seconds(mine):.1f}" if others and mine is not None and counts(mine) else ""


def relative(value, reference):
    return abs(value - reference) / abs(reference)


def head(packages):
    return ["case", *(NAMES[package] for package in packages), "fastest other / us"]


def grid(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
