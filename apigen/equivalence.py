"""When two calls mean the same: equal as JSON once what was left out at its default is written out, at every depth.

So 5 is 5.0, the order of keys is nothing, and an argument left out is its default. A null is a value like any other: it equals
"left out" only where null is the default. The order in a list counts, and texts are equal letter by letter.
"""

from collections.abc import Mapping
from typing import Any

from apigen.records import Api, Call, Json, JsonObject


def spelled_out(call: Call, api: Api | None) -> Call:
    """Return the call with every default written out; of an API that is not known, as it is."""
    return Call(call.name, _filled(call.arguments, api.parameters if api else {}))


def _filled(value: Json, schema: Any) -> Json:
    """Return a value of a schema with the defaults of what it leaves out. What a schema requires has to be said."""
    if isinstance(value, Mapping):
        schema = _branch(schema, "properties")
        properties: JsonObject = schema.get("properties", {})
        required = schema.get("required", ())
        defaults = {
            name: part["default"]
            for name, part in properties.items()
            if isinstance(part, Mapping) and "default" in part and name not in required
        }
        return {name: _filled(item, properties.get(name)) for name, item in {**defaults, **value}.items()}
    if isinstance(value, list):
        items = _branch(schema, "items").get("items")
        return [_filled(item, items) for item in value]
    return value


def _branch(schema: Any, key: str) -> JsonObject:
    """Return the schema that has the key: itself, or its only alternative that has. Where several have, none is guessed."""
    if not isinstance(schema, Mapping):
        return {}
    if key in schema:
        return schema
    parts = [part for word in ("anyOf", "oneOf") for part in schema.get(word, ())]
    having = [part for part in parts if isinstance(part, Mapping) and key in part]
    return having[0] if len(having) == 1 else {}
