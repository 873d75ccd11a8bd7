"""validate.py SCHEMA FILE...: checks JSON documents against a schema, strictly.

Every object of the schema that lists its members is closed first: a member that is not described is a mistake here, while
readers of a published schema have to put up with members that are newer than it.  Needs python3-jsonschema; status 3 without.
"""
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(3)


def close(node):
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node and "additionalProperties" not in node:
            node["additionalProperties"] = False
        for value in node.values():
            close(value)
    elif isinstance(node, list):
        for value in node:
            close(value)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    Draft202012Validator.check_schema(schema)
    close(schema)
    validator = Draft202012Validator(schema)
    wrong = 0
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as f:
            document = json.load(f)
        for error in sorted(validator.iter_errors(document), key=lambda e: str(e.json_path))[:10]:
            print(f"{name}: {error.json_path}: {error.message[:300]}")
            wrong = 1
    return wrong


sys.exit(main())
