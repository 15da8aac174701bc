"""Plain HTML pages for people who have no console before them: they work without any script."""

import base64
import hashlib
from html import escape
from http import HTTPStatus

from fastapi.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark; --accent: light-dark(#0b746e, #79c3bd); --line: light-dark(#8d979d, #636e74);
  --paper: light-dark(#f6f8f8, #15191b); --card: light-dark(#fff, #20272a); --ink: light-dark(#212529, #e9ecef);
  --bad: light-dark(#c92a2a, #ffa8a8); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: min(24rem, 100%); padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
h1 { margin: 0 0 .25rem; font-size: 1.35rem; }
p { margin: .25rem 0 1rem; overflow-wrap: anywhere; }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
input { width: 100%; padding: .6rem .75rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: .25rem; }
button { width: 100%; margin-top: 1.25rem; padding: .65rem; font: inherit; font-weight: 600; cursor: pointer;
  color: light-dark(#fff, #1a1b1e); background: var(--accent); border: 1px solid var(--accent); border-radius: .25rem; }
button.second { margin-top: .5rem; color: var(--accent); background: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.name { margin: 0 0 1rem; color: var(--accent); font-weight: 700; }
.bad { color: var(--bad); font-weight: 600; }
code { font-size: 1.5rem; letter-spacing: .1em; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def page(title: str, body: str, status: HTTPStatus, goes_to: str = "") -> HTMLResponse:
    """Return a page of this `body` (HTML); its forms may lead to the origin `goes_to` besides our own."""
    document = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Fieldstation</title><style>{_STYLE}</style></head>
<body><main><p class="name">Fieldstation</p>{body}
</main></body></html>
"""
    policy = [
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        f"form-action 'self' {goes_to}".strip(),
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(document, status_code=status, headers=headers)


def notice(
    title: str, text: str, status: HTTPStatus = HTTPStatus.OK, link: tuple[str, str] | None = None
) -> HTMLResponse:
    """Say one thing; `link` is an address and its words."""
    more = f'<p><a href="{escape(link[0])}">{escape(link[1])}</a></p>' if link else ""
    return page(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>{more}", status)
