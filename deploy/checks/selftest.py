"""Breaks the rendered production one field at a time; each check has to see it. A check that cannot fail is none."""

import copy
import pathlib
import tempfile
from collections.abc import Callable

import yaml

import alerts
import chart
import coverage
import dockerfile
import nats
import network
import pods
import references
import render
import schemas
import settings


def find(found: list[dict], name: str) -> dict:
    kind, _, name = name.partition("/")
    (one,) = [one for one in found if one["kind"] == kind and one["metadata"]["name"].startswith(name)]
    return one


def pod(found: list[dict], name: str) -> dict:
    return find(found, f"Deployment/{name}")["spec"]["template"]["spec"]


def container(found: list[dict], name: str) -> dict:
    return pod(found, name)["containers"][0]


def change(path: str, value) -> Callable[[list[dict]], None]:
    """Sets a field: `Kind/name: a.b.0.c`. None takes it out."""
    name, _, fields = path.partition(": ")

    def apply(found: list[dict]) -> None:
        node = find(found, name)
        *above, last = [int(part) if part.isdigit() else part.replace("~", ".") for part in fields.split(".")]
        for part in above:
            node = node[part]
        if value is None:
            del node[last]
        else:
            node[last] = value

    return apply


def without(name: str) -> Callable[[list[dict]], None]:
    return lambda found: found.remove(find(found, name))


def settings_text(old: str, new: str) -> Callable[[list[dict]], None]:
    def apply(found: list[dict]) -> None:
        data = find(found, "ConfigMap/skinbus-config")["data"]
        assert old in data["skinbus.toml"], old
        data["skinbus.toml"] = data["skinbus.toml"].replace(old, new)

    return apply


def credentials_for_the_tracker(found: list[dict]) -> None:
    spec = pod(found, "trade-tracker")
    spec["volumes"].append({"name": "stolen", "secret": {"secretName": "dispatch-skinify-main"}})
    spec["containers"][0]["volumeMounts"].append({"name": "stolen", "mountPath": "/run/secrets/skinify_main"})


def shared_selector(found: list[dict]) -> None:
    """What two accounts out of one base have without a label of their own."""
    for name in ["skinify-main", "skinout-main"]:
        one = find(found, f"Deployment/provider-dispatch-{name}")
        del one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/instance"]
        del one["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/instance"]


