"""`watch.ports.Notifier` through Apprise: Slack, Teams, e-mail and a hundred more, each an address in a file."""

import logging
from collections.abc import Sequence
from pathlib import Path

from ecomintent.adapters import notify_file
from ecomintent.errors import SourceError
from ecomintent.watch.notices import About, Notice

BAD = (About.BLOCK, About.STOPPED, About.ALARM, About.ROLLBACK)


class AppriseNotifier:
    """Those of one file; it is read when something is to be told, so a mended line needs no restart."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def places(self, notice: Notice) -> Sequence[str]:
        """Names of those that want it.

        Raises:
            InputError: the file is at fault.
        """
        return [name for name, place in notify_file.read(self._path).items() if notice.about in place.wants]

    def send(self, place: str, notice: Notice) -> None:
        """Tell one place.

        Raises:
            SourceError: Apprise does not know such an address, or the service did not take it.
        """
        import apprise

        # It would tell a failure a second time, and we say it in one line.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="EcomIntent", app_desc="EcomIntent"))
        address = notify_file.read(self._path)[place].address
        if not service.add(address):
            raise SourceError("Apprise knows no such service, or parts of the address are missing", where=place)
        kind = apprise.NotifyType.WARNING if notice.about in BAD else apprise.NotifyType.INFO
        if not service.notify(title=notice.title, body=notice.body, notify_type=kind):
            raise SourceError("it did not take the notice", where=place)
