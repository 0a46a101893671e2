#!/usr/bin/env python3
"""abi_test.py HEADERS: the gate of the ABI passes what may be added and stops what breaks a program that was built before.

The gate sees libraries whose functions do nothing, made of changed headers; the library itself is the test `abi`.
"""
import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

root = pathlib.Path(__file__).resolve().parent.parent.parent
gate_file = root / "capi" / "abi" / "gate.py"
spec = importlib.util.spec_from_file_location("gate", gate_file)
gate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gate)
headers = sys.argv.pop()


def replaced_once(text, old, new):
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the header"
    return text.replace(old, new)


def without_function(text, name):
    changed, count = re.subn(rf"^CMPKIT_API [^;]*\b{name}\([^;]*;", "", text, flags=re.M)
    assert count == 1, f"{name} stands {count} times in the header"
    return changed


class TheGate(unittest.TestCase):
    def judge(self, header, change=lambda text: text):
        """What the gate says of a library whose header was changed: (passes, words)."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            include = folder / "cmpkit"
            shutil.copytree(pathlib.Path(headers) / "cmpkit", include)
            changed = change((include / header).read_text())
            (include / header).write_text(changed)
            functions = re.findall(r"^CMPKIT_API\s+([^;]*);", re.sub(r"/\*.*?\*/", "", (include / "cmpkit.h").read_text(), flags=re.S), re.M)
            bodies = [f"{head} {{ {'' if re.match(r'void +[^*]', head) else 'return 0;'} }}\n" for head in functions]
            (folder / "stub.c").write_text("#include <cmpkit/cmpkit.h>\n#include <cmpkit/transport.h>\n" + "".join(bodies))
            library = folder / "libcmpkit.so"
            subprocess.run(["cc", "-g", "-w", "-shared", "-fPIC", "-I", folder, f"-Wl,--version-script={root}/capi/cmpkit.map", "-Wl,-soname,libcmpkit.so.0",
                            folder / "stub.c", "-o", library], check=True)
            ran = subprocess.run([sys.executable, "-B", gate_file, "check", library, folder], capture_output=True, text=True)
            return ran.returncode == 0, ran.stdout + ran.stderr

    def assert_passes(self, *arguments):
        passes, words = self.judge(*arguments)
        self.assertTrue(passes, words)

    def assert_stops(self, header, change, *words):
        passes, said = self.judge(header, change)
        self.assertFalse(passes, said)
        for word in words:
            self.assertIn(word, said)

    def test_the_headers_as_they_are_pass(self):
        self.assert_passes("cmpkit.h")

    def test_a_removed_function_is_stopped(self):
        self.assert_stops("cmpkit.h", lambda text: without_function(text, "cmpkit_show_brief"), "1 Removed", "cmpkit_show_brief")

    def test_a_changed_parameter_is_stopped(self):
        self.assert_stops("cmpkit.h", lambda text: replaced_once(text, "cmpkit_listener_url(const cmpkit_listener *listener, size_t index)",
                                                                  "cmpkit_listener_url(const cmpkit_listener *listener, uint32_t index)"), "cmpkit_listener_url", "size_t")

    def test_a_parameter_of_a_callback_is_stopped(self):
        self.assert_stops("cmpkit.h", lambda text: replaced_once(text, "(*cmpkit_waiting_fn)(void *user, int64_t check_after,", "(*cmpkit_waiting_fn)(void *user, int32_t check_after,"),
                          "cmpkit_waiting_fn")

    def test_a_field_in_the_middle_of_a_struct_is_stopped(self):
        self.assert_stops("cmpkit.h", lambda text: replaced_once(text, "    const char        *recipient;        /* name of the CA", "    const char *planted;\n    const char        *recipient;        /* name of the CA"),
                          "planted")

    def test_a_field_in_the_middle_of_the_plugin_contract_is_stopped(self):
        self.assert_stops("transport.h", lambda text: re.sub(r"(typedef struct cmpkit_transport_message \{\n[^\n]*\n)", r"\1    const char *planted;\n", text, count=1), "planted")

    def test_a_renumbered_constant_is_stopped(self):
        self.assert_stops("cmpkit.h", lambda text: replaced_once(text, "CMPKIT_E_NONCE_MISMATCH       = -82,", "CMPKIT_E_NONCE_MISMATCH       = -92,"), "CMPKIT_E_NONCE_MISMATCH")

    def test_a_removed_constant_is_stopped(self):
        self.assert_stops("transport.h", lambda text: re.sub(r"^    CMPKIT_TRANSPORT_GONE .*\n", "", text, flags=re.M), "CMPKIT_TRANSPORT_GONE")

    def test_an_added_function_a_grown_struct_and_a_new_constant_pass(self):
        def grow(text):
            text = replaced_once(text, "    size_t             request_template_size;\n", "    size_t             request_template_size;\n    const char        *grown;\n")
            text = replaced_once(text, "    CMPKIT_E_INTERNAL             = -199", "    CMPKIT_E_ADDED                = -198,\n    CMPKIT_E_INTERNAL             = -199")
            return replaced_once(text, "CMPKIT_API const char *cmpkit_version(void);", "CMPKIT_API int32_t cmpkit_added(void);\nCMPKIT_API const char *cmpkit_version(void);")
        self.assert_passes("cmpkit.h", grow)

    def test_every_constant_of_the_headers_is_recorded(self):
        recorded = gate.constants.read_text()
        for name, _ in gate.constants_in(headers):
            self.assertIn(f"_Static_assert({name} ==", recorded)
        written = sum(len(re.findall(r"\bCMPKIT_\w+ *= *-?\d", (pathlib.Path(headers) / "cmpkit" / header).read_text())) for header in gate.headers)
        self.assertGreaterEqual(len(list(gate.constants_in(headers))), written)


if __name__ == "__main__":
    unittest.main(verbosity=2)
