"""The kith command: everything one does to an installation from a terminal."""

from importlib import import_module

import click

COMMANDS = {
    "serve": "app.cli.serving:serve",
    "work": "app.cli.serving:work",
    "demo": "app.cli.demo:demo",
    "doctor": "app.cli.doctor:doctor",
    "db": "app.cli.schema:group",
    "backup": "app.cli.backups:backup",
    "create-organizer": "app.cli.people:create_organizer",
    "reset-second-factor": "app.cli.people:reset_second_factor",
    "import": "app.cli.members:bring",
    "export": "app.cli.people:export",
    "evaluate": "app.cli.evaluate:evaluate",
    "reconcile": "app.cli.money:reconcile",
    "receive-mail": "app.cli.mails:receive_mail",
    "restore": "app.cli.backups:restore",
}


class Lazy(click.Group):
    """A group that loads a command's module only when it is asked for: help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=Lazy)
@click.version_option(package_name="kith")
def main() -> None:
    """Run and look after a Kith."""
