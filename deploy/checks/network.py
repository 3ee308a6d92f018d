"""Who may talk to whom: provider-dispatch alone calls out, webhook-ingress alone is called from outside (S2)."""

from render import name_of

# Where a metadata service or a neighbour of the cluster may be.
PRIVATE = {"10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"}


def problems(found: list[dict], settings: dict) -> list[str]:
    policies = [one for one in found if one["kind"] == "NetworkPolicy"]
    if not policies:
        return []
    # Where an account's events are on, the ingress opens the provider's websocket.
    listens = any(account.get("events") for account in settings["accounts"].values())
    callers = {"provider-dispatch", "webhook-ingress"} if listens else {"provider-dispatch"}
    texts = [text for one in policies for text in of_policy(one, callers)]
    refused = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    if refused not in [one["spec"] for one in policies]:
        texts.append("no NetworkPolicy refuses what no other allows")
    return texts


def of_policy(policy: dict, callers: set[str]) -> list[str]:
    service = policy["spec"]["podSelector"].get("matchLabels", {}).get("app.kubernetes.io/name")
    ways_out = policy["spec"].get("egress", [])
    ways_in = policy["spec"].get("ingress", [])
    blocks = [peer["ipBlock"] for way in ways_out for peer in way.get("to", [{"ipBlock": {}}]) if "ipBlock" in peer]
    ports = {port["port"] for way in ways_in for port in way.get("ports", [{"port": None}])}
    texts = []
    if blocks and service not in callers:
        texts.append("lets somebody else than provider-dispatch call out")
    excepted = {cidr for block in blocks for cidr in block.get("except", [])}
    if blocks and not PRIVATE <= excepted:
        texts.append(f"lets it call private addresses: {sorted(PRIVATE - excepted)}")
    if not ports <= ({8080} if service == "webhook-ingress" else {9100}):
        texts.append(f"lets others in on {ports}")
    if any("from" not in way for way in ways_in):
        texts.append("lets everybody in")
    return [f"{name_of(policy)}: {text}" for text in texts]
