"""A chat endpoint on loopback for benchmarks: each reply after a fixed time, any number at once. `python chat_server.py SECONDS`

It answers apigen's call-first questions with a request that names every value, and its judge with yes. Prints its port.
"""

import asyncio
import json
import sys


def answer(body: dict[str, object]) -> str:
    """Return the text of the reply to one of apigen's questions."""
    messages = body["messages"]
    assert isinstance(messages, list)
    if messages[0]["content"].startswith("You check training data"):
        return '{"reason": "It fits.", "verdict": "yes"}'
    said = [line[2:] for line in messages[-1]["content"].splitlines() if line.startswith("- ")]
    return json.dumps({"query": f"Please work this out for me: {'; '.join(said)}."})


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            body = json.loads(await reader.readexactly(length))
            text = answer(body)
            usage = {"prompt_tokens": 600, "completion_tokens": 40, "total_tokens": 640}
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            made = {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [choice],
                "usage": usage,
            }
            data = json.dumps(made).encode()
            await asyncio.sleep(seconds)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data) + data
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    seconds = float(sys.argv[1])
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, seconds), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
