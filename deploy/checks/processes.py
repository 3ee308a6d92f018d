"""Runs the pods of overlays/dev as processes of this machine: each with the command, the variables and the files that its pod
has, and no others. All become ready, orders are placed, and the providers' webhooks are taken.

PROGRAMS is the folder with our programs, NATS_SERVER_BINARY the server, KUBECTL renders.
"""

import base64
import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import references
import render
import settings
from pods import containers, template

PROGRAMS = pathlib.Path(os.environ["PROGRAMS"]).resolve()
PATIENCE_SECONDS = 60
# Whose purchases have webhooks, and a game that each trades.
PURCHASES = {"skinsback_main": "rust", "skinout_main": "cs2", "skinslink_main": "rust"}
BUYER = ["--steam-id", "76561198000000042", "--trade-token", "AbCd_-12", "--offer-id", "88101", "--max-price", "9.99"]


class World:
    """The processes, and where their pods would be found."""

    def __init__(self, folder: pathlib.Path, found: list[dict], stack: contextlib.ExitStack) -> None:
        self.folder, self.found, self.stack = folder, found, stack
        self.secrets = {
            one["metadata"]["name"]: {key: base64.b64decode(value).decode() for key, value in one["data"].items()}
            for one in found
            if one["kind"] == "Secret"
        }
        names = ["nats:4222", "provider-sim:8090", "webhook-ingress:8080", "0.0.0.0:8080"]
        self.addresses = {name: f"127.0.0.1:{free_port()}" for name in names[:3]}
        self.addresses["0.0.0.0:8080"] = self.addresses["webhook-ingress:8080"]
        self.running: dict[str, subprocess.Popen] = {}

    def here(self, text: str) -> str:
        for name, address in self.addresses.items():
            text = text.replace(name, address)
        return text

    def start(self, name: str, command: list[str], variables: dict[str, str]) -> None:
        log = self.stack.enter_context(open(self.folder / f"{name}.log", "w", encoding="utf-8"))
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)
        self.running[name] = process
        self.stack.callback(end, process)

    def start_service(self, deployment: dict) -> str:
        """Starts what a pod of it would, and returns where it tells of its health."""
        name, health = deployment["metadata"]["name"], f"127.0.0.1:{free_port()}"
        (container,) = containers(deployment)
        root = self.folder / name
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        for volume in template(deployment)["spec"]["volumes"]:
            if "secret" in volume:
                folder = root / mounts[volume["name"]].lstrip("/")
                folder.mkdir(parents=True)
                for key, value in self.secrets[volume["secret"]["secretName"]].items():
                    (folder / key).write_text(value)
        (text,) = [one["data"]["skinbus.toml"] for one in self.found if "skinbus.toml" in one.get("data", {})]
        config = root / "skinbus.toml"
        root.mkdir(exist_ok=True)
        config.write_text(self.here(text).replace("/run/secrets", f"{root}/run/secrets"))
        program = PROGRAMS / pathlib.Path(container["command"][0]).name
        variables = settings.environment(deployment) | {"SKINBUS_HTTP__LISTEN": health}
        self.start(name, [str(program), "--config", str(config)], variables)
        return health

    def skinbus(self, *arguments: str) -> str:
        server = ("--nats", f"nats://{self.addresses['nats:4222']}")
        return render.run(str(PROGRAMS / "skinbus"), *server, *arguments)

    def wait(self, what: str, holds) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            gone = [name for name, process in self.running.items() if process.poll() is not None]
            if gone or time.monotonic() > deadline:
                logs = "".join(f"--- {name}\n{(self.folder / f'{name}.log').read_text()[-2000:]}" for name in gone)
                raise SystemExit(f"{what}: not within {PATIENCE_SECONDS} s; ended: {gone}\n{logs}")
            time.sleep(0.1)


def end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url: str) -> str | None:
    """What an address answers; None for an error."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def same_secrets(world: World, found: dict) -> None:
    """The constants that verify webhooks belong to the keys that the simulator has."""
    secret = {name.rpartition("-")[0]: values for name, values in world.secrets.items()}
    for provider in ["skinify", "skinout", "skinsback"]:
        keys = [value for key, value in secret[f"dispatch-{provider}-main"].items() if not key.startswith("webhook")]
        file = world.folder / "key"
        file.write_text(keys[0])
        client = found["accounts"][f"{provider}_main"].get("client_id", "unused")
        arguments = ["webhook-signature", "--provider", provider, "--key-file", str(file)]
        said = world.skinbus(*arguments, *(["--client-id", client] if provider == "skinsback" else [])).strip()
        if said != secret[f"webhooks-{provider}-main"]["webhook_signature"]:
            raise SystemExit(f"overlays/dev: webhooks-{provider}-main has another webhook_signature than its key makes")
    told = secret["provider-sim"]
    if secret["webhooks-shadowpay-main"]["secret_hash"] != told["SHADOWPAY_SECRET_HASH"]:
        raise SystemExit("overlays/dev: webhooks-shadowpay-main has another secret_hash than the simulator")


def main() -> int:
    found = render.overlay(render.DEPLOY / "overlays" / "dev")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        world = World(pathlib.Path(name), found, stack)
        same_secrets(world, settings.of(found))
        (conf,) = [one["data"]["nats.conf"] for one in found if "nats.conf" in one.get("data", {})]
        conf = conf.replace("0.0.0.0:4222", world.addresses["nats:4222"]).replace("0.0.0.0:8222", "127.0.0.1:-1")
        (world.folder / "nats.conf").write_text(conf.replace("/data", f"{name}/data"))
        world.start("nats", [os.environ["NATS_SERVER_BINARY"], "--config", f"{name}/nats.conf"], {})
        world.wait("NATS listens", lambda: listens(world.addresses["nats:4222"]))

        simulator = references.named(found, "Deployment")["provider-sim"]
        (told,) = references.used(simulator)["Secret"]
        variables = {key: world.here(value) for key, value in world.secrets[told].items()}
        listen = ["--listen", world.addresses["provider-sim:8090"]]
        world.start("provider-sim", [str(PROGRAMS / "provider-sim"), *listen], variables)
        world.wait("the simulator listens", lambda: listens(world.addresses["provider-sim:8090"]))

        healths = {one["metadata"]["name"]: world.start_service(one) for one in settings.services(found)}
        for service, health in healths.items():
            world.wait(f"{service} is ready", lambda health=health: get(f"http://{health}/readyz") is not None)
        for account in settings.of(found)["accounts"]:
            world.skinbus("query", "balance", "--account", account)
        for account, game in PURCHASES.items():
            world.skinbus("place", "--account", account, "--game", game, *BUYER)
        for account in PURCHASES:
            line = f'skinbus_webhooks_total{{account="{account}",outcome="stored"'
            metrics = f"http://{healths['webhook-ingress']}/metrics"
            world.wait(f"a webhook of {account} is taken", lambda line=line: line in (get(metrics) or ""))
    print(f"{len(healths)} pods of overlays/dev ran as processes, with nothing but their own files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
