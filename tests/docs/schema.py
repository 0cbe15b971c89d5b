# SPDX-License-Identifier: Apache-2.0
"""schema.py SCHEMA FILE [MEMBER...]: what is wrong in FILE; and that every change of it is found.

A change is a member more, a member less (but for those that are named: they may be absent), or a
member of a type that none has.
"""
import copy
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
good = json.load(open(sys.argv[2], encoding="utf-8"))
may_be_absent = sys.argv[3:]
for error in validator.iter_errors(good):
    print("/".join(map(str, error.path)), error.message[:200])


def spots(value, path=()):
    """Each object once by its kind of place: of the members of an array, the first."""
    if isinstance(value, dict):
        yield path
        for key in value:
            yield from spots(value[key], path + (key,))
    elif isinstance(value, list) and value:
        yield from spots(value[0], path + (0,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def changes(path):
    """Each change of the object that is at the path: what it is, and the whole changed."""
    bad = copy.deepcopy(good)
    at(bad, path)["more"] = 1
    yield "more", bad
    for key in at(good, path):
        bad = copy.deepcopy(good)
        at(bad, path)[key] = [[True]]
        yield key + " of another type", bad
        if key in may_be_absent:
            continue
        bad = copy.deepcopy(good)
        del at(bad, path)[key]
        yield key + " less", bad


for path in spots(good):
    for change, bad in changes(path):
        if validator.is_valid(bad):
            print("not found:", "/".join(map(str, path)), change)