SKINIFY = "Deployment/provider-dispatch-skinify-main: spec.template.spec"
TRACKER = "Deployment/trade-tracker: spec.template.spec"
INGRESS = "Deployment/webhook-ingress: spec.template.spec"
BOX = "containers.0"
# What is broken, how, and a word of what has to be said of it.
BROKEN = [
    ("unknown field of a Deployment", change(f"{TRACKER}.{BOX}.imagePullPolice", "Always"), "imagePullPolice"),
    ("wrong type", change("Deployment/trade-tracker: spec.revisionHistoryLimit", "three"), "revisionHistoryLimit"),
    ("unknown kind", change("Service/webhook-ingress: kind", "Gadget"), "no such kind"),
    ("unknown field of a ScaledObject", change("ScaledObject/order-intake: spec.intervalSeconds", 3), "intervalSeconds"),
    ("unknown field deep inside", change("HTTPRoute/webhook-ingress: spec.rules.0.backendRef", []), "backendRef"),
    ("unknown field of a PodMonitor", change("PodMonitor/skinbus: spec.podMetricsEndpoints.0.intervalSeconds", "1s"), "intervalSeconds"),
    ("unknown field of an ExternalSecret", change("ExternalSecret/nats-admin: spec.target.nme", "x"), "nme"),
    ("number for a text", change("ScaledObject/order-intake: spec.triggers.0.metadata.lagThreshold", 5), "lagThreshold"),
    ("wrong word", change("HTTPRoute/webhook-ingress: spec.rules.0.matches.0.path.type", "PathPrefx"), "type"),
    ("custom resource of an unknown version", change("PodMonitor/skinbus: apiVersion", "monitoring.coreos.com/v9"), "no schema"),
    ("no pod security", change(f"{TRACKER}.securityContext", None), "runAsNonRoot"),
    ("root", change(f"{TRACKER}.{BOX}.securityContext.runAsUser", 0), "root"),
    ("no container security", change(f"{SKINIFY}.{BOX}.securityContext", None), "readOnlyRootFilesystem"),
    ("a capability", change(f"{SKINIFY}.{BOX}.securityContext.capabilities", {"add": ["NET_RAW"]}), "capabilities"),
    ("a path of the node", change(f"{TRACKER}.volumes.0", {"name": "config", "hostPath": {"path": "/"}}), "path of its node"),
    ("the network of the node", change(f"{TRACKER}.hostNetwork", True), "namespace of its node"),
    ("a token for the Kubernetes API", change(f"{TRACKER}.automountServiceAccountToken", None), "automount"),
    ("variables of Services", change(f"{TRACKER}.enableServiceLinks", None), "enableServiceLinks"),
    ("image without a tag", change(f"{TRACKER}.{BOX}.image", "registry.example.com:5000/skinbus"), "no tag"),
    ("image latest", change(f"{TRACKER}.{BOX}.image", "skinbus:latest"), "no tag"),
    ("no memory limit", change(f"{TRACKER}.{BOX}.resources.limits", None), "memory limit"),
    ("no request", change(f"{TRACKER}.{BOX}.resources.requests", None), "requests no"),
    ("no probe", change(f"{TRACKER}.{BOX}.readinessProbe", None), "readinessProbe"),
    ("liveness that looks at NATS", change(f"{TRACKER}.{BOX}.livenessProbe.httpGet.path", "/readyz"), "livenessProbe"),
    ("killed in its drain", change(f"{SKINIFY}.terminationGracePeriodSeconds", 30), "drain"),
    ("a longer drain", settings_text('drain_timeout = "75s"', 'drain_timeout = "2m"'), "drain"),
    ("no pause before the end", change(f"{INGRESS}.{BOX}.lifecycle", None), "stop taking webhooks"),
    ("another program", change(f"{TRACKER}.{BOX}.command", ["/usr/local/bin/order-intake"]), "runs"),
    ("other arguments", change(f"{TRACKER}.{BOX}.args", []), "read its settings"),
    ("a gap in a rollout", change("Deployment/trade-tracker: spec.strategy.rollingUpdate.maxUnavailable", 1), "gives up"),
    ("spread by another selector", change(f"{TRACKER}.topologySpreadConstraints.0.labelSelector.matchLabels", {}), "spread"),
    ("no budget", without("PodDisruptionBudget/trade-tracker"), "PodDisruptionBudget"),
    ("replicas beside KEDA", change("Deployment/trade-tracker: spec.replicas", 2), "KEDA"),
    ("another health port", settings_text("9100", "9101"), "http.listen"),
    ("another webhook port", settings_text("8080", "8081"), "webhooks.listen"),
    ("two dispatch Deployments with one selector", shared_selector, "also match its selector"),
    ("its own pods not chosen", change("Deployment/trade-tracker: spec.selector.matchLabels", {"a": "b"}), "do not match"),
    ("two namespaces", change("Service/webhook-ingress: metadata.namespace", "default"), "several namespaces"),
    ("the same twice", change("Deployment/trade-tracker: metadata.name", "order-intake"), "twice"),
    ("no settings", change(f"{TRACKER}.volumes.0.configMap.name", "skinbus-config"), "no ConfigMap"),
    ("a Secret that nobody makes", change("ExternalSecret/nats-admin: spec.target.name", "nats-topologi"), "no Secret"),
    ("a Secret that nobody uses", without("Job/topology-apply"), "used by nothing"),
    ("no ServiceAccount", without("ServiceAccount/trade-tracker"), "no ServiceAccount"),
    ("a volume without a mount", change(f"{TRACKER}.{BOX}.volumeMounts.0.name", "cfg"), "volumes and mounts"),
    ("a Service of nobody", change("Service/webhook-ingress: spec.selector", {"app": "x"}), "chooses nothing"),
    ("a Service with another port", change("Service/webhook-ingress: spec.ports.0.targetPort", "http"), "no pod has the port"),
    ("a budget of nobody", change("PodDisruptionBudget/order-intake: spec.selector.matchLabels", {"a": "b"}), "chooses nothing"),
    ("a policy of nobody", change("NetworkPolicy/webhook-ingress: spec.podSelector.matchLabels", {"a": "b"}), "chooses nothing"),
    ("a route to nowhere", change("HTTPRoute/webhook-ingress: spec.rules.0.backendRefs.0.port", 80), "no Service"),
    ("a ScaledObject of nobody", change("ScaledObject/trade-tracker: spec.scaleTargetRef.name", "tracker"), "ScaledObjects and"),
    ("a Deployment that does not scale", without("ScaledObject/trade-tracker"), "ScaledObjects and"),
    ("most below least", change("ScaledObject/trade-tracker: spec.maxReplicaCount", 1), "maxReplicaCount"),
    ("metrics elsewhere", change("PodMonitor/skinbus: spec.podMetricsEndpoints.0.port", "http"), "not where the metrics"),
    ("a service without metrics", change("PodMonitor/skinbus: spec.selector.matchExpressions.0.values", []), "looks at"),
    ("an account without a Deployment", without("Deployment/provider-dispatch-skinify-main"), "has the accounts"),
    ("an account that the settings do not have", settings_text("[accounts.skinify_main]", "[accounts.other]"), "has the accounts"),
    ("two accounts in one", change(f"{SKINIFY}.{BOX}.env.0.value", "skinout_main"), "has the accounts"),
    ("API credentials at the tracker", credentials_for_the_tracker, "has the Secrets"),
    ("another account's credentials", change(f"{SKINIFY}.volumes.0.secret.secretName", "dispatch-skinout-main"), "has the Secrets"),
    ("API credentials at the ingress", change(f"{INGRESS}.volumes.0.secret.secretName", "dispatch-skinify-main"), "has the Secrets"),
    ("another service's NATS user", change(f"{TRACKER}.volumes.1.secret.secretName", "nats-provider-dispatch"), "has the Secrets"),
    ("no key of a NATS user", change(f"{TRACKER}.{BOX}.env.2.value", "/tmp/nats.nk"), "its variables for NATS"),
    ("the Job with another user", change("Job/topology-apply: spec.template.spec.volumes.1.secret.secretName", "nats-order-intake"), "nats-admin"),
    ("a consumer that does not exist", change("ScaledObject/order-intake: spec.triggers.0.metadata.consumer", "intak"), "no consumer"),
    ("a consumer of another stream", change("ScaledObject/order-intake: spec.triggers.0.metadata.stream", "TRADES"), "no consumer"),
    ("another account's consumer", change("ScaledObject/provider-dispatch-skinify-main: spec.triggers.0.metadata.consumer", "dispatch_skinout_main"), "another account's"),
    ("an account that nobody scales by", change("ScaledObject/trade-tracker: spec.triggers.4", None), "nothing scales by"),
    ("another host", change("HTTPRoute/webhook-ingress: spec.hostnames", ["a.example.com"]), "is not https"),
    ("no default refusal", without("NetworkPolicy/default-deny"), "refuses what no other"),
    ("a way out for the tracker", change("NetworkPolicy/provider-dispatch: spec.podSelector.matchLabels.app~kubernetes~io/name", "trade-tracker"), "somebody else"),
    ("a way to the neighbours", change("NetworkPolicy/provider-dispatch: spec.egress.0.to.0.ipBlock.except", []), "private addresses"),
    ("a way in to dispatch", change("NetworkPolicy/webhook-ingress: spec.podSelector.matchLabels.app~kubernetes~io/name", "provider-dispatch"), "lets others in"),
    ("a way in for everybody", change("NetworkPolicy/webhook-ingress: spec.ingress.0.from", None), "everybody"),
]  # fmt: skip


