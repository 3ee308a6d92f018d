"""What skinbus.toml and the objects must agree on: accounts, secrets, consumers, addresses."""

import pathlib
import tomllib

from pods import CONTROLLERS, containers, service_of, template
from references import used
from render import name_of

CONSUMERS = pathlib.Path(__file__).with_name("consumers.txt")
# Which of an account's files a service reads; docs/configuration.md has the same table. Nobody else may have them.
FILES = {
    "provider-dispatch": {
        "api_key_file", "client_secret_file", "secret_hash_file", "token_file", "webhook_path_secret_file",
    },
    "webhook-ingress": {
        "events_signature_file", "secret_hash_file", "webhook_path_secret_file", "webhook_secret_file",
        "webhook_signature_file",
    },
}  # fmt: skip
# Where every service finds the key of its own NATS user.
NATS_FILES = {
    "SKINBUS_NATS__NKEY_SEED_FILE": "/run/secrets/nats/nats.nk",
    "SKINBUS_NATS__TLS_CA_FILE": "/run/secrets/nats/ca.crt",
}


def of(found: list[dict]) -> dict:
    """The settings in the ConfigMap."""
    (text,) = [one["data"]["skinbus.toml"] for one in found if "skinbus.toml" in one.get("data", {})]
    return tomllib.loads(text)


def problems(found: list[dict], settings: dict) -> list[str]:
    return accounts(found, settings) + secrets(found, settings) + consumers(found, settings) + hosts(found, settings)


def services(found: list[dict]) -> list[dict]:
    return [one for one in found if one["kind"] == "Deployment" and service_of(one)]


def account_of(dispatch: dict) -> str | None:
    return environment(dispatch).get("SKINBUS_DISPATCH__ACCOUNTS")


def environment(controller: dict) -> dict[str, str]:
    (container,) = containers(controller)
    return {one["name"]: one["value"] for one in container.get("env", []) if "value" in one}


def accounts(found: list[dict], settings: dict) -> list[str]:
    """Each account has one Deployment of its own. Two would share its quota, and none would leave its orders waiting."""
    served = [account_of(one) for one in services(found) if service_of(one) == "provider-dispatch"]
    if sorted(map(str, served)) == sorted(settings["accounts"]):
        return []
    return [f"skinbus.toml has the accounts {sorted(settings['accounts'])}, provider-dispatch serves {served}"]


def secrets(found: list[dict], settings: dict) -> list[str]:
    """Each pod has its own Secrets and nobody else's (S2), at the paths that the settings name."""
    texts = []
    values = {one["metadata"]["name"].rpartition("-")[0]: one for one in found if one["kind"] == "Secret"}
    for one in [one for one in found if one["kind"] in CONTROLLERS]:
        service = service_of(one)
        if one["kind"] == "Job" and used(one)["Secret"] != {"nats-admin"}:
            texts.append(f"{name_of(one)}: has the Secrets {used(one)['Secret']}, and must have nats-admin")
        if service is None:
            continue
        expected = {}
        if service == "provider-dispatch":
            name = str(account_of(one))
            expected[f"/run/secrets/{name}"] = f"dispatch-{name.replace('_', '-')}"
        elif service == "webhook-ingress":
            expected = {f"/run/secrets/{name}": f"webhooks-{name.replace('_', '-')}" for name in settings["accounts"]}
        # The development overlay's NATS has no users.
        if settings["nats"]["url"].startswith("tls://"):
            expected["/run/secrets/nats"] = f"nats-{service}"
        known = mounted(one)
        without_hash = {path: name if name in expected.values() else name.rpartition("-")[0] for path, name in known.items()}
        if without_hash != expected or used(one)["Secret"] != set(known.values()):
            texts.append(f"{name_of(one)}: has the Secrets {known}, and must have {expected}")
        keys = {name: value for name, value in environment(one).items() if name.startswith("SKINBUS_NATS__")}
        if keys != (NATS_FILES if "/run/secrets/nats" in expected else {}):
            texts.append(f"{name_of(one)}: its variables for NATS are {keys}")
        texts += files(one, service, expected, values, settings)
    return texts


def mounted(controller: dict) -> dict[str, str]:
    spec = template(controller)["spec"]
    names = {part["name"]: part["secret"]["secretName"] for part in spec.get("volumes", []) if "secret" in part}
    (container,) = containers(controller)
    return {mount["mountPath"]: names[mount["name"]] for mount in container["volumeMounts"] if mount["name"] in names}


def files(controller: dict, service: str, expected: dict, values: dict, settings: dict) -> list[str]:
    """Where a Secret's keys are known, they are the files that the service reads."""
    texts = []
    for folder, secret in expected.items():
        account = settings["accounts"].get(folder.rpartition("/")[2])
        if account is None or secret not in values:
            continue
        wanted = {account[file] for file in FILES[service] if file in account}
        if service == "webhook-ingress" and account.get("webhook_sign_binds"):
            wanted.add(account["client_secret_file"])
        if service == "webhook-ingress":
            # Secrets that were replaced lie beside those that verify now.
            wanted |= set(account.get("previous", {}).values())
        there = {f"{folder}/{key}" for key in values[secret]["data"]}
        if there != wanted:
            texts.append(f"{name_of(controller)}: {secret} has {sorted(there)}, and is read for {sorted(wanted)}")
    return texts


def consumers(found: list[dict], settings: dict) -> list[str]:
    """KEDA takes a consumer that is not there for one with everything before it, and scales up to the most."""
    triggers = [
        (one, trigger["metadata"])
        for one in found
        if one["kind"] == "ScaledObject"
        for trigger in one["spec"]["triggers"]
        if trigger["type"] == "nats-jetstream"
    ]
    lines = [line for line in CONSUMERS.read_text().splitlines() if not line.startswith("#")]
    known = {tuple(line.replace("<account>", name).split()) for line in lines for name in settings["accounts"]}
    texts = [
        f"{name_of(one)}: the stream {trigger['stream']} has no consumer {trigger['consumer']}"
        for one, trigger in triggers
        if (trigger["stream"], trigger["consumer"]) not in known
    ]
    for one, trigger in triggers:
        account = one["spec"]["scaleTargetRef"]["name"].removeprefix("provider-dispatch-").replace("-", "_")
        if trigger["stream"] == "DISPATCH" and trigger["consumer"] != f"dispatch_{account}":
            texts.append(f"{name_of(one)}: {trigger['consumer']} is another account's consumer")
    watched = {(trigger["stream"], trigger["consumer"]) for _, trigger in triggers}
    wanted = {("POLLS", f"{line}_{name}") for name in settings["accounts"] for line in ["tracker_due", "tracker_later"]}
    if triggers and not wanted <= watched:
        texts.append(f"nothing scales by {sorted(wanted - watched)}")
    return texts


def hosts(found: list[dict], settings: dict) -> list[str]:
    """Providers are told public_url, so the way in must be there."""
    texts = []
    for one in found:
        names = one["spec"].get("hostnames", []) if one["kind"] == "HTTPRoute" else []
        if one["kind"] == "Ingress":
            names = [rule["host"] for rule in one["spec"]["rules"]]
        if names and settings["webhooks"]["public_url"] != f"https://{names[0]}":
            texts.append(f"{name_of(one)}: {names} is not {settings['webhooks']['public_url']}")
    return texts
