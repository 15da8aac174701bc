"""Sum up the numeric columns of a CSV table by month, reading it once, row by row.

Writes summary.csv, summary.json and plot.svg. Exit codes: 0 done, 2 the table has not what was asked for, 3 the table
cannot be read.
"""

import argparse
import csv
import gzip
import json
import math
import re
import runpy
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, NoReturn, TextIO

MOST_IN_A_LINE = 1 << 20
SAMPLE_ROWS = 2_000  # read ahead, to tell which columns are dates and which are numbers
LARGEST = 1e200  # beyond it sums would overflow
MISSING = frozenset({"", "-", ".", "n/a", "na", "nan", "none", "null"})
DATE_NAMES = re.compile(r"date|time|day|month|datum|zeit|fecha|jour", re.IGNORECASE)
IDENTIFIERS = re.compile(r"(?:^|[\W_])(?:id|index)$", re.IGNORECASE)  # numbers that mean nothing in sum
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ].*)?")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ].*)?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T.*)?")

ReadMonth = Callable[[str], str | None]


def stop(code: int, text: str) -> NoReturn:
    """Say on stderr what is wrong, and end."""
    print(f"table-summary: {text}", file=sys.stderr, flush=True)
    sys.exit(code)


@dataclass(kw_only=True, slots=True)
class Cell:
    """What is known of one column in one month; the sum is kept exact to the last digit (Neumaier)."""

    count: int = 0
    total: float = 0.0
    lost: float = 0.0
    least: float = math.inf
    most: float = -math.inf

    def add(self, value: float) -> None:
        """Take one more value in."""
        raised = self.total + value
        big, small = (self.total, value) if abs(self.total) >= abs(value) else (value, self.total)
        self.lost += (big - raised) + small
        self.total = raised
        self.count += 1
        if value < self.least:
            self.least = value
        if value > self.most:
            self.most = value

    def numbers(self) -> dict[str, float]:
        """Return the statistics by name."""
        total = self.total + self.lost
        return {"count": self.count, "mean": total / self.count, "min": self.least, "max": self.most, "sum": total}


@dataclass(kw_only=True)
class Summary:
    """All cells, and what could not be used."""

    cells: dict[str, dict[str, Cell]]  # column → month → cell
    rows: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    doubts: dict[str, str] = field(default_factory=dict)  # kind of doubt → where it was met first

    def doubt(self, kind: str, where: str) -> None:
        """Count something that was left out."""
        self.skipped[kind] += 1
        self.doubts.setdefault(kind, where)


class Row(NamedTuple):
    """One line of a table and where it stands."""

    path: Path
    line: int
    values: list[str]

    @property
    def where(self) -> str:
        """Say where to look."""
        return f"{self.path.name}, line {self.line}"


def tables(path: Path) -> list[Path]:
    """Return the files to read: the one given, or every table of a folder."""
    if not path.is_dir():
        return [path]
    found = sorted(
        entry for entry in path.rglob("*") if re.search(r"\.(csv|tsv|txt)(\.gz)?$", entry.name, re.IGNORECASE)
    )
    if not found:
        stop(3, "the folder holds no .csv, .tsv or .txt file")
    return found


def rows_of(path: Path, delimiter: str) -> Iterator[Row]:
    """Read one table row by row; blank lines are passed over."""
    with text_of(path) as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        for values in reader:
            if any(values):
                yield Row(path, reader.line_num, values)


@contextmanager
def text_of(path: Path) -> Iterator[TextIO]:
    """Open a file, compressed or not, and say what is wrong with it in words."""
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as lines:
                yield lines
        else:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                yield lines
    except UnicodeDecodeError as error:
        stop(3, f"{path.name} is not UTF-8 text: {error.reason} (byte {error.object[error.start]:#04x})")
    except csv.Error as error:
        stop(3, f"{path.name} is not a CSV table: {error}")
    except (OSError, EOFError, zlib.error) as error:
        stop(3, f"{path.name} cannot be read: {getattr(error, 'strerror', None) or error}")


def delimiter_of(path: Path) -> str:
    """Return what separates the names in the first line."""
    with text_of(path) as lines:
        first = lines.readline(MOST_IN_A_LINE)
    if len(first) == MOST_IN_A_LINE:
        stop(3, f"{path.name} is not a CSV table: its first line does not end")
    outside = re.sub(r'"[^"]*"', "", first)
    return max(",;\t|", key=outside.count)


