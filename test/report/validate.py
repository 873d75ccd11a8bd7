"""validate.py SCHEMA FILE...: checks JSON documents, and the lines of event files, against a schema, strictly.

Every object of the schema that lists its members is closed first: a member that is not described is a mistake here, while
readers of a published schema have to put up with members that are newer than it.  Needs python3-jsonschema; status 3 without.
"""
import json
import os
import sys

try:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
except ImportError:
    sys.exit(3)


def refer(node, of, there):
    """Makes references to other files, and in those to themselves, point into the $defs of one document."""
    if isinstance(node, dict):
        if "$ref" in node:
            name, _, at = node["$ref"].partition("#")
            name = name or of
            if name:
                there.add(name)
                node["$ref"] = f"#/$defs/{name}{at}"
        for value in node.values():
            refer(value, of, there)
    elif isinstance(node, list):
        for value in node:
            refer(value, of, there)


def load(path):
    """A schema in one document: files that it refers to lie beside it."""
    with open(path, encoding="utf-8") as f:
        schema = json.load(f)
    there, done = set(), set()
    refer(schema, "", there)
    while there - done:
        name = (there - done).pop()
        done.add(name)
        with open(os.path.join(os.path.dirname(path), name), encoding="utf-8") as f:
            other = json.load(f)
        refer(other, name, there)
        schema.setdefault("$defs", {})[name] = other
    return schema


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
    schema = load(sys.argv[1])
    Draft202012Validator.check_schema(schema)
    close(schema)
    validator = Draft202012Validator(schema)
    wrong = 0
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as f:
            text = f.read()
        lines = text.splitlines()
        events = lines and lines[0].startswith('{"v":')
        for n, document in enumerate(map(json.loads, lines if events else [text])):
            for error in sorted(validator.iter_errors(document), key=lambda e: str(e.json_path))[:10]:
                error = best_match([error])  # of alternatives, what is wrong with the one that fits best
                print(f"{name}{f':{n + 1}' if events else ''}: {error.json_path}: {error.message[:300]}")
                wrong = 1
    return wrong


sys.exit(main())
