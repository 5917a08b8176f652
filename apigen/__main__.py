"""`python -m apigen` is `apigen`."""

from apigen.cli import main

if __name__ == "__main__":
    main()
