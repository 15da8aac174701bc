"""Definition files of the kinds that public repositories hold, and what their tests come to.

`runs` are the commands of their tests as a shell would print them, or `error: ` and a part of what is said; `faults`
what the strictest published rules find where the station does without.
"""

from dataclasses import dataclass, field

HEAD = """\
---
kind: DataManagerJobDefinition
kind-version: '2021.1'
name: Jobs of one kind
description: >-
  What people publish
collection: {collection}
{more}jobs:
{jobs}"""
IMAGE = """\
    image:
      name: acme/tools
      tag: 'stable'
      project-directory: /data
      working-directory: /data
      fix-permissions: true
"""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One file: `jobs` below its head, `runs` what its tests come to, by job and test."""

    jobs: str
    runs: dict[str, str]
    more: str = ""
    faults: tuple[str, ...] = field(default_factory=tuple)

    def text(self, collection: str) -> str:
        """Return the file."""
        return HEAD.format(collection=collection, more=self.more, jobs=self.jobs.replace("    IMAGE\n", IMAGE))


def _job(name: str, command: str, variables: str = "", tests: str = "", more: str = "") -> str:
    block = f"    variables:\n{variables}" if variables else ""
    tested = f"    tests:\n{tests}" if tests else ""
    head = f"  {name}:\n    name: {name}\n    version: '1.0.0'\n{more}    IMAGE\n"
    return f"{head}    command: >-\n      {command}\n{block}{tested}"


_SDF = """\
      inputs:
        type: object
        required: [inputFile]
        properties:
          inputFile: {title: Molecules, mime-types: [chemical/x-mdl-sdfile, squonk/x-smiles], type: file}
      outputs:
        type: object
        properties:
          outputFile: {title: Output, mime-types: [chemical/x-mdl-sdfile], creates: '{{ outputFile }}', type: file}
"""

KINDS: dict[str, Kind] = {
    "screening": Kind(
        jobs=_job(
            "screen",
            "/code/screen.py --input '{{ inputFile }}' --outfile '{{ outputFile }}'"
            " {% if simMin is defined %}--sim-cutoff '{{ simMin }}'{% endif %}"
            " {% if fragment is defined %}--fragment-method '{{ fragment }}'{% endif %} --interval 10",
            _SDF
            + """\
      options:
        type: object
        required: [outputFile]
        properties:
          outputFile: {title: Name, type: string, pattern: '^[A-Za-z0-9_/\\.\\-]+$', default: results.sdf}
          simMin: {title: Least, type: number, minimum: 0, maximum: 1}
          fragment: {title: Fragments, type: string, enum: [hac, mw, none]}
""",
            """\
      simple: {inputs: {inputFile: data/10.sdf}, options: {simMin: 0.7, fragment: hac}, checks: {exitCode: 0}}
      least: {inputs: {inputFile: data/10.sdf}, checks: {exitCode: 0}}
      wrong: {inputs: {inputFile: data/10.sdf}, options: {simMin: 7}, checks: {exitCode: 1}}
      none: {options: {simMin: 0.5}, checks: {exitCode: 1}}
""",
        ),
        runs={
            "screen simple": "/code/screen.py --input 10.sdf --outfile results.sdf --sim-cutoff 0.7"
            " --fragment-method hac --interval 10",
            "screen least": "/code/screen.py --input 10.sdf --outfile results.sdf --interval 10",
            "screen wrong": "error: simMin must be at most 1, not 7",
            "screen none": "error: inputFile is required",
        },
    ),
    "misplaced": Kind(
        jobs=_job(
            "similar",
            "/code/similar.py --input '{{ inputFile }}' --output out.sdf",
            """\
      inputs: {type: object, required: [inputFile], properties: {inputFile: {title: In, type: file}}}
      outputs:
        type: object
        properties:
          out:
            title: Out
            creates: out.sdf
            type: file
            annotation-properties:
              fields-descriptor:
                derived-from: inputFile
                origin: similar
                description: Scores
                fields: {tanimoto: {type: number, description: How alike}}
""",
            "      one: {inputs: {inputFile: data/a.smi}, checks: {exitCode: 0}}\n",
        ),
        runs={"similar one": "/code/similar.py --input a.smi --output out.sdf"},
        faults=("/jobs/similar/variables/outputs/properties/out/annotation-properties/fields-descriptor/derived-from",),
    ),
    "database": Kind(
        jobs=_job(
            "load",
            "python -m moldb.load --size '{{ size }}' --name {{ name }}",
            """\
      options:
        type: object
        required: [size, name]
        properties:
          size: {title: Size, type: integer, minValue: 1, maxValue: 9, default: 3}
          name: {title: Name, type: string, default: no-name, help: what it is called}
