"""Runs inside the sandbox: a library folder's functions, described as JSON Schema from signature and docstring.

Schemas are JSON Schema 2020-12 made by pydantic, texts come from docstring_parser (Google, NumPy, reST, Epydoc),
recorded calls from the doctest examples.
"""

import ast
import doctest
import importlib
import inspect
import json
import logging  # noqa: F401 - it reads the clock when it is imported, which is not to be laid at a library's door
import os
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, get_type_hints

import docstring_parser
from pydantic import ConfigDict, Field, create_model

BAD_NAME = "is no name of a module; use letters, digits and underscores for files and folders"
NO_KEYWORD = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def describe_files(folder: str, package: str, wanted: list[str]) -> dict[str, Any]:
    """Return `{"apis": […], "problems": [{"file", "function", "problem"}]}` for every public function in these files."""
    apis, problems = [], [_problem(file, "", BAD_NAME) for file in _unusable_files(folder) if file in wanted]
    for file, module_name in _module_files(folder):
        if file not in wanted:
            continue
        try:
            module = importlib.import_module(f"{package}.{module_name}")
        except BaseException as error:
            problems.append(_problem(file, "", f"cannot be imported: {type(error).__name__}: {error}"))
            continue
        for name, function in _public_functions(module):
            try:
                row = {"file": file, "module": module_name, **_describe(name, function)}
                json.dumps(row, allow_nan=False, ensure_ascii=False).encode()
                apis.append(row)
            except Exception as error:
                problems.append(_problem(file, name, f"{type(error).__name__}: {error}"))
    return {"apis": apis, "problems": problems}


def _problem(file: str, function: str, problem: str) -> dict[str, str]:
    return {"file": file, "function": function, "problem": problem.split("\n")[0][:500]}


def _module_files(folder: str) -> Iterator[tuple[str, str]]:
    """Yield (file relative to the folder, dotted module name), sorted; files and folders with a leading `_` or `.` are skipped."""
    for directory, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name.isidentifier() and not name.startswith("_"))
        for name in sorted(files):
            stem, extension = os.path.splitext(name)
            if extension == ".py" and stem.isidentifier() and not stem.startswith("_"):
                file = os.path.relpath(os.path.join(directory, name), folder)
                yield file, file.removesuffix(".py").replace(os.sep, ".")


def _unusable_files(folder: str) -> Iterator[str]:
    """Yield the Python files that no module can be made of, for their name or their folder's."""
    for directory, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(("_", ".")))
        parts = os.path.relpath(directory, folder).split(os.sep) if directory != folder else []
        for name in sorted(files):
            stem, extension = os.path.splitext(name)
            if (
                extension == ".py"
                and not name.startswith(("_", "."))
                and not all(map(str.isidentifier, [*parts, stem]))
            ):
                yield os.path.relpath(os.path.join(directory, name), folder)


def _public_functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield a module's own public functions in the order they are written."""
    for name, function in vars(module).items():
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
            yield name, function


def _describe(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    if inspect.iscoroutinefunction(function):
        raise TypeError("is async; write a plain function")
    text = docstring_parser.parse(inspect.getdoc(function) or "")
    if not text.short_description:
        raise ValueError("has no docstring; its first line becomes the description")
    summary, more = text.short_description, text.long_description
    return {
        "name": name,
        "description": " ".join(f"{summary}\n{more or ''}".split()),
        "parameters": _parameters(name, function, text),
        "returns": " ".join((text.returns.description or "").split()) if text.returns else "",
        "examples": list(_recorded_calls(name, function)),
    }


def _parameters(name: str, function: Callable[..., Any], text: docstring_parser.Docstring) -> dict[str, Any]:
    hints = get_type_hints(function, include_extras=True)
    described = {item.arg_name: " ".join((item.description or "").split()) for item in text.params}
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in NO_KEYWORD:
            raise TypeError(f"argument `{parameter.name}` cannot be passed by name")
        if parameter.name not in hints:
            raise TypeError(f"argument `{parameter.name}` has no type annotation")
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        description = described.get(parameter.name)
        # Aliases, since pydantic refuses some field names (a leading underscore, `schema`, `copy`) that are fine as arguments.
        fields[f"field_{len(fields)}"] = (
            hints[parameter.name],
            Field(default, alias=parameter.name, description=description or None),
        )
    model = create_model(name, __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=False), **fields)
    schema = model.model_json_schema(mode="validation")
    inlined: dict[str, Any] = _inline(schema, schema.pop("$defs", {}), ())
    inlined.setdefault("properties", {})
    return {key: value for key, value in inlined.items() if key not in ("title", "description")}


def _inline(node: Any, definitions: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Replace local references by what they refer to, drop pydantic's titles, and close objects of known properties."""
    if isinstance(node, list):
        return [_inline(item, definitions, path) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = node["$ref"].rsplit("/", 1)[1]
        if target in path:
            raise TypeError(f"the type {target} contains itself, which a flat schema cannot say")
        merged = {**definitions[target], **{key: value for key, value in node.items() if key != "$ref"}}
        return _inline(merged, definitions, (*path, target))
    result: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            result[key] = {name: _inline(item, definitions, path) for name, item in value.items()}
        elif key in ("default", "const", "enum", "examples"):
            result[key] = value
        elif not (key == "title" and isinstance(value, str)):
            result[key] = _inline(value, definitions, path)
    if "properties" in result:
        result.setdefault("additionalProperties", False)
    return result


def _recorded_calls(name: str, function: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Yield the arguments of each doctest example that is one call of the function with literal values."""
    positions = list(inspect.signature(function).parameters)
    for example in doctest.DocTestParser().get_examples(inspect.getdoc(function) or ""):
        if example.exc_msg is not None:
            continue
        try:
            tree = ast.parse(example.source.strip(), mode="eval").body
        except SyntaxError:
            continue
        if not (isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == name):
            continue
        try:
            arguments = {positions[i]: ast.literal_eval(value) for i, value in enumerate(tree.args)}
            if any(word.arg is None for word in tree.keywords):
                continue
            arguments |= {str(word.arg): ast.literal_eval(word.value) for word in tree.keywords}
        except (ValueError, IndexError):
            continue
        yield arguments
