"""How a function becomes a command: the app, its groups, the options that every command takes."""

from __future__ import annotations

import functools
import gettext
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from publisher import __version__
from publisher.cli._console import WELL, open_console
from publisher.errors import UsageFault
from publisher.messages import msg

EXIT_CODES = (
    "Exit codes: 0 all well; 1 stopped, nothing changed; 2 usage or environment; "
    "3 done, but an article was left out or a delivery needs a person."
)
Lang = Annotated[str, typer.Option("--lang", metavar="id|en", help="Language of the messages (KENTONGAN_LANG).")]
Url = Annotated[str, typer.Option("--url", metavar="URL", help="The site's address for this run (KENTONGAN_URL).")]
Content = Annotated[Path | None, typer.Option("--content", metavar="DIR", help="Folder of the content.")]
Output = Annotated[Path | None, typer.Option("--output", metavar="DIR", help="Folder of the built site.")]
State = Annotated[Path | None, typer.Option("--state", metavar="DIR", help="Folder of ledger, manifest and caches.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Yes = Annotated[bool, typer.Option("--yes", help="Yes to many posts at once on real channels.")]
Remove = Annotated[
    list[str], typer.Option("--remove", metavar="ID", help="Confirm that the page of this deleted article may go.")
]
SHARED: dict[str, tuple[Any, Any]] = {
    "lang": (Lang, ""),
    "url": (Url, ""),
    "content": (Content, None),
    "output": (Output, None),
    "state": (State, None),
}


class Group(TyperGroup):
    """The commands in the order of the day's work; an unknown one is answered with the nearest."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in the order in which they were written down."""
        return list(self.commands)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The usage line in the person's language."""
        _usage(self, ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` name. Raises UsageFault for an unknown one."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            import difflib

            near = difflib.get_close_matches(args[0], self.commands, n=1)
            if near:
                raise UsageFault(
                    msg("There is no command “{name}”; did you mean “{near}”?", name=args[0], near=near[0])
                )
            raise UsageFault(msg("There is no command “{name}”; see `kentongan --help`.", name=args[0]))
        return super().resolve_command(ctx, args)


class Command(TyperCommand):
    """One command."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The usage line in the person's language."""
        _usage(self, ctx, formatter)


def _usage(command: Any, ctx: Any, formatter: Any) -> None:
    formatter.write_usage(
        ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix=gettext.gettext("Usage: ")
    )


app = typer.Typer(
    name="kentongan",
    cls=Group,
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Carries the news of a government office to the citizens: site, feeds, cards and posts, once to each channel.",
    epilog=EXIT_CODES,
)


@app.callback(invoke_without_command=True)
def shared(
    ctx: typer.Context,
    lang: Lang = "",
    url: Url = "",
    content: Content = None,
    output: Output = None,
    state: State = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"kentongan {__version__}")  # noqa: T201 - the command line prints
        raise typer.Exit(WELL)
    ctx.obj = {"lang": lang, "url": url, "content": content, "output": output, "state": state}


def command(
    example: str, *, under: typer.Typer = app, name: str = ""
) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """Makes a function a command: it gets a Console, returns the exit code, and takes the shared options.

    ``name`` is the command's when it is not the function's; ``under`` is the group that it belongs to.
    """

    def wrap(function: Callable[..., int]) -> Callable[..., None]:
        own = inspect.signature(function, eval_str=True)

        @functools.wraps(function)
        def run(ctx: typer.Context, **given: Any) -> None:
            shared: dict[str, Any] = {
                k: given.pop(k) or (ctx.obj or {}).get(k) for k in SHARED if k not in own.parameters
            }
            if ctx.args:
                raise UsageFault(
                    msg("“{words}” is too much; put several words in quotation marks.", words=" ".join(ctx.args))
                )
            try:
                code = function(open_console(**shared), **given)
                sys.stdout.flush()
            except KeyboardInterrupt:  # Typer would make an exit without a word of it
                raise typer.Abort from None
            raise typer.Exit(code)

        parameters = [p for name, p in own.parameters.items() if name != "console"]
        keyword = inspect.Parameter.KEYWORD_ONLY
        missing = {k: v for k, v in SHARED.items() if k not in own.parameters}
        parameters += [inspect.Parameter(k, keyword, default=d, annotation=a) for k, (a, d) in missing.items()]
        context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
        ordered = [context, *(p.replace(kind=keyword) for p in parameters)]
        run.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]  # Typer reads it
        run.__annotations__ = {p.name: p.annotation for p in ordered}
        del run.__wrapped__  # else the signature of the inner function is read
        under.command(
            name=name or function.__name__.rstrip("_"),
            cls=Command,
            epilog=f"{example}\n\n{EXIT_CODES}",
            context_settings={"allow_extra_args": True},  # said in our words above
        )(run)
        return run

    return wrap
