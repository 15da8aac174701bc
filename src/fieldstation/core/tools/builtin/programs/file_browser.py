"""Shows the files of a project in a browser, to read and not to change: the application that every station has."""

import argparse
import html
import mimetypes
import os
import socketserver
import stat
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

PIECE = 1 << 20
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # a page of ours; files may be downloaded from it
FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"  # what people wrote runs nothing
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { width: 100%; border-collapse: collapse; } td, th { text-align: left; padding: .3rem .5rem; }
tr { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
td.size, th.size { text-align: right; font-variant-numeric: tabular-nums; }
"""


class Browser(BaseHTTPRequestHandler):
    """Answers one connection; `root` is the folder that is shown."""

    root = Path()
    hidden = False
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Show a folder, or send a file."""
        self.answer(body=True)

    def do_HEAD(self) -> None:
        """Tell what a GET would send."""
        self.answer(body=False)

    def answer(self, *, body: bool) -> None:
        """Look the path up without leaving the folder, links included."""
        path = unquote(urlsplit(self.path).path)
        steps = [step for step in path.split("/") if step not in ("", ".")]
        place = self.root.joinpath(*steps)
        unseen = ".." in steps or (not self.hidden and any(step.startswith(".") for step in steps))
        if unseen or "\0" in path or not place.resolve().is_relative_to(self.root):
            self.refuse()
            return
        try:
            if not place.is_dir():
                self.send_file(place, body=body)
            elif path.endswith("/"):
                self.send_page(place, steps, body=body)
            else:
                self.begin(HTTPStatus.SEE_OTHER, 0, "text/plain", location=quote(steps[-1]) + "/")
        except OSError:
            self.refuse()

    def send_file(self, place: Path, *, body: bool) -> None:
        """Send a plain file as it is."""
        with place.open("rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                self.refuse()
                return
            kind = mimetypes.guess_type(place.name)[0] or "application/octet-stream"
            self.begin(HTTPStatus.OK, facts.st_size, kind)
            left = facts.st_size if body else 0
            while left > 0 and (piece := file.read(min(PIECE, left))):
                self.wfile.write(piece)
                left -= len(piece)
            if left:  # it grew shorter meanwhile: what was promised cannot be sent
                self.close_connection = True

    def send_page(self, place: Path, steps: "list[str]", *, body: bool) -> None:
        """List a folder."""
        title = "/" + "/".join(steps)
        rows = ['<tr><td><a href="../">..</a></td><td></td></tr>'] if steps else []
        for entry in sorted(os.scandir(place), key=lambda one: (not one.is_dir(), one.name)):
            if entry.name.startswith(".") and not self.hidden:
                continue
            folder = entry.is_dir()
            size = "" if folder else f"{entry.stat(follow_symlinks=False).st_size:,}"
            link = quote("./" + entry.name) + ("/" if folder else "")
            name = html.escape(entry.name) + ("/" if folder else "")
            rows.append(f'<tr><td><a href="{link}">{name}</a></td><td class="size">{size}</td></tr>')
        text = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
            f"<style>{STYLE}</style><h1>{html.escape(title)}</h1><table><tr><th>Name</th>"
            f'<th class="size">Bytes</th></tr>{"".join(rows)}</table></html>'
        ).encode("utf-8", "replace")
        self.begin(HTTPStatus.OK, len(text), "text/html; charset=utf-8", policy=PAGE_POLICY)
        if body:
            self.wfile.write(text)

    def begin(
        self, status: HTTPStatus, size: int, kind: str, location: "str | None" = None, policy: str = FILE_POLICY
    ) -> None:
        """Send the head of an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", policy)
        if location is not None:
            self.send_header("Location", location)
        self.end_headers()

    def refuse(self) -> None:
        """Say that nothing is there."""
        text = b"There is no such file in this project.\n"
        self.begin(HTTPStatus.NOT_FOUND, len(text), "text/plain; charset=utf-8")
        self.wfile.write(text)

    def address_string(self) -> str:
        """Say who asks; behind the station's door all are alike."""
        return "browser"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """One thread for each connection."""

    daemon_threads = True


def main() -> int:
    """Serve until the station ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--hidden", action="store_true", help="show files whose names begin with a dot too")
    arguments = parser.parse_args()
    Browser.root, Browser.hidden = arguments.folder.resolve(), arguments.hidden
    with Server(arguments.socket, Browser) as server:
        sys.stdout.write("serving\n")
        sys.stdout.flush()
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
