# SPDX-License-Identifier: BSD-3-Clause
"""As much of JSON Schema (draft 2020-12) as the schemas in docs/ use. What is not known here is an
error, so that no schema says more than is checked."""
import re

WORDS = {"$schema", "title", "description", "$defs"}
TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}


def resolve(root, ref):
    if not ref.startswith("#/"):
        raise ValueError(f"a reference elsewhere: {ref}")
    for part in ref[2:].split("/"):
        root = root[part]
    return root


def same(a, b):
    """1 and true are equal in Python, not in JSON."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def check_object(value, schema, root, at):
    properties = schema.get("properties", {})
    for key in schema.get("required", []):
        if key not in value:
            yield f"{at}: {key} is not there"
    for key, item in value.items():
        if key in properties:
            yield from errors(item, properties[key], root, f"{at}.{key}")
        elif schema.get("additionalProperties", True) is False:
            yield f"{at}: {key} must not be there"
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from errors(item, schema["additionalProperties"], root, f"{at}.{key}")


def check_word(word, arg, value, schema, root, at):
    number = TYPES["number"](value)
    if word == "$ref":
        yield from errors(value, resolve(root, arg), root, at)
    elif word == "type" and not TYPES[arg](value):
        yield f"{at}: is no {arg}"
    elif word == "const" and not same(value, arg):
        yield f"{at}: is not {arg!r}"
    elif word == "enum" and not any(same(value, a) for a in arg):
        yield f"{at}: {value!r} is none of {arg}"
    elif word == "minimum" and number and value < arg:
        yield f"{at}: {value} is below {arg}"
    elif word == "maximum" and number and value > arg:
        yield f"{at}: {value} is above {arg}"
    elif word == "minLength" and isinstance(value, str) and len(value) < arg:
        yield f"{at}: is shorter than {arg}"
    elif word == "pattern" and isinstance(value, str) and not re.search(arg, value):
        yield f"{at}: {value!r} does not match {arg}"
    elif word == "items" and isinstance(value, list):
        for i, item in enumerate(value):
            yield from errors(item, arg, root, f"{at}[{i}]")
    elif word == "oneOf":
        good = sum(not list(errors(value, one, root, at)) for one in arg)
        if good != 1:
            yield f"{at}: fits {good} of {len(arg)} shapes, must fit one"


KNOWN = {"$ref", "type", "const", "enum", "minimum", "maximum", "minLength", "pattern", "items", "oneOf",
         "properties", "required", "additionalProperties"}


def errors(value, schema, root=None, at="$"):
    """What is wrong with value, one sentence each."""
    root = schema if root is None else root
    for word, arg in schema.items():
        if word not in WORDS | KNOWN:
            raise ValueError(f"this validator does not know {word}")
        yield from check_word(word, arg, value, schema, root, at)
    if isinstance(value, dict):
        yield from check_object(value, schema, root, at)
