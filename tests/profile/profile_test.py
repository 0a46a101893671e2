#!/usr/bin/env python3
"""Reads docs/profile.md and the tests, and tells where the table claims what no test carries.

    profile_test.py TREE          what is wrong in TREE, one line each, then how many rows have which state; exit code 1 if anything is wrong
    profile_test.py --self-test   plants each kind of fault in a small tree and expects to be told of it
"""
import collections
import pathlib
import re
import sys
import tempfile

Row = collections.namedtuple("Row", "line clause level rule test state")
levels = {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"}
states = ["done", "not yet", "later"]

number = r"\d+(\.\d+)*"
clause_form = re.compile(rf"({number}|–) / ({number}|–)")  # in the seed, in RFC 9483
quoted = re.compile(r"`([^`]+)`")
literal = r'"(?:[^"\\]|\\.)*"'
test_case = re.compile(rf"\bTEST_CASE\(\s*({literal}(?:\s*{literal})*)\s*[,)]")


def rows_of(page):
    """The rows of all tables, the heads left out; a row with another number of cells comes as its line number alone."""
    for line, text in enumerate(page.splitlines(), 1):
        cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
        if not text.startswith("|") or cells[0] == "clause" or re.fullmatch(r"[-|: ]+", text):
            continue
        yield Row(line, *cells) if len(cells) == 5 else line


def catch_names(text):
    for found in test_case.finditer(text):
        yield re.sub(r"\\(.)", r"\1", "".join(part[1:-1] for part in re.findall(literal, found[1])))


def tests_of(tree):
    """The names of all tests, in the form in which the table says them."""
    names = set()
    for path in (tree / "tests").rglob("*.cpp"):
        names.update(catch_names(path.read_text()))
    for path in (tree / "tests").rglob("*.py"):
        names.update(f"{path.name}: {name}" for name in re.findall(r"^ *def (test_\w+)\(", path.read_text(), re.M))
    return names


def wrong_test(row, tests):
    named = quoted.findall(row.test)
    unknown = [name for name in named if name not in tests]
    if unknown:
        return f"no such test: {unknown[0]}"
    if row.state == "done" and (not named or "missing:" in row.test):
        return "done, yet no test shows it"
    if row.state == "not yet" and not re.match(r"missing: (test|feature)\b", row.test):
        return "not yet, and the row does not say whether the test is missing or the feature"
    return None


def wrong_in(row, tests):
    if isinstance(row, int):
        return "a row has five cells"
    if not clause_form.fullmatch(row.clause):
        return "no clause, as in «4.1.4 / 4.1.5»"
    if row.level not in levels:
        return f"unknown level: {row.level}"
    if not row.rule:
        return "no rule"
    if row.state not in states:
        return f"unknown state: {row.state}"
    return wrong_test(row, tests)


def judged(tree):
    """What is wrong, and how many rows have which state."""
    rows = list(rows_of((tree / "docs/profile.md").read_text()))
    tests = tests_of(tree)
    verdicts = [(row if isinstance(row, int) else row.line, wrong_in(row, tests)) for row in rows]
    wrong = [f"docs/profile.md:{line}: {why}" for line, why in verdicts if why]
    counts = collections.Counter(row.state for row in rows if isinstance(row, Row))
    return wrong if rows else ["docs/profile.md: there is no table"], counts


right = """\
# A page with words, and `words in quotes`

| clause | level | rule | test | state |
|---|---|---|---|---|
| 1.2 / 3.4 | MUST | one | `a name that is joined and "quoted"` | done |
| 1.2 / – | SHOULD NOT | two | `a name on a line of its own`<br>`some_test.py: test_that_it_works` | done |
| – / 4.3.4 | MAY | three | missing: test | not yet |
| 1.2 / 3.4 | MUST NOT | four | missing: feature; `a name on a line of its own` shows a part | not yet |
| 4.1.6 / 4.1.6 | SHOULD | five | | later |
"""
tests_planted = {
    "tests/room/some_test.cpp": 'TEST_CASE("a name that "\n          "is joined and \\"quoted\\"", "[room]") {}\nTEST_CASE(\n    "a name on a line of its own")\n{}\n'
                                'const char* text = "not a test";\n',
    "tests/room/some_test.py": "class Some:\n    def test_that_it_works(self):\n        pass\n",
}
wrong_rows = {
    "| | MUST | one | `a name on a line of its own` | done |": "no clause",
    "| somewhere | MUST | one | `a name on a line of its own` | done |": "no clause",
    "| 1.2 / 3.4 | must | one | `a name on a line of its own` | done |": "unknown level",
    "| 1.2 / 3.4 | MUST | | `a name on a line of its own` | done |": "no rule",
    "| 1.2 / 3.4 | MUST | one | `a name on a line of its own` | nearly |": "unknown state",
    "| 1.2 / 3.4 | MUST | one | | done |": "no test shows it",
    "| 1.2 / 3.4 | MUST | one | missing: test; `a name on a line of its own` | done |": "no test shows it",
    "| 1.2 / 3.4 | MUST | one | | not yet |": "does not say",
    "| 1.2 / 3.4 | MUST | one | `not a test` | done |": "no such test",
    "| 1.2 / 3.4 | MUST | one | `a name that` | done |": "no such test",
    "| 1.2 / 3.4 | MUST | one | `other_test.py: test_that_it_works` | done |": "no such test",
    "| 1.2 / 3.4 | MUST | one | missing: test; `no name` | not yet |": "no such test",
    "| 1.2 / 3.4 | MUST | one | `a name on a line of its own` | done | more |": "five cells",
}


def plant(tree, files):
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def told_of(tree, page):
    plant(tree, {"docs/profile.md": page})
    return judged(tree)


def self_test():
    with tempfile.TemporaryDirectory() as name:
        tree = pathlib.Path(name)
        plant(tree, tests_planted)
        told, counts = told_of(tree, right)
        missed = [f"told of what is right: {line}" for line in told]
        missed += [] if counts == {"done": 2, "not yet": 2, "later": 1} else [f"counted wrongly: {dict(counts)}"]
        for row, why in wrong_rows.items():
            told, _ = told_of(tree, right + row + "\n")
            missed += [] if len(told) == 1 and why in told[0] else [f"not told of: {row}"]
        missed += [] if told_of(tree, "words\n")[0] else ["not told of a page without a table"]
    return missed


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    problems, counts = (self_test(), {}) if sys.argv[1] == "--self-test" else judged(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "every claim has its test")
    if counts:
        print(", ".join(f"{counts[state]} {state}" for state in states))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
