// SPDX-License-Identifier: Apache-2.0
//
// mcp: the official SDK's client, on the host, with a file system server that runs inside pinfold.
//
//     node mcp.mjs CLIENTS WORKSPACE SECRET COMMAND...
//
// COMMAND starts the server. Prints a line a step; the tests read them.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [clients, workspace, secret, command, ...args] = process.argv.slice(2);
const require = createRequire(path.join(clients, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(`@modelcontextprotocol/sdk/${name}`)));
const { Client } = await load('client/index.js');
const { StdioClientTransport } = await load('client/stdio.js');

const client = new Client({ name: 'pinfold-tests', version: '1' });
await client.connect(new StdioClientTransport({ command, args, cwd: workspace, env: process.env }));

async function use(name, input) {
    const result = await client.callTool({ name, arguments: input }).catch((error) => ({ isError: true, content: [{ text: String(error) }] }));
    const text = result.content?.[0]?.text ?? '';
    console.log(`${name} ${result.isError ? 'failed' : 'worked'}: ${text.replace(/\n/g, ' ').slice(0, 300)}`);
}

console.log(`tools: ${(await client.listTools()).tools.map((t) => t.name).join(' ')}`);
await use('write_file', { path: path.join(workspace, 'from-server.txt'), content: 'made by a server\n' });
await use('read_text_file', { path: path.join(workspace, 'README') });
await use('read_text_file', { path: secret });
await use('write_file', { path: path.join(path.dirname(secret), 'planted'), content: 'x' });
await client.close();
