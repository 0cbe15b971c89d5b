#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The schema that `pinfold policy schema` prints, by a validator that is not ours: it takes every
# shipped policy, and refuses the bad files, but for what only the reader can know.
. "$(dirname "$0")/../tap.sh"
cd "$TAP_TOP" || exit 1

needs_jsonschema

"$PINFOLD" policy schema >"$TMP/schema.json"
cat >"$TMP/validate.py" <<'PYTHON'
"""validate.py SCHEMA FILE...: prints "FILE good", "FILE syntax" or "FILE schema" for each."""
import json, re, sys
import jsonschema

def unique(pairs):
    keys = [k for k, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("a key stands twice")
    return dict(pairs)

def constant(word):
    raise ValueError(word)

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
# A string, or a comment; only the latter goes.
token = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.S)
for name in sys.argv[2:]:
    try:
        text = open(name, encoding="utf-8").read()
        text = token.sub(lambda m: m[0] if m[0][0] == '"' else " ", text)
        value = json.loads(text, object_pairs_hook=unique, parse_constant=constant)
    except ValueError:
        print(name, "syntax")
        continue
    print(name, "schema" if list(validator.iter_errors(value)) else "good")
PYTHON

run "$PYTHON" "$TMP/validate.py" "$TMP/schema.json" profiles/*.json
is "every shipped policy is what the schema says" \
    "$status:$(printf '%s\n' "$out" | grep -vc ' good$'):$(printf '%s\n' "$out" | wc -l)" \
    "0:0:$(find profiles -name '*.json' | wc -l)"

run "$PYTHON" "$TMP/validate.py" "$TMP/schema.json" tests/policy/bad/*.json
like "there are bad files of both kinds" "$(printf '%s\n' "$out" | cut -d' ' -f2 | sort -u | tr '\n' ' ')" 'schema syntax'
# What depends on other files, on other entries, or on the machine.
is "the schema refuses every bad file but those" \
    "$(printf '%s\n' "$out" | sed -n 's,^tests/policy/bad/\(.*\)\.json good$,\1,p' | tr '\n' ' ')" \
    "both-ro-rw both-with-without circle-a circle-b extends-directory extends-missing extends-unknown half-surrogate takes-nothing "
done_testing
