# SPDX-License-Identifier: Apache-2.0
"""The least agent that is one: asks a model for the next step, takes it, and tells what came of it."""
import json
import os
import subprocess
import sys
import urllib.request

TOOLS = [
    {"type": "function", "function": {"name": "run", "parameters": {"type": "object", "properties": {"command": {"type": "string"}}}}},
    {"type": "function", "function": {"name": "write_file", "parameters": {"type": "object", "properties": {"file_path": {"type": "string"}, "content": {"type": "string"}}}}},
]


def ask(messages):
    body = json.dumps({"model": "stand-in", "messages": messages, "tools": TOOLS}).encode()
    request = urllib.request.Request(os.environ["MODEL"], body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["choices"][0]["message"]


def take(name, arguments):
    if name == "write_file":
        with open(arguments["file_path"], "w") as file:
            file.write(arguments["content"])
        return "written"
    done = subprocess.run(arguments["command"], shell=True, capture_output=True, text=True, timeout=60)
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}"


messages = [{"role": "user", "content": sys.argv[1]}]
while True:
    said = ask(messages)
    messages.append(said)
    if not said.get("tool_calls"):
        print(said["content"])
        break
    for call in said["tool_calls"]:
        try:
            result = take(call["function"]["name"], json.loads(call["function"]["arguments"]))
        except OSError as error:
            result = str(error)
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
