"""Whatever an object names must be there, and whatever is there must be used."""

from pods import CONTROLLERS, SERVICES, containers, labels, service_of, template
from render import name_of

# Objects that belong to no namespace.
CLUSTER = {"Namespace"}


def problems(found: list[dict]) -> list[str]:
    controllers = [one for one in found if one["kind"] in CONTROLLERS]
    return (
        namespaces(found)
        + volumes(found, controllers)
        + selected(found, controllers)
        + routes(found)
        + scaling(found)
        + monitoring(found, controllers)
    )


def named(found: list[dict], kind: str) -> dict[str, dict]:
    return {one["metadata"]["name"]: one for one in found if one["kind"] == kind}


def namespaces(found: list[dict]) -> list[str]:
    spaces = {one["metadata"].get("namespace") for one in found if one["kind"] not in CLUSTER}
    texts = [] if len(spaces) == 1 and None not in spaces else [f"objects are in several namespaces: {spaces}"]
    names = [(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in found]
    return texts + [f"{name} is there twice" for name in sorted({name for name in names if names.count(name) > 1})]


def used(controller: dict) -> dict[str, set[str]]:
    """What a pod mounts or reads, by kind."""
    spec = template(controller)["spec"]
    sources = [source for container in containers(controller) for source in container.get("envFrom", [])]
    sources += [
        one["valueFrom"] for container in containers(controller) for one in container.get("env", []) if "valueFrom" in one
    ]
    parts = spec.get("volumes", [])
    secrets = {part["secret"]["secretName"] for part in parts if "secret" in part}
    secrets |= {source[key]["name"] for source in sources for key in ["secretRef", "secretKeyRef"] if key in source}
    configs = {part["configMap"]["name"] for part in parts if "configMap" in part}
    configs |= {source[key]["name"] for source in sources for key in ["configMapRef", "configMapKeyRef"] if key in source}
    return {"Secret": secrets, "ConfigMap": configs}


def volumes(found: list[dict], controllers: list[dict]) -> list[str]:
    secrets = set(named(found, "Secret"))
    secrets |= {one["spec"]["target"]["name"] for one in found if one["kind"] == "ExternalSecret"}
    # Grafana finds dashboards by their label.
    configs = {name for name, one in named(found, "ConfigMap").items() if "grafana_dashboard" not in one["metadata"].get("labels", {})}
    there = {"Secret": secrets, "ConfigMap": configs}
    accounts = set(named(found, "ServiceAccount"))
    texts = []
    for one in controllers:
        for kind, names in used(one).items():
            # Without a component that brings Secrets, they are the operator's.
            if there[kind]:
                texts += [f"{name_of(one)}: there is no {kind} {name}" for name in sorted(names - there[kind])]
        spec = template(one)["spec"]
        account = spec.get("serviceAccountName")
        if account and account not in accounts:
            texts.append(f"{name_of(one)}: there is no ServiceAccount {account}")
        known = {part["name"] for part in spec.get("volumes", [])}
        known |= {part["metadata"]["name"] for part in one["spec"].get("volumeClaimTemplates", [])}
        mounted = {mount["name"] for container in containers(one) for mount in container.get("volumeMounts", [])}
        if known != mounted:
            texts.append(f"{name_of(one)}: volumes and mounts differ: {sorted(known ^ mounted)}")
    for kind, names in there.items():
        unused = names.difference(*(used(one)[kind] for one in controllers))
        texts += [f"{kind} {name} is used by nothing" for name in sorted(unused)]
    return texts


def selected(found: list[dict], controllers: list[dict]) -> list[str]:
    """Services, budgets and network policies that choose nobody are mistakes."""
    texts = []
    for one in found:
        if one["kind"] == "Service":
            chosen = choose(one["spec"]["selector"], controllers)
            ports = {port["name"] for pod in chosen for box in containers(pod) for port in box.get("ports", [])}
            texts += [
                f"{name_of(one)}: no pod has the port {port['targetPort']}"
                for port in one["spec"]["ports"]
                if port["targetPort"] not in ports
            ]
        elif one["kind"] == "PodDisruptionBudget":
            chosen = choose(one["spec"]["selector"]["matchLabels"], controllers)
        elif one["kind"] == "NetworkPolicy":
            chosen = choose(one["spec"]["podSelector"].get("matchLabels", {}), controllers)
        else:
            continue
        if not chosen:
            texts.append(f"{name_of(one)}: its selector chooses nothing")
    return texts


def choose(wanted: dict, controllers: list[dict]) -> list[dict]:
    return [one for one in controllers if wanted.items() <= labels(one).items()]


def routes(found: list[dict]) -> list[str]:
    services = named(found, "Service")
    texts = []
    for one in found:
        if one["kind"] == "HTTPRoute":
            ends = [(end["name"], end["port"]) for rule in one["spec"]["rules"] for end in rule["backendRefs"]]
        elif one["kind"] == "Ingress":
            paths = [path for rule in one["spec"]["rules"] for path in rule["http"]["paths"]]
            ends = [(end["name"], end["port"].get("name")) for end in (path["backend"]["service"] for path in paths)]
        else:
            continue
        for service, port in ends:
            ports = services.get(service, {}).get("spec", {}).get("ports", [])
            if not any(port in (known["port"], known["name"]) for known in ports):
                texts.append(f"{name_of(one)}: there is no Service {service} with the port {port}")
    return texts


def scaling(found: list[dict]) -> list[str]:
    targets = [one["spec"]["scaleTargetRef"]["name"] for one in found if one["kind"] == "ScaledObject"]
    services = [one["metadata"]["name"] for one in found if one["kind"] == "Deployment" and service_of(one)]
    if targets and sorted(targets) != sorted(services):
        return [f"ScaledObjects and Deployments of services differ: {sorted(set(targets) ^ set(services))}"]
    return [
        f"{name_of(one)}: maxReplicaCount is below minReplicaCount"
        for one in found
        if one["kind"] == "ScaledObject" and one["spec"]["maxReplicaCount"] < one["spec"]["minReplicaCount"]
    ]


def monitoring(found: list[dict], controllers: list[dict]) -> list[str]:
    texts = []
    for one in found:
        if one["kind"] != "PodMonitor":
            continue
        (rule,) = one["spec"]["selector"]["matchExpressions"]
        if sorted(rule["values"]) != SERVICES:
            texts.append(f"{name_of(one)}: looks at {rule['values']}")
        for end in one["spec"]["podMetricsEndpoints"]:
            pods = [pod for pod in controllers if service_of(pod)]
            ports = [{port["name"] for box in containers(pod) for port in box["ports"]} for pod in pods]
            if end["path"] != "/metrics" or not all(end["port"] in known for known in ports):
                texts.append(f"{name_of(one)}: {end['port']}{end['path']} is not where the metrics are")
    return texts
