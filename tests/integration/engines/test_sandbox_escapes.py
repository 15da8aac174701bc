"""A program in the sandbox tries to reach what is not its own. Each test shows that the deed works outside."""

import os
import stat

import pytest

from fieldstation.ports.engine import Mount, Phase, Stream
from tests.integration.engines.sandbox import (
    OTHER_UID,
    UID,
    Sandboxed,
    copy_open_to_all,
    needs_bubblewrap,
    needs_root,
    outside,
)

pytestmark = needs_bubblewrap

_READ = "print(attempt(lambda: print(open(sys.argv[1]).read())))"
_WRITE = "print(attempt(lambda: open(sys.argv[1], 'a').write('x')))"


class TestOtherFiles(Sandboxed):
    def test_another_runs_outputs(self) -> None:
        victim = self.victim("echo hidden > secret; echo up; exec sleep 60")
        secret = str(self.engine.outputs(victim.attempt_id) / "secret")
        assert "hidden" in outside(_READ, secret)
        assert self.attack(_READ, secret) == "ENOENT"

    @needs_root
    def test_outputs_of_another_user_are_closed_even_outside(self) -> None:
        victim = self.victim("echo hidden > secret; echo up; exec sleep 60")
        secret = str(self.engine.outputs(victim.attempt_id) / "secret")
        assert outside(_READ, secret, uid=OTHER_UID) == "EACCES"

    def test_another_runs_temporary_files(self) -> None:
        self.victim("echo hidden > /tmp/secret; echo hidden > /dev/shm/secret; echo up; exec sleep 60")
        assert self.attack("print(os.listdir('/tmp'), os.listdir('/dev/shm'))") == "[] []"

    def test_the_stations_files(self) -> None:
        secret = str(self.source("station.key", "hidden"))
        assert "hidden" in outside(_READ, secret)
        assert self.attack(_READ, secret) == "ENOENT"

    def test_files_of_people_and_of_the_system(self) -> None:
        assert "done" in outside(_READ, "/etc/os-release")
        for place in ("/etc/os-release", "/etc/machine-id", "/etc/fstab", "/root", "/home", "/var", "/opt", "/srv"):
            assert self.attack(_READ, place) == "ENOENT", place

    def test_accounts_of_the_machine(self) -> None:
        names = self.attack("import pwd; print(*(entry.pw_name for entry in pwd.getpwall()))")
        assert names == "root run"

    def test_sys_is_absent(self) -> None:
        assert outside("print(attempt(os.listdir, '/sys'))") == "done"
        assert self.attack("print(attempt(os.listdir, '/sys'))") == "ENOENT"

    def test_devices_are_the_harmless_ones(self) -> None:
        found = self.attack(
            "import stat; print(*(n for n in os.listdir('/dev') if stat.S_ISCHR(os.lstat('/dev/' + n).st_mode)))"
        )
        assert set(found.split()) <= {"console", "full", "null", "ptmx", "random", "tty", "urandom", "zero"}
        assert (
            self.attack("import stat; print(attempt(os.mknod, '/tmp/sda', stat.S_IFBLK | 0o600, os.makedev(8, 0)))")
            == "EPERM"
        )


