"""``python -m negsim`` is the command line."""

from negsim.cli import main

if __name__ == "__main__":
    main()