""",
            "      one: {options: {size: 4, name: 'two words'}, checks: {exitCode: 0}}\n",
        ),
        runs={"load one": "python -m moldb.load --size 4 --name 'two words'"},
        faults=("minValue", "maxValue", "help"),
    ),
    "required outputs": Kind(
        jobs=_job(
            "build",
            "/code/build.sh '{{ inputFile }}'",
            _SDF.replace("outputs:\n        type: object\n", "outputs:\n        type: object\n        required: [x]\n"),
            "      one: {inputs: {inputFile: data/a.sdf}, checks: {exitCode: 0}}\n",
        ),
        runs={"build one": "/code/build.sh a.sdf"},
        faults=("/jobs/build/variables/outputs/required",),
    ),
    "flags": Kind(
        jobs=_job(
            "flags",
            "rdkit-tool {% if header is defined and header %}--read-header{% endif %}"
            " {% if exact %}--exact{% endif %} {% if not keep|default(true) %}--drop{% endif %}"
            " --delimiter '{{ separator|default('tab') }}' --id-column '{{ idColumn }}'",
            """\
      options:
        type: object
        properties:
          header: {title: Header, type: boolean, default: false}
          exact: {title: Exact, type: boolean}
          keep: {title: Keep, type: boolean}
          separator: {title: Separator, type: string, enum: [tab, comma, pipe]}
          idColumn: {title: Column, type: string}
""",
            """\
      some: {options: {header: true, keep: false, idColumn: 1}, checks: {exitCode: 0}}
      other: {options: {exact: true, separator: comma, idColumn: '2'}, checks: {exitCode: 0}}
      bad: {options: {separator: tabs, idColumn: 1}, checks: {exitCode: 1}}
""",
        ),
        runs={
            "flags some": "rdkit-tool --read-header --drop --delimiter tab --id-column 1",
            "flags other": "rdkit-tool --exact --delimiter comma --id-column 2",
            "flags bad": "error: separator must be one of",
        },
    ),
    "nextflow": Kind(
        jobs="""\
  dock:
    name: Dock in parallel
    version: 1.0.0
    image:
      name: acme/nextflow
      tag: 'latest'
      type: nextflow
      project-directory: /data
      working-directory: /data
      fix-permissions: true
      memory: 9Gi
      cores: 2
      pull-secret: registry-key
    command: >-
      nextflow -log {{ DM_INSTANCE_DIRECTORY }}/nextflow.log
      run {{ CODE_DIRECTORY|default('/code') }}/dock.nf
      --ligands '{{ ligands }}' --count '{{ count }}'
      -with-trace {{ DM_INSTANCE_DIRECTORY }}/trace.txt -with-report {{ DM_INSTANCE_DIRECTORY }}/report.html
    variables:
      inputs: {type: object, required: [ligands], properties: {ligands: {title: Ligands, type: file}}}
      options: {type: object, required: [count], properties: {count: {title: Poses, type: integer, minimum: 1}}}
    tests:
      one:
        run-level: 5
        timeout-minutes: 20
        nextflow-config-file: nextflow.config
        inputs: {ligands: data/ten.sdf}
        options: {count: 5}
        checks: {exitCode: 0, outputs: [{name: out.sdf, checks: [{exists: true}, {lineCount: 30}]}]}
""",
        runs={
            "dock one": "nextflow -log INSTANCE/nextflow.log run /code/dock.nf --ligands ten.sdf --count 5"
            " -with-trace INSTANCE/trace.txt -with-report INSTANCE/report.html"
        },
    ),
    "splitter": Kind(
        jobs=_job(
            "split",
            "/code/split.py '{{ inputFile }}' --outputBase '{{ outputBase }}' --size {{ size }}",
            """\
      inputs: {type: object, required: [inputFile], properties: {inputFile: {title: In, type: file}}}
      outputs:
        type: object
        properties:
          outputBase: {title: Parts, mime-types: [squonk/x-smiles], creates: '{{ outputBase }}_*.smi', type: files}
      options:
        type: object
        required: [outputBase]
        properties:
          outputBase: {title: Base, type: string, default: part}
          size: {title: Size, type: integer, default: 100}
""",
            "      one: {inputs: {inputFile: data/many.smi}, options: {size: 10}, checks: {exitCode: 0}}\n",
        ),
        runs={"split one": "/code/split.py many.smi --outputBase part --size 10"},
    ),
    "combiner": Kind(
        jobs=_job(
            "combine",
            "/code/combine.sh {% for one in inputFiles %}'{{ one }}' {% endfor %}--out '{{ outputFile }}'",
            """\
      inputs: {type: object, required: [inputFiles], properties: {inputFiles: {title: Parts, type: files}}}
      outputs: {type: object, properties: {outputFile: {title: Out, creates: '{{ outputFile }}', type: file}}}
      options: {type: object, required: [outputFile], properties: {outputFile: {title: Out, type: string}}}
""",
            """\
      one: {inputs: {inputFiles: [data/a.smi, data/b.smi]}, options: {outputFile: all.smi}, checks: {exitCode: 0}}
""",
        ),
        runs={"combine one": "/code/combine.sh a.smi b.smi --out all.smi"},
    ),
    "several": Kind(
        jobs=_job(
            "several",
            "/code/several.py --files{% for one in inputs %} '{{ one }}'{% endfor %}"
            " --names '{{ names|join(',') }}'{% for one in counts %} -c {{ one }}{% endfor %}",
            """\
      inputs: {type: object, required: [inputs], properties: {inputs: {title: Files, multiple: true, type: file}}}
      options:
        type: object
        properties:
          names: {title: Names, type: array, items: {type: string}}
          counts: {title: Counts, type: integer, multiple: true, minimum: 1}
