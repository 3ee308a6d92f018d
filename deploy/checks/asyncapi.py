"""Is the document for merchants' programs an AsyncAPI document? What it says is tested beside the code."""

import json
import pathlib
import subprocess
import tempfile

PROGRAM = pathlib.Path(__file__).with_name("asyncapi.mjs")
DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "asyncapi.yaml"


def problems(packages: str) -> list[str]:
    """What is wrong with the document, and whether a broken one would be found. `packages` holds node_modules."""
    texts = [f"{DOCUMENT.name}: {text}" for text in of(DOCUMENT, packages)]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as broken:
        broken.write(DOCUMENT.read_text().replace("#/channels/orders'", "#/channels/no_orders'"))
        broken.flush()
        if not of(pathlib.Path(broken.name), packages):
            texts.append(f"{DOCUMENT.name}: a reference to nothing is not found")
    return texts


def of(document: pathlib.Path, packages: str) -> list[str]:
    done = subprocess.run(["node", str(PROGRAM), packages, str(document)], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else [done.stderr.strip()]
