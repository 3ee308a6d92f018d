"""Makes the chart's templates from the kustomizations, so that there is one source: python3 deploy/helm/generate.py FOLDER.

What the kustomizations say of one account after the other becomes a loop, known texts become values, and the kinds that a
component brings are there only where it is wanted.
"""

import json
import pathlib
import re
import sys

import yaml

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "checks"))
import render
import settings

# Which switch a kind of object has.
SWITCHES = {
    "ExternalSecret": ".Values.externalSecrets.enabled",
    "HTTPRoute": ".Values.gateway.enabled",
    "Ingress": ".Values.ingress.enabled",
    "NetworkPolicy": ".Values.networkPolicy.enabled",
    "PodMonitor": ".Values.monitoring.enabled",
    "PrometheusRule": ".Values.monitoring.enabled",
    "Dashboards": ".Values.monitoring.enabled",
    "ScaledObject": ".Values.keda.enabled",
}
# Texts that become values: the kind (or "" for all), the whole text, the expression.
VALUES = [
    ("", "registry.example.com/skinbus:0.1.0", "{{ $.Values.image.repository }}:{{ $.Values.image.tag }}"),
    ("", "hooks.example.com", "{{ $.Values.webhooks.host }}"),
    ("ExternalSecret", "ClusterSecretStore/skinbus", "{{ $.Values.externalSecrets.store }}"),
    ("HTTPRoute", "public", "{{ $.Values.gateway.name }}"),
    ("HTTPRoute", "gateway", "{{ $.Values.gateway.namespace }}"),
    ("Ingress", "public", "{{ $.Values.ingress.className }}"),
    ("ScaledObject", "SKINBUS", "{{ $.Values.keda.account }}"),
    ("ScaledObject", "nats-headless.nats.svc.cluster.local:8222", "{{ $.Values.keda.endpoint }}"),
]
# What an alert's address begins with; the chart's user has another.
RUNBOOKS = "https://git.example.com/skinbus/docs/runbooks"
ACCOUNT, DASHED = "{{ $account }}", "{{ $dashed }}"
LOOP = '{{- range $account := $.Values.accounts }}\n{{- $dashed := replace "_" "-" $account }}\n'
CONFIG = '$.Values.config | default ($.Files.Get "files/skinbus.toml")'
NOTICE = "{{- /* Made by deploy/helm/generate.py: change the kustomizations instead. */ -}}\n"
CHECK = """{{- $config := %s }}
{{- range .Values.accounts }}
{{- if not (contains (printf "[accounts.%%s]" .) $config) }}
{{- fail (printf "the settings have no section [accounts.%%s]" .) }}
{{- end }}
{{- end }}
{{- if ne (len .Values.accounts) (len (regexFindAll "(?m)^\\\\[accounts\\\\.[a-z0-9_]+\\\\]" $config -1)) }}
{{- fail "the settings have accounts that the value accounts does not list: nobody would place their orders" }}
{{- end }}
""" % CONFIG


def main(folder: pathlib.Path) -> None:
    production = render.production(also={"ingress"})
    plain = render.production(without={"keda"})
    replicas = {render.name_of(one): one["spec"]["replicas"] for one in plain if one["kind"] == "Deployment"}
    accounts = list(settings.of(production)["accounts"])
    templates = folder / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    for old in templates.glob("*.yaml"):
        old.unlink()
    for kind in sorted({kind_of(one) for one in production} - {"Namespace"}):
        chosen = [one for one in production if kind_of(one) == kind]
        documents = [prepared(one, replicas.get(render.name_of(one))) for one in chosen]
        (templates / f"{kind.lower()}.yaml").write_text(template(kind, documents, accounts))
    (folder / "files").mkdir(exist_ok=True)
    source = render.DEPLOY / "overlays" / "prod" / "skinbus.toml"
    (folder / "files" / "skinbus.toml").write_text(source.read_text())
    for one in production:
        for name, text in one["data"].items() if kind_of(one) == "Dashboards" else []:
            (folder / "files" / name).write_text(text)


def kind_of(document: dict) -> str:
    """Dashboards are ConfigMaps, but there is a switch for them."""
    labels = document["metadata"].get("labels", {})
    return "Dashboards" if "grafana_dashboard" in labels else document["kind"]


def prepared(document: dict, replicas: int | None) -> dict:
    """The same with the namespace, the settings and the number of replicas left open."""
    text = json.dumps(document)
    text = re.sub(r"skinbus-config-[a-z0-9]{10}", "skinbus-config-@CONFIG", text)
    document = json.loads(text)
    document["metadata"]["namespace"] = "@NAMESPACE"
    if kind_of(document) == "Dashboards":
        document["data"] = {name: f"@FILE {name}" for name in document["data"]}
    elif document["kind"] == "ConfigMap":
        document["data"] = {"skinbus.toml": "@SETTINGS"}
    if replicas is not None:
        document["spec"] = {"@REPLICAS": replicas} | document["spec"]
    if document["kind"] == "ExternalSecret":
        document["spec"]["secretStoreRef"]["name"] = "ClusterSecretStore/skinbus"
    return document


