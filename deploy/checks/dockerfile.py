"""The Dockerfile is linted, and the versions that are named anywhere are one."""

import os
import pathlib
import subprocess
import tomllib

import yaml

import render

DOCKERFILE = render.DEPLOY / "Dockerfile"


def problems(file: pathlib.Path = DOCKERFILE) -> list[str]:
    done = subprocess.run([os.environ["HADOLINT"], str(file)], capture_output=True, text=True, check=False)
    texts = [f"hadolint: {line}" for line in (done.stdout + done.stderr).splitlines()]
    if "USER 65532:65532" not in file.read_text().splitlines():
        texts.append(f"{file.name}: the image runs as root")
    return texts + versions()


def versions() -> list[str]:
    workspace = tomllib.loads((render.DEPLOY.parent / "Cargo.toml").read_text())
    version = workspace["workspace"]["package"]["version"]
    chart = yaml.safe_load((render.CHART / "Chart.yaml").read_text())
    values = yaml.safe_load((render.CHART / "values.yaml").read_text())
    overlay = yaml.safe_load((render.DEPLOY / "overlays" / "prod" / "kustomization.yaml").read_text())
    told = {
        "version of Chart.yaml": chart["version"],
        "appVersion of Chart.yaml": chart["appVersion"],
        "image.tag of values.yaml": values["image"]["tag"],
        "newTag of overlays/prod": overlay["images"][0]["newTag"],
    }
    return [f"{where} is {other}, and Skinbus is {version}" for where, other in told.items() if other != version]
