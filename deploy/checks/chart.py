"""The chart is what the kustomizations are."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import render

GENERATE = render.DEPLOY / "helm" / "generate.py"


def problems() -> list[str]:
    texts = generated() + linted() + refusals()
    plain = {"external-secrets", "gateway", "keda", "monitoring", "network-policy"}
    switches = ["externalSecrets", "gateway", "keda", "monitoring", "networkPolicy"]
    texts += compared("overlays/prod", render.production(), render.chart())
    texts += compared(
        "overlays/prod without components",
        render.production(without=plain),
        render.chart(*(f"{name}.enabled=false" for name in switches)),
    )
    texts += compared(
        "overlays/prod with an Ingress",
        render.production(without={"gateway"}, also={"ingress"}),
        render.chart("gateway.enabled=false", "ingress.enabled=true"),
    )
    return texts


def generated() -> list[str]:
    """The templates in the repository are those that the generator makes now."""
    with tempfile.TemporaryDirectory() as folder:
        render.run(sys.executable, str(GENERATE), folder)
        fresh = contents(pathlib.Path(folder))
    known = contents(render.CHART)
    written_by_hand = {"Chart.yaml", "values.yaml", "values.schema.json"}
    different = sorted(
        name for name in fresh.keys() | known.keys() if name not in written_by_hand and fresh.get(name) != known.get(name)
    )
    return [f"helm/skinbus/{name} is not what deploy/helm/generate.py makes: make chart" for name in different]


def contents(folder: pathlib.Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def linted() -> list[str]:
    done = subprocess.run([os.environ["HELM"], "lint", "--strict", "--quiet", str(render.CHART)], capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"helm lint: {done.stdout}{done.stderr}"]


def refusals() -> list[str]:
    """An account that one side does not know would have its orders wait for ever; a misspelt value would do nothing."""
    wrong = [
        ("accounts={skinify_main}", "does not list"),
        ("accounts={a,b,c,d,skinify_main}", "no section"),
        ("gatewy.enabled=false", "gatewy"),
        ("image.tag=", "tag"),
    ]
    texts = []
    for setting, word in wrong:
        template = [os.environ["HELM"], "template", "skinbus", str(render.CHART), "--set", setting]
        done = subprocess.run(template, capture_output=True, text=True, check=False)
        if done.returncode == 0 or word not in done.stderr:
            texts.append(f"the chart takes {setting}: {done.stderr}")
    return texts


def compared(title: str, kustomized: list[dict], charted: list[dict]) -> list[str]:
    left, right = normal(kustomized), normal(charted)
    texts = [f"{title}: {name} is not in the chart" for name in sorted(left.keys() - right.keys())]
    texts += [f"{title}: {name} is only in the chart" for name in sorted(right.keys() - left.keys())]
    for name in sorted(left.keys() & right.keys()):
        if left[name] != right[name]:
            texts.append(f"{title}: {name} differs in the chart:\n  {left[name]}\n  {right[name]}")
    return texts


def normal(found: list[dict]) -> dict[str, str]:
    """Objects by name, as text. The hash in a name is made in two ways; the namespace is not the chart's."""
    texts = {}
    for one in found:
        if one["kind"] != "Namespace":
            text = re.sub(r"skinbus-config-[a-z0-9]{10}", "skinbus-config", json.dumps(ordered(one), sort_keys=True))
            texts[re.sub(r"skinbus-config-[a-z0-9]{10}", "skinbus-config", render.name_of(one))] = text
    return texts


def ordered(node):
    """Volumes, mounts and triggers have no order."""
    if isinstance(node, dict):
        return {key: ordered(value) for key, value in node.items()}
    if isinstance(node, list):
        items = [ordered(item) for item in node]
        named = all(isinstance(item, dict) and ("name" in item or "type" in item) for item in items)
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if named else items
    return node
