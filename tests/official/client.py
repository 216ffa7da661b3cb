"""Speaks to `ashby mcp` and `ashby serve` with the official Python client, in both eras, as a host would.

client.py stdio PROGRAM | client.py http ADDRESS TOKEN; prints what the tools answered, as one JSON object.
"""

import asyncio
import json
import os
import sys

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client


async def converse(client):
    said = {}
    tools = (await client.list_tools()).tools
    said["tools"] = [tool.name for tool in tools]
    data = await client.call_tool("describe_data", {})
    said["data"] = data.structured_content
    listed = await client.call_tool("list", {"stream": "candidates", "limit": 2})
    said["list"] = listed.structured_content
    refused = await client.call_tool("get", {"stream": "candidates"})
    said["refused"] = {"is_error": refused.is_error, "text": refused.content[0].text}
    said["resources"] = [str(one.uri) for one in (await client.list_resources()).resources]
    said["prompts"] = [one.name for one in (await client.list_prompts()).prompts]
    said["status"] = json.loads((await client.read_resource("ashby://status")).contents[0].text)
    return said


async def main():
    kind, where = sys.argv[1:3]
    said = {}
    for mode in ("legacy", "auto"):
        if kind == "stdio":
            server = StdioServerParameters(command=where, args=["mcp"], env=dict(os.environ))
            async with Client(server, mode=mode) as client:
                said[mode] = await converse(client)
        else:
            headers = {"Authorization": f"Bearer {sys.argv[3]}"}
            async with httpx2.AsyncClient(headers=headers) as http:
                async with Client(streamable_http_client(where, http_client=http), mode=mode) as client:
                    said[mode] = await converse(client)
    print(json.dumps(said))


asyncio.run(main())
