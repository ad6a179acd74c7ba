"""``python -m publisher`` is ``kentongan``."""

from publisher.cli import main

if __name__ == "__main__":
    main()