""",
            """\
      two:
        inputs: {inputs: [data/a.mol, data/b.mol]}
        options: {names: [x, y], counts: [1, 2]}
        checks: {exitCode: 0}
      low: {inputs: {inputs: [data/a.mol]}, options: {counts: [0], names: [x]}, checks: {exitCode: 0}}
""",
        ),
        runs={
            "several two": "/code/several.py --files a.mol b.mol --names x,y -c 1 -c 2",
            "several low": "error: counts must be at least 1, not 0",
        },
    ),
    "choices": Kind(
        jobs=_job(
            "choose",
            "/code/choose.py --methods {{ methods|join(' ') }} --mode {{ mode }}",
            """\
      options:
        type: object
        required: [methods, mode]
        properties:
          methods:
            title: Methods
            type: array
            items:
              title: Method
              type: string
              oneOf: [{title: Fast one, const: fast}, {title: Exact one, const: exact}]
          mode: {title: Mode, type: string, items: {anyOf: [{title: A, enum: [a, b]}]}, enum: [a, b], default: a}
""",
            "      both: {options: {methods: [fast, exact]}, checks: {exitCode: 0}}\n",
        ),
        runs={"choose both": "/code/choose.py --methods fast exact --mode a"},
    ),
    "typed molecules": Kind(
        jobs=_job(
            "merge",
            "/code/merge.py --smiles {{ smiles }}",
            """\
      inputs: {type: object, required: [smiles], properties: {smiles: {title: Molecules, type: molecules-smi}}}
""",
            '      two: {inputs: {smiles: "CCO\\nc1ccccc1"}, checks: {exitCode: 0}}\n',
        ),
        runs={"merge two": "/code/merge.py --smiles INSTANCE/smiles.smi"},
    ),
    "documented": Kind(
        jobs=_job("here", "true", more="    doc-url: rdkit/here.md\n")
        + _job("there", "true", more="    doc-url: https://docs.example.org/there\n")
        + _job("plain", "true", more="    description: >-\n      At length\n    keywords: [a]\n    category: docs\n"),
        runs={},
    ),
    "grouped": Kind(
        more="""\
test-groups:
- name: with-a-database
  compose: {file: docker-compose-moldb.yaml, delay-seconds: 10}
  environment: [{PGHOST: db}, {PGPORT: '5432'}]
""",
        jobs=_job(
            "grouped",
            "python -m moldb.query --limit {{ limit }}",
            "      options: {type: object, required: [limit], properties: {limit: {title: Limit, type: integer}}}\n",
            """\
      first:
        run-groups: [{name: with-a-database, ordinal: 1}]
        environment: [PGPASSWORD]
        options: {limit: 7}
        checks: {exitCode: 0}
      later: {ignore: null, options: {limit: 8}, checks: {exitCode: 0}}
""",
        ),
        runs={
            "grouped first": "python -m moldb.query --limit 7",
            "grouped later": "python -m moldb.query --limit 8",
        },
    ),
    "replacing": Kind(
        jobs=_job("new-name", "echo {{ text }}",
                  "      options: {type: object, properties: {text: {title: T, type: string}}}\n",
                  "      words: {options: {text: \"it's here\"}, checks: {exitCode: 0}}\n",
                  more="    replaces: [{collection: old-jobs, job: old-name}]\n"),
        runs={"new-name words": "error: the quotes in the value of text do not pair"},
    ),
    "settled": Kind(
        jobs="""\
  settled:
    name: With all that an image may say
    version: '2.0'
    image:
      name: registry.example.org/group/tools
      tag: 1.0.0
      project-directory: /project
      working-directory: /project/work
      memory: 512Mi
      cores: 250m
      environment:
      - {name: THREADS, value-from: {constant: {value: '4'}}}
    command: >-
      run-it --threads $THREADS '{{ DM_INSTANCE_DIRECTORY }}/x'
    variables:
      order: {options: [b, a], inputs: [], outputs: []}
      options: {type: object, properties: {a: {title: A, type: string}, b: {title: B, type: string}}}
    tests: {one: {checks: {exitCode: 0}}}
""",
        runs={"settled one": "run-it --threads '$THREADS' INSTANCE/x"},
    ),
    "broken": Kind(
        jobs=_job("template", "echo {{ unclosed", "", "      one: {checks: {exitCode: 0}}\n")
        + _job("unknown", "echo {{ nobody }}", "", "      one: {checks: {exitCode: 0}}\n")
        + _job("quoted", "echo 'open", "", "      one: {checks: {exitCode: 0}}\n"),
        runs={
            "template one": "error: it is not a template",
            "unknown one": "error: these variables have no value: nobody",
            "quoted one": "error: its quotes do not pair",
        },
        faults=("/jobs/template/command",),
    ),
}  # fmt: skip