def template(kind: str, documents: list[dict], accounts: list[str]) -> str:
    parts = []
    for part in looped(documents, accounts):
        loop = isinstance(part, Loop)
        texts = [written(kind, document) for document in (part.items if loop else [part])]
        body = "".join(f"---\n{text}" for text in texts)
        parts.append(LOOP + body + "{{- end }}\n" if loop else body)
    text = "".join(parts)
    if kind == "ConfigMap":
        text = CHECK + text
    if kind in SWITCHES:
        text = f"{{{{- if {SWITCHES[kind]} }}}}\n{text}{{{{- end }}}}\n"
    return NOTICE + text


class Loop:
    """Items of a list that are there for each account."""

    def __init__(self, items: list) -> None:
        self.items = items


def looped(node, accounts: list[str]):
    """The same with loops in the place of items that are repeated for each account."""
    if isinstance(node, dict):
        return {key: looped(value, accounts) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    result, run = [], []
    for item in [*node, None]:
        mentioned = [] if item is None else mentions(item, accounts)
        if len(mentioned) == 1:
            run.append((mentioned[0], item))
            continue
        if run:
            result.append(Loop(common(run, accounts)))
            run = []
        if item is not None:
            result.append(looped(item, accounts))
    return result


def mentions(item, accounts: list[str]) -> list[str]:
    text = json.dumps(item).replace("-", "_")
    return [account for account in accounts if account in text]


def common(run: list[tuple], accounts: list[str]) -> list:
    """What a run says of each account; a difference between two accounts ends everything."""
    groups = {
        account: [json.loads(general(json.dumps(item), account)) for name, item in run if name == account]
        for account in accounts
    }
    first = groups[accounts[0]]
    for account, group in groups.items():
        if group != first:
            raise SystemExit(f"the account {account} is deployed in another way than {accounts[0]}:\n{group}\n{first}")
    return first


def general(text: str, account: str) -> str:
    return text.replace(account, "@ACCOUNT").replace(account.replace("_", "-"), "@DASHED")


def written(kind: str, document: dict) -> str:
    """YAML with expressions. What YAML cannot hold is a mark until it is written."""
    loops = []

    def marked(node):
        if isinstance(node, dict):
            return {key: marked(value) for key, value in node.items()}
        if isinstance(node, list):
            return [marked(item) for item in node]
        if isinstance(node, str):
            # Prometheus has templates of its own, which are not ours to fill in.
            return node.replace("{{", "@OPEN").replace("}}", "@CLOSE")
        if isinstance(node, Loop):
            loops.append(marked(node.items))
            return f"LOOP{len(loops) - 1}POOL"
        return node

    text = yaml.safe_dump(marked(document), sort_keys=False, width=1000)
    for number, items in enumerate(loops):
        body = yaml.safe_dump(items, sort_keys=False, width=1000)
        at = re.search(rf"^( *)- LOOP{number}POOL\n", text, re.MULTILINE)
        lines = "".join(f"{at[1]}{line}\n" for line in body.splitlines())
        text = text.replace(at[0], LOOP + lines + "{{- end }}\n")
    return expressions(kind, text)


def expressions(kind: str, text: str) -> str:
    text = text.replace("@ACCOUNT", ACCOUNT).replace("@DASHED", DASHED)
    text = re.sub(r"'([^'\n]*\{\{[^'\n]*)'", r"\1", text)
    text = re.sub(r"'?@NAMESPACE'?", "{{ $.Release.Namespace }}", text)
    text = text.replace("@CONFIG", f"{{{{ ({CONFIG}) | sha256sum | trunc 10 }}}}")
    text = re.sub(r"'?@SETTINGS'?", f"{{{{ ({CONFIG}) | toJson }}}}", text)
    text = re.sub(r"'?@FILE ([a-z-]+\.json)'?", r'{{ $.Files.Get "files/\1" | toJson }}', text)
    text = text.replace(RUNBOOKS, "{{ $.Values.monitoring.runbooks }}")
    text = re.sub(
        r"^  '?@REPLICAS'?: (\d+)\n", r"{{- if not $.Values.keda.enabled }}\n  replicas: \1\n{{- end }}\n", text, flags=re.M
    )
    for only, known, expression in VALUES:
        if only in ("", kind):
            text = re.sub(rf"(?<=[ ]){re.escape(known)}$", expression, text, flags=re.MULTILINE)
    return text.replace("@OPEN", '{{ "{{" }}').replace("@CLOSE", '{{ "}}" }}')


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
