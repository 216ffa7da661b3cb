// Speaks to `ashby mcp` and `ashby serve` with the official TypeScript client, in both eras.
// client.mjs stdio PROGRAM | client.mjs http ADDRESS TOKEN; prints what the tools answered, as one JSON object.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// Where npm has put the packages.
const require = createRequire(`${process.env.ASHBY_MCP_NODE}/`);
const { Client, StreamableHTTPClientTransport } = await import(pathToFileURL(require.resolve('@modelcontextprotocol/client')));
const { StdioClientTransport } = await import(pathToFileURL(require.resolve('@modelcontextprotocol/client/stdio')));

const [kind, where, token] = process.argv.slice(2);

function transport() {
  if (kind === 'stdio') {
    return new StdioClientTransport({ command: where, args: ['mcp'], env: process.env });
  }
  return new StreamableHTTPClientTransport(new URL(where), { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
}

const said = {};
for (const [name, mode] of [['legacy', 'legacy'], ['auto', 'auto'], ['modern', { pin: '2026-07-28' }]]) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(transport());
  const { tools } = await client.listTools();
  const data = await client.callTool({ name: 'describe_data', arguments: {} });
  const list = await client.callTool({ name: 'list', arguments: { stream: 'candidates', limit: 2 } });
  const refused = await client.callTool({ name: 'get', arguments: { stream: 'candidates' } });
  const { resources } = await client.listResources();
  const { prompts } = await client.listPrompts();
  const status = await client.readResource({ uri: 'ashby://status' });
  said[name] = {
    tools: tools.map((tool) => tool.name),
    data: data.structuredContent,
    list: list.structuredContent,
    refused: { is_error: refused.isError, text: refused.content[0].text },
    resources: resources.map((one) => one.uri),
    prompts: prompts.map((one) => one.name),
    status: JSON.parse(status.contents[0].text),
  };
  await client.close();
}
console.log(JSON.stringify(said));
