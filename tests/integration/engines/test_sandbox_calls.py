"""A program in the sandbox tries the system calls that break out of things."""

import platform

import pytest

from fieldstation.engines.sandbox.syscalls import DENIED, NUMBERS
from tests.integration.engines.sandbox import Sandboxed, needs_bubblewrap, outside

pytestmark = needs_bubblewrap

_NUMBER = NUMBERS[platform.machine()].numbers
_KEY = f"print(call({_NUMBER['add_key']}, b'user', b'fieldstation', b'x', 1, -2))"
_TRACE = "print('done' if libc.ptrace(0, 0, 0, 0) == 0 else errno.errorcode[ctypes.get_errno()])"
_NAMESPACE = f"print(call({_NUMBER['unshare']}, 0x10000000))"


class TestCalls(Sandboxed):
    def test_every_denied_call_is_denied(self) -> None:
        numbers = {name: _NUMBER[name] for name in DENIED if name in _NUMBER}
        answers = self.attack(f"for name, number in {numbers!r}.items(): print(name, call(number, 0, 0, 0, 0, 0, 0))")
        assert dict(line.split() for line in answers.splitlines()) == dict.fromkeys(numbers, "EPERM")

    def test_ordinary_calls_are_not(self) -> None:
        program = """
import subprocess, threading, multiprocessing, tempfile, select, mmap
subprocess.run(["true"], check=True)
thread = threading.Thread(target=print, args=("thread",)); thread.start(); thread.join()
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(sum(pool.map(abs, [-1, -2])))
mmap.mmap(-1, 4096).close(); select.epoll().close(); tempfile.TemporaryFile().close()
"""
        assert self.attack(program).split() == ["thread", "3"]

    def test_keyrings(self) -> None:
        assert outside(_KEY) == "done"
        assert self.attack(_KEY) == "EPERM"

    def test_ptrace(self) -> None:
        assert outside(_TRACE) == "done"
        assert self.attack(_TRACE) == "EPERM"

    def test_user_namespaces_by_unshare_and_by_clone(self) -> None:
        assert outside(_NAMESPACE) == "done"
        assert self.attack(_NAMESPACE) == "EPERM"
        assert self.attack(f"print(call({_NUMBER['clone']}, 0x10000000 | 17, 0, 0, 0, 0))") == "EPERM"
        assert self.attack(f"print(call({_NUMBER['clone3']}, 0, 0))") == "ENOSYS"

    def test_typing_into_a_terminal(self) -> None:
        program = """
import fcntl, pty, termios
master, slave = pty.openpty()
print(attempt(fcntl.ioctl, slave, termios.TIOCGWINSZ, b"\\0" * 8))
print(attempt(fcntl.ioctl, slave, termios.TIOCSTI, b"x"))
print(attempt(fcntl.ioctl, slave, 0x541C, b"\\2"))
os.close(os.open("/dev/tty", os.O_RDWR)) if attempt(os.open, "/dev/tty", os.O_RDWR) == "done" else print("no terminal")
"""
        assert self.attack(program).splitlines() == ["done", "EPERM", "EPERM", "no terminal"]

    def test_high_bits_do_not_hide_a_request(self) -> None:
        program = f"""
import pty
master, slave = pty.openpty()
text = ctypes.c_char_p(b"x")
print(call({_NUMBER["ioctl"]}, slave, 0x5412 | 1 << 32, text))
"""
        assert self.attack(program) == "EPERM"

    @pytest.mark.skipif(platform.machine() != "x86_64", reason="these numbers are those of x86-64 processors")
    def test_numbers_of_other_tables(self) -> None:
        assert self.attack("print(call(0x40000000 | 101, 0, 0, 0, 0))") == "EPERM", "x32"
        code = "b8 14 00 00 00 cd 80 c3"  # mov eax, 20 (getpid of the 32-bit table); int 0x80; ret
        program = f"""
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex({code!r}))
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""
        handle = self.engine.submit(self.attacker(program))
        assert self.wait(handle).exit_code == 128 + 31, "SIGSYS"
