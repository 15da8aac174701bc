"""Reading manifests and job definition files: strictly, tolerantly, and with every fault in its place."""

import pytest

from fieldstation.core.tools.model.squonk.job import InputType, Origin, read_job
from fieldstation.core.tools.model.squonk.read import JobFile, kind_of_text, read_jobs, read_manifest
from tests.unit.tools.squonk_files import BAD, COUNT, HEAD, NEXTFLOW, STRAY, file_of

MANIFEST = "kind: DataManagerManifest\nkind-version: '2021.1'\njob-definition-files: [a.yaml, b.yml]\n"


def told(read: JobFile) -> list[tuple[str, int | None]]:
    """Return where the faults are."""
    return [(fault.where, fault.line) for fault in read.faults]


def test_a_sound_file_gives_its_jobs() -> None:
    read = read_jobs(file_of(COUNT, NEXTFLOW), strict=True)
    assert (read.faults, read.failed, read.collection) == ((), (), "acme")
    count, nextflow = (one.job for one in read.jobs)
    assert (count.name, count.version, count.title, count.category, count.keywords) == (
        "count-atoms",
        "1.0.0",
        "Count atoms",
        "counting",
        ("atoms",),
    )
    assert count.inputs["inputFile"].mime_types == ("chemical/x-mdl-sdfile",)
    assert count.required == ("inputFile", "outputFile", "top")
    assert nextflow.image.nextflow
    assert (nextflow.image.memory_bytes, nextflow.image.cores) == (512 << 20, 0.25)
    assert [entry.origin for entry in nextflow.image.environment] == [Origin.CONSTANT, Origin.SECRET, Origin.TOKEN]
    assert nextflow.assets == ("license-file",)
    assert [one.job for one in nextflow.replaces] == ["enumerate-old"]
    assert nextflow.inputs["smiles"].type is InputType.MOLECULES


def test_what_people_publish_is_read_with_remarks() -> None:
    read = read_jobs(file_of(STRAY))
    assert read.faults == ()
    job = read.jobs[0].job
    assert (job.version, job.image.tag, job.image.fix_permissions) == ("1.10", "2", True)
    assert job.blocks["options"]["properties"]["b"]["minValue"] == 5
    assert {warning.where for warning in read.warnings} == {
        "/jobs/stray/image/tag",
        "/jobs/stray/options",
        "/jobs/stray/variables/options/properties/a/oneOf",
        "/jobs/stray/variables/options/properties/b/maxValue",
        "/jobs/stray/variables/options/properties/b/minValue",
        "/jobs/stray/variables/outputs/properties/o/annotation-properties/fields-descriptor/derived-from",
        "/jobs/stray/variables/outputs/required",
        "/jobs/stray/version",
    }


def test_the_strict_reader_refuses_the_same_file() -> None:
    read = read_jobs(file_of(STRAY), strict=True)
    assert (read.jobs, read.failed, len(read.faults)) == ((), ("stray",), 8)
    assert not any("passed over" in fault.text for fault in read.faults)


def test_one_bad_job_leaves_the_good_one() -> None:
    read = read_jobs(file_of(COUNT, BAD))
    assert [one.job.name for one in read.jobs] == ["count-atoms"]
    assert read.failed == ("broken",)
    assert told(read) == [("/jobs/broken/image", 5 + COUNT.count("\n"))]
    assert read_jobs(file_of(COUNT, BAD), strict=True).jobs == ()


def test_a_key_written_twice_spoils_its_job_only() -> None:
    twice = COUNT.replace("    category: counting\n", "    category: counting\n    category: other\n")
    read = read_jobs(file_of(twice, NEXTFLOW))
    assert ([one.job.name for one in read.jobs], read.failed) == (["enumerate"], ("count-atoms",))
    assert told(read) == [("/jobs/count-atoms/category", 9)]
    again = read_jobs(file_of(NEXTFLOW, COUNT, COUNT))
    assert ([one.job.name for one in again.jobs], again.failed) == (["enumerate"], ("count-atoms",))


def test_a_name_that_is_none_fails_its_job() -> None:
    read = read_jobs(file_of(COUNT, COUNT.replace("count-atoms", "Count_Atoms")))
    assert ([one.job.name for one in read.jobs], read.failed) == (["count-atoms"], ("Count_Atoms",))


def test_the_text_of_a_job_is_its_author_s() -> None:
    read = read_jobs(file_of(COUNT, NEXTFLOW))
    assert read.jobs[0].text.startswith("count-atoms:\n  name: Count atoms\n")
    assert "enumerate" not in read.jobs[0].text
    assert read.jobs[1].text.startswith("enumerate:\n")


