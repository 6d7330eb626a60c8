"""The command line."""

import sys

from instag._core import __version__

__all__ = ["main"]


def main() -> None:
    """Run the command line.

    Exit code 1 is for what is wrong with values, data and endpoints, 2 for a line that cannot be read, 3 where what a run
    may cost is spent, 4 where patience with an endpoint has ended, 130 for Ctrl-C.
    """
    if sys.argv[1:] == ["--version"]:
        # Said at once: to build the commands takes several times as long as Python takes to start.
        print(f"instag {__version__}")  # noqa: T201
        return
    from instag.cli import console
    from instag.cli.app import COMMANDS, HELP, app, command
    from instag.errors import InstagError

    # Looked for by hand, so that it may stand anywhere on the line.
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        with console.noted():
            if arguments and arguments[0] in COMMANDS and set(HELP) & set(arguments):
                # Help alone: what stands before a command would be parsed by Pydantic, which takes longer to load.
                name, *rest = arguments
                command(name)(rest, prog_name=f"instag {name}")
            app(arguments, prog_name="instag")
    except InstagError as error:
        if debug:
            import traceback

            traceback.print_exception(error)
        console.error(str(error))
        sys.exit(1)
    except SystemExit as leave:
        if leave.code == console.INTERRUPTED:
            console.error("stopped")
        raise
