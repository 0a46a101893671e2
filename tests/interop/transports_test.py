#!/usr/bin/env python3
"""The options that docs/transports.md lists are those that the plugins tell. With --write the page is written so."""
import json
import pathlib
import re
import subprocess
import sys

import stage

page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "transports.md"
place = re.compile(r"(<!-- options: [^\n]*-->\n)(.*?)(<!-- end of options -->)", re.S)


def told():
    """The section as the plugins tell it."""
    plugins = json.loads(subprocess.run([stage.program, "transports", "--json"], check=True, capture_output=True, text=True).stdout)
    text = ""
    for plugin in sorted(plugins, key=lambda plugin: plugin["name"]):
        text += f"\n### {plugin['name']}\n\n| name | default | meaning |\n|---|---|---|\n"
        text += "".join(f"| `{option['name']}` | {option['default'] and '`' + option['default'] + '`'} | {option['meaning']} |\n".replace("|  |", "| |") for option in plugin["options"])
    return text + "\n"


class Options(stage.Stage):
    def test_the_page_lists_the_options_that_there_are(self):
        self.assertEqual(place.search(page.read_text())[2], told(), "tests/interop/transports_test.py --write writes it anew")

    def test_each_plugin_has_a_row_in_the_page(self):
        for plugin in self.json_of("transports"):
            for scheme in plugin["schemes"]:
                self.assertIn(f"`{scheme}://`", page.read_text())


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        page.write_text(place.sub(lambda found: found[1] + told() + found[3], page.read_text()))
    else:
        stage.main()