def of_objects(found: list[dict], packages: str) -> list[str]:
    """Every check of rendered objects."""
    texts = schemas.problems(found, packages)
    known = settings.of(found)
    return texts + pods.problems(found, known) + references.problems(found) + settings.problems(found, known) + network.problems(found, known)


def problems(production: list[dict], packages: str) -> list[str]:
    texts = []
    for title, break_it, word in BROKEN:
        broken = copy.deepcopy(production)
        break_it(broken)
        # Only what is no longer as it was: the rest was found good before.
        changed = [one for one in broken if one not in production]
        known = settings.of(broken)
        found = schemas.problems(changed, packages) + pods.problems(broken, known) + references.problems(broken)
        found += settings.problems(broken, known) + network.problems(broken, known)
        if not any(word in text for text in found):
            texts.append(f"self-test: nobody saw: {title}; only {found}")
    return texts + of_chart(production) + of_nats() + of_alerts() + of_files()


def of_chart(production: list[dict]) -> list[str]:
    broken = copy.deepcopy(production)
    pod(broken, "trade-tracker")["terminationGracePeriodSeconds"] = 91
    broken.remove(find(broken, "PodMonitor/skinbus"))
    found = "\n".join(chart.compared("test", production, broken))
    return [] if "Deployment/trade-tracker differs" in found and "PodMonitor/skinbus is not" in found else [f"self-test: chart: {found}"]


def of_nats() -> list[str]:
    values = yaml.safe_load(nats.VALUES.read_text())
    values["config"]["jetstream"]["merge"]["sync_interval"] = "2m"
    values["config"]["jetstream"]["fileStor"] = {"enabled": True}
    found = "\n".join(nats.problems(values))
    return [] if "sync_interval must be" in found and "no value config.jetstream.fileStor" in found else [f"self-test: nats: {found}"]


