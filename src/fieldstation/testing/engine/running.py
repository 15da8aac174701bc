"""Programs, arguments, environment, files: what a run sees and what it leaves."""

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fieldstation.ports.engine import Handle, Isolation, Mount, Phase, Stream
from fieldstation.testing.engine.bench import EngineBench, refused

_AWKWARD = ("two words", "", "$HOME", "`id`", "a;b|c&d", "*", '"quoted"', "-x", "--", "naïve ✓", "line\nbreak")


class Running(EngineBench):
    """One run after the other."""

    def test_probe_finds_nothing_missing(self) -> None:
        assert self.engine.probe() is None

    def test_exit_code_is_the_programs(self) -> None:
        for code in (0, 1, 7, 255):
            seen = self.run(self.shell(f"exit {code}"))
            assert (seen.phase, seen.exit_code) == (Phase.EXITED, code)

    def test_death_by_signal_is_128_and_its_number(self) -> None:
        assert self.run(self.python("import os; os.kill(os.getpid(), 15)")).exit_code == 128 + 15
        assert self.run(self.shell("kill -KILL $$")).exit_code == 128 + 9

    def test_ordinary_end_has_times_and_no_faults(self) -> None:
        seen = self.run(self.shell("exit 0"))
        assert seen.started_at is not None
        assert seen.ended_at is not None
        assert not seen.breaches
        assert not seen.canceled

    def test_argv_meets_no_shell(self) -> None:
        handle = self.engine.submit(self.python("import sys; print(ascii(sys.argv[1:]))", *_AWKWARD))
        self.wait(handle)
        assert self.said(handle).strip() == ascii([*_AWKWARD])

    def test_environment_and_secrets_reach_the_program(self) -> None:
        given = {"PLAIN": "a value; $HOME", "EMPTY": ""}
        program = "import os; print(*(ascii(os.environ[name]) for name in ('PLAIN', 'EMPTY', 'KEY')))"
        handle = self.engine.submit(self.python(program, environment=given, secrets={"KEY": "sésame"}))
        self.wait(handle)
        assert self.said(handle).split("\n")[0] == f"{given['PLAIN']!r} '' {'sésame'!a}"

    def test_a_writable_mount_is_shared_with_the_group_and_can_be_where_the_program_starts(self) -> None:
        shared = self.folder / "shared"
        (shared / "work").mkdir(parents=True)
        shared.chmod(0o2777)
        (shared / "work").chmod(0o2777)
        mount = Mount(source=shared, target="/project", writable=True)
        spec = self.shell("echo made >made; mkdir inner", mounts=[mount], directory="/project/work", umask=0o007)
        assert self.run(spec).exit_code == 0
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o777 for path in (shared / "work").iterdir()}
        assert modes == {"made": 0o660, "inner": 0o770}
        for wrong in ("/project/none", "/project/../tmp", "/elsewhere", "relative"):
            asked = self.shell("true", mounts=[mount], directory=wrong)
            assert refused(self.engine, asked) == "invalid_mount"

    def test_environment_of_the_station_stays_outside(self) -> None:
        os.environ["CANARY_OF_THE_STATION"] = "sings"
        try:
            handle = self.engine.submit(self.shell("env"))
            self.wait(handle)
        finally:
            del os.environ["CANARY_OF_THE_STATION"]
        assert "PATH=" in self.said(handle)
        assert "CANARY" not in self.said(handle)

    def test_secrets_are_on_no_command_line_and_in_no_file(self) -> None:
        secret = f"secret-{os.urandom(8).hex()}"
        handle = self.engine.submit(self.shell("echo up; sleep 60", secrets={"KEY": secret}))
        self.wait_for(handle, "up")
        lines = [_content(line) for line in Path("/proc").glob("[0-9]*/cmdline")]
        files = [_content(file) for file in self.folder.rglob("*") if file.is_file()]
        assert not [text for text in lines + files if secret.encode() in text]

    def test_given_files_can_be_read_by_the_program_and_lie_nowhere(self) -> None:
        secret = f"secret-{os.urandom(8).hex()}"
        files = {"/opt/acme/key.txt": secret.encode(), "/etc/license.bin": b"\0\xff"}
        if self.engine.traits.isolation is not Isolation.STRONG:
            assert refused(self.engine, self.spec("true", files=files))
            return
        script = (
            "cat /opt/acme/key.txt; wc -c </etc/license.bin; stat -c %a /opt/acme/key.txt;"
            "(echo x >/opt/acme/key.txt) || rm -f /opt/acme/key.txt || echo kept; sleep 60"
        )
        handle = self.engine.submit(self.shell(script, files=files))
        self.wait_for(handle, "kept")
        assert self.said(handle).split() == [f"{secret}2", "400", "kept"]
        lines = [_content(line) for line in Path("/proc").glob("[0-9]*/cmdline")]
        kept = [_content(file) for file in self.folder.rglob("*") if file.is_file() and file.name != "stdout"]
        assert not [text for text in lines + kept if secret.encode() in text]
        for path in ("/usr/local/key.txt", "/etc/passwd", "relative", "/opt/../etc/key", "/", "/proc/x"):
            assert refused(self.engine, self.spec("true", files={path: b"x"})) == "invalid_mount"

    def test_starts_in_the_empty_output_folder(self) -> None:
        spec = self.shell(
            'ls -A; [ "$(pwd -P)" = "$(cd "$1"; pwd -P)" ] || exit 1; mkdir -p a/b; echo data > a/b/file', ""
        )
        spec = self.shell(spec.argv[2], self.engine.locate(spec.attempt_id, "/outputs"), attempt_id=spec.attempt_id)
        handle = self.engine.submit(spec)
        seen = self.wait(handle)
        assert (seen.exit_code, self.said(handle)) == (0, "")
        assert (self.engine.outputs(spec.attempt_id) / "a/b/file").read_text() == "data\n"

    def test_has_a_private_place_for_temporary_files(self) -> None:
        handle = self.engine.submit(
            self.shell('echo x > "$TMPDIR/file" && echo x > "$HOME/.file" && cat "$TMPDIR/file"')
        )
        assert self.wait(handle).exit_code == 0
        second = self.engine.submit(self.shell('ls -A "$TMPDIR" "$HOME"'))
        self.wait(second)
        assert "file" not in self.said(second)

    def test_standard_input_is_empty(self) -> None:
        handle = self.engine.submit(self.python("import sys; print(len(sys.stdin.read()))"))
        self.wait(handle)
        assert self.said(handle) == "0\n"

    def test_inputs_are_seen_where_locate_says(self) -> None:
        folder = self.folder / "tree"
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "b.txt").write_text("two")
        mounts = (
            Mount(source=self.source("a.txt", "one"), target="/inputs/table/a.txt"),
            Mount(source=folder, target="/inputs/all"),
        )
        spec = self.shell('cat "$1" "$2"', "", "", mounts=mounts)
        paths = [self.engine.locate(spec.attempt_id, p) for p in ("/inputs/table/a.txt", "/inputs/all/deep/b.txt")]
        handle = self.engine.submit(self.shell('cat "$1" "$2"', *paths, mounts=mounts, attempt_id=spec.attempt_id))
        self.wait(handle)
        assert self.said(handle) == "onetwo"

    def test_inputs_cannot_be_written(self) -> None:
        self.needs_own_files()
        source = self.source("a.txt", "one")
        spec = self.shell("", mounts=[Mount(source=source, target="/inputs/a.txt")])
        path = self.engine.locate(spec.attempt_id, "/inputs/a.txt")
        script = 'cat "$1" && ! chmod u+w "$1" && ! echo two > "$1" && ! rm -f "$1" && ! touch "$1"'
        handle = self.engine.submit(self.shell(script, path, mounts=spec.mounts, attempt_id=spec.attempt_id))
        assert self.wait(handle).exit_code == 0, self.said(handle, Stream.STDERR)
        assert source.read_text() == "one"

    def test_writable_mounts_can_be_written(self) -> None:
        folder = self.folder / "shared"
        folder.mkdir()
        folder.chmod(0o777)
        spec = self.shell("", mounts=[Mount(source=folder, target="/project", writable=True)])
        path = self.engine.locate(spec.attempt_id, "/project")
        again = self.shell('echo kept > "$1/file"', path, mounts=spec.mounts, attempt_id=spec.attempt_id)
        assert self.run(again).exit_code == 0
        assert (folder / "file").read_text() == "kept\n"

    def test_unknown_program_ends_with_127(self) -> None:
        handle = self.engine.submit(self.spec("no-such-program"))
        seen = self.wait(handle)
        assert (seen.phase, seen.exit_code) == (Phase.EXITED, 127)
        assert "no-such-program" in self.said(handle, Stream.STDERR)

    def test_what_is_left_running_dies_with_the_program(self) -> None:
        folder = self.folder / "shared"
        folder.mkdir()
        folder.chmod(0o777)
        spec = self.shell("", mounts=[Mount(source=folder, target="/project", writable=True)])
        path = self.engine.locate(spec.attempt_id, "/project")
        script = '(while :; do echo x >> "$1/beats"; sleep 0.01; done) & until [ -s "$1/beats" ]; do sleep 0.01; done'
        self.run(self.shell(script, path, mounts=spec.mounts, attempt_id=spec.attempt_id))
        before = (folder / "beats").stat().st_size
        time.sleep(0.2)
        assert (folder / "beats").stat().st_size == before

    def test_what_cannot_be_is_refused_and_leaves_nothing(self) -> None:
        gone = Mount(source=self.folder / "gone", target="/inputs/gone")
        odd = Mount(source=self.folder, target="/inputs/../etc")
        specs = [
            self.spec("true", mounts=[gone]),
            self.spec("true", mounts=[odd]),
            self.spec("true", image="no-such-kind:x"),
            self.spec(),
            self.spec("true", environment={"BAD": "nul\0"}),
        ]
        if not self.engine.traits.network:
            specs.append(self.spec("true", network=True))
        for spec in specs:
            assert refused(self.engine, spec)
            assert not self.engine.find([spec.attempt_id])

    def test_twenty_at_once_keep_their_own(self) -> None:
        specs = [self.shell('echo "$1" | tee file; exit "$1"', str(number)) for number in range(20)]
        with ThreadPoolExecutor(8) as pool:
            handles = [*pool.map(self.engine.submit, specs)]
        for number, handle in enumerate(handles):
            assert self.wait(handle).exit_code == number
            assert self.said(handle) == f"{number}\n"
            assert (self.engine.outputs(handle.attempt_id) / "file").read_text() == f"{number}\n"
        assert len(self.engine.observe(handles)) == len(handles)

    def test_second_submit_starts_nothing(self) -> None:
        spec = self.shell("echo once >> file")
        first, second = self.engine.submit(spec), self.engine.submit(spec)
        self.wait(first)
        third = self.engine.submit(spec)
        self.wait(third)
        assert first == second == third
        assert (self.engine.outputs(spec.attempt_id) / "file").read_text() == "once\n"

    def test_submits_at_the_same_time_start_one(self) -> None:
        spec = self.shell("echo once >> file")
        with ThreadPoolExecutor(8) as pool:
            handles = set(pool.map(self.engine.submit, [spec] * 8))
        (handle,) = handles
        self.wait(handle)
        assert (self.engine.outputs(spec.attempt_id) / "file").read_text() == "once\n"

    def test_find_knows_what_was_started_and_not_released(self) -> None:
        running, ended = self.shell("sleep 60"), self.shell("exit 0")
        handles = [self.engine.submit(running), self.engine.submit(ended)]
        self.wait(handles[1])
        assert {*self.engine.find([running.attempt_id, ended.attempt_id, "attempt-never"])} == {*handles}
        self.engine.release(ended.attempt_id)
        assert not self.engine.find([ended.attempt_id])

    def test_attempt_nobody_knows_is_lost(self) -> None:
        assert self.look(Handle(attempt_id="attempt-never", reference="none")).phase is Phase.LOST

    def test_release_leaves_nothing(self) -> None:
        handle = self.engine.submit(self.shell("mkdir -p a/b; echo x > a/b/file; chmod 0 a"))
        self.wait(handle)
        outputs = self.engine.outputs(handle.attempt_id)
        self.engine.release(handle.attempt_id)
        self.engine.release(handle.attempt_id)
        assert not outputs.exists()
        assert not [path for path in self.folder.rglob("*") if handle.attempt_id in path.name]

    def test_strong_isolation_is_not_merely_claimed(self) -> None:
        if self.engine.traits.isolation is Isolation.STRONG:
            secret = self.source("not-for-runs", "hidden")
            handle = self.engine.submit(self.shell('cat "$1"', str(secret)))
            assert self.wait(handle).exit_code != 0
            assert "hidden" not in self.said(handle)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
