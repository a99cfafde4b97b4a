"""python -m app.cli is the kith command."""

from app.cli import main

main()
