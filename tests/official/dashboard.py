"""Reads a dashboard with Grafana's own library, and compares what comes back with what went in."""

import json
import sys

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard


def lost(before, after, place=""):
    """What was there before and is not afterwards."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            if name in after:
                yield from lost(value, after[name], f"{place}/{name}")
            else:
                yield f"{place}/{name} is not known"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after)):
            yield from lost(*pair, f"{place}/{index}")
    elif before != after:
        yield f"{place} becomes another value"


plugins.register_default_plugins()
with open(sys.argv[1], encoding="utf-8") as file:
    written = json.load(file)
dashboard = Dashboard.from_json(written)
differences = list(lost(written, json.loads(json.dumps(dashboard, cls=JSONEncoder))))
if differences:
    sys.exit("\n".join(differences))
print(len(dashboard.panels), "panels")
