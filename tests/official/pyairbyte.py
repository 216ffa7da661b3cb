"""PyAirbyte's interface for agents against `ashby serve`, unchanged but for the root (AIRBYTE_AGENTS_API_URL)."""

import json
import os

from airbyte.agents import AgentWorkspace

workspace = AgentWorkspace(workspace_id="any", bearer_token=os.environ["ASHBY_TOKEN"])
connector = workspace.get_connector("ashby")
page = connector.list_entities("candidates", page_size=2)
everybody = [one["id"] for one in connector.iter_entities("jobs")]
one = connector.get_entity("candidates", {"id": page.entities[0]["id"]})
print(
    json.dumps(
        {
            "status": page.status,
            "has_next_page": page.has_next_page,
            "ids": [entity["id"] for entity in page.entities],
            "jobs": len(everybody),
            "one": one.model_dump(mode="json") if hasattr(one, "model_dump") else str(one),
        },
        default=str,
    )
)
