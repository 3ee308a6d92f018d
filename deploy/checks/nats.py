"""The values for the official NATS chart. The chart is not here: the names of its values are, and what must be said."""

import os

import yaml

import render
import schemas

VALUES = render.DEPLOY / "nats" / "values.yaml"
# Every value that the chart has, one in a line.
KNOWN = render.DEPLOY / "nats" / "chart-2.14.2.txt"
MUST = {
    "config.cluster.enabled": True,
    "config.cluster.replicas": 3,
    "config.cluster.tls.enabled": True,
    "config.jetstream.enabled": True,
    "config.jetstream.fileStore.pvc.enabled": True,
    "config.jetstream.merge.sync_interval": "always",
    "config.nats.tls.enabled": True,
    "config.monitor.enabled": True,
    "config.merge.00$include": "../nats-users/accounts.conf",
    "natsBox.enabled": False,
    "podTemplate.merge.spec.securityContext.runAsNonRoot": True,
}


def problems(values: dict | None = None) -> list[str]:
    values = values if values is not None else yaml.safe_load(VALUES.read_text())
    known = {line for line in KNOWN.read_text().splitlines() if not line.startswith("#")}
    told = dict(leaves(values, known))
    texts = [f"nats/values.yaml: the chart has no value {path}" for path in told if nearest(path, known) is None]
    texts += [
        f"nats/values.yaml: {path} must be {wanted}, and is {told.get(path)}"
        for path, wanted in MUST.items()
        if told.get(path) != wanted
    ]
    texts += [text for extra in values["extraResources"] for text in schemas.built_in(extra)]
    if folder := os.environ.get("NATS_CHART"):
        text = render.run(os.environ["HELM"], "template", "nats", folder, "--namespace", "nats", "--values", str(VALUES))
        own = [one for one in render.objects(text) if schemas.group_of(one) not in schemas.CUSTOM]
        texts += [problem for one in own for problem in schemas.built_in(one)]
    return texts


def leaves(node, known: set[str], path: str = ""):
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, known, f"{path}.{key}" if path else key)
    else:
        yield path, node


def nearest(path: str, known: set[str]) -> str | None:
    """The value that a path belongs to: itself, or one above it that takes anything."""
    if path in known:
        return path
    while "." in path:
        path = path.rpartition(".")[0]
        if f"{path}.*" in known:
            return path
    return None
