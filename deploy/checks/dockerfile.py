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
    return texts + versions() + context()


def context(ignored: pathlib.Path = render.DEPLOY / "Dockerfile.dockerignore") -> list[str]:
    """Every crate of the workspace is in what the build is given: without one, cargo reads nothing at all."""
    given = {line[1:] for line in ignored.read_text().splitlines() if line.startswith("!")}
    members = tomllib.loads((render.DEPLOY.parent / "Cargo.toml").read_text())["workspace"]["members"]
    missing = {member.split("/")[0] for member in members} - given
    return [f"Dockerfile.dockerignore keeps the workspace's {folder} out of the build" for folder in sorted(missing)]


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
