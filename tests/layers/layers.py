#!/usr/bin/env python3
"""Reads the #includes of the tree and tells which of them point up, sideways or to a library that a room does not know.

    layers.py TREE          what is wrong in TREE, one line each; exit code 1 if there is anything
    layers.py --self-test   plants each kind of wrong include in a small tree and expects to be told of it
"""
import pathlib
import re
import sys
import tempfile

# A room includes itself and what stands here beside it: rooms of a lower floor. Rooms on one floor do not know each other.
floors = [["der", "store", "transport"], ["messages"], ["crypto"], ["protection"], ["operations"], ["admission"], ["ca", "ra"], ["responder"], ["service"]]
below_all = {"result.hpp", "codes.inc", "fail_info.inc"}
shared_by_plugins = ["kit", "spool"]  # each knows those before it
plain_rooms = {"der", "messages", "crypto", "protection", "operations"}  # they shall run where there is no POSIX

include_line = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
system_header = re.compile(
    r"^(unistd\.h|fcntl\.h|pthread\.h|dlfcn\.h|link\.h|netdb\.h|poll\.h|termios\.h|syslog\.h|dirent\.h|sched\.h|pwd\.h|grp\.h|spawn\.h|ifaddrs\.h"
    r"|(sys|arpa|net|netinet|linux)/.*)$")
ours = re.compile(r"^(cmpkit/.*|cmpkit\.h|contract\.h)$")


def floor_of(room):
    return next((i for i, floor in enumerate(floors) if room in floor), None)


def known_to(room):
    """The rooms that `room` may include."""
    if room is None:
        return set()
    return {room}.union(*floors[:floor_of(room)])


def wrong_in_core(room, header, quoted, path):
    own_folder = path.parent
    folder = header.split("/")[0] if "/" in header else None
    if quoted and (header in below_all or (not folder and (own_folder / header).is_file())):
        return None
    if quoted and folder and floor_of(folder) is not None:
        return None if folder in known_to(room) else f"{room or 'the core'} does not know the room {folder}"
    if quoted:
        return "a header of ours is named by its room: \"room/header.hpp\""
    if header.startswith("openssl/") and room != "crypto":
        return "OpenSSL is crypto's alone"
    if header == "libpq-fe.h" and not (room == "store" and path.name.startswith("postgres")):
        return "libpq is for the module of the PostgreSQL store alone"
    if system_header.match(header) and (room is None or room in plain_rooms):
        return "no system headers here: the room is plain C++"
    if ours.match(header):
        return "the C ABI stands above the rooms"
    return None


def wrong_in_capi(header, quoted, folder):
    if header.startswith("openssl/"):
        return "OpenSSL is crypto's alone"
    room = header.split("/")[0] if "/" in header else None
    is_known = header in below_all or floor_of(room) is not None or (folder / header).is_file()
    return "the C ABI stands on the rooms alone" if quoted and not is_known else None


def wrong_in_tools(header, quoted, folder):
    if header.startswith("openssl/"):
        return "OpenSSL is crypto's alone"
    if header == "cmpkit/cmpkit.h" or (quoted and (folder / header).is_file()):
        return None
    return "the program stands on cmpkit/cmpkit.h alone" if quoted or ours.match(header) else None


def wrong_in_plugin(header, quoted, folder):
    if header == "contract.h" or (quoted and "/" not in header and (folder / header).is_file()):
        return None
    known = shared_by_plugins[:shared_by_plugins.index(folder.name)] if folder.name in shared_by_plugins else shared_by_plugins
    if quoted and header.split("/")[0] in known:
        return None
    return "a plugin includes the contract, the kit and headers of its own folder" if quoted or ours.match(header) else None


def verdict(tree, path, header, quoted):
    parts = path.relative_to(tree).parts
    if parts[0] == "cpp":
        return wrong_in_core(parts[1] if len(parts) > 2 else None, header, quoted, path)
    return {"capi": wrong_in_capi, "tools": wrong_in_tools, "plugins": wrong_in_plugin}[parts[0]](header, quoted, path.parent)


def wrong_includes(tree):
    for top in ("cpp", "capi", "tools", "plugins"):
        for path in sorted((tree / top).rglob("*")):
            if path.suffix not in (".cpp", ".hpp", ".h", ".c", ".inc"):
                continue
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                found = include_line.match(line)
                why = found and verdict(tree, path, found[2], found[1] == '"')
                if why:
                    yield f"{path.relative_to(tree)}:{number}: {found[2]}: {why}"


