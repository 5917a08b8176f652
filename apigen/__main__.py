"""`python -m apigen` is `apigen`."""

from apigen.cli import main

main()
