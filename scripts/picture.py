"""Draw what a command printed as an SVG of a terminal: `make demo 2>&1 | python scripts/picture.py TITLE FILE`."""

import re
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

_CODE = re.compile(r"\x1b\[([0-9;]*)m")
_OTHER = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]|\r")
_STYLES = {"1": "b", "2": "d", "31": "r", "32": "g", "33": "y", "34": "l", "36": "c"}
_WIDTH, _HEIGHT, _MARGIN, _BAR = 8.43, 19, 16, 34
_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img"
  aria-label="{title}">
<style>
text {{ font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
text {{ fill: #d7dee6; white-space: pre; }}
.b {{ font-weight: 700; }} .d {{ fill: #8796a5; }} .r {{ fill: #ff8a80; }} .g {{ fill: #7ddb8f; }}
.y {{ fill: #f2cc60; }} .l {{ fill: #79b8ff; }} .c {{ fill: #76d9e6; }}
</style>
<rect width="100%" height="100%" rx="10" fill="#17222d"/>
<g fill="#44535f"><circle cx="20" cy="18" r="6"/><circle cx="40" cy="18" r="6"/><circle cx="60" cy="18" r="6"/></g>
<text class="d" x="50%" y="23" text-anchor="middle">{title}</text>
"""


def draw(printed: str, title: str) -> str:
    """Return the SVG of `printed`; colours and bold are kept, other terminal codes are dropped."""
    lines = _OTHER.sub("", printed).rstrip().splitlines()
    longest = max((len(_CODE.sub("", line)) for line in lines), default=0)
    size = {"width": longest * _WIDTH + 2 * _MARGIN, "height": len(lines) * _HEIGHT + _BAR + _MARGIN}
    body = "".join(
        f'<text x="{_MARGIN}" y="{_BAR + _HEIGHT * place + 14}" xml:space="preserve">{"".join(_spans(line))}</text>\n'
        for place, line in enumerate(lines)
        if line.strip()
    )
    return _HEAD.format(title=escape(title), **size) + body + "</svg>\n"


def _spans(line: str) -> Iterator[str]:
    styles: Sequence[str] = ()
    for place, piece in enumerate(_CODE.split(line)):
        if place % 2:
            styles = [_STYLES[code] for code in piece.split(";") if code in _STYLES]
        elif piece:
            text = escape(piece, quote=False)
            yield f'<tspan class="{" ".join(styles)}">{text}</tspan>' if styles else text


def main(arguments: Sequence[str]) -> None:
    """Read standard input and write the picture."""
    title, file = arguments
    Path(file).write_text(draw(sys.stdin.read(), title))


if __name__ == "__main__":
    main(sys.argv[1:])