def read_tables(paths: Sequence[Path]) -> tuple[list[str], str, Iterator[Row]]:
    """Return the column names, the delimiter, and the rows of all tables, one after the other."""
    delimiter = delimiter_of(paths[0])
    first = rows_of(paths[0], delimiter)
    header = next(first, None)
    if header is None:
        stop(3, f"{paths[0].name} is empty")
    names = [name.strip() for name in header.values]
    if all(number_of(name, delimiter) is not None or month_of(name, day_first=True, compact=False) for name in names):
        stop(3, f"the first line of {paths[0].name} holds values: it must name the columns")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        stop(3, f"several columns are called {twice[0]!r}: give each a name of its own")
    return names, delimiter, chain(first, rows_behind(paths[1:], names, delimiter))


def rows_behind(paths: Sequence[Path], names: Sequence[str], delimiter: str) -> Iterator[Row]:
    """Read the further tables, which must have the same columns."""
    for path in paths:
        rows = rows_of(path, delimiter)
        header = next(rows, None)
        if header is not None and [name.strip() for name in header.values] != names:
            stop(3, f"{path.name} has other columns than the tables before it")
        yield from rows


def number_of(text: str, delimiter: str) -> float | None:
    """Read a number; where commas do not separate, they may stand for the decimal point."""
    if delimiter != "," and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        return None
    return value if abs(value) <= LARGEST else None


def month_reader(name: str, sample: Sequence[str], date_format: str | None) -> ReadMonth | None:
    """Return what reads the dates of a column, or None when they are not dates. Ambiguous dates raise ValueError."""
    if date_format is not None:
        return lambda text: month_by_format(text, date_format)
    values = [value.strip() for value in sample if value.strip().lower() not in MISSING]
    last = [found for found in map(YEAR_LAST.fullmatch, values) if found]
    day_first = True
    if last:
        day_first = any(found[2] == "." or int(found[1]) > 12 for found in last)
        if not day_first and not any(int(found[3]) > 12 for found in last):
            raise ValueError(
                f"in the column {name!r} day and month cannot be told apart ({last[0][0]}): give date_format"
            )
    compact = DATE_NAMES.search(name) is not None

    @lru_cache(maxsize=1024)
    def read_day(text: str) -> str | None:
        return month_of(text.strip(), day_first=day_first, compact=compact)

    def read(text: str) -> str | None:
        return read_day(text[:10] if text[10:11] in ("T", " ") else text)

    readable = sum(1 for value in values if read(value) is not None)
    return read if values and readable >= 0.9 * len(values) else None


def month_of(text: str, *, day_first: bool, compact: bool) -> str | None:
    """Return `YYYY-MM` of a date; None when it is none."""
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
    elif found := YEAR_LAST.fullmatch(text):
        year, month, day = int(found[4]), int(found[3]), int(found[1])
        month, day = (month, day) if day_first else (day, month)
    elif compact and (found := COMPACT.fullmatch(text)):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        return None
    try:
        return f"{date(year, month, day):%Y-%m}" if year >= 1000 else None
    except ValueError:
        return None


def month_by_format(text: str, date_format: str) -> str | None:
    """Return `YYYY-MM` of a date written in a given format."""
    try:
        return f"{datetime.strptime(text.strip(), date_format):%Y-%m}"  # noqa: DTZ007 - only the month is of use
    except ValueError:
        return None


def choose_dates(
    names: Sequence[str], sample: Sequence[Row], asked: str | None, date_format: str | None
) -> tuple[int, ReadMonth]:
    """Return the date column and what reads it: the one asked for, else the one that looks most like it."""
    if asked is not None and asked not in names:
        stop(2, f"there is no column {asked!r}; there are: {', '.join(names)}")
    order = (
        [names.index(asked)]
        if asked
        else sorted(range(len(names)), key=lambda place: not DATE_NAMES.search(names[place]))
    )
    unclear = ""
    for place in order:
        values = [row.values[place] for row in sample if len(row.values) == len(names)]
        try:
            reader = month_reader(
                names[place], values, date_format if asked or DATE_NAMES.search(names[place]) else None
            )
        except ValueError as error:
            unclear = unclear or str(error)
            continue
        if reader is not None and any(reader(value) for value in values):
            return place, reader
    if asked:
        stop(2, unclear or f"the column {asked!r} holds no dates that can be read, such as 2026-01-31")
    stop(2, unclear or f"no column holds dates; there are: {', '.join(names)}. Give date_column and date_format")


def choose_columns(
    names: Sequence[str], sample: Sequence[Row], dates: int, asked: Sequence[str], delimiter: str
) -> list[int]:
    """Return the columns to sum up: those asked for, else all that hold numbers."""
    unknown = [name for name in asked if name not in names]
    if unknown:
        stop(2, f"there is no column {unknown[0]!r}; there are: {', '.join(names)}")
    if asked:
        return [names.index(name) for name in asked]
    rows = [row.values for row in sample if len(row.values) == len(names)]
    chosen = []
    for place in range(len(names)):
        values = [row[place] for row in rows if row[place].strip().lower() not in MISSING]
        if place != dates and values and all(number_of(value, delimiter) is not None for value in values):
            chosen.append(place)
    chosen = [place for place in chosen if not IDENTIFIERS.search(names[place])] or chosen
    if not chosen:
        stop(2, f"no column holds numbers; there are: {', '.join(names)}")
    return chosen


