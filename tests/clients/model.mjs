// SPDX-License-Identifier: Apache-2.0
//
// model: a scripted stand-in for a model server, so that real clients can be run without a network.
//
//     node model.mjs SCRIPT LOG PORT
//
// SCRIPT is a JSON list of steps: {"shell": COMMAND}, {"write": PATH, "text": TEXT}, {"read": PATH}, or {"edit": PATH,
// "old": WORDS, "text": WORDS}. Each answer asks the client for the next step by the tool that the client offers for
// it, or by a command where it has none; how many were done is counted in the conversation that the client sends
// along, so the server keeps no state. After the last step it says "done.".
// LOG gets a line a request: what was asked of the client, and what the client answered to the last step.
//
// Four dialects, told apart by the path of the request: Anthropic's Messages, OpenAI's Responses and Chat
// Completions, and Gemini's generateContent.
import fs from 'node:fs';
import http from 'node:http';

const [script, log, port] = process.argv.slice(2);
const steps = JSON.parse(fs.readFileSync(script, 'utf8'));
const note = (line) => fs.appendFileSync(log, `${line}\n`);
const patch = (s) => `*** Begin Patch\n*** Add File: ${s.write}\n${s.text.replace(/\n$/, '').split('\n').map((l) => `+${l}`).join('\n')}\n*** End Patch\n`;

// What each kind of step is as a command, and the tools that do it, by the names that clients give them.
const kinds = {
    shell: (s) => s.shell,
    write: (s) => `cat > '${s.write}' <<'END_OF_FILE'\n${s.text.replace(/\n$/, '')}\nEND_OF_FILE`,
    read: (s) => `cat '${s.read}'`,
    edit: (s) => `sed -i 's/${s.old}/${s.text}/' '${s.edit}'`,
};
const command = (s) => ({ command: s.shell, description: 'a step' });
const tools = {
    shell: {
        Bash: command, bash: command, run: command, run_shell_command: command, shell_command: command,
        exec_command: (s) => ({ cmd: s.shell }),
        shell: (s) => ({ command: ['bash', '-c', s.shell] }),
    },
    write: {
        Write: (s) => ({ file_path: s.write, content: s.text }),
        write: (s) => ({ filePath: s.write, content: s.text }),
        write_file: (s) => ({ file_path: s.write, content: s.text }),
    },
    read: {
        Read: (s) => ({ file_path: s.read }),
        read: (s) => ({ filePath: s.read }),
        read_file: (s) => ({ file_path: s.read }),
    },
    edit: {
        Edit: (s) => ({ file_path: s.edit, old_string: s.old, new_string: s.text }),
        edit: (s) => ({ filePath: s.edit, oldString: s.old, newString: s.text }),
        replace: (s) => ({ file_path: s.edit, instruction: 'a step', old_string: s.old, new_string: s.text }),
    },
};

// {name, input} of the tool to ask for, or null where none fits.
function toolCall(step, names) {
    const kind = Object.keys(kinds).find((k) => step[k] !== undefined);
    for (const [k, s] of [[kind, step], ['shell', { shell: kinds[kind](step) }]]) {
        const name = Object.keys(tools[k]).find((n) => names.includes(n));
        if (name)
            return { name, input: tools[k][name](s) };
    }
    return null;
}
const sse = (events) => events.map(([name, data]) => `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`).join('');

// Each dialect: names(request) of the offered tools, results(request) of the steps done so far,
// answer(call or null, request) -> text to send; call(step, names) where toolCall is not all.
const anthropic = {
    fits: (url) => url.includes('/v1/messages') && !url.includes('count_tokens'),
    names: (q) => (q.tools ?? []).map((t) => t.name),
    results: (q) => (q.messages ?? []).flatMap((m) => (Array.isArray(m.content) ? m.content : [])).filter((c) => c.type === 'tool_result').map((c) => c.content),
    answer: (call, q, n) => {
        const block = call ? { type: 'tool_use', id: `toolu_${n}`, name: call.name, input: {} } : { type: 'text', text: '' };
        const full = call ? { ...block, input: call.input } : { type: 'text', text: 'done.' };
        const stop = call ? 'tool_use' : 'end_turn';
        const message = { id: `msg_${n}`, type: 'message', role: 'assistant', model: q.model, content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } };
        if (!q.stream)
            return JSON.stringify({ ...message, content: [full], stop_reason: stop });
        const delta = call ? { type: 'input_json_delta', partial_json: JSON.stringify(call.input) } : { type: 'text_delta', text: 'done.' };
        return sse([
            ['message_start', { type: 'message_start', message }],
            ['content_block_start', { type: 'content_block_start', index: 0, content_block: block }],
            ['content_block_delta', { type: 'content_block_delta', index: 0, delta }],
            ['content_block_stop', { type: 'content_block_stop', index: 0 }],
            ['message_delta', { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 2 } }],
            ['message_stop', { type: 'message_stop' }],
        ]);
    },
};

