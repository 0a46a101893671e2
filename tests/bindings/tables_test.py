#!/usr/bin/env python3
"""tables_test.py LIBRARY: the bindings call every function that the library exports, or a list says why not; and their table of errors is the header's."""
import pathlib
import re
import subprocess
import sys
import unittest

root = pathlib.Path(__file__).resolve().parent.parent.parent
library = sys.argv.pop()


def rows(file):
    """The rows of a table with a head line and comments: dicts."""
    lines = [line.split("\t") for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def exported():
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    return {line.split()[2].split("@")[0] for line in symbols.splitlines() if line.split()[1] == "T"}


class Functions(unittest.TestCase):
    def setUp(self):
        code = "".join(re.sub(r"//.*", "", file.read_text()) for file in (root / "bindings" / "swig").glob("*.hpp"))
        self.called = set(re.findall(r"\bcmpkit_\w+", code)) & exported()
        self.left_out = {row["function"]: row["reason"] for row in rows(root / "bindings" / "swig" / "unwrapped.tsv")}

    def test_every_exported_function_is_called_or_left_out_with_a_reason(self):
        self.assertGreater(len(exported()), 130)
        self.assertEqual(sorted(exported() - self.called), sorted(self.left_out))

    def test_reasons_are_given(self):
        for function, reason in self.left_out.items():
            self.assertGreater(len(reason), 20, function)


class Layers(unittest.TestCase):
    """The hidden classes are there for the layers: what calls the library is used by each of them."""

    files = {"python": "python/src/cmpkit/*.py", "java": "java/src/main/java/**/*.java", "go": "go/*.go"}

    def methods(self):
        """The methods of the classes that call an exported function."""
        method, functions, found = None, exported(), set()
        for file in (root / "bindings" / "swig").glob("*.hpp"):
            for line in file.read_text().splitlines():
                if head := re.match(r" {4}(?:static |explicit )?[\w:<>*& ]+?[ *&](\w+)\([^;]*\{|inline [\w:]+ +(\w+)\(", line):
                    method = head[1] or head[2]
                if method and functions & set(re.findall(r"\bcmpkit_\w+", line)):
                    found.add(method)
        return found

    def test_every_layer_uses_every_method_that_calls_the_library(self):
        steps = {"operation", "found", "number", "Blob", "Desk", "Owner", "with_sinks"}  # of C++, between them
        methods = self.methods() - steps - {"certificate_pem"}  # and PEM is what a layer writes by itself
        self.assertGreater(len(methods), 90)
        for language, pattern in self.files.items():
            text = "".join(file.read_text() for file in (root / "bindings").glob(pattern) if not file.name.endswith("_test.go"))
            # Go has static functions behind the name of their class, Python names callbacks by their keyword.
            missing = [name for name in sorted(methods) if not re.search(rf"(?i){name}\b|[\"(]{name.removeprefix('set_')}=?\b", text)]
            self.assertEqual(missing, [], language)


class Errors(unittest.TestCase):
    table = rows(root / "bindings" / "errors.tsv")

    def test_the_table_holds_the_codes_of_the_header(self):
        header = (root / "capi" / "cmpkit.h").read_text()
        codes = {(int(number), name.lower()) for name, number in re.findall(r"CMPKIT_E_(\w+)\s*=\s*(-\d+)", header)}
        self.assertGreater(len(codes), 50)
        self.assertEqual({(int(row["code"]), row["name"]) for row in self.table}, codes)

    def test_the_table_holds_the_codes_of_the_library(self):
        numbers = {int(number) for number in re.findall(r"CMPKIT_CODE\(\w+, *(-\d+)", (root / "cpp" / "codes.inc").read_text())}
        self.assertEqual({int(row["code"]) for row in self.table}, numbers)


if __name__ == "__main__":
    unittest.main(verbosity=2)