def sum_up(
    rows: Iterator[Row], names: Sequence[str], dates: int, columns: Sequence[int], reading: tuple[ReadMonth, str]
) -> Summary:
    """Read all rows, and keep one cell for each column and month."""
    read_month, delimiter = reading
    summary = Summary(cells={names[place]: {} for place in columns})
    kept = [(place, summary.cells[names[place]]) for place in columns]
    for row in rows:
        summary.rows += 1
        if len(row.values) != len(names):
            summary.doubt("rows with another number of fields than the first line", row.where)
            continue
        month = read_month(row.values[dates])
        if month is None:
            summary.doubt("rows without a readable date", row.where)
            continue
        for place, cells in kept:
            text = row.values[place]
            value = number_of(text, delimiter)
            if value is not None:
                cell = cells.get(month) or cells.setdefault(month, Cell())
                cell.add(value)
            elif text.strip().lower() not in MISSING:
                summary.doubt(f"values of {names[place]} that are no numbers", row.where)
    return summary


def write_csv(path: Path, summary: Summary, months: Sequence[str]) -> None:
    """Write one line for each month and column that has a value."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["month", "column", "count", "mean", "min", "max", "sum"])
        for month in months:
            for column, cells in summary.cells.items():
                if month in cells:
                    writer.writerow([month, column, *(f"{value:.12g}" for value in cells[month].numbers().values())])


def facts(summary: Summary, months: Sequence[str], dates: str) -> Mapping[str, object]:
    """Return the summary as plain JSON, with the totals of each column."""
    columns = {}
    for column, cells in summary.cells.items():
        whole = Cell(
            count=sum(cell.count for cell in cells.values()),
            total=math.fsum(part for cell in cells.values() for part in (cell.total, cell.lost)),
            least=min((cell.least for cell in cells.values()), default=math.inf),
            most=max((cell.most for cell in cells.values()), default=-math.inf),
        )
        by_month = {month: cells[month].numbers() for month in months if month in cells}
        columns[column] = {**(whole.numbers() if whole.count else {"count": 0}), "months": by_month}
    skipped = [{"what": kind, "count": count, "first": summary.doubts[kind]} for kind, count in summary.skipped.items()]
    return {
        "rows": summary.rows, "date_column": dates, "first_month": months[0], "last_month": months[-1],
        "columns": columns, "skipped": skipped,
    }  # fmt: skip


def main() -> None:
    """Read the command line and do the work."""
    parser = argparse.ArgumentParser(description="Sum up the numeric columns of a CSV table by month.")
    parser.add_argument("--outputs", type=Path, required=True)
    parser.add_argument("--statistic", choices=("mean", "sum", "min", "max", "count"), default="mean")
    parser.add_argument("--date-column")
    parser.add_argument("--date-format")
    parser.add_argument("--columns", type=json.loads, default=[])
    parser.add_argument("--title")
    parser.add_argument("table", type=Path)
    asked = parser.parse_args()
    paths = tables(asked.table)
    names, delimiter, rows = read_tables(paths)
    sample = list(islice(rows, SAMPLE_ROWS))
    if not sample:
        stop(3, f"{paths[0].name} has column names but no rows")
    dates, read_month = choose_dates(names, sample, asked.date_column, asked.date_format)
    columns = choose_columns(names, sample, dates, asked.columns, delimiter)
    summary = sum_up(chain(sample, rows), names, dates, columns, (read_month, delimiter))
    months = sorted({month for cells in summary.cells.values() for month in cells})
    for kind, count in summary.skipped.items():
        print(f"table-summary: left out {count} {kind}; the first is in {summary.doubts[kind]}", file=sys.stderr)
    if not months:
        stop(3, "no row holds both a readable date and a number")
    write_csv(asked.outputs / "summary.csv", summary, months)
    told = facts(summary, months, names[dates])
    (asked.outputs / "summary.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draw = runpy.run_path(str(Path(__file__).with_name("plot.py")))["draw"]
    title = asked.title or (paths[0] if len(paths) == 1 else asked.table).name
    draw(asked.outputs / "plot.svg", title, asked.statistic, told)
    span = f"{len(months)} months ({months[0]} to {months[-1]})"
    print(f"{summary.rows} rows, {span}, {len(columns)} columns by {names[dates]}", flush=True)


if __name__ == "__main__":
    main()
