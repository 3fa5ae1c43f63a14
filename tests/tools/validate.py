#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""validate.py SCHEMA [ANSWER...]: each answer is as the schema has it, and has no member that the schema does not know.
Without an answer: the schema is one, and refuses what is not right."""
import json
import sys

import jsonschema


def closed(schema):
    """The schema, with no members in an object but those that it names."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    kinds = result.get("type", [])
    if "properties" in result and "object" in ([kinds] if isinstance(kinds, str) else kinds) and "allOf" not in result:
        result["additionalProperties"] = False
    return result


def check_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    error = {"code": "system", "file": None, "line": None, "column": None, "message": "x"}
    user = {"name": None, "uid": 1, "gid": 1, "groups": []}
    good = {"schema": 2, "kind": "list", "user": user, "error": error, "bridges": []}
    assert validator.is_valid(good)
    for key in good:
        assert not validator.is_valid({k: v for k, v in good.items() if k != key}), key
    for key, value in (("schema", 1), ("kind", "other"), ("bridges", None), ("error", {}), ("user", {**user, "uid": -1}),
                       ("user", {**user, "name": "\u00e4"})):
        assert not validator.is_valid({**good, key: value}), (key, value)

    check_rules(validator, good)


def check_rules(validator, good):
    place = {"source": "files", "file": "/1.rules", "line": 1, "column": 1}
    rule = {"place": place, "text": "x", "action": "allow", "subject": {"kind": "uid", "name": None, "id": 0},
            "bridge": "br0", "pattern": False, "options": {"limit": 1}}
    def is_valid(rule):
        bridge = {"name": "br0", "state": "up", "options": {}, "used": None, "degraded": False, "helper_grants": True,
                  "helper_refusal": None, "rule": rule}
        return validator.is_valid({**good, "bridges": [bridge]})
    assert is_valid(rule) and is_valid({**rule, "place": None})
    for key in rule:
        assert not is_valid({k: v for k, v in rule.items() if k != key}), key
    for kind, name, number in (("all", None, None), ("user", "a", None), ("group", "a", None), ("gid", None, 7)):
        subject = {"kind": kind, "name": name, "id": number}
        assert is_valid({**rule, "subject": subject}), subject
        assert not is_valid({**rule, "subject": {**subject, "name": None if name else "a"}}), subject
        assert not is_valid({**rule, "subject": {**subject, "id": None if number else 7}}), subject
    assert is_valid({**rule, "options": {"isolated": True, "vlan": 7, "mac": "52:54:00:12:34:56"}})
    for key, value in (("action", "permit"), ("pattern", None), ("options", {"limit": 0}), ("options", {"mac": ""}),
                       ("options", {"isolated": False}), ("options", {"tap": None}), ("subject", "all"),
                       ("subject", {"kind": "all"}), ("bridge", None), ("place", {})):
        assert not is_valid({**rule, key: value}), (key, value)


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        schema = json.load(file)
    if len(sys.argv) == 2:
        check_schema(schema)
        return
    validator = jsonschema.Draft202012Validator(closed(schema))
    kinds = {part["if"]["properties"]["kind"]["const"]: part["then"]["$ref"].rpartition("/")[2]
             for part in schema["allOf"]}
    for path in sys.argv[2:]:
        with open(path, encoding="ascii") as file:
            answer = json.load(file)
        top = set(schema["properties"]) | set(schema["$defs"][kinds[answer["kind"]]]["properties"])
        assert set(answer) <= top, (path, set(answer) - top)
        validator.validate(answer)


main()
