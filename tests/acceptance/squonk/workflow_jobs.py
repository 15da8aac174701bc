"""Jobs that public examples of workflows name, written anew so that they run here; and workflows of our own."""

import json
import shlex
from typing import Any

COLLECTION = "workflow-engine-unit-test-jobs"
_IMAGE = {
    "name": "station:", "tag": "built-in", "project-directory": "/data", "working-directory": "/data",
    "memory": "128Mi", "cores": "100m",
}  # fmt: skip
_COPY = "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read() + sys.argv[3] + chr(10))"
_MERGE = "import sys; open(sys.argv[-1], 'w').write(''.join(open(path).read() for path in sys.argv[1:-1]))"
_SPLIT = """import sys
for number, line in enumerate(open(sys.argv[1]), 1):
    open(f'{sys.argv[2]}_{number}.smi', 'w').write(line)"""
_JOIN = """import glob, sys
found = sorted(glob.glob(sys.argv[1]))
open(sys.argv[2], 'w').write(''.join(open(path).read() for path in found))"""


def _text(*names: str) -> dict[str, Any]:
    return {name: {"title": name, "type": "string"} for name in names}


def _block(properties: dict[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties} | ({} if required is None else {"required": list(required)})


def _job(program: str, *arguments: str, inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None,
         options: tuple[str, ...] = (), creates: str = "{{{{ {} }}}}") -> dict[str, Any]:  # fmt: skip
    made = {
        name: {"title": name, "type": kind, "creates": creates.format(name)} for name, kind in (outputs or {}).items()
    }
    variables: dict[str, Any] = {"options": _block(_text(*options), options)}
    if inputs:
        taken = {name: {"title": name, "type": kind} for name, kind in inputs.items()}
        variables["inputs"] = _block(taken, tuple(taken))
    if made:
        variables["outputs"] = _block(made)
    command = " ".join(["python3 -c", shlex.quote(program), *arguments])
    return {"name": "A job", "version": "1.0.0", "image": _IMAGE, "command": command, "variables": variables}


_IN, _OUT = "{{ inputFile }}", "{{ outputFile }}"
_ADD = _job(_COPY, _IN, _OUT, "{{ name }}={{ value }}", inputs={"inputFile": "file"}, outputs={"outputFile": "file"},
            options=("name", "value", "outputFile"))  # fmt: skip
JOBS: dict[str, Any] = {
    "nop": _job("pass"),
    "nop-fail": _job("raise SystemExit(3)"),
    "slow": _job("import time; time.sleep(600)"),
    "smiles-to-file": _job("import sys; open(sys.argv[2], 'w').write(sys.argv[1] + chr(10))", "{{ smiles }}", _OUT,
                           outputs={"outputFile": "file"}, options=("smiles", "outputFile")),
    "shortcut-example-1-process-a": _job("import sys; open(sys.argv[1], 'w').write('a' + chr(10))", _OUT,
                                         outputs={"outputFile": "file"}, options=("outputFile",)),
    "shortcut-example-1-process-b": _job(_COPY, _IN, _OUT, "b", inputs={"inputFile": "file"},
                                         outputs={"outputFile": "file"}, options=("outputFile",)),
    "rdkit-molprops": _ADD,
    "cluster-butina": _ADD,
    "append-col": _ADD,
    "merge": _job(_MERGE, "{{ inputFileA }}", "{{ inputFileB }}", _OUT,
                  inputs={"inputFileA": "file", "inputFileB": "file"}, outputs={"outputFile": "file"},
                  options=("outputFile",)),
    "splitsmiles": _job(_SPLIT, _IN, "{{ outputBase }}", inputs={"inputFile": "file"}, outputs={"outputBase": "files"},
                        options=("outputBase",), creates="{{{{ {} }}}}_*.smi"),
    "concatenate": _job(_JOIN, "{{ inputDirPrefix }}/{{ inputFile }}", _OUT, inputs={"inputFile": "files"},
                        outputs={"outputFile": "file"}, options=("inputDirPrefix", "outputFile")),
}  # fmt: skip

MANIFEST = "kind: DataManagerManifest\nkind-version: '2021.1'\njob-definition-files: [workflow-jobs.yaml]\n"


def definitions() -> str:
    """Return the definition file of these jobs."""
    about = {"kind": "DataManagerJobDefinition", "kind-version": "2021.1", "collection": COLLECTION, "jobs": JOBS}
    return json.dumps(about)


def workflow(*steps: dict[str, Any], name: str = "ours", **more: Any) -> str:
    """Return the definition of a workflow of these steps."""
    about = {"kind": "DataManagerWorkflow", "kind-version": "2025.2", "name": name, "steps": steps}
    return json.dumps(about | more)


def step(name: str, job: str = "nop", variables: dict[str, Any] | None = None, **plumbing: str) -> dict[str, Any]:
    """Return a step; `variable="step.variable"`, `="workflow.variable"` or `="predefined.variable"` is its plumbing."""
    said: dict[str, Any] = {"collection": COLLECTION, "job": job, "version": "1.0.0"}
    if variables:
        said["variables"] = variables
    pipes = [_pipe(variable, *origin.split(".", 1)) for variable, origin in plumbing.items()]
    return {"name": name, "specification": said} | ({"plumbing": pipes} if pipes else {})


def _pipe(variable: str, origin: str, name: str) -> dict[str, Any]:
    if origin in ("workflow", "predefined"):
        return {"variable": variable, f"from-{origin}": {"variable": name}}
    return {"variable": variable, "from-step": {"name": origin, "variable": name}}
