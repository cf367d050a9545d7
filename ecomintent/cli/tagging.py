"""Where tagging is put together: accounts, queue, helpdesks, and the champion they ask."""

import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter

    from ecomintent.adapters.hook_accounts import HookAccount
    from ecomintent.adapters.settings import Settings
    from ecomintent.adapters.tag_queue import TagQueue
    from ecomintent.serving.hook_pages import Hook
    from ecomintent.serving.service import Service
    from ecomintent.tagging.pace import Account
    from ecomintent.tagging.records import Desk
    from ecomintent.tagging.tagger import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """Of one home."""

    accounts: Sequence["Account"]
    hooks: Sequence["Hook"]
    queue: "TagQueue"

    def pages(self) -> Sequence["APIRouter"]:
        """Of the server, with what works beside them; none where nothing is tagged."""
        from ecomintent.serving import hook_pages
        from ecomintent.tagging.worker import Worker

        if not self.hooks:
            return []
        return [hook_pages.router(self.hooks, self.queue.take, beside=Worker(self.accounts, self.queue.hold))]


def build(found: "Settings", service: "Service") -> Tagging:
    """Everything, as the file of accounts says.

    Raises:
        InputError: the file is at fault.
    """
    from ecomintent.serving.for_tagging import champion_of

    return together(found, champion_of(service), desk_of)


def together(found: "Settings", ask: "Ask", desk: "Callable[[HookAccount], Desk]") -> Tagging:
    """As `build`, with any classifier and any way to the helpdesks.

    Raises:
        InputError: the file is at fault.
    """
    # Most homes tag nothing, and a server that starts need not wait for httpx then.
    from ecomintent.adapters.tag_queue import TagQueue

    queue = TagQueue(found.home)
    if not _names_any(found.tagging_file):
        return Tagging(accounts=(), hooks=(), queue=queue)
    from ecomintent.adapters import hook_accounts
    from ecomintent.serving.hook_pages import Hook
    from ecomintent.tagging.pace import Account
    from ecomintent.tagging.tagger import Tagger

    accounts, hooks = [], []
    for one in hook_accounts.read(found):
        reached, rules = desk(one), one.rules
        tagger = Tagger(desk=reached, queue=queue, ask=ask, rules=rules)
        accounts.append(Account(one.name, desk=reached, queue=queue, tagger=tagger, rules=rules, now=time.time))
        hooks.append(Hook(name=one.name, kind=one.setup.kind, secret=one.signing.reveal(), on=rules.on))
    return Tagging(accounts=accounts, hooks=hooks, queue=queue)


def _names_any(path: Path) -> bool:
    """Whether the file names an account; a faulty one does, so that it is read and its fault told."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) != {}
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True


def desk_of(account: "HookAccount") -> "Desk":
    """The account's helpdesk; nothing is sent yet."""
    from ecomintent.adapters.desk_freshdesk import FreshdeskDesk
    from ecomintent.adapters.desk_gorgias import GorgiasDesk
    from ecomintent.adapters.desk_intercom import IntercomDesk
    from ecomintent.adapters.desk_zendesk import ZendeskDesk

    desks: dict[str, Callable[[HookAccount], Desk]] = {
        "zendesk": ZendeskDesk,
        "gorgias": GorgiasDesk,
        "freshdesk": FreshdeskDesk,
        "intercom": IntercomDesk,
    }
    return desks[account.setup.kind](account)
