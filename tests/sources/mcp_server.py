"""An MCP server for the tests, written with the SDK; it hangs, dies and floods on request. `http PORT` serves streamable HTTP.

`raw KIND` speaks the protocol by hand, for what the SDK would never send.
"""

import json
import os
import subprocess
import sys
import time
from typing import Annotated, Any, Literal

KINDS = (
    "deep",
    "nan",
    "surrogate",
    "garbage",
    "huge",
    "flood_notes",
    "flood_requests",
    "flood_lines",
    "noise",
    "nothing",
)


def sdk_server(tools: int = 0) -> Any:
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ImageContent
    from pydantic import BaseModel, Field

    server = MCPServer("tests")

    class Point(BaseModel):
        x: float
        y: float = 0.0

    class Tree(BaseModel):
        name: str
        children: "list[Tree]" = []

    for number in range(tools):
        server.add_tool(lambda x=1: x, name=f"tool-{number:03}", description=f"Tool {number}.")
    if tools:
        return server

    @server.tool()
    def add(a: int, b: int = 2) -> int:
        """Add two numbers.

        Args:
            a: The first number.
            b: The second\u0007 number.
        """
        return a + b

    @server.tool(name="get-Weather.now")
    def weather(city: Annotated[str, Field(examples=["Paris"])], unit: Literal["c", "f"] = "c") -> dict[str, Any]:
        """Say the weather."""
        return {"city": city, "unit": unit, "degrees": 21.5}

    @server.tool()
    def distance(points: list[Point]) -> float:
        """Add up the coordinates."""
        return sum(point.x + point.y for point in points)

    @server.tool()
    def count(tree: Tree) -> int:
        """Count a tree's leaves."""
        return 1 + sum(count(child) for child in tree.children)

    @server.tool(structured_output=False)
    def text(words: str) -> str:
        """Say it back."""
        return words

    @server.tool(structured_output=False)
    def picture() -> ImageContent:
        """Draw."""
        return ImageContent(type="image", data="aGFsbG8=", mime_type="image/png")

    @server.tool()
    def fail(why: str) -> int:
        """Fail."""
        raise ToolError(f"no: {why}")

    @server.tool()
    def hang() -> int:
        """Hang, and hold everything up."""
        time.sleep(600)
        return 1

    @server.tool()
    def die(code: int = 3) -> int:
        """Die."""
        print("the last words", file=sys.stderr, flush=True)
        os._exit(code)

    @server.tool()
    def big(size: int) -> str:
        """Say much."""
        return "x" * size

    @server.tool()
    def environment() -> dict[str, str]:
        """List the environment."""
        return dict(os.environ)

    @server.tool()
    def pid() -> int:
        """Say who this is."""
        return os.getpid()

    @server.tool()
    def offspring() -> list[int]:
        """Start a program that outlives a call."""
        child = subprocess.Popen(["sleep", "600"])
        return [os.getpid(), child.pid]

    return server


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0"} | message) + "\n")
    sys.stdout.flush()


ODD_TOOLS: list[dict[str, Any]] = [
    {"name": "fine", "description": "Fine.", "inputSchema": {"type": "object"}},
    {"name": "FINE", "description": "Also\nfine.\u200b", "inputSchema": {"type": "object", "examples": [{"a": 1}]}},
    {"name": "天气", "inputSchema": {"type": "object", "properties": {"dayCount": {"type": "integer"}}}},
    {"name": "fine", "inputSchema": {"type": "object"}},
    {"name": "list", "inputSchema": {"type": "array"}},
    {"name": "typo", "inputSchema": {"type": "object", "properties": {"x": {"type": "strnig"}}}},
    {"name": "outside", "inputSchema": {"type": "object", "properties": {"x": {"$ref": "https://example.org/x.json"}}}},
    {"name": "root", "inputSchema": {"type": "object", "properties": {"x": {"$ref": "#"}}}},
    {"name": "none"},
    {"name": "unknown", "inputSchema": {"type": "object", "required": ["x"]}},
    {"name": "", "inputSchema": {"type": "object"}},
    {"name": 5, "inputSchema": {"type": "object"}},
    {"name": "long" * 40, "inputSchema": {"type": "object"}},
    *({"name": kind, "description": kind, "inputSchema": {"type": "object"}} for kind in KINDS),
]


def answer(number: Any, kind: str) -> None:
    """Answer a call in an odd way."""
    reply = '{"jsonrpc":"2.0","id":%s,"result":{"content":[],"structuredContent":{"x":%s}}}\n'
    values = {"deep": "[" * 100 + "]" * 100, "nan": "NaN", "surrogate": '"\\ud800"', "garbage": "{{{"}
    if kind in values:
        sys.stdout.write(reply % (json.dumps(number), values[kind]))
    elif kind == "noise":
        sys.stdout.write("a debugging print\n{'not': 'json'}\n{\"level\": \"info\"}\n\n")
        say({"id": number, "result": {"content": [{"type": "text", "text": '{"a": 1}'}]}})
    elif kind == "nothing":
        say({"id": number, "result": {"content": []}})
    elif kind == "huge":
        while True:
            sys.stdout.write("x" * 65536)
    elif kind in ("flood_notes", "flood_requests", "flood_lines"):
        lines = {
            "flood_notes": '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n',
            "flood_requests": '{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{}}\n',
            "flood_lines": "x" * 100 + "\n",
        }
        while True:
            sys.stdout.write(lines[kind] * 100)
    else:
        say({"id": number, "error": {"code": -32602, "message": f"no tool {kind}"}})
    sys.stdout.flush()


def raw_server(kind: str) -> None:
    for line in sys.stdin:
        message = json.loads(line)
        method, number = message.get("method"), message.get("id")
        if method == "initialize":
            if kind == "mute":
                continue
            say({"id": number, "result": {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}},
                 "serverInfo": {"name": "raw", "version": "1"}}})  # fmt: skip
            if kind == "leave":
                print("gone with TOKEN", os.environ.get("TOKEN"), file=sys.stderr)
                return
        elif method == "tools/list":
            cursor = int((message.get("params") or {}).get("cursor") or 0)
            if kind == "pages":
                tool = {"name": f"t{cursor}", "inputSchema": {"type": "object"}}
                say({"id": number, "result": {"tools": [tool], "nextCursor": str(cursor + 1)}})
            else:
                say({"id": number, "result": {"tools": ODD_TOOLS[4:8] if kind == "useless" else ODD_TOOLS}})
        elif method == "tools/call":
            answer(number, message["params"]["name"])


if __name__ == "__main__":
    mode, *rest = sys.argv[1:] or ["stdio"]
    if mode == "raw":
        raw_server(rest[0])
    elif mode == "http":
        import uvicorn

        app = sdk_server().streamable_http_app(json_response="json" in rest)
        uvicorn.run(app, host="127.0.0.1", port=int(rest[0]), log_level="error")
    else:
        sdk_server(int(mode) if mode.isdigit() else 0).run()
