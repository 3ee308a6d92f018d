"""Runs the examples in Rust, Python and TypeScript against a system of their own, as `make examples` does, and checks what they do.

Each is killed while it watches, started again, and started once more when everything is over: orders are placed and users credited
once, and nothing is told twice. PROGRAMS is the folder with our programs, NATS_SERVER_BINARY the server, BUF the compiler of protobuf.
"""

import concurrent.futures
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAMS = pathlib.Path(os.environ["PROGRAMS"]).resolve()
# Longest that anything may take; reaching it is a failure.
LONGEST_S = 120


class Wrong(Exception):
    """What an example did, or did not do."""


def commands(nats: str, own: pathlib.Path) -> dict[str, list]:
    """How each example is started. Its name is also what its order ids begin with."""
    python, typescript = ROOT / "examples/python/merchant.py", ROOT / "examples/typescript/dist/src/merchant.js"
    return {
        "rust": [PROGRAMS / "place-and-watch-example", "--seen", own / "seen.txt"],
        "python": [sys.executable, python, "--database", own / "merchant.db"],
        "typescript": ["node", typescript, "--database", own / "merchant.json"],
        "crediting": [PROGRAMS / "crediting-example", "--url", nats, "--database", own / "crediting.db", "--once"],
    }


def prepare() -> None:
    """Makes the messages of the proto files, and checks the types."""
    generated = ROOT / "examples/python/generated"
    generated.mkdir(exist_ok=True)
    files = [f"skinbus/v1/{name}.proto" for name in ("money", "order", "trade")]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", "--proto_path=proto", f"--python_out={generated}", *files],
                   cwd=ROOT, check=True)
    path = f"{pathlib.Path(os.environ['BUF']).parent}{os.pathsep}{os.environ['PATH']}"
    build = ["npm", "run", "--silent", "build"]
    subprocess.run(build, cwd=ROOT / "examples/typescript", env=os.environ | {"PATH": path}, check=True)


def lines_of(command: list, until: str | None = None) -> list[str]:
    """What a program prints: to its end, or until a line has this text; then it is killed."""
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as program:
        watchdog = threading.Timer(LONGEST_S, program.kill)
        watchdog.start()
        lines = []
        try:
            for line in program.stdout:
                lines.append(line.rstrip("\n"))
                if until and until in line:
                    program.kill()
                    return lines
        finally:
            watchdog.cancel()
    if until or program.returncode != 0:
        raise Wrong(f"{command[0]} ended with {program.returncode}: {lines}")
    return lines


def starting(lines: list[str], text: str) -> list[str]:
    return [line for line in lines if line.startswith(text)]


def expect(is_so: bool, what: str, lines: list[str]) -> None:
    if not is_so:
        raise Wrong("\n    ".join([what, *lines]))


def check(name: str, command: list, books: bool) -> None:
    """Kills an example while it watches, starts it again, and once more."""
    killed = lines_of(command, until=" version ")
    resumed = lines_of(command)
    told = killed + resumed
    for order in ("buy", "page"):
        expect(f"{name}-{order} ended: COMPLETED" in resumed, f"{name}-{order} has not completed", told)
        versions = [int(line.split()[2].rstrip(":")) for line in starting(told, f"{name}-{order} version ")]
        expect(versions != [] and versions == sorted(set(versions)), f"{name}-{order} is told twice or out of order", told)
    again = lines_of(command)
    expect(starting(again, f"{name}-buy version ") == [], "old versions are told as news", again)
    if books:
        user = f"alice-{name}"
        booked = [line for line in told if line.startswith("booked ") and line.endswith(f" for {user}")]
        expect(len(booked) == 1, f"{user} is not credited once", told)
        expect([line for line in starting(again, "booked ") if line.endswith(f" for {user}")] == [], "booked again", again)
        balance = booked[0].removeprefix("booked ").removesuffix(f" for {user}")
        for lines in (resumed, again):
            expect(f"balance of {user}: {balance}" in lines, f"the balance of {user} is not {balance}", lines)


def check_all(nats: str, simulator: str, folder: pathlib.Path) -> None:
    names = ["rust", "python", "typescript"]
    for name in names:
        (folder / name).mkdir()

    def one(name: str) -> None:
        command = commands(nats, folder / name)[name] + ["--nats", nats, "--run", name]
        check(name, command, books=name != "rust")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(one, names))
    crediting = commands(nats, folder)["crediting"]
    credited = lines_of(crediting)
    for name in names:
        expect(len([line for line in credited if f"for alice-{name} (" in line]) == 1, f"alice-{name} is not credited once", credited)
    again = lines_of(crediting)
    expect(starting(again, "booked ") == [] and again == starting(credited, "balance of "), "credited again", again)
    # The provider itself says what was bought.
    with urllib.request.urlopen(f"{simulator}/_ledger", timeout=10) as answer:
        bought = sorted(purchase["custom_id"] for purchase in json.load(answer)["purchases"])
    expect(bought == sorted(f"{name}-buy" for name in names), "not each item was bought once", bought)


def free_base() -> int:
    """The first of seven ports in a row that are free, as far as one can know."""
    while True:
        base = random.randrange(20_000, 30_000, 10)
        try:
            for port in range(base, base + 7):
                with socket.socket() as listener:
                    listener.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue


def main() -> int:
    prepare()
    with tempfile.TemporaryDirectory() as text:
        folder, base = pathlib.Path(text), free_base()
        command = [PROGRAMS / "skinbus", "dev", "--port-base", str(base), "--dir", folder / "system"]
        command += ["--nats-server", os.environ["NATS_SERVER_BINARY"]]
        with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True) as system:
            watchdog = threading.Timer(LONGEST_S, system.terminate)
            watchdog.start()
            try:
                if not any("Skinbus is running" in line for line in system.stdout):
                    raise Wrong("the system does not start")
                # Nobody reads on, and nothing may wait for that.
                threading.Thread(target=system.stdout.read, daemon=True).start()
                check_all(f"nats://127.0.0.1:{base}", f"http://127.0.0.1:{base + 1}", folder)
            except Wrong as problem:
                print(f"examples: {problem}", file=sys.stderr)
                return 1
            finally:
                watchdog.cancel()
                system.send_signal(signal.SIGINT)
                system.wait()
    print("3 languages, each killed and started again: orders placed once, users credited once")
    return 0


if __name__ == "__main__":
    sys.exit(main())
