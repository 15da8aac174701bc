"""An application for tests, of the standard library alone: tells what it was asked, over HTTP and over WebSocket."""

import asyncio
import base64
import hashlib
import json
import os
import sys

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        writer.close()
        return
    method, target, _ = head[0].split(" ")
    pairs = [line.partition(":")[::2] for line in head[1:] if line]
    headers = {name.lower(): value.strip() for name, value in pairs}
    if headers.get("upgrade", "").lower() == "websocket":
        await converse(reader, writer, headers["sec-websocket-key"])
    elif "/stream" in target:
        await stream(writer)
    elif "/die" in target:
        os._exit(3)
    else:
        body = await body_of(reader, headers)
        told = {
            "method": method, "target": target, "headers": headers, "digest": hashlib.sha256(body).hexdigest(),
            "prefix": os.environ["FIELDSTATION_PREFIX"],
        }  # fmt: skip
        text = json.dumps(told).encode()
        cookies = "Set-Cookie: mine=1; Path=/; Domain=127.0.0.1\r\nSet-Cookie: fst=stolen; Path=/\r\n"
        more = f"{cookies}Service-Worker-Allowed: /\r\nContent-Type: application/json\r\n"
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n{more}Connection: close\r\n\r\n".encode())
        writer.write(text)
    await writer.drain()
    writer.close()


async def body_of(reader: asyncio.StreamReader, headers: "dict[str, str]") -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    body = b""
    while headers.get("transfer-encoding") == "chunked":
        size = int(await reader.readline(), 16)
        body += await reader.readexactly(size)
        await reader.readline()
        if not size:
            break
    return body


async def stream(writer: asyncio.StreamWriter) -> None:
    """Send one line at once and then one each half second, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"8\r\ndata: x\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.5)


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
    """Send every message back (RFC 6455), until it is closed."""
    accepted = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    writer.write(f"{head}Sec-WebSocket-Accept: {accepted}\r\n\r\n".encode())
    while True:
        first, second = await reader.readexactly(2)
        size = second & 127
        if size == 126:
            size = int.from_bytes(await reader.readexactly(2), "big")
        mask = await reader.readexactly(4)
        data = bytes(byte ^ mask[place % 4] for place, byte in enumerate(await reader.readexactly(size)))
        length = bytes([size]) if size < 126 else bytes([126, size >> 8, size & 255])
        writer.write(bytes([first]) + length + data)
        await writer.drain()
        if first & 15 == 8:
            return


async def main() -> None:
    if sys.argv[1] == "silent":
        await asyncio.sleep(3600)
    server = await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[2]))
    await server.serve_forever()


asyncio.run(main())