class TestWriting(Sandboxed):
    def test_own_places_can_be_written(self) -> None:
        for place in ("/outputs/x", "/tmp/x", "/dev/shm/x"):
            assert self.attack(_WRITE, place) == "done", place

    @pytest.mark.parametrize(
        "place", ["/x", "/usr/x", "/usr/bin/x", "/bin/x", "/etc/x", "/dev/x", "/run/x", "/inputs/x"]
    )
    def test_everything_else_is_read_only(self, place: str) -> None:
        mounts = [Mount(source=self.folder, target="/inputs")]
        assert self.attack(_WRITE, place, mounts=mounts) == "EROFS"

    @pytest.mark.parametrize(
        "file", ["/etc/passwd", "/usr/bin/env", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"]
    )
    def test_files_of_the_system_cannot_be_changed(self, file: str) -> None:
        assert self.attack(_WRITE, file) in {"EROFS", "EACCES", "ENOENT"}

    def test_remounting_writable_is_refused(self) -> None:
        assert (
            self.attack("print('done' if libc.mount(b'none', b'/usr', None, 32, None) == 0 else 'refused')")
            == "refused"
        )

    def test_chmod_of_an_input_that_it_owns(self) -> None:
        source = self.source("input", "given")
        if os.geteuid() == 0:
            os.chown(source, UID, UID)
        deed = "print(attempt(os.chmod, sys.argv[1], 0o666))"
        assert self.attack(deed, "/inputs/input", mounts=[Mount(source=source, target="/inputs/input")]) == "EROFS"
        assert stat.S_IMODE(source.stat().st_mode) == 0o444
        assert outside(deed, str(source)) == "done"

    def test_hard_links_do_not_carry_inputs_out(self) -> None:
        source = self.source("input", "given")
        if os.geteuid() == 0:
            os.chown(source, UID, UID)
        program = "print(*(attempt(os.link, file, '/outputs/link') for file in ('/inputs/input', '/usr/bin/env')))"
        assert self.attack(program, mounts=[Mount(source=source, target="/inputs/input")]) == "EXDEV EXDEV"
        assert self.attack("open('a', 'w').close(); print(attempt(os.link, 'a', 'b'))") == "done"

    def test_growing_its_own_limits(self) -> None:
        program = (
            "import resource as r; print(attempt(r.setrlimit, r.RLIMIT_FSIZE, (r.RLIM_INFINITY, r.RLIM_INFINITY)))"
        )
        handle = self.engine.submit(self.attacker(f"try:\n {program}\nexcept ValueError as error: print(error)"))
        self.wait(handle)
        assert "not allowed to raise" in self.said(handle)

    def test_crashing_leaves_no_core(self) -> None:
        handle = self.engine.submit(self.attacker("os.kill(os.getpid(), signal.SIGSEGV)"))
        assert self.wait(handle).exit_code == 128 + 11
        assert not [*self.engine.outputs(handle.attempt_id).iterdir()]


class TestItsOwnRecord(Sandboxed):
    def test_status_cannot_be_forged(self) -> None:
        spec = self.attacker(_FORGE)
        forge = self.attacker(
            _FORGE, str(self.folder / "attempts" / spec.attempt_id / "status.json"), attempt_id=spec.attempt_id
        )
        handle = self.engine.submit(forge)
        seen = self.wait(handle)
        assert (seen.phase, seen.exit_code) == (Phase.EXITED, 3), self.said(handle, Stream.STDERR)
        status = (self.folder / "attempts" / spec.attempt_id / "status.json").read_text()
        assert '"exit-code": 77' not in status
        assert '"exit-code": 3' in status

    def test_no_descriptor_of_the_station_is_open(self) -> None:
        stray = os.open(self.source("stray", "hidden"), os.O_RDONLY)
        os.set_inheritable(stray, True)
        try:
            listing = "print(*(attempt(lambda: print(os.readlink(f'/proc/self/fd/{n}'))) for n in range(3, 1024)))"
            child = os.posix_spawn("/bin/sh", ["sh", "-c", f"test -e /proc/self/fd/{stray}"], {})
            assert os.waitpid(child, 0)[1] == 0, "an ordinary child gets it"
            found = self.attack(listing)
        finally:
            os.close(stray)
        assert set(found.split()) == {"ENOENT"}

    def test_init_holds_nothing_of_the_station(self) -> None:
        program = "print(os.path.exists('/proc/1/fd/0'), *map(os.readlink, glob.glob('/proc/1/fd/*')))"
        found = self.attack("import glob; " + program)
        assert "status.json" not in found
        assert "memfd" not in found

    def test_nothing_of_the_station_is_on_inits_command_line(self) -> None:
        secret = f"secret-{os.urandom(8).hex()}"
        found = self.attack("print(open('/proc/1/cmdline').read())", secrets={"KEY": secret})
        assert "bwrap" in found, "this is the recorder's own first process"
        assert str(self.folder) not in found
        assert secret not in found

    def test_logs_cannot_be_reached_or_replaced(self) -> None:
        program = """
print("first", flush=True)
for path in ("/outputs/../stdout", "/proc/self/fd/1", os.readlink("/proc/self/fd/1")):
    print(path, attempt(lambda: os.open(path, os.O_RDWR)), attempt(os.unlink, path), file=sys.stderr)
os.symlink("/etc/passwd", "stdout")
print("last", flush=True)
"""
        handle = self.engine.submit(self.attacker(program))
        assert self.wait(handle).exit_code == 0, self.said(handle, Stream.STDERR)
        assert self.said(handle) == "first\nlast\n"
        attempts = self.folder / "attempts" / handle.attempt_id
        assert stat.S_ISREG((attempts / "stdout").lstat().st_mode)
        assert stat.S_IMODE((attempts / "stdout").stat().st_mode) == 0o600

    @needs_root
    def test_its_own_log_cannot_be_opened_anew(self) -> None:
        assert self.attack("print(attempt(lambda: os.open('/proc/self/fd/2', os.O_RDWR)))") == "EACCES"

    def test_link_in_the_place_of_outputs_leads_nowhere(self) -> None:
        program = "print(attempt(os.rename, '/outputs', '/outputs2'), attempt(os.rmdir, '/outputs'))"
        first, second = self.attack(program).split()
        assert first in {"EROFS", "EBUSY"}
        assert second in {"EROFS", "EBUSY"}

    @needs_root
    def test_outputs_belong_to_the_runs_user(self) -> None:
        handle = self.engine.submit(self.attacker("open('file', 'w').close()"))
        self.wait(handle)
        assert (self.engine.outputs(handle.attempt_id) / "file").stat().st_uid == UID


class TestOtherProcesses(Sandboxed):
    def test_only_its_own_are_seen(self) -> None:
        marker = f"marker-{os.urandom(4).hex()}"
        self.victim("echo up; sleep 60; : $1", marker)
        look = """
found = []
for name in filter(str.isdigit, os.listdir("/proc")):
    try:
        found.append(open(f"/proc/{name}/cmdline").read())
    except OSError:
        pass
print(len(found), any("marker" in text and sys.argv[1] in text and "argv" not in text for text in found))
"""
        assert outside(look, marker).endswith("True")
        count, seen = self.attack(look, marker).split()
        assert (int(count) <= 3, seen) == (True, "False")

    def test_signals_to_everyone_stay_inside(self) -> None:
        victim = self.victim()
        handle = self.engine.submit(self.attacker("os.kill(-1, signal.SIGKILL)"))
        self.wait(handle)
        assert self.look(victim).phase is Phase.RUNNING

    def test_signals_to_a_pid_of_the_machine(self) -> None:
        deed = "print(attempt(os.kill, int(sys.argv[1]), 0))"
        mine = str(os.getpid())
        assert outside(deed, mine, uid=None) == "done"
        assert self.attack(deed, mine) == "ESRCH"

    def test_killing_init_ends_only_itself(self) -> None:
        victim = self.victim()
        handle = self.engine.submit(self.attacker("os.kill(1, signal.SIGKILL); print('lives')"))
        self.wait(handle)
        assert self.look(victim).phase is Phase.RUNNING

    def test_shared_memory_of_others(self) -> None:
        key = int.from_bytes(os.urandom(3)) | 1
        assert outside(f"print(libc.shmget({key}, 4096, 0o1666) >= 0)") == "True"
        look = f"print(libc.shmget({key}, 0, 0) >= 0)"
        try:
            assert outside(look) == "True"
            assert self.attack(look) == "False"
        finally:
            outside(f"libc.shmctl(libc.shmget({key}, 0, 0), 0, None)")

    def test_name_of_the_machine(self) -> None:
        assert self.attack("print(os.uname().nodename)") == "job"

    @needs_root
    def test_setuid_programs_give_nothing(self) -> None:
        program = copy_open_to_all("/usr/bin/id", self.folder, 0o4755)
        run = "import subprocess; print(subprocess.run([sys.argv[1], '-u'], capture_output=True, text=True).stdout)"
        assert outside(run, str(program)) == "0"
        mounts = [Mount(source=program, target="/inputs/id")]
        assert self.attack(run, "/inputs/id", mounts=mounts) == "65534"
        become = "import subprocess; print(subprocess.run(['su', '-c', 'id -u'], stdin=subprocess.DEVNULL).returncode)"
        assert self.attack(become) != "0"

    def test_it_has_no_power_at_all(self) -> None:
        lines = dict(
            line.split(":\t", 1) for line in self.attack("print(open('/proc/self/status').read())").splitlines()
        )
        assert {lines[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
        assert (lines["NoNewPrivs"], lines["Seccomp"]) == ("1", "2")
        assert lines["Groups"].strip() in {"", "65534"}


_FORGE = """
line = b'{ "exit-code": 77 }\\n'
for number in range(3, 1024):
    attempt(os.write, number, line)
for folder in ("/proc/1/fd", "/proc/self/fd"):
    names = os.listdir(folder) if os.access(folder, os.R_OK) else ()
    for name in names:
        try:
            if "status" in os.readlink(f"{folder}/{name}"):
                os.write(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_APPEND), line)
        except OSError:
            pass
for path in (sys.argv[1:] or ["/nowhere"]):
    try:
        open(path, "ab").write(line)
    except OSError as error:
        print(error, file=sys.stderr)
sys.exit(3)
"""
