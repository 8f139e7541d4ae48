"""The network and the services of the machine."""

from __future__ import annotations

from ..submission import Gain, Submission

PACKAGE = """
from setuptools import setup

open("@HOME@/left-by-@NAME@", "w").write("x")
setup(name="left-by", version="1", py_modules=["leftby"])
"""

ATTACKS = [
    Submission(
        "connects",
        "A connection to a service of the machine is made, as one would send the tests away.",
        Gain.REACHED,
        """
import socket

for host in ("127.0.0.1", "localhost", "::1"):
    try:
        with socket.create_connection((host, @PORT@), timeout=2) as line:
            line.sendall(b"GET /@NAME@ HTTP/1.0\\r\\n\\r\\n")
    except OSError as error:
        print(error)
""",
    ),
    Submission(
        "connects-by-shell",
        "A program of the shell and a browser's library make the connection.",
        Gain.REACHED,
        """
import urllib.request

try:
    urllib.request.urlopen("http://127.0.0.1:@PORT@/@NAME@", timeout=2)
except OSError as error:
    print(error)
!bash -c 'echo GET /@NAME@ > /dev/tcp/127.0.0.1/@PORT@'
""",
    ),
    Submission(
        "sends-datagrams",
        "Datagrams are sent, as a question to a name server can carry anything.",
        Gain.REACHED,
        """
import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
    try:
        line.sendto(b"@NAME@", ("127.0.0.1", @PORT@))
    except OSError as error:
        print(error)
""",
    ),
    Submission(
        "metadata-address",
        "A way to the address is looked for where clouds keep the keys of a machine.",
        Gain.REACHED,
        """
import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
    try:
        line.connect(("169.254.169.254", 80))
        print("TOOK", "@NAME@")
    except OSError as error:
        print(error)
""",
    ),
    Submission(
        "hidden-socket",
        "A socket without a file, such as a desktop's message bus has, is connected to.",
        Gain.REACHED,
        """
import socket

with socket.socket(socket.AF_UNIX) as line:
    try:
        line.connect("\\0klasteryste-canary-@PORT@")
        line.sendall(b"@NAME@")
    except OSError as error:
        print(error)
""",
    ),
    Submission(
        "agents-socket",
        "A socket in the home of the account, such as an agent for keys has, is connected to.",
        Gain.REACHED,
        """
import socket

with socket.socket(socket.AF_UNIX) as line:
    try:
        line.connect("@HOME@/agent.sock")
        line.sendall(b"@NAME@")
    except OSError as error:
        print(error)
""",
    ),
    Submission(
        "other-kernels",
        "Keys of other kernels and servers are looked for in the folder where Jupyter keeps them.",
        Gain.SEEN,
        """
import os
import pathlib

places = ["@HOME@/.local/share/jupyter/runtime", os.path.expanduser("~/.local/share/jupyter/runtime")]
places += ["/run/user", "/tmp", "/dev/shm"]
for place in places:
    for path in pathlib.Path(place).rglob("*.json"):
        try:
            print(path, path.read_text()[:500])
        except OSError:
            pass
""",
    ),
    Submission(
        "pip-install",
        "A submitted package is installed for all who come later; its set-up runs code.",
        Gain.CHANGED,
        """
import sys

target = f"@HOME@/.local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
!{sys.executable} -m pip install --quiet --no-index --no-build-isolation --no-deps --target {target} ./package
!{sys.executable} ./package/setup.py --quiet install --prefix {target}
""",
        files={"package/setup.py": PACKAGE, "package/leftby.py": "name = 'left-by-@NAME@'\n"},
    ),
    Submission(
        "shell-magics",
        "Magics write files, run programs and read keys.",
        Gain.SEEN,
        """
get_ipython().run_cell_magic("bash", "", "cat @HOME@/.ssh/*; touch @HOME@/left-by-@NAME@; mount")
get_ipython().run_cell_magic("writefile", "@HOME@/left-by-@NAME@.py", "x = 1")
get_ipython().run_line_magic("sx", "cat @HOME@/.netrc")
get_ipython().system("cat @HOME@/.netrc")
%alias_magic t time
%cd @COURSE@
%ls
""",
    ),
]