const responses = {
    fits: (url) => url.includes('/responses'),
    names: (q) => (q.tools ?? []).map((t) => t.name ?? t.type),
    results: (q) => (Array.isArray(q.input) ? q.input : []).filter((i) => /_call_output$/.test(i.type ?? '')).map((i) => i.output),
    call: (s, names) => (s.write !== undefined && names.includes('apply_patch') ? { name: 'apply_patch', custom: patch(s) } : toolCall(s, names)),
    answer: (call, q, n) => {
        const item = !call
            ? { type: 'message', id: `m_${n}`, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'done.', annotations: [] }] }
            : call.custom !== undefined
                ? { type: 'custom_tool_call', id: `ct_${n}`, call_id: `call_${n}`, name: call.name, input: call.custom, status: 'completed' }
                : { type: 'function_call', id: `fc_${n}`, call_id: `call_${n}`, name: call.name, arguments: JSON.stringify(call.input), status: 'completed' };
        const usage = { input_tokens: 1, input_tokens_details: { cached_tokens: 0 }, output_tokens: 1, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 2 };
        return sse([
            ['response.created', { type: 'response.created', response: { id: `resp_${n}` } }],
            ['response.output_item.done', { type: 'response.output_item.done', output_index: 0, item }],
            ['response.completed', { type: 'response.completed', response: { id: `resp_${n}`, output: [item], usage } }],
        ]);
    },
};

const chat = {
    fits: (url) => url.includes('/chat/completions'),
    names: (q) => (q.tools ?? []).map((t) => t.function?.name),
    results: (q) => (q.messages ?? []).filter((m) => m.role === 'tool').map((m) => m.content),
    answer: (call, q, n) => {
        const tool_calls = call ? [{ index: 0, id: `call_${n}`, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.input) } }] : undefined;
        const finish_reason = call ? 'tool_calls' : 'stop';
        const said = call ? { role: 'assistant', content: null, tool_calls } : { role: 'assistant', content: 'done.' };
        const head = { id: `chat_${n}`, created: 0, model: q.model, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
        if (!q.stream)
            return JSON.stringify({ ...head, object: 'chat.completion', choices: [{ index: 0, message: said, finish_reason }] });
        return sse([
            ['', { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta: said, finish_reason: null }] }],
            ['', { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason }] }],
        ]) + 'data: [DONE]\n\n';
    },
};

const gemini = {
    fits: (url) => /:(stream)?[gG]enerateContent/.test(url),
    names: (q) => (q.tools ?? []).flatMap((t) => (t.functionDeclarations ?? []).map((f) => f.name)),
    results: (q) => (q.contents ?? []).flatMap((c) => c.parts ?? []).filter((p) => p.functionResponse).map((p) => p.functionResponse.response),
    answer: (call, q, n, url) => {
        const parts = call ? [{ functionCall: { id: `call_${n}`, name: call.name, args: call.input } }] : [{ text: 'done.' }];
        const body = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }], usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 }, modelVersion: 'stand-in' };
        return url.includes('alt=sse') ? `data: ${JSON.stringify(body)}\r\n\r\n` : JSON.stringify(body);
    },
};

function answer(url, body) {
    const dialect = [anthropic, responses, chat, gemini].find((d) => d.fits(url));
    if (!dialect) {
        note(`other ${url}`);
        return '{"data":[],"models":[],"input_tokens":1,"totalTokens":1}';
    }
    let q = {};
    try {
        q = JSON.parse(body);
    } catch {
        note(`not JSON: ${url}`);
    }
    const names = dialect.names(q);
    const results = dialect.results(q);
    // Side questions (a title for the conversation, say) come without tools and get no step.
    const call = names.length > 0 && results.length < steps.length ? (dialect.call ?? toolCall)(steps[results.length], names) : null;
    if (results.length > 0)
        note(`result ${results.length}: ${JSON.stringify(results.at(-1)).slice(0, 2000)}`);
    note(`ask ${call ? `${call.name} ${JSON.stringify(call.input ?? call.custom)}` : 'nothing more'} (of ${names.length} tools)`);
    return dialect.answer(call, q, results.length + 1, url);
}

http.createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
        const text = answer(request.url, body);
        const stream = text.startsWith('event:') || text.startsWith('data:');
        response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
        response.end(text);
    });
}).listen(Number(port), '127.0.0.1', () => note('listening'));