def unknown_rooms(tree):
    """Rooms of the build that this page has no floor for, or in another order."""
    rooms = re.findall(r"^cmpkit_room\((\w+)", (tree / "cpp/CMakeLists.txt").read_text(), re.M)
    known = [room for room in rooms if floor_of(room) is not None]
    for room in rooms:
        if room != "core" and room not in known:
            yield f"cpp/CMakeLists.txt: {room}: this room has no floor in tests/layers/layers.py"
    if known != sorted(known, key=floor_of):
        yield "cpp/CMakeLists.txt: the rooms do not stand in the order of their floors"


right = {
    "cpp/CMakeLists.txt": "cmpkit_room(core)\ncmpkit_room(der)\ncmpkit_room(crypto OpenSSL::Crypto)\n",
    "cpp/result.hpp": "#include <vector>\n",
    "cpp/crypto/key.cpp": '#include <openssl/evp.h>\n#include "crypto/key.hpp"\n#include "messages/x509.hpp"\n#include "result.hpp"\n',
    "cpp/store/file.cpp": "#include <unistd.h>\n",
    "cpp/store/postgres_session.hpp": "#include <libpq-fe.h>\n",
    "capi/key.cpp": '#include "service/server.hpp"\n#include "guard.hpp"\n',
    "capi/guard.hpp": '#include "result.hpp"\n',
    "tools/main.cpp": '#include "files.hpp"\n#include <cmpkit/cmpkit.h>\n#include <unistd.h>\n',
    "tools/files.hpp": "",
    "plugins/http/tls.cpp": '#include "contract.h"\n#include "kit/border.hpp"\n#include "url.hpp"\n#include <openssl/ssl.h>\n',
    "plugins/http/url.hpp": "",
    "plugins/kit/border.hpp": '#include "contract.h"\n',
    "plugins/spool/client.cpp": '#include "kit/border.hpp"\n',
}
wrong = {
    "cpp/der/up.cpp": '#include "crypto/key.hpp"',
    "cpp/der/sideways.cpp": '#include "store/store.hpp"',
    "cpp/ca/sideways.cpp": '#include "ra/policy.hpp"',
    "cpp/core_knows_a_room.hpp": '#include "der/types.hpp"',
    "cpp/protection/openssl.cpp": "#include <openssl/evp.h>",
    "cpp/operations/system.cpp": "# include <sys/socket.h>",
    "cpp/messages/system.cpp": "#include <unistd.h>",
    "cpp/service/above.cpp": "#include <cmpkit/cmpkit.h>",
    "cpp/responder/beside.cpp": '#include "../service/pool.hpp"',
    "cpp/store/other.cpp": "#include <libpq-fe.h>",
    "cpp/service/postgres.cpp": "#include <libpq-fe.h>",
    "capi/openssl.cpp": "#include <openssl/evp.h>",
    "tools/core.cpp": '#include "result.hpp"',
    "tools/contract.cpp": "#include <cmpkit/transport.h>",
    "plugins/http/core.cpp": '#include "result.hpp"',
    "plugins/http/abi.cpp": "#include <cmpkit/cmpkit.h>",
    "plugins/kit/up.cpp": '#include "http/url.hpp"',
    "plugins/kit/spool.cpp": '#include "spool/client.hpp"',
    "plugins/tcp/beside.cpp": '#include "../http/url.hpp"',
}


def plant(tree, files):
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def self_test():
    with tempfile.TemporaryDirectory() as name:
        tree = pathlib.Path(name)
        plant(tree, right)
        missed = [f"told of what is right: {line}" for line in [*wrong_includes(tree), *unknown_rooms(tree)]]
        plant(tree, wrong)
        told = {line.split(":")[0] for line in wrong_includes(tree)}
        missed += [f"not told of: {name}" for name in wrong.keys() - told]
        plant(tree, {"cpp/CMakeLists.txt": "cmpkit_room(crypto)\ncmpkit_room(der)\ncmpkit_room(cellar)\n"})
        missed += [] if len(list(unknown_rooms(tree))) == 2 else ["not told of a room without a floor and of the wrong order"]
    return missed


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--self-test":
        problems = self_test()
    else:
        tree = pathlib.Path(sys.argv[1])
        problems = [*wrong_includes(tree), *unknown_rooms(tree)]
    print("\n".join(problems) or "every include points down")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
