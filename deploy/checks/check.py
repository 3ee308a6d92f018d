"""All checks of deploy without a cluster; `make deploy-check` gets the tools and starts it.

KUBECTL, HELM, HADOLINT and PROMTOOL are programs, PACKAGES is a folder with node_modules. NATS_CHART may name a folder with the official
NATS chart, which is then rendered with our values.
"""

import os
import sys

import alerts
import chart
import coverage
import dockerfile
import nats
import render
import selftest


COMPONENTS = ["external-secrets", "gateway", "keda", "monitoring", "network-policy"]


def main() -> int:
    packages = os.environ["PACKAGES"]
    production = render.overlay(render.DEPLOY / "overlays" / "prod")
    folders = sorted((render.DEPLOY / "overlays").iterdir())
    rendered = {f"overlays/{folder.name}": render.overlay(folder) for folder in folders} | {
        "overlays/prod without components": render.production(without=set(COMPONENTS)),
        "overlays/prod with an Ingress": render.production(without={"gateway"}, also={"ingress"}),
    }
    texts = [f"{title}: {text}" for title, found in rendered.items() for text in selftest.of_objects(found, packages)]
    # The chart is made of what is good.
    if not texts:
        texts = chart.problems() + nats.problems() + alerts.problems() + coverage.problems() + dockerfile.problems()
    if not texts:
        texts = selftest.problems(production, packages)
    for text in texts:
        print(text, file=sys.stderr)
    count = sum(len(found) for found in rendered.values())
    print(f"{count} objects in {len(rendered)} renderings, {len(selftest.BROKEN) + len(selftest.BROKEN_ALERTS)} broken ones: {len(texts)} problems")
    return 1 if texts else 0


if __name__ == "__main__":
    sys.exit(main())
