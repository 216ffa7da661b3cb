"""Carries the program ``ashby``, and starts it: ``ashby-toolkit`` and ``python -m ashby_toolkit`` are the same."""

import os
import subprocess
import sys
import sysconfig

NAME = "ashby.exe" if sys.platform == "win32" else "ashby"


def find_program():
    """Where the program was installed."""
    package = os.path.dirname(os.path.abspath(__file__))
    folders = [sysconfig.get_path("scripts")]
    user = "nt_user" if os.name == "nt" else "osx_framework_user" if getattr(sys, "_framework", "") else "posix_user"
    if user in sysconfig.get_scheme_names():
        folders.append(sysconfig.get_path("scripts", user))
    # pip install --target DIR
    folders.append(os.path.join(os.path.dirname(package), "bin"))
    for folder in folders:
        program = os.path.join(folder, NAME)
        if os.path.isfile(program):
            return program
    raise FileNotFoundError(
        "the program {} of ashby-toolkit is in none of {}; install the package again".format(NAME, ", ".join(folders))
    )


def main():
    """Becomes the program."""
    arguments = [find_program()] + sys.argv[1:]
    if sys.platform != "win32":
        os.execv(arguments[0], arguments)
    # There a process cannot become another one. Ctrl-C reaches both, and the program decides what it means.
    process = subprocess.Popen(arguments)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            pass
