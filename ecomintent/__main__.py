"""`python -m ecomintent` is the console script."""

from ecomintent.cli import main

if __name__ == "__main__":
    main()
