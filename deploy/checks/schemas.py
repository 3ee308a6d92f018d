"""Validates objects against the schemas of Kubernetes and of the custom resources that are used; unknown fields too."""

import json
import pathlib
import subprocess

import kubernetes_validate

from render import name_of

# The oldest version that is supported, and the newest whose schemas are known.
VERSIONS = ["1.30", "1.37"]
CUSTOM = {"keda.sh", "monitoring.coreos.com", "gateway.networking.k8s.io", "external-secrets.io"}
PROGRAM = pathlib.Path(__file__).with_name("custom-resources.mjs")


def problems(found: list[dict], packages: str) -> list[str]:
    """What is wrong with the objects. `packages` is the folder that holds node_modules."""
    custom = [one for one in found if group_of(one) in CUSTOM]
    plain = [one for one in found if group_of(one) not in CUSTOM]
    return [text for one in plain for text in built_in(one)] + custom_resources(custom, packages)


def group_of(found: dict) -> str:
    return str(found.get("apiVersion", "")).rpartition("/")[0]


def built_in(found: dict) -> list[str]:
    texts = []
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(found, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(str(part) for part in error.path)
            texts.append(f"{name_of(found)}: Kubernetes {version}: {path}: {error.message[:300]}")
        except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError, KeyError) as error:
            texts.append(f"{name_of(found)}: Kubernetes {version} has no such kind: {error}")
    return texts


def custom_resources(found: list[dict], packages: str) -> list[str]:
    done = subprocess.run(
        ["node", str(PROGRAM), packages], input=json.dumps(found), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        return [f"custom-resources.mjs failed: {done.stderr}"]
    return json.loads(done.stdout)
