"""Every file under deploy is reached by a check: one that nothing renders could break unseen."""

import pathlib

import yaml

import render

# Reached in another way than by a kustomization: by other checks, by `make image-test`, and what is for nats-server by tests
# that start one with it.
FOLDERS = ["checks", "helm"]
FILES = {
    "Dockerfile",
    "Dockerfile.dockerignore",
    "README.md",
    "image",
    "nats/chart-2.14.2.txt",
    "nats/nats-server.conf",
    "nats/values.yaml",
}


def problems(files: list[pathlib.Path] | None = None) -> list[str]:
    files = files if files is not None else sorted(render.DEPLOY.rglob("*"))
    roots = sorted((render.DEPLOY / "overlays").iterdir()) + sorted((render.DEPLOY / "components").iterdir())
    reached = set()
    for root in roots:
        reach(root.resolve(), reached)
    texts = []
    for file in files:
        name = str(file.relative_to(render.DEPLOY))
        if file.is_dir() or "__pycache__" in name or name.split("/")[0] in FOLDERS or name in FILES:
            continue
        if file.resolve() not in reached:
            texts.append(f"deploy/{name} is used by no overlay")
    return texts


def reach(path: pathlib.Path, reached: set[pathlib.Path]) -> None:
    if path.is_file():
        reached.add(path)
        return
    file = path / "kustomization.yaml"
    reached.add(file)
    settings = yaml.safe_load(file.read_text())
    names = settings.get("resources", []) + settings.get("components", [])
    names += [patch["path"] for patch in settings.get("patches", []) if "path" in patch]
    for generator in settings.get("configMapGenerator", []) + settings.get("secretGenerator", []):
        names += generator.get("files", [])
    for name in names:
        reach((path / name).resolve(), reached)