def alert(rules: dict, name: str) -> dict:
    (one,) = [one for one in alerts.alerts(rules) if one["alert"] == name]
    return one


def panel(boards: dict, title: str) -> dict:
    return next(one for one in boards["skinbus-overview.json"]["panels"] if one["title"] == title)


# How the alerts, the dashboards, the tests of the alerts or the names of the runbooks are broken, and a word of what has to be said.
BROKEN_ALERTS = [
    ("a metric that nobody has", lambda r, b, t, p: alert(r, "SkinbusReviewOpen").update(expr="skinbus_open_order > 0"), "no skinbus_open_order"),
    ("a label that nobody has", lambda r, b, t, p: alert(r, "SkinbusReviewOpen").update(expr='skinbus_open_orders{status="X"} > 0'), "no label status"),
    ("grouped by what nobody has", lambda r, b, t, p: alert(r, "SkinbusReviewOpen").update(expr="sum by (order_id) (skinbus_open_orders)"), "no metric has the label"),
    ("no PromQL", lambda r, b, t, p: alert(r, "SkinbusReviewOpen").update(expr="sum(("), "promtool check rules"),
    ("no severity", lambda r, b, t, p: alert(r, "SkinbusStuck").update(labels={"severity": "urgent"}), "severity"),
    ("a page that only the rule makes one", lambda r, b, t, p: alert(r, "SkinbusStuck").update(labels={"severity": "page"}), "another severity"),
    ("no description", lambda r, b, t, p: alert(r, "SkinbusStuck")["annotations"].pop("description"), "has no description"),
    ("another alert's runbook", lambda r, b, t, p: alert(r, "SkinbusStuck").update(annotations=alert(r, "SkinbusDrift")["annotations"]), "runbook_url"),
    ("an alert without a page", lambda r, b, t, p: p.remove("SkinbusStuck"), "no page in docs/runbooks"),
    ("a page without an alert", lambda r, b, t, p: p.add("SkinbusGone"), "no such alert"),
    ("an alert that fires for everything", lambda r, b, t, p: alert(r, "SkinbusReviewOpen").update(expr="max by (account) (skinbus_open_orders) >= 0"), "promtool test rules"),
    ("an alert that never fires", lambda r, b, t, p: alert(r, "SkinbusReviewOpen").update(expr="max by (account) (skinbus_open_orders) > 1e9"), "promtool test rules"),
    ("a dashboard without PromQL", lambda r, b, t, p: panel(b, "Open orders")["targets"][0].update(expr="sum(skinbus_open_orders"), "promtool check rules"),
    ("a panel about what nobody has", lambda r, b, t, p: panel(b, "Open orders")["targets"][0].update(expr="skinbus_opened"), "no skinbus_opened"),
    ("a panel without a unit", lambda r, b, t, p: panel(b, "Open orders")["fieldConfig"]["defaults"].pop("unit"), "no unit"),
    ("a panel that says nothing", lambda r, b, t, p: panel(b, "Open orders").pop("description"), "no description"),
    ("a variable that is not there", lambda r, b, t, p: b["skinbus-overview.json"]["templating"].update(list=[]), "no variable account"),
]  # fmt: skip


def of_alerts() -> list[str]:
    texts = []
    for title, spoil, word in BROKEN_ALERTS:
        rules, boards, tests, pages = alerts.known()
        # promtool takes seconds for all of them.
        few = [one for one in tests["tests"] if one["name"].startswith("SkinbusReviewOpen")]
        spoil(rules, boards, tests, pages)
        found = "\n".join(alerts.of(rules, boards, tests | {"tests": few}, pages))
        if word not in found:
            texts.append(f"self-test: nobody saw {title}: {word!r} is not in {found!r}")
    rules, boards, tests, pages = alerts.known()
    found = "\n".join(alerts.tested(rules, tests | {"tests": tests["tests"][1:]}))
    return texts if "is not tested" in found else [*texts, "self-test: nobody saw an alert without a test"]


def of_files() -> list[str]:
    stray = render.DEPLOY / "components" / "keda" / "stray.yaml"
    texts = [] if coverage.problems([stray]) else ["self-test: nobody saw a file that nothing uses"]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "Dockerfile"
        file.write_text("FROM debian\nRUN cd / && apt-get install curl\n")
        found = "\n".join(dockerfile.problems(file))
        ignored = pathlib.Path(folder) / "Dockerfile.dockerignore"
        ignored.write_text("*\n!services\n")
        if not any("tests" in text for text in dockerfile.context(ignored)):
            texts.append("self-test: nobody saw that a crate is not among what the image is built of")
    return texts if "DL3006" in found and "root" in found else [*texts, f"self-test: Dockerfile: {found}"]
