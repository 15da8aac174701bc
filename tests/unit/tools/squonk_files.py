"""Job definition files of the kinds that people publish, written for these tests."""

import json
from typing import Any

HEAD = "kind: DataManagerJobDefinition\nkind-version: '2021.1'\ncollection: acme\njobs:\n"

COUNT = """\
  count-atoms:
    name: Count atoms
    version: '1.0.0'
    category: counting
    keywords: [atoms]
    image:
      name: acme/count
      tag: '1.0.0'
      project-directory: /data
      working-directory: /data
    command: >-
      /code/count.py --input '{{ inputFile }}' --output '{{ outputFile }}'
      {% if header is defined and header %}--header{% endif %}
      --top {{ top }}
    variables:
      inputs:
        type: object
        required: [inputFile]
        properties:
          inputFile: {title: Molecules, mime-types: [chemical/x-mdl-sdfile], type: file}
      outputs:
        type: object
        properties:
          outputFile: {title: Counts, mime-types: [text/csv], creates: '{{ outputFile }}', type: file}
      options:
        type: object
        required: [outputFile, top]
        properties:
          outputFile: {title: Name, type: string, pattern: '^[A-Za-z0-9_/.-]+$', default: counts.csv}
          header: {title: Header, type: boolean}
          top: {title: How many, type: integer, minimum: 1, maximum: 100}
          method: {title: Method, type: string, enum: [fast, exact], default: none}
    tests:
      simple:
        inputs: {inputFile: data/ten.sdf}
        options: {top: 3, header: true, unknown: 7}
        checks: {exitCode: 0}
"""

NEXTFLOW = """\
  enumerate:
    name: Enumerate forms in parallel
    version: '2.1'
    doc-url: acme/enumerate.md
    image:
      name: acme/nextflow
      tag: stable
      project-directory: /data
      working-directory: /data
      type: nextflow
      memory: 512Mi
      cores: 250m
      fix-permissions: true
      environment:
      - name: THREADS
        value-from: {constant: {value: '1'}}
      - name: PASSWORD
        value-from: {secret: {name: moldb, key: password}}
      - name: TOKEN
        value-from: {api-token: {roles: [reader]}}
      file:
      - name: /usr/local/license.cxl
        content-from: {account-server-asset: {name: license-file}}
    command: >-
      nextflow -log {{ DM_INSTANCE_DIRECTORY }}/nextflow.log
      run {{ CODE_DIRECTORY|default('/code') }}/enumerate.nf
      --fragments{% for one in fragments %} '{{ one }}'{% endfor %}
      --smiles {{ smiles }}
      --names '{{ names|join(',') }}'
      {% if resultsDir is defined %}--publish_dir '{{ resultsDir }}'{% endif %}
      -with-trace {{ DM_INSTANCE_DIRECTORY }}/trace.txt
    variables:
      inputs:
        type: object
        required: [fragments, smiles]
        properties:
          fragments: {title: Fragments, multiple: true, type: file}
          smiles: {title: Molecules, type: molecules-smi}
      options:
        type: object
        properties:
          names: {title: Names, type: array, items: {type: string}}
          resultsDir: {title: Where, type: string}
    replaces:
    - {collection: acme, job: enumerate-old}
    tests:
      pairs:
        inputs:
          fragments: [data/a.mol, 'data/b.mol,data/b.pdb']
          smiles: file://data/in.smi
        options: {names: [x, y z]}
        checks: {exitCode: 0}
      text:
        inputs:
          fragments: [data/a.mol]
          smiles: "CCO\\nC/C=C/C\\n"
        options: {names: []}
"""

BAD = """\
  broken:
    name: No image
    version: '1.0.0'
    command: echo hello
"""

STRAY = """\
  stray:
    name: With what nobody knows
    version: 1.10
    image: {name: acme/x, tag: 2, project-directory: /data, working-directory: /data, fix-permissions: yes}
    command: x '{{ a }}' --b {{ b }}
    options: {type: object}
    variables:
      outputs:
        type: object
        required: [o]
        properties:
          o:
            title: Out
            creates: o.sdf
            type: file
            annotation-properties:
              fields-descriptor: {origin: x, description: y, derived-from: a}
      options:
        type: object
        properties:
          a: {title: A, type: string, oneOf: [{title: T, const: t}]}
          b: {title: B, type: integer, minValue: 5, maxValue: 9, default: 7}
    tests:
      free: {options: {a: 1, b: 2}, checks: {exitCode: 0}}
"""


def file_of(*jobs: str, head: str = HEAD) -> str:
    """Return a definition file of these jobs."""
    return head + "".join(jobs)


def one_job(command: str, options: dict[str, Any] | None = None, inputs: dict[str, Any] | None = None) -> str:
    """Return a definition file of one job with this command and these properties."""
    blocks = {
        name: {"type": "object", "properties": properties}
        for name, properties in (("options", options), ("inputs", inputs))
        if properties
    }
    job = {
        "name": "One",
        "version": "1.0.0",
        "image": {"name": "acme/x", "tag": "1", "project-directory": "/data", "working-directory": "/data"},
        "command": command,
        "variables": blocks,
    }
    return file_of(f"  one: {_json(job)}\n")


def _json(value: Any) -> str:
    return json.dumps(value)
