"""What of the station's machine a run may see: programs and libraries, read-only, and nothing that names people."""

from collections.abc import Sequence
from pathlib import Path

_ROOTS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_CONFIGURATION = (
    "/etc/ld.so.cache",
    "/etc/ssl",
    "/etc/ca-certificates",
    "/etc/pki",
    "/etc/alternatives",
    "/etc/localtime",
)
_FILES = {
    "passwd": "root:x:0:0:root:/:/usr/sbin/nologin\nrun:x:65534:65534:run:/tmp:/bin/sh\n",
    "group": "root:x:0:\nrun:x:65534:\n",
    "hosts": "127.0.0.1 localhost job\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


def host_arguments(root: Path = Path("/")) -> Sequence[str]:
    """Return bubblewrap's arguments that show the machine's programs: /usr, /bin, /lib*, certificates, alternatives."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in _ROOTS:
        place = root / name
        if place.is_symlink():
            arguments += ["--symlink", str(place.readlink()), f"/{name}"]
        elif place.is_dir():
            arguments += ["--ro-bind", str(place), f"/{name}"]
    for path in _CONFIGURATION:
        if Path(path).exists():
            arguments += ["--ro-bind", path, path]
    return arguments


def shown_places(root: Path = Path("/")) -> Sequence[str]:
    """Return what `host_arguments` and `identity_arguments` show: nothing can be put below these."""
    roots = [f"/{name}" for name in _ROOTS if (root / name).exists()]
    return ["/usr", *roots, *_CONFIGURATION, *(f"/etc/{name}" for name in _FILES)]


def identity_arguments(folder: Path) -> Sequence[str]:
    """Write the few files of /etc that programs need to know themselves, and return the arguments that show them."""
    folder.mkdir(mode=0o755, exist_ok=True)
    folder.chmod(0o755)
    arguments = []
    for name, text in _FILES.items():
        file = folder / name
        if not file.exists() or file.read_text() != text:
            fresh = folder / f".{name}.new"
            fresh.write_text(text)
            fresh.chmod(0o644)
            fresh.rename(file)
        arguments += ["--ro-bind", str(file), f"/etc/{name}"]
    return arguments
