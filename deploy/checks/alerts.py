"""Alert rules, dashboards and runbooks: their PromQL, their unit tests, and that every metric they name exists.

promtool is the judge of the PromQL. Which metrics there are is told by docs/metrics.md, which a test compares with running services.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile

import yaml

import render

DOCS = render.DEPLOY.parent / "docs"
RUNBOOKS = DOCS / "runbooks"
MONITORING = render.DEPLOY / "components" / "monitoring"
DASHBOARDS = MONITORING / "dashboards"
TESTS = pathlib.Path(__file__).resolve().parent / "rules-test.yaml"
SEVERITIES = {"page", "ticket"}
# What a dashboard's own variables stand for while its expressions are checked.
VARIABLES = {"$__rate_interval": "5m", "$account": ".*"}
# Labels that the scrape or the recording adds.
ADDED = {"le", "pod", "app_kubernetes_io_name", "app_kubernetes_io_instance"}


def problems() -> list[str]:
    return of(*known())


def known() -> tuple[dict, dict[str, dict], dict, set[str]]:
    """The rules, the dashboards, the tests of the rules, and the names of the runbooks."""
    rules = yaml.safe_load((MONITORING / "rules.yaml").read_text())["spec"]
    boards = {file.name: json.loads(file.read_text()) for file in sorted(DASHBOARDS.glob("*.json"))}
    return rules, boards, yaml.safe_load(TESTS.read_text()), {file.stem for file in RUNBOOKS.glob("*.md")} - {"README"}


def of(rules: dict, boards: dict[str, dict], tests: dict, pages: set[str]) -> list[str]:
    metrics = documented((DOCS / "metrics.md").read_text())
    texts = annotated(rules) + runbooks(rules, pages) + severities(rules) + tested(rules, tests) + promtool(rules, boards, tests)
    expressions = [(name_of(rule), rule["expr"]) for rule in all_rules(rules)]
    for file, board in boards.items():
        texts += panels(file, board)
        expressions += [(f"{file}: {panel}", expression) for panel, expression in queries(board)]
    for page in sorted(RUNBOOKS.glob("*.md")):
        told = set(re.findall(r"\bskinbus_[a-z_]+\b", page.read_text())) - metrics.keys()
        texts += [f"docs/runbooks/{page.name}: docs/metrics.md has no {name}" for name in sorted(told)]
    for where, expression in expressions:
        texts += named(where, expression, metrics, {rule["record"] for rule in all_rules(rules) if "record" in rule})
    return texts


def all_rules(rules: dict) -> list[dict]:
    return [rule for group in rules["groups"] for rule in group["rules"]]


def alerts(rules: dict) -> list[dict]:
    return [rule for rule in all_rules(rules) if "alert" in rule]


def name_of(rule: dict) -> str:
    return rule.get("alert") or rule["record"]


def documented(text: str) -> dict[str, tuple[str, set[str]]]:
    """Every metric with its type and labels, by the table in docs/metrics.md."""
    rows = re.findall(r"^\| `(skinbus_\w+)` \| (\w+) \| [^|]+ \| ([^|]+) \|", text, flags=re.MULTILINE)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def annotated(rules: dict) -> list[str]:
    texts = []
    for alert in alerts(rules):
        name, notes = alert["alert"], alert.get("annotations", {})
        if alert.get("labels", {}).get("severity") not in SEVERITIES:
            texts.append(f"{name}: its severity is none of {sorted(SEVERITIES)}")
        if "for" not in alert:
            texts.append(f"{name}: says not for how long")
        texts += [f"{name}: has no {note}" for note in ["summary", "description"] if not notes.get(note)]
        if not notes.get("runbook_url", "").endswith(f"/docs/runbooks/{name}.md"):
            texts.append(f"{name}: its runbook_url is not that of docs/runbooks/{name}.md")
    return texts


def runbooks(rules: dict, pages: set[str]) -> list[str]:
    names = {alert["alert"] for alert in alerts(rules)}
    texts = [f"{name}: has no page in docs/runbooks" for name in sorted(names - pages)]
    return texts + [f"docs/runbooks/{name}.md: there is no such alert" for name in sorted(pages - names)]


def severities(rules: dict) -> list[str]:
    """A page says how urgent it is, and so does the list of all."""
    overview = (RUNBOOKS / "README.md").read_text()
    texts = []
    for alert in alerts(rules):
        name, severity, page = alert["alert"], alert.get("labels", {}).get("severity"), RUNBOOKS / f"{alert['alert']}.md"
        if page.exists() and f"\n*{severity}*\n" not in page.read_text():
            texts.append(f"docs/runbooks/{name}.md: says another severity")
        if f"| [{name}]({name}.md) | {severity} |" not in overview:
            texts.append(f"docs/runbooks/README.md: has no {name} with its severity")
    return texts


def tested(rules: dict, tests: dict) -> list[str]:
    """Each alert has a test in which it fires and one in which it does not."""
    there = {test["name"] for test in tests["tests"]}
    wanted = {f"{alert['alert']} {what}" for alert in alerts(rules) for what in ["fires", "is quiet"]}
    return [f"rules-test.yaml: {name}: is not tested" for name in sorted(wanted - there)]


def promtool(rules: dict, boards: dict[str, dict], tests: dict) -> list[str]:
    """What promtool says of all expressions, and of the tests of the rules."""
    shown = [expression for board in boards.values() for _, expression in queries(board)]
    recorded = [{"record": f"dashboard:{at}", "expr": plain(expression)} for at, expression in enumerate(shown)]
    texts = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "rules.json").write_text(json.dumps(rules))
        (folder / "dashboards.json").write_text(json.dumps({"groups": [{"name": "dashboards", "rules": recorded}]}))
        (folder / "test.yaml").write_text(json.dumps(tests))
        for command in [["check", "rules", "rules.json"], ["check", "rules", "dashboards.json"], ["test", "rules", "test.yaml"]]:
            done = subprocess.run([os.environ["PROMTOOL"], *command], cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                texts.append(f"promtool {' '.join(command)}: {done.stdout}{done.stderr}")
    return texts


def plain(expression: str) -> str:
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    return expression


def queries(board: dict) -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in board["panels"] for target in panel.get("targets", [])]


def panels(file: str, board: dict) -> list[str]:
    """What a panel needs so that somebody who is woken can read it."""
    ids = [panel["id"] for panel in board["panels"]]
    texts = [] if len(ids) == len(set(ids)) else [f"{file}: two panels have the same id"]
    if f"{board.get('uid')}.json" != file:
        texts.append(f"{file}: its uid is {board.get('uid')}")
    known = {variable["name"] for variable in board["templating"]["list"]} | {"__rate_interval"}
    for panel in board["panels"]:
        if panel["type"] == "row":
            continue
        where = f"{file}: {panel['title']}"
        if not panel.get("description"):
            texts.append(f"{where}: no description says what to do")
        if not panel["fieldConfig"]["defaults"].get("unit"):
            texts.append(f"{where}: no unit")
        if panel["datasource"]["uid"] != "${datasource}":
            texts.append(f"{where}: another data source")
        used = {name for target in panel["targets"] for name in re.findall(r"\$\{?(\w+)", target["expr"])}
        texts += [f"{where}: there is no variable {name}" for name in sorted(used - known)]
    return texts


def named(where: str, expression: str, metrics: dict[str, tuple[str, set[str]]], recorded: set[str]) -> list[str]:
    """Metrics and labels that nobody has would make an alert that never fires and a panel that stays empty."""
    texts = []
    for name, matchers in re.findall(r"\b(skinbus[\w:]+)(?:\{([^}]*)\})?", re.sub(r'"[^"]*"', '""', expression)):
        if name in recorded:
            continue
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        kind, labels = metrics.get(family if metrics.get(family, ("",))[0] == "histogram" else name, (None, set()))
        if kind is None or (kind == "histogram" and family == name):
            texts.append(f"{where}: docs/metrics.md has no {name}")
            continue
        used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
        texts += [f"{where}: {name} has no label {label}" for label in sorted(used - labels - ADDED)]
    grouped = {label for part in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression) for label in re.findall(r"\w+", part)}
    every = ADDED.union(*(labels for _, labels in metrics.values()))
    return texts + [f"{where}: no metric has the label {label}" for label in sorted(grouped - every)]
