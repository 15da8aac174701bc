"""Who is at the keyboard: signing in, and what one may."""

import getpass
import os
import socket
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import ask, details, merged, note
from fieldstation.cli.user.verb import Session, plain
from fieldstation.client import ClientError, Station
from fieldstation.client.profile import LocalStation, Profile, chosen_profile, local_station, write_profile
from fieldstation.client.things import Decision, User

TOKEN_DAYS = 30
ADMIN = "admin"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """How a person says who they are."""

    username: Annotated[str | None, typer.Option("--username", "-u", help="Who signs in; asked for at a terminal.")] = (
        None
    )
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = (
        False
    )
    browser: Annotated[
        bool, typer.Option("--browser", help="Say yes in a browser, here or on another device, and type no password.")
    ] = False
    data: Annotated[
        Path | None, typer.Option(help="Data directory of a station of this machine, to sign in to it as admin.")
    ] = None


def _login(
    session: Session,
    credentials: Credentials,
    url: Annotated[str | None, typer.Argument(help="The station; by default the one that is meant now.")] = None,
) -> None:
    """Sign in to a station and keep a token for it, good for 30 days."""
    local = local_station(credentials.data)
    if credentials.data is not None and local is None:
        raise ClientError(
            f"no station runs on {credentials.data}",
            next_step=f"start it: fieldstation up --data {credentials.data}",
            reason="no_station",
        )
    address = url or (local.url if credentials.data and local else chosen_profile().url)
    here = local if local is not None and local.url == address.rstrip("/") else None
    with _signed_in(credentials, address, here) as station:
        token = station.tokens.create(f"cli on {socket.gethostname()}", days=TOKEN_DAYS)
        me = station.me()
    kept = write_profile(Profile(url=address.rstrip("/"), token=token.token, username=me.username))
    answer = {"url": address.rstrip("/"), "username": me.username, "operator": me.operator, "expires": token.expires}
    session.answer(
        answer, lambda: f"signed in to {answer['url']} as {me.username}, for {TOKEN_DAYS} days (token in {kept})"
    )


def _signed_in(credentials: Credentials, address: str, here: LocalStation | None) -> Station:
    """Sign in with a password where one is known or named, in a browser otherwise."""
    known = credentials.username or credentials.data or (here and here.admin_password)
    if credentials.browser or (sys.stdin.isatty() and not credentials.password_stdin and not known):
        station = Station(address)
        code = station.ask_in()
        ask(f"open {code.verification_uri_complete} and compare the code: {code.user_code}")
        _show(code.verification_uri_complete)
        return station.let_in(code)
    return Station(address).sign_in(*_who(credentials, address, here))


def _show(url: str) -> bool:
    """Open an address in a browser, where this machine has one for the person before it."""
    return bool(os.environ.get("DISPLAY") or sys.platform == "darwin") and webbrowser.open(url)


def _who(credentials: Credentials, address: str, here: LocalStation | None) -> tuple[str, str]:
    """Return username and password: as given, from the data directory of this machine's station, or asked for."""
    asking = sys.stdin.isatty() and not credentials.password_stdin
    username = credentials.username or (ADMIN if credentials.data or (here and here.admin_password) else None)
    if credentials.password_stdin:
        return username or _missing(address, here), sys.stdin.readline().rstrip("\r\n")
    if username == ADMIN and here is not None and here.admin_password:
        note(f"using {here.data / 'admin-password'}")
        return ADMIN, here.admin_password
    if not asking:
        _missing(address, here)
    username = username or input(f"username at {address}: ").strip()
    return username, getpass.getpass(f"password of {username}: ")


def _missing(address: str, here: LocalStation | None) -> str:
    named = f"--username {ADMIN if here else 'NAME'} --password-stdin"
    mine = f" < {here.data / 'admin-password'}" if here else ""
    raise ClientError(
        f"who signs in to {address}? there is no terminal to ask at",
        next_step=f"fieldstation login {address} {named}{mine}, or --browser in place of the password",
        reason="no_credentials",
    )


def _whoami(session: Session) -> None:
    """Show who you are at the station, and what you may do there."""
    me = session.station.me()

    def shown() -> str:
        return details([*_facts(me), ("station", session.station.url)])

    session.answer(merged(me, url=session.station.url), shown)


def _facts(me: User) -> list[tuple[str, str | None]]:
    return [
        ("username", me.username),
        ("name", me.name),
        ("email", me.email),
        ("id", me.id),
        ("project", me.project),
        ("operator", "yes" if me.operator else None),
        ("scopes", ", ".join(me.scopes) if me.scopes else None),
    ]


def _why(
    session: Session,
    permission: Annotated[str, typer.Argument(help="Such as dataset:read, dataset:edit, project:run, tool:use.")],
    thing: Annotated[str | None, typer.Argument(help="Name or id of the thing; leave out for station:….")] = None,
    user: Annotated[str | None, typer.Option(help="Ask for somebody else; for operators and owners.")] = None,
) -> None:
    """Explain why you, or somebody, may or may not do something."""
    decision = session.station.why(permission, thing, user)
    session.answer(decision, lambda: _told(decision))


def _told(decision: Decision) -> str:
    verdict = "may" if decision.allowed else "may not"
    lines = [f"{decision.user} {verdict} {decision.permission}" + (f" {decision.thing}" if decision.thing else "")]
    lines += [f"  because {reason.text}" for reason in decision.because]
    return "\n".join([*lines, f"next:  {decision.next_step}"] if decision.next_step else lines)


def _open(session: Session) -> None:
    """Open the console of the station that is meant in a browser."""
    url = session.profile.url
    opened = _show(url)
    session.answer({"url": url, "opened": opened}, lambda: url)


login = plain(_login)
whoami = plain(_whoami)
why = plain(_why)
open_console = plain(_open)
