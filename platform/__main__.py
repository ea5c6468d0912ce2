"""`python -m ruleloom` is the command `ruleloom`."""

from ruleloom.cli import main

if __name__ == "__main__":
    main()
