"""The issuer's few pages for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus

from fastapi.responses import HTMLResponse

from fieldstation.facades.kit.plain import page


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A try that failed: why, and the name that was given."""

    text: str
    username: str = ""


def sign_in(action: str, asked: Mapping[str, str], client: str, refused: Refused | None, goes_to: str) -> HTMLResponse:
    """Ask for a name and a password; `asked` comes back with them. `goes_to` is the origin the answer is sent to."""
    name = escape(refused.username) if refused else ""
    focus = "password" if name else "username"
    body = f"""
      <h1>Sign in</h1><p>to go on to {escape(client)}</p>{_fault(refused.text if refused else None)}
      <form method="post" action="{escape(action)}">{_hidden(asked)}
        <label for="username">Username</label>
        <input id="username" name="username" autocomplete="username" autocapitalize="none" value="{name}" required
          {_focus(focus == "username")}>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required
          {_focus(focus == "password")}>
        <button type="submit">Sign in</button>
      </form>"""
    return page("Sign in", body, HTTPStatus.UNAUTHORIZED if refused else HTTPStatus.OK, goes_to)


def ask_code(action: str, fault: str | None) -> HTMLResponse:
    """Ask for the code that a device shows."""
    body = f"""
      <h1>Let a device in</h1><p>Type the code that it shows.</p>{_fault(fault)}
      <form method="get" action="{escape(action)}">
        <label for="user_code">Code</label>
        <input id="user_code" name="user_code" autocomplete="off" autocapitalize="characters" required autofocus>
        <button type="submit">Go on</button>
      </form>"""
    return page("Let a device in", body, HTTPStatus.NOT_FOUND if fault else HTTPStatus.OK)


def confirm_device(action: str, user_code: str, client: str, username: str) -> HTMLResponse:
    """Ask whether the device that shows this code may act for who is signed in."""
    body = f"""
      <h1>Let {escape(client)} in?</h1>
      <p>It will act as <strong>{escape(username)}</strong>. Go on only where it shows you this code:</p>
      <p><code>{escape(user_code)}</code></p>
      <form method="post" action="{escape(action)}">{_hidden({"user_code": user_code})}
        <button type="submit" name="answer" value="allow">Let it in</button>
        <button type="submit" name="answer" value="deny" class="second">Keep it out</button>
      </form>"""
    return page("Let a device in", body, HTTPStatus.OK)


def _focus(wanted: bool) -> str:
    return "autofocus" if wanted else ""


def _fault(fault: str | None) -> str:
    if not fault:
        return ""
    text = fault[0].upper() + fault[1:] + ("" if fault.endswith(".") else ".")
    return f'<p class="bad" role="alert">{escape(text)}</p>'


def _hidden(fields: Mapping[str, str]) -> str:
    return "".join(_field(name, value) for name, value in sorted(fields.items()))


def _field(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
