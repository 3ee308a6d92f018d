"""Renders overlays and the chart into objects."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent.parent
CHART = DEPLOY / "helm" / "skinbus"


def run(*command: str) -> str:
    """What a program prints. A failure ends everything, with its words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def objects(text: str) -> list[dict]:
    return [found for found in yaml.safe_load_all(text) if found]


def overlay(path: pathlib.Path) -> list[dict]:
    """The objects of a kustomization."""
    return objects(run(os.environ["KUBECTL"], "kustomize", str(path)))


def production(without: set[str] = frozenset(), also: set[str] = frozenset()) -> list[dict]:
    """The overlay `prod` with other components."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "deploy"
        for part in ["base", "accounts", "components", "overlays"]:
            shutil.copytree(DEPLOY / part, copy / part)
        file = copy / "overlays" / "prod" / "kustomization.yaml"
        settings = yaml.safe_load(file.read_text())
        components = [part for part in settings["components"] if pathlib.Path(part).name not in without]
        settings["components"] = components + [f"../../components/{name}" for name in sorted(also)]
        file.write_text(yaml.safe_dump(settings))
        return overlay(file.parent)


def chart(*settings: str) -> list[dict]:
    """The objects of the chart, with `--set` settings."""
    switches = [word for setting in settings for word in ("--set", setting)]
    template = ("template", "skinbus", str(CHART), "--namespace", "skinbus")
    return objects(run(os.environ["HELM"], *template, *switches))


def name_of(found: dict) -> str:
    return f"{found.get('kind')}/{found.get('metadata', {}).get('name')}"
