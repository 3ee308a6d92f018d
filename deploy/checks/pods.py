"""What every pod must be: restricted, bounded, probed, and alone under its selector."""

from render import name_of

SERVICES = ["order-intake", "provider-dispatch", "trade-tracker", "webhook-ingress"]
CONTROLLERS = {"Deployment", "StatefulSet", "Job"}
# What the process needs to flush and end after its drain.
END_SECONDS = 10


def problems(found: list[dict], settings: dict) -> list[str]:
    controllers = [one for one in found if one["kind"] in CONTROLLERS]
    texts = []
    for one in controllers:
        own = pod(one) + [text for container in containers(one) for text in bounded(container)]
        if one["kind"] != "Job":
            own += [text for container in containers(one) for text in probed(container)]
        if service_of(one):
            own += of_service(one, found, settings)
        texts += [f"{name_of(one)}: {text}" for text in own]
    return texts + selectors(controllers)


def template(controller: dict) -> dict:
    return controller["spec"]["template"]


def labels(controller: dict) -> dict:
    return template(controller)["metadata"].get("labels", {})


def containers(controller: dict) -> list[dict]:
    spec = template(controller)["spec"]
    return spec.get("initContainers", []) + spec["containers"]


def service_of(controller: dict) -> str | None:
    """The service that a Deployment runs, where it runs one."""
    name = labels(controller).get("app.kubernetes.io/name")
    return name if name in SERVICES else None


def pod(controller: dict) -> list[str]:
    spec = template(controller)["spec"]
    context = spec.get("securityContext", {})
    rules = {
        "automountServiceAccountToken is not false": spec.get("automountServiceAccountToken") is False,
        "enableServiceLinks is not false": spec.get("enableServiceLinks") is False,
        "runAsNonRoot is not true": context.get("runAsNonRoot") is True,
        "runAsUser is root or not said": context.get("runAsUser", 0) > 0,
        "seccompProfile is not RuntimeDefault": context.get("seccompProfile", {}).get("type") == "RuntimeDefault",
        "shares a namespace of its node": not any(spec.get(key) for key in ["hostNetwork", "hostPID", "hostIPC"]),
        "mounts a path of its node": not any("hostPath" in volume for volume in spec.get("volumes", [])),
    }
    return broken(rules)


def bounded(container: dict) -> list[str]:
    context = container.get("securityContext", {})
    resources = container.get("resources", {})
    image = container.get("image", "")
    tag = image.rpartition("/")[2].partition(":")[2]
    rules = {
        f"the image {image} has no tag": ("@sha256:" in image or tag not in {"", "latest"}),
        "allowPrivilegeEscalation is not false": context.get("allowPrivilegeEscalation") is False,
        "readOnlyRootFilesystem is not true": context.get("readOnlyRootFilesystem") is True,
        "capabilities are not dropped": context.get("capabilities", {}) == {"drop": ["ALL"]},
        "privileged": not context.get("privileged"),
        "may run as root": context.get("runAsNonRoot") is not False and context.get("runAsUser") != 0,
        "requests no processor": "cpu" in resources.get("requests", {}),
        "requests no memory": "memory" in resources.get("requests", {}),
        "has no memory limit": "memory" in resources.get("limits", {}),
    }
    return broken(rules)


def probed(container: dict) -> list[str]:
    return broken({f"has no {probe}": probe in container for probe in ["livenessProbe", "readinessProbe"]})


def of_service(controller: dict, found: list[dict], settings: dict) -> list[str]:
    spec = controller["spec"]
    selector = spec["selector"]["matchLabels"]
    (container,) = containers(controller)
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    grace = template(controller)["spec"].get("terminationGracePeriodSeconds", 30)
    drain = seconds(settings.get("shutdown", {}).get("drain_timeout", "75s"))
    pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    spread = template(controller)["spec"].get("topologySpreadConstraints", [])
    budgets = [one for one in found if one["kind"] == "PodDisruptionBudget"]
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in found if one["kind"] == "ScaledObject"}
    rules = {
        f"runs {container['command']}": container["command"] == [f"/usr/local/bin/{service_of(controller)}"],
        "does not read its settings": container.get("args") == ["--config", "/etc/skinbus/skinbus.toml"],
        f"is killed {grace} s after it was asked to end, in its drain": grace >= pause + drain + END_SECONDS,
        "gives up an old pod before a new one is ready": spec.get("strategy", {}).get("rollingUpdate")
        == {"maxSurge": 1, "maxUnavailable": 0},
        "is not spread over zones and nodes by its own selector": [
            (one["topologyKey"], one["labelSelector"]["matchLabels"]) for one in spread
        ]
        == [("topology.kubernetes.io/zone", selector), ("kubernetes.io/hostname", selector)],
        "has not exactly one PodDisruptionBudget": sum(
            one["spec"]["selector"]["matchLabels"] == selector and one["spec"].get("maxUnavailable") == 1
            for one in budgets
        )
        == 1,
        "has replicas, which KEDA sets": not (controller["metadata"]["name"] in scaled and "replicas" in spec),
        "does not stop taking webhooks before it ends": service_of(controller) != "webhook-ingress" or pause >= 5,
        "has another port than http.listen": ports.get("health") == port_of(settings["http"]["listen"]),
    }
    for probe, path in [("startupProbe", "/startupz"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")]:
        rules[f"has no {probe} of {path}"] = container.get(probe, {}).get("httpGet") == {"path": path, "port": "health"}
    if service_of(controller) == "webhook-ingress":
        rules["has another port than webhooks.listen"] = ports.get("webhooks") == port_of(settings["webhooks"]["listen"])
    return broken(rules)


def selectors(controllers: list[dict]) -> list[str]:
    """Two controllers with one selector would fight for each other's pods."""
    texts = []
    for one in controllers:
        wanted = one["spec"].get("selector", {}).get("matchLabels")
        if wanted is None:
            continue
        for other in controllers:
            chosen = wanted.items() <= labels(other).items()
            if chosen != (one is other):
                whose = "its own pods do not" if one is other else f"the pods of {name_of(other)} also"
                texts.append(f"{name_of(one)}: {whose} match its selector {wanted}")
    return texts


def seconds(duration: str) -> float:
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    number = duration.rstrip("msh")
    return float(number) * units[duration[len(number) :]]


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def broken(rules: dict[str, bool]) -> list[str]:
    return [text for text, holds in rules.items() if not holds]