def test_tests_and_comments_do_not_change_what_runs() -> None:
    plain = read_jobs(file_of(COUNT)).jobs[0].job
    other = read_jobs(file_of("  # counts\n" + COUNT.replace("top: 3", "top: 4"))).jobs[0].job
    changed = read_jobs(file_of(COUNT.replace("maximum: 100", "maximum: 99"))).jobs[0].job
    assert plain.revision == other.revision != changed.revision
    assert read_job(plain.written()) == plain


def test_aliases_are_what_they_stand_for() -> None:
    text = file_of(COUNT.replace("    image:\n", "    image: &image\n")) + (
        "  second:\n    name: Second\n    version: '1'\n    image:\n      <<: *image\n      tag: '2'\n    command: x\n"
    )
    first, second = (one.job for one in read_jobs(text, strict=True).jobs)
    assert (second.image.name, second.image.tag, first.image.tag) == ("acme/count", "2", "1.0.0")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("[", "not YAML"),
        ("- 1", "must be a mapping"),
        ("kind: DataManagerWorkflow\nname: x\n", "workflow"),
        (HEAD + "  {}\n", "/jobs"),
        ("a: &a [x, x]\n" + "".join(f"k{n}: &b{n} [*a, *a]\n" for n in range(1)) + "b: *nothing\n", "no anchor"),
        ("a: " + "[" * 200 + "]" * 200, "nested"),
        ("x" * (2 << 20), "bytes"),
        (HEAD + COUNT.replace("name: Count atoms", "name: !!python/name:os.system Count"), "tags"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, reason: str) -> None:
    read = read_jobs(text)
    assert read.jobs == ()
    assert any(reason in f"{fault.where} {fault.text}" for fault in read.faults), read.faults
    assert all(fault.line for fault in read.faults)


def test_aliases_do_not_blow_up() -> None:
    levels = "".join(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 10)}]\n" for level in range(1, 10))
    read = read_jobs("l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n" + levels)
    assert "more than" in read.faults[0].text


def test_a_manifest_names_files() -> None:
    assert read_manifest(MANIFEST, strict=True).files == ("a.yaml", "b.yml")
    assert kind_of_text(MANIFEST) == "DataManagerManifest"


@pytest.mark.parametrize("name", ["../x.yaml", "a/b.yaml", "x.txt", "/etc/passwd.yaml", ".x.yaml", "https://x/y.yaml"])
def test_a_manifest_names_nothing_elsewhere(name: str) -> None:
    read = read_manifest(MANIFEST.replace("a.yaml", name))
    assert (read.files, [fault.where for fault in read.faults]) == ((), ["/job-definition-files/0"])


def test_a_version_written_as_a_number_counts_as_its_text() -> None:
    text = MANIFEST.replace("'2021.1'", "2021.1")
    assert read_manifest(text).files
    assert read_manifest(text).warnings
    assert read_manifest(text, strict=True).faults


LOOSE = """\
  loose:
    name: As somebody wrote it
    version: '1.0.0'
    keywords: atoms
    category: [a, b]
    image: {name: acme/x, tag: 12e4567, project-directory: /data, working-directory: /data}
    command: x {{ a }} {{ b }}
    variables:
      order: options
      inputs:
        type: object
        required: b
        properties:
          b: {title: B, mime-types: text/plain}
      options:
        properties:
          a: {type: [string], default: [p, q], multiple: true}
          c: {title: C, type: [string, integer]}
    tests: nothing
"""


def test_loose_words_mean_what_they_can() -> None:
    read = read_jobs(file_of(LOOSE))
    assert {fault.where for fault in read.faults} == {"/jobs/loose/variables/options/properties/c/type"}
    read = read_jobs(file_of(LOOSE.replace("          c: {title: C, type: [string, integer]}\n", "")))
    assert read.faults == ()
    (one,) = read.jobs
    assert (one.job.keywords, one.job.category, one.job.image.tag, one.tests) == (("atoms",), None, "12e4567", {})
    assert one.job.options["a"].default == ["p", "q"]
    assert one.job.options["a"].type == "string"
    assert (one.job.inputs["b"].mime_types, one.job.required) == (("text/plain",), ("b",))
    assert "order" not in one.job.blocks
    assert len(read.warnings) == 12


def test_doubts_are_told() -> None:
    text = file_of(
        COUNT.replace("[outputFile, top]", "[outputFile, top, nothing]").replace("^[A-Za-z0-9_/.-]+$", "(?=a)")
    )
    said = [warning.text for warning in read_jobs(text).warnings]
    assert any("'nothing' is required" in one for one in said)
    assert any("not compared" in one for one in said)
    assert any("its default is none" in one for one in said)
