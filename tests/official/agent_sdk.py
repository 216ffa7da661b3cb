"""Airbyte's SDK for agents against `ashby serve`, unchanged but for the host (SDK_DEV_ADP_API_HOST).

Lists and reads every documented entity, and prints what it got as one JSON object.
"""

import asyncio
import json

from airbyte_agent_sdk import connect

# With the parameter that takes the id, where single ones are read.
ENTITIES = {
    "candidates": "id",
    "applications": "applicationId",
    "jobs": "id",
    "departments": "departmentId",
    "locations": "locationId",
    "users": "userId",
    "job_postings": "jobPostingId",
    "sources": None,
    "archive_reasons": None,
    "candidate_tags": None,
    "custom_fields": None,
    "feedback_form_definitions": None,
}


def plain(found):
    return found if isinstance(found, dict) else found.model_dump(mode="json")


async def main():
    said = {"lists": {}, "gets": {}, "ids": {}}
    async with connect("ashby") as ashby:
        for entity, parameter in ENTITIES.items():
            page = plain(await ashby.execute(entity, "list", {"limit": 2}))
            said["lists"][entity] = page
            if parameter:
                said["ids"][entity] = page["data"][0]["id"]
                said["gets"][entity] = plain(await ashby.execute(entity, "get", {parameter: page["data"][0]["id"]}))
        try:
            await ashby.execute("nothing", "list", {})
        except Exception as error:
            said["refused"] = str(error)
    print(json.dumps(said, default=str))


asyncio.run(main())
