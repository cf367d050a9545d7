"""The table of docs/reliability.md, from what was seen."""

from pathlib import Path
from typing import Any

BEGIN, END = "<!-- drills: begin -->", "<!-- drills: end -->"
HEADER = "| drill | what is done | expected | seen | corrections kept / doubled | tickets answered | held |"


def table(told: dict[str, Any]) -> str:
    """One row for each drill, groups in the order of their first one."""
    groups: dict[str, list[str]] = {}
    for name, seen in told.items():
        kept = f"{seen['stored']} of {seen['sent']} / {seen['doubled']}" if seen["sent"] is not None else ""
        asked = f"{seen['answered']} of {seen['asked']}" if seen["asked"] is not None else ""
        said = [f"`{name}`", seen["does"], seen["expects"], seen["says"], kept, asked, "yes" if seen["held"] else "NO"]
        row = " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in said)
        groups.setdefault(seen["group"], []).append(f"| {row} |")
    parts = [f"## {group}\n\n{HEADER}\n|{' --- |' * 7}\n" + "\n".join(rows) for group, rows in groups.items()]
    return f"{totals(told)}\n\n" + "\n\n".join(parts)


def totals(told: dict[str, Any]) -> str:
    """One sentence over all of them."""

    def total(key: str) -> int:
        return sum(seen[key] or 0 for seen in told.values())

    held = sum(seen["held"] for seen in told.values())
    return (
        f"**{len(told)} drills ran, {held} held.** Corrections accepted {total('sent'):,}, of these kept "
        f"{total('stored'):,}, doubled {total('doubled')}; promotions without verdict and approval "
        f"{total('unapproved')}; tickets asked during drills {total('asked'):,}, answered {total('answered'):,}."
    )


def write(page: Path, told: dict[str, Any]) -> None:
    """Put the table between the page's markers."""
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    page.write_text(f"{head}{BEGIN}\n\n{table(told)}\n\n{END}{tail}", encoding="utf-8")
