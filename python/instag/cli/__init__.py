"""The command line."""

import sys

from instag._core import __version__

__all__ = ["main"]


def main() -> None:
    """Run the command line.

    The exit code is 1 for errors in values, data and endpoints, 2 for a command line that cannot be parsed, 3 if a run has
    spent its maximum cost, 4 if an endpoint was away for longer than the run waits, 130 after Ctrl-C.
    """
    if sys.argv[1:] == ["--version"]:
        # Printed at once: building the commands takes several times as long as starting Python.
        print(f"instag {__version__}")  # noqa: T201
        return
    from instag.cli import console
    from instag.cli.app import COMMANDS, HELP, app, command
    from instag.errors import InstagError

    # Handled here, so that it may stand anywhere on the line.
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    sys.unraisablehook = _shown_but_for_ctrl_c
    try:
        with console.noted():
            if arguments and arguments[0] in COMMANDS and set(HELP) & set(arguments):
                # Help of one command: loading the group of commands takes longer.
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


def _shown_but_for_ctrl_c(unraisable: "sys.UnraisableHookArgs") -> None:
    """Show errors that no code can catch, except for Ctrl-C that comes again while readers are closed: it was shown before."""
    if unraisable.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(unraisable)
