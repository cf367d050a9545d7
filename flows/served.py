"""The form for decisions, offered on Prefect's page until this process ends; `ecomintent ui` starts it."""

import logging

from flows import decide, wiring


def main() -> None:
    """Serve the deployment `decide/form` against the server that PREFECT_API_URL names."""
    wiring.set_up_logging()
    logging.getLogger("prefect").setLevel(logging.WARNING)
    decide.decide.serve(name="form", description="Say yes or no to a candidate.", print_starting_message=False)


if __name__ == "__main__":
    main()
